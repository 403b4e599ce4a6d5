use std::time::{Duration, Instant};

fn argument(at: usize) -> u64 {
    std::env::args().nth(at).unwrap().parse().unwrap()
}

fn report(result: u64, took: Duration, count: u64, unit: &str) {
    println!("result {}\n{} {}", result, took.as_nanos() as f64 / count as f64, unit);
}

fn fib(n: u64) -> u64 {
    if n < 2 {
        n
    } else {
        fib(n - 1) + fib(n - 2)
    }
}

fn main() {
    let n = argument(1);
    let start = Instant::now();
    let result = fib(std::hint::black_box(n));
    report(result, start.elapsed(), 1000000, "ms");
}
