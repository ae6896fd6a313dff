//! Commits that overlap: seen by others before they are flushed, and by no reader of the store.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod given;
mod server;

use std::time::Duration;

use es_core::Position;
use es_core::store::{EventStore, Load, PageSize, SnapshotStore};
use es_postgres::{Commit, PostgresStore};
use given::{account, all, deposit, number, positions, send, until};
use sqlx::PgConnection;
use xtask::postgres::{Cluster, DURABLE};

/// Makes every commit wait for a standby that there is not, or none.
async fn wait_for_a_standby(cluster: &Cluster, connection: &mut PgConnection, wait: bool) {
    cluster.set("synchronous_standby_names", if wait { "'nobody'" } else { "''" }).unwrap();
    server::run(connection, "select pg_reload_conf()").await;
    until("the server has read its settings", || async {
        let mut look = server::connect(&cluster.url("postgres")).await;
        (number(&mut look, "select length(current_setting('synchronous_standby_names'))::bigint").await > 0) == wait
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_event_is_read_before_it_is_flushed_and_appends_go_on_meanwhile() {
    let mut cluster = Cluster::of_test("overlapped", DURABLE).unwrap();
    cluster.start().unwrap();
    let url = cluster.url("postgres");
    let mut sql = server::connect(&url).await;
    let writing = PostgresStore::builder(&url).commit(Commit::Overlapped).connect().await.unwrap();
    let reading = PostgresStore::connect(&url).await.unwrap();
    writing.append(deposit(1, 1)).await.unwrap();
    assert_eq!(positions(&all(&reading).await), [1]);

    wait_for_a_standby(&cluster, &mut sql, true).await;
    let (first, second) = (send(&writing, deposit(1, 2)), send(&writing, deposit(2, 3).keyed("k", "Deposit")));
    // each goes on when the one before is seen, long before it is answered
    until("both appends are seen by others", || async {
        let mut look = server::connect(&url).await;
        number(&mut look, "select count(*) from es.events").await == 3
    })
    .await;
    let read = tokio::spawn({
        let reading = reading.clone();
        async move { positions(&all(&reading).await) }
    });
    let head = tokio::spawn({
        let reading = reading.clone();
        async move { reading.head().await.unwrap() }
    });
    let woken = tokio::spawn({
        let reading = reading.clone();
        async move { reading.wait_past(Position(1)).await.unwrap() }
    });
    let key = tokio::spawn({
        let reading = reading.clone();
        async move { reading.key("k").await.unwrap() }
    });
    let loaded = tokio::spawn({
        let reading = reading.clone();
        async move {
            let load = Load { stream: account(1), from: 1, snapshot: true, key: None, size: PageSize::default() };
            reading.load(load).await.unwrap().events.len()
        }
    });
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert!(!first.is_finished() && !second.is_finished(), "an append was acknowledged before it was flushed");
    assert!(!read.is_finished() && !head.is_finished() && !woken.is_finished(), "a reader has seen what a crash may take back");
    assert!(!key.is_finished() && !loaded.is_finished(), "a decision rests on what a crash may take back");

    wait_for_a_standby(&cluster, &mut sql, false).await;
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    assert_eq!((read.await.unwrap(), head.await.unwrap()), (vec![1, 2, 3], Position(3)));
    woken.await.unwrap();
    assert!(key.await.unwrap().is_some());
    assert_eq!(loaded.await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_every_crash_of_the_server() {
    let mut cluster = Cluster::of_test("crashes", DURABLE).unwrap();
    cluster.start().unwrap();
    let url = cluster.url("postgres");
    let store = PostgresStore::builder(&url).commit(Commit::Overlapped).patience(Duration::from_secs(60)).connect().await.unwrap();
    let mut acknowledged = 0;
    for crash in 0..5 {
        let writers: Vec<_> = (0..8)
            .map(|writer| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut keys = Vec::new();
                    for nth in 0.. {
                        let key = format!("{crash}-{writer}-{nth}");
                        match store.append(deposit(writer, 1).keyed(&key, "Deposit")).await {
                            Ok(appended) => keys.push((key, appended)),
                            Err(_) => break,
                        }
                    }
                    keys
                })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(300)).await;
        cluster.stop_at_once();
        let mut keys = Vec::new();
        // each has met the crash, or waits for the server to come back
        let started = tokio::task::spawn_blocking(move || {
            cluster.start().unwrap();
            cluster
        });
        cluster = started.await.unwrap();
        for writer in writers {
            writer.abort();
            if let Ok(acked) = writer.await {
                keys.extend(acked);
            }
        }
        acknowledged += keys.len();
        for (key, appended) in keys {
            assert_eq!(store.key(&key).await.unwrap().map(|record| record.appended), Some(appended), "{key} is lost");
        }
        let positions = positions(&all(&store).await);
        assert_eq!(positions, (1..=positions.len() as u64).collect::<Vec<_>>());
    }
    assert!(acknowledged > 100, "only {acknowledged} appends were acknowledged");
}
