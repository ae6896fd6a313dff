//! Who waits for events is woken, whoever wrote them.
#![allow(missing_docs, clippy::unwrap_used)]

mod given;

use es_core::Position;
use es_core::store::{Append, EventStore, StoreError};
use es_sqlite::SqliteStore;
use given::{deposited, folder};

#[tokio::test]
async fn a_clone_wakes_who_waits() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    let waiter = store.clone();
    let waiting = tokio::spawn(async move { waiter.wait_past(Position(1)).await });
    store.append(Append::unstreamed(vec![deposited(1)])).await.unwrap();
    store.append(Append::unstreamed(vec![deposited(2)])).await.unwrap();
    waiting.await.unwrap().unwrap();
}

#[tokio::test]
async fn another_connection_to_the_file_wakes_who_waits() {
    let folder = folder();
    let (here, there) = (SqliteStore::open(folder.file()).await.unwrap(), SqliteStore::open(folder.file()).await.unwrap());
    for position in 0..5 {
        let waiter = here.clone();
        let waiting = tokio::spawn(async move { waiter.wait_past(Position(position)).await });
        tokio::task::yield_now().await;
        there.append(Append::unstreamed(vec![deposited(1)])).await.unwrap();
        waiting.await.unwrap().unwrap();
        assert_eq!(here.head().await.unwrap(), Position(position + 1));
    }
}

#[tokio::test]
async fn what_another_connection_wrote_before_is_seen_at_once() {
    let folder = folder();
    let (here, there) = (SqliteStore::open(folder.file()).await.unwrap(), SqliteStore::open(folder.file()).await.unwrap());
    there.append(Append::unstreamed(vec![deposited(1)])).await.unwrap();
    here.wait_past(Position::START).await.unwrap();
}

#[tokio::test]
async fn closing_wakes_who_waits() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    let waiter = store.clone();
    let waiting = tokio::spawn(async move { waiter.wait_past(Position(1)).await });
    tokio::task::yield_now().await;
    store.close().await;
    assert!(matches!(waiting.await.unwrap(), Err(StoreError::Closed)));
}
