//! The promises of every store.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;
use std::time::Duration;

use es_conformance::Factory;
use es_core::store::StoreError;
use es_sqlite::{SqliteStore, rusqlite};

/// Opens a file.
struct InFile;

impl Factory for InFile {
    type Store = SqliteStore;

    async fn open(&self, place: &Path) -> Result<SqliteStore, StoreError> {
        SqliteStore::open(place.join("events.db")).await
    }

    /// Another program holds the lock of those who write, and then moves the log into the file.
    async fn disturb(&self, place: &Path) {
        let rival = rusqlite::Connection::open(place.join("events.db")).unwrap();
        rival.busy_timeout(Duration::from_secs(60)).unwrap();
        rival.execute_batch("begin immediate").unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
        rival.execute_batch("rollback; pragma wal_checkpoint(truncate)").unwrap();
    }
}

es_conformance::suite!(InFile);
