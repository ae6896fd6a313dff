//! A server whose commits wait for another machine: `pg_receivewal`, its synchronous standby, which flushes the log to disk as it comes,
//! and a proxy before it that holds back all it says for as long as a network would.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use xtask::postgres::{Cluster, DURABLE};

use crate::Result;
use crate::server::{self, Server};

const STANDBY: &str = "standby";

pub(crate) struct Distant {
    /// Of its superuser, without a database.
    pub(crate) url: String,
    receiver: Child,
    _cluster: Cluster,
}

impl Drop for Distant {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.receiver.kill();
        let _ = self.receiver.wait();
    }
}

impl Distant {
    /// Starts both; `None` where there is no program that receives a log.
    pub(crate) async fn start(beside: &Server, latency: Duration) -> Result<Option<Self>> {
        let (binaries, account, folder) = beside.another()?;
        if !binaries.program("pg_receivewal").is_file() {
            return Ok(None);
        }
        // two times 16 stores, and those of the workload before, which are still closing
        let settings = [DURABLE, &[("max_connections", "500")]].concat();
        let mut cluster = Cluster::create(&binaries, account, &folder, &settings)?;
        cluster.start()?;
        let url = cluster.url("");
        let url = url.trim_end_matches('/');
        let (login, address) = url.rsplit_once('@').ok_or("the server's URL has no login")?;
        let proxy = forward(address, latency)?;

        let received = folder.join("received");
        std::fs::create_dir(&received)?;
        account.own(&received)?;
        let mut receiver = cluster.command("pg_receivewal");
        receiver.args(["--synchronous", "--no-loop", "--directory"]).arg(&received);
        receiver.arg("--dbname").arg(format!("{login}@{proxy}/?application_name={STANDBY}"));
        let receiver = receiver.stderr(Stdio::null()).spawn()?;
        let distant = Self { url: url.to_owned(), receiver, _cluster: cluster };
        distant.wait_for_receiver().await?;
        Ok(Some(distant))
    }

    /// From here on every commit waits.
    async fn wait_for_receiver(&self) -> Result<()> {
        let client = server::connect(&format!("{}/postgres", self.url)).await?;
        client.batch_execute(&format!("alter system set synchronous_standby_names = '{STANDBY}'")).await?;
        client.batch_execute("select pg_reload_conf()").await?;
        let until = Instant::now() + Duration::from_secs(60);
        let attached = "select from pg_stat_replication where sync_state = 'sync'";
        while client.query_opt(attached, &[]).await?.is_none() {
            if Instant::now() > until {
                return Err("the receiver of the log did not come".into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
}

/// Listens, and forwards to the server; what clients say arrives so much later, however much of it there is.
fn forward(server: &str, latency: Duration) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    let server = server.to_owned();
    thread::Builder::new().name("proxy".into()).spawn(move || {
        for client in listener.incoming().flatten() {
            // whoever sees a connection close says why
            let _ = join(client, &server, latency);
        }
    })?;
    Ok(address)
}

fn join(client: TcpStream, server: &str, latency: Duration) -> io::Result<()> {
    let server = TcpStream::connect(server)?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    pipe(client.try_clone()?, server.try_clone()?, latency);
    pipe(server, client, Duration::ZERO);
    Ok(())
}

/// Two threads: one reads, and one writes what is due.
fn pipe(mut from: TcpStream, mut to: TcpStream, latency: Duration) {
    let (sender, arrived) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            if sender.send((Instant::now() + latency, buffer[..read].to_vec())).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || {
        for (due, bytes) in arrived {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&bytes).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}
