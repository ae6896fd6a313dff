//! The promises of every store.
#![allow(missing_docs)]

use std::path::PathBuf;

use es_core::store::StoreError;
use es_sqlite::SqliteStore;

async fn open(place: PathBuf) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(place.join("events.db")).await
}

es_conformance::suite!(open);
