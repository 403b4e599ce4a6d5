#[path = "../common/bench.rs"]
mod bench;

use bench::{argument, report};
use std::time::Instant;
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver, UnboundedSender};

async fn node(mut mailbox: UnboundedReceiver<u64>, next: UnboundedSender<u64>, ended: UnboundedSender<u64>, number: u64) {
    while let Some(n) = mailbox.recv().await {
        if n == 0 {
            ended.send(number).unwrap();
            return;
        }
        next.send(n - 1).ok();
    }
}

#[tokio::main]
async fn main() {
    let hops = argument(1);
    let (ended, mut end) = unbounded_channel();
    let (first, first_mailbox) = unbounded_channel();
    let mut mailbox = first_mailbox;
    for number in 0..502 {
        let (next, next_mailbox) = unbounded_channel();
        tokio::spawn(node(mailbox, next, ended.clone(), number));
        mailbox = next_mailbox;
    }
    tokio::spawn(node(mailbox, first.clone(), ended, 502));
    let start = Instant::now();
    first.send(hops).unwrap();
    let result = end.recv().await.unwrap();
    report(result, start.elapsed(), hops, "ns/hop");
    std::process::exit(0);
}
