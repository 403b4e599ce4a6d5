use tokio::sync::mpsc;

#[tokio::main]
async fn main() {
    let count: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let mut addresses = Vec::with_capacity(count);
    for _ in 0..count {
        let (to, mut mailbox) = mpsc::unbounded_channel::<u64>();
        tokio::spawn(async move { mailbox.recv().await });
        addresses.push(to);
    }
    println!("ready");
    std::future::pending::<()>().await;
}
