//! A proxy that cuts connections where it hurts.
#![allow(dead_code, reason = "no test needs all of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot begin fails")]

use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is cut next, on any connection.
#[derive(Clone, Copy)]
pub(crate) enum Cut {
    /// What the client says does not reach the server.
    Request = 1,
    /// What the client says reaches the server, and its answer nobody.
    Answer = 2,
    /// The client's commit does not reach the server, and both sides stay connected.
    Commit = 3,
}

pub(crate) struct Proxy {
    address: SocketAddr,
    url: String,
    cut: Arc<AtomicU8>,
}

impl Proxy {
    /// Stands in front of the server of this URL.
    pub(crate) async fn start(url: &str) -> Self {
        let options = PgConnectOptions::from_str(url).unwrap();
        let server = format!("{}:{}", options.get_host(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let cut = Arc::new(AtomicU8::new(0));
        tokio::spawn({
            let (server, cut) = (server.clone(), cut.clone());
            async move {
                while let Ok((client, _)) = listener.accept().await {
                    let server = TcpStream::connect(&server).await.unwrap();
                    tokio::spawn(forward(client, server, cut.clone()));
                }
            }
        });
        Self { address, url: url.replacen(&server, &address.to_string(), 1), cut }
    }

    pub(crate) fn url(&self) -> String {
        assert!(self.url.contains(&self.address.to_string()), "the server is named in another way");
        self.url.clone()
    }

    pub(crate) fn cut_next(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }

    pub(crate) fn cut_nothing(&self) {
        self.cut.store(0, Ordering::SeqCst);
    }
}

/// Forwards both ways until one side ends, or the first word of an append comes by while it is to be cut.
async fn forward(mut client: TcpStream, mut server: TcpStream, cut: Arc<AtomicU8>) {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (mut said, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut swallow = false;
    loop {
        tokio::select! {
            read = client.read(&mut said) => {
                let Ok(read @ 1..) = read else { return };
                // the message that binds values: an append has these, a ping has none
                let binds = said[0] == b'B';
                match cut.load(Ordering::SeqCst) {
                    1 if binds => return,
                    2 if binds => swallow = true,
                    3 if said[..read].starts_with(b"Q") && said[..read].windows(6).any(|word| word == b"COMMIT") => {
                        return std::future::pending().await;
                    }
                    _ => {}
                }
                if server.write_all(&said[..read]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(read @ 1..) = read else { return };
                if swallow || client.write_all(&answered[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}
