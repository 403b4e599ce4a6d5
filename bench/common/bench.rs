// What every benchmark in Rust needs: its sizes from the command line, and its two lines of output.
use std::time::Duration;

pub fn argument(at: usize) -> u64 {
    std::env::args().nth(at).unwrap().parse().unwrap()
}

pub fn report(result: u64, took: Duration, count: u64, unit: &str) {
    println!("result {}\n{} {}", result, took.as_nanos() as f64 / count as f64, unit);
}
