#[path = "../common/bench.rs"]
mod bench;

use bench::{argument, report};
use std::time::Instant;
use tokio::sync::mpsc::{unbounded_channel, UnboundedReceiver, UnboundedSender};

// A message with an address is a ping, one without is a pong.
type Mailbox = UnboundedReceiver<Option<usize>>;
type Address = UnboundedSender<Option<usize>>;

async fn node(own: usize, mut mailbox: Mailbox, peers: std::sync::Arc<Vec<Address>>, pings: u64, done: UnboundedSender<()>) {
    let mut random = 0x9e3779b97f4a7c15u64.wrapping_mul(own as u64 + 1);
    for _ in 0..pings {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        peers[(random % peers.len() as u64) as usize].send(Some(own)).unwrap();
        while let Some(from) = mailbox.recv().await.unwrap() {
            peers[from].send(None).unwrap();
        }
    }
    done.send(()).unwrap();
    while let Some(Some(from)) = mailbox.recv().await {
        peers[from].send(None).unwrap();
    }
}

#[tokio::main]
async fn main() {
    let (count, pings) = (argument(1), argument(2));
    let (addresses, mailboxes): (Vec<_>, Vec<_>) = (0..count).map(|_| unbounded_channel()).unzip();
    let peers = std::sync::Arc::new(addresses);
    let (done, mut end) = unbounded_channel();
    let start = Instant::now();
    for (own, mailbox) in mailboxes.into_iter().enumerate() {
        tokio::spawn(node(own, mailbox, peers.clone(), pings, done.clone()));
    }
    for _ in 0..count {
        end.recv().await.unwrap();
    }
    report(count * pings, start.elapsed(), count * pings, "ns/round trip");
    std::process::exit(0);
}
