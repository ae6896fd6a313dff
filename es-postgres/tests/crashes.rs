//! A server whose processes are killed, that crashes, and takes no writes, while it is at work.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod busy;
mod given;
mod server;

use busy::{Busy, MODES, appending};
use given::{number, until};
use xtask::postgres::{Cluster, DURABLE};

/// A server of the test's own with a store in each mode, all of them at work.
async fn at_work(name: &str) -> (Cluster, String, Vec<Busy>) {
    let mut cluster = Cluster::of_test(name, DURABLE).unwrap();
    cluster.start().unwrap();
    let url = cluster.url("postgres");
    let mut stores = Vec::new();
    for mode in MODES {
        stores.push(Busy::start(mode, &url).await);
    }
    all_go_on(&stores).await;
    (cluster, url, stores)
}

async fn all_go_on(stores: &[Busy]) {
    for store in stores {
        store.goes_on().await;
    }
}

async fn all_end(stores: Vec<Busy>, url: &str) {
    for store in stores {
        let (acknowledged, stored) = store.end(url).await;
        assert!(acknowledged.len() >= 60 && stored.len() >= acknowledged.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_the_kill_of_a_backend_in_mid_append() {
    let (cluster, url, stores) = at_work("backends").await;
    for round in 0..4 {
        // the server ends all others with it, and recovers
        until("the server takes connections", || async { server::try_connect(&url).await.is_some() }).await;
        let mut sql = server::connect(&url).await;
        let pid = appending(&mut sql, stores[round % stores.len()].mode.0).await;
        cluster.kill_process(&pid.to_string()).unwrap();
        all_go_on(&stores).await;
    }
    all_end(stores, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_server_that_stops_at_once_and_everybody_goes_on() {
    let (mut cluster, url, stores) = at_work("immediate").await;
    for _ in 0..3 {
        let started = tokio::task::spawn_blocking(move || {
            cluster.stop_at_once();
            cluster.start().unwrap();
            cluster
        });
        cluster = started.await.unwrap();
        all_go_on(&stores).await;
    }
    all_end(stores, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_no_writes_for_a_while_is_read_meanwhile_and_written_to_afterwards() {
    let (cluster, url, stores) = at_work("read_only").await;
    let mut sql = server::connect(&url).await;
    let mut set = async |value: &str| {
        cluster.set("default_transaction_read_only", value).unwrap();
        number(&mut sql, "select pg_reload_conf()::int::bigint").await;
    };
    for _ in 0..2 {
        set("on").await;
        until("no append is acknowledged any more", || async {
            let before: Vec<_> = stores.iter().map(|store| store.acknowledged().len()).collect();
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            before == stores.iter().map(|store| store.acknowledged().len()).collect::<Vec<_>>()
        })
        .await;
        for store in &stores {
            let read = given::all(&store.mode.open(&url).await).await;
            assert!(read.len() >= store.acknowledged().len(), "{}: what was acknowledged is read", store.mode.0);
        }
        set("off").await;
        all_go_on(&stores).await;
    }
    all_end(stores, &url).await;
}
