#[path = "../common/bench.rs"]
mod bench;

use bench::{argument, report};
use std::time::Instant;
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
