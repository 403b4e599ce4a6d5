#[path = "../common/bench.rs"]
mod bench;

use bench::{argument, report};
use std::time::Instant;
use tokio::sync::mpsc;

#[tokio::main]
async fn main() {
    let count = argument(1);
    let (to, mut mailbox) = mpsc::unbounded_channel();
    let start = Instant::now();
    let consumer = tokio::spawn(async move {
        let mut sum: u64 = 0;
        for _ in 0..count {
            sum += mailbox.recv().await.unwrap();
        }
        sum
    });
    tokio::spawn(async move {
        for i in (1..=count).rev() {
            to.send(i).unwrap();
        }
    });
    let sum = consumer.await.unwrap();
    report(sum, start.elapsed(), count, "ns/message");
}
