use std::time::{Duration, Instant};

fn argument(at: usize) -> u64 {
    std::env::args().nth(at).unwrap().parse().unwrap()
}

fn report(result: u64, took: Duration, count: u64, unit: &str) {
    println!("result {}\n{} {}", result, took.as_nanos() as f64 / count as f64, unit);
}

use tokio::sync::mpsc;

#[tokio::main]
async fn main() {
    let count = argument(1);
    let (to, mut mailbox) = mpsc::unbounded_channel();
    let start = Instant::now();
    let consumer = tokio::spawn(async move {
        let mut sum: u64 = 0;
        for _ in 0..8 * count {
            sum += mailbox.recv().await.unwrap();
        }
        sum
    });
    for _ in 0..8 {
        let to = to.clone();
        tokio::spawn(async move {
            for i in (1..=count).rev() {
                to.send(i).unwrap();
            }
        });
    }
    let sum = consumer.await.unwrap();
    report(sum, start.elapsed(), 8 * count, "ns/message");
}
