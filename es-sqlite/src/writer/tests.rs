//! Callers that commit on their own threads: they lose nothing, and hold up nobody.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::time::Duration;

use es_core::store::{Append, AppendError, EventStore, NewEvent, StoreError};
use es_core::{ExpectedVersion, Position, StreamId};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::SqliteStore;

/// Nothing here takes longer than this, unless it never ends.
const LONG: Duration = Duration::from_secs(60);
/// The deposits that are made before, by which the store sees that the disk is quick.
const BEFORE: u64 = 12;

fn deposit(account: u32) -> Append {
    let stream = StreamId::new("account", account.to_string()).unwrap();
    Append::to(stream, ExpectedVersion::Any, vec![NewEvent::new("Deposited", 1, *b"{}").unwrap()])
}

/// A store whose callers commit on their own threads, however slow the disk is.
async fn quick(folder: &TempDir) -> SqliteStore {
    let url = format!("sqlite://{}", folder.path().join("bank.db").to_str().unwrap());
    let mut builder = SqliteStore::builder(&url).busy_timeout(LONG);
    builder.short = Duration::MAX;
    let store = builder.connect().await.unwrap();
    for _ in 0..BEFORE {
        store.append(deposit(0)).await.unwrap();
        store.head().await.unwrap();
    }
    let writer = &store.threads.writer;
    assert!(writer.commits.is_short() && writer.reads.is_short());
    // the thread has answered, and perhaps not yet let go
    while writer.idle().is_none() {
        tokio::task::yield_now().await;
    }
    store
}

/// What one poll comes to.
async fn polled<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(Pin::new(&mut *future).poll(context))).await
}

fn raw(folder: &TempDir) -> Connection {
    let connection = Connection::open(folder.path().join("bank.db")).unwrap();
    connection.busy_timeout(LONG).unwrap();
    connection
}

#[tokio::test]
async fn a_caller_by_itself_reads_and_commits_on_its_own_thread() {
    let folder = TempDir::new().unwrap();
    let store = quick(&folder).await;
    let mut alone = Box::pin(store.append(deposit(1)));
    assert!(polled(&mut alone).await.is_pending(), "others come first");
    assert!(polled(&mut alone).await.is_ready(), "no thread had to answer");
    assert!(polled(&mut Box::pin(store.head())).await.is_ready());
}

#[tokio::test]
async fn tasks_of_one_thread_that_write_at_once_are_committed_together() {
    let folder = TempDir::new().unwrap();
    let store = quick(&folder).await;
    let deposits = (0..16).map(|account| {
        let store = store.clone();
        tokio::spawn(async move { store.append(deposit(account)).await.unwrap().recorded_at })
    });
    let mut times = BTreeSet::new();
    for deposit in deposits.collect::<Vec<_>>() {
        times.insert(deposit.await.unwrap());
    }
    assert!(times.len() <= 8, "one transaction has one time, and there were {} transactions", times.len());
}

#[tokio::test]
async fn a_caller_waits_for_another_process_without_its_thread() {
    let folder = TempDir::new().unwrap();
    let store = quick(&folder).await;
    let other = raw(&folder);
    other.execute_batch("begin immediate").unwrap();
    let (go_on, told) = mpsc::channel();
    // ends in any case before the store has lost its patience
    let other = std::thread::spawn(move || {
        let stood_still = told.recv_timeout(LONG / 3).is_err();
        other.execute_batch("rollback").unwrap();
        stood_still
    });
    let mut appending = Box::pin(store.append(deposit(1)));
    assert!(polled(&mut appending).await.is_pending(), "others come first");
    assert!(polled(&mut appending).await.is_pending(), "another process writes");
    assert_eq!(store.head().await.unwrap(), Position(BEFORE));
    let _ = go_on.send(());
    assert!(!other.join().unwrap(), "this thread stood still while the append waited");
    assert_eq!(appending.await.unwrap().version, 1);
}

#[tokio::test]
async fn callers_that_give_up_leave_the_writer_to_the_others() {
    let folder = TempDir::new().unwrap();
    let store = quick(&folder).await;
    for _ in 0..20 {
        tokio::select! {
            biased;
            _ = store.append(deposit(1)) => {}
            () = std::future::ready(()) => {}
        }
    }
    let both = async { tokio::join!(store.append(deposit(2)), store.append(deposit(3))) };
    let (second, third) = tokio::time::timeout(LONG, both).await.unwrap();
    assert_eq!((second.unwrap().version, third.unwrap().version), (1, 1));
}

#[tokio::test]
async fn a_caller_that_is_never_polled_again_holds_up_nobody() {
    let folder = TempDir::new().unwrap();
    let store = quick(&folder).await;
    let mut forgotten = Box::pin(store.append(deposit(1)));
    assert!(polled(&mut forgotten).await.is_pending());
    for account in 2..6 {
        tokio::time::timeout(LONG, store.append(deposit(account))).await.unwrap().unwrap();
        let second = tokio::time::timeout(LONG, async { tokio::join!(store.append(deposit(account)), store.append(deposit(account))) });
        second.await.unwrap().0.unwrap();
    }
    assert_eq!(forgotten.await.unwrap().version, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_append_is_answered_while_another_process_writes_and_the_store_is_closed() {
    for round in 0..8 {
        let folder = TempDir::new().unwrap();
        let store = quick(&folder).await;
        let ended = Arc::new(AtomicBool::new(false));
        let other = std::thread::spawn({
            let (other, ended) = (raw(&folder), ended.clone());
            move || {
                while !ended.load(Ordering::Relaxed) {
                    other.execute_batch("begin immediate").unwrap();
                    std::thread::sleep(Duration::from_millis(1));
                    other.execute_batch("rollback").unwrap();
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
        });
        let appending = |account| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut stored = 0;
                loop {
                    match store.append(deposit(account)).await {
                        Ok(_) => stored += 1,
                        Err(AppendError::Store(StoreError::Closed)) => return stored,
                        Err(error) => panic!("{error:?}"),
                    }
                    // now one is alone, now they are several
                    if stored % 8 == 0 {
                        tokio::task::yield_now().await;
                    }
                }
            })
        };
        let tasks: Vec<_> = (1..2 + round % 4).map(appending).collect();
        while store.head().await.unwrap() < Position(BEFORE + 30) {
            tokio::task::yield_now().await;
        }
        tokio::time::timeout(LONG, store.close()).await.unwrap();
        let mut stored = BEFORE;
        for task in tasks {
            stored += tokio::time::timeout(LONG, task).await.unwrap().unwrap();
        }
        ended.store(true, Ordering::Relaxed);
        other.join().unwrap();
        let head: u64 = raw(&folder).query_row("select max(position) from events", [], |row| row.get(0)).unwrap();
        assert_eq!(head, stored, "all that is stored was acknowledged, and nothing else");
    }
}
