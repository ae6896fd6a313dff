//! The end of a store: one test, because it counts the threads of its process.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod given;

use es_core::store::{Append, AppendError, EventStore, StoreError};
use es_core::{ExpectedVersion, Position};
use es_sqlite::SqliteStore;
use given::{account, deposited, folder};

#[cfg(target_os = "linux")]
fn threads() -> usize {
    let names = std::fs::read_dir("/proc/self/task").unwrap().map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")));
    names.filter(|name| name.as_ref().is_ok_and(|name| name.starts_with("es-sqlite"))).count()
}

#[cfg(not(target_os = "linux"))]
fn threads() -> usize {
    0
}

/// The system lists a thread for a moment after it was joined.
fn are_ended() -> bool {
    (0..1000).any(|_| {
        let none = threads() == 0;
        if !none {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        none
    })
}

#[tokio::test]
async fn the_last_handle_ends_the_threads_and_leaves_one_file() {
    let folder = folder();
    for _ in 0..3 {
        let store = SqliteStore::open(folder.file()).await.unwrap();
        let clone = store.clone();
        drop(store);
        clone.append(Append::unstreamed(vec![deposited(1)])).await.unwrap();
        assert!(cfg!(not(target_os = "linux")) || threads() >= 3);
        drop(clone);
        assert!(are_ended());
        let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(files, ["bank.db"], "the log was copied into the file");
    }

    // what is open already when the store is closed is answered, one way or the other
    let store = SqliteStore::open(folder.file()).await.unwrap();
    let appending = |id: u32| {
        let store = store.clone();
        tokio::spawn(async move { store.append(Append::to(account(id), ExpectedVersion::NoStream, vec![deposited(5)])).await })
    };
    let appends: Vec<_> = (0..50).map(appending).collect();
    tokio::task::yield_now().await;
    let clone = store.clone();
    store.close().await;
    assert!(matches!(clone.head().await, Err(StoreError::Closed)));
    assert!(matches!(clone.append(Append::unstreamed(vec![deposited(1)])).await, Err(AppendError::Store(StoreError::Closed))));

    let mut stored = 0;
    for append in appends {
        match append.await.unwrap() {
            Ok(_) => stored += 1,
            Err(AppendError::Store(StoreError::Closed)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(stored, 50, "all of them were queued before the store was closed");
    drop(clone);
    assert!(are_ended());
    let store = SqliteStore::open(folder.file()).await.unwrap();
    assert_eq!(store.head().await.unwrap(), Position(3 + stored));
}
