#[path = "../common/bench.rs"]
mod bench;

use bench::{argument, report};
use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

fn fib(n: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move {
        if n < 2 {
            return n;
        }
        let (a, b) = (tokio::spawn(fib(n - 1)), tokio::spawn(fib(n - 2)));
        a.await.unwrap() + b.await.unwrap()
    })
}

fn calls(n: u64) -> u64 {
    if n < 2 {
        1
    } else {
        1 + calls(n - 1) + calls(n - 2)
    }
}

#[tokio::main]
async fn main() {
    let n = argument(1);
    let start = Instant::now();
    let result = tokio::spawn(fib(n)).await.unwrap();
    report(result, start.elapsed(), calls(n), "ns/process");
}
