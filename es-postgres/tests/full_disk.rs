//! A disk that is full: a typed error, and nothing half written.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod given;
mod not_run;
mod server;

use std::path::{Path, PathBuf};
use std::process::Command;

use es_core::store::{Append, AppendError, EventStore, NewEvent, StoreError};
use es_core::{ExpectedVersion, StoredEvent};
use es_postgres::{PostgresError, PostgresStore};
use given::{account, all, deposit, positions};
use xtask::postgres::{Account, Cluster, DURABLE};

/// A disk of a few megabytes, for a server's account.
struct Disk(PathBuf);

impl Disk {
    /// Mounts one, if this process may.
    fn mount(folder: &Path, size: &str) -> Option<Self> {
        std::fs::create_dir(folder).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "none"]).arg(folder).output();
        if !mounted.is_ok_and(|mounted| mounted.status.success()) {
            return None;
        }
        Account::of_this_process().unwrap().own(folder).unwrap();
        Some(Self(folder.to_path_buf()))
    }

    fn grow(&self, size: &str) {
        let grown = Command::new("mount").args(["-o", &format!("remount,size={size}")]).arg(&self.0).status();
        assert!(grown.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // also while the server has files open there
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Three events, the last of which is large, and cannot be compressed.
fn parcel(nth: usize) -> Append {
    let text = (0..5_000).map(|_| uuid::Uuid::now_v7().simple().to_string()[12..].to_owned()).collect::<String>();
    let text = format!(r#""{text}""#);
    let events = ["1", "2", &text].map(|payload| NewEvent::new("Packed", 1, payload.to_owned()).unwrap());
    Append::to(account("large"), ExpectedVersion::Any, events.into()).keyed(&nth.to_string(), "Pack")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_that_finds_the_disk_full_says_so_and_stores_nothing() {
    let mut cluster = Cluster::of_test("full", DURABLE).unwrap();
    cluster.start().unwrap();
    let folder = cluster.data().with_file_name("small-disk");
    let Some(disk) = Disk::mount(&folder, "20m") else {
        return not_run::not_run("a full disk (only root may mount one)");
    };
    let mut sql = server::connect(&cluster.url("postgres")).await;
    server::run(&mut sql, format!("create tablespace small location '{}'", folder.display())).await;
    server::run(&mut sql, "create database shop tablespace small").await;
    let store = PostgresStore::connect(&cluster.url("shop")).await.unwrap();
    let mut stored = 0;
    let error = loop {
        match store.append(parcel(stored)).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
    };
    assert!(stored > 0);
    let AppendError::Store(StoreError::Backend { source, .. }) = &error else { panic!("{error:?}") };
    assert!(matches!(source.downcast_ref(), Some(PostgresError::DiskFull(_))), "{error:?}");
    assert!(error.to_string().contains("nothing was written; make room and try again"), "{error}");

    let whole = |events: &[StoredEvent], appends: usize| {
        assert_eq!(positions(events), (1..=3 * appends as u64).collect::<Vec<_>>());
    };
    whole(&all(&store).await, stored);
    assert_eq!(store.key(&stored.to_string()).await.unwrap(), None, "its key is not there either");
    disk.grow("200m");
    store.append(parcel(stored)).await.unwrap();
    whole(&all(&store).await, stored + 1);
    store.append(deposit(1, 5)).await.unwrap();
    drop(cluster);
}
