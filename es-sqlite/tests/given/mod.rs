//! A small bank on a file of its own.
#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses a part of it")]

use std::path::{Path, PathBuf};

use es_core::StreamId;
use es_core::store::NewEvent;
use es_sqlite::rusqlite::Connection;
use tempfile::TempDir;

pub(crate) struct Folder(TempDir);

pub(crate) fn folder() -> Folder {
    Folder(tempfile::tempdir().unwrap())
}

impl Folder {
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.path().join("bank.db")
    }

    pub(crate) fn url(&self) -> String {
        format!("sqlite:{}", self.file().display())
    }

    /// A connection of somebody else's.
    pub(crate) fn raw(&self) -> Connection {
        Connection::open(self.file()).unwrap()
    }
}

pub(crate) fn account(id: impl ToString) -> StreamId {
    StreamId::new("account", id.to_string()).unwrap()
}

pub(crate) fn deposited(cents: i64) -> NewEvent {
    NewEvent::new("Deposited", 1, format!(r#"{{"cents":{cents}}}"#)).unwrap()
}
