#[path = "../common/bench.rs"]
mod bench;

use bench::{argument, report};
use std::time::Instant;
use tokio::sync::mpsc;

// A thousand at a time: each gets one number and passes it on at its end.
async fn batch(from: u64) -> u64 {
    let (out, mut results) = mpsc::unbounded_channel();
    for i in from..from + 1000 {
        let (to, mut mailbox) = mpsc::unbounded_channel();
        let out = out.clone();
        tokio::spawn(async move { out.send(mailbox.recv().await.unwrap()) });
        to.send(i).unwrap();
    }
    let mut sum = 0;
    for _ in 0..1000 {
        sum += results.recv().await.unwrap();
    }
    sum
}

#[tokio::main]
async fn main() {
    let count = argument(1);
    let start = Instant::now();
    let spawner = tokio::spawn(async move {
        let mut sum = 0;
        for from in (1..=count).step_by(1000) {
            sum += batch(from).await;
        }
        sum
    });
    let sum = spawner.await.unwrap();
    report(sum, start.elapsed(), count, "ns/process");
}
