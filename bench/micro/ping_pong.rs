#[path = "../common/bench.rs"]
mod bench;

use bench::{argument, report};
use std::time::Instant;
use tokio::sync::mpsc;

#[tokio::main]
async fn main() {
    let rounds = argument(1);
    let (ping, mut pinged) = mpsc::unbounded_channel();
    let (pong, mut ponged) = mpsc::unbounded_channel();
    let start = Instant::now();
    tokio::spawn(async move {
        while let Some(n) = pinged.recv().await {
            pong.send(n).ok();
        }
    });
    let player = tokio::spawn(async move {
        for i in 0..rounds {
            ping.send(i).unwrap();
            ponged.recv().await.unwrap();
        }
    });
    player.await.unwrap();
    report(rounds, start.elapsed(), 2 * rounds, "ns/message");
}
