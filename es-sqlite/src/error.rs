//! What SQLite says, in the words of a store.

use std::fmt;
use std::sync::Arc;

use es_core::store::StoreError;
use rusqlite::ErrorCode;

/// Says what was being done when SQLite refused.
pub(crate) fn failed(what: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| store_error(what, error)
}

pub(crate) fn store_error(what: &'static str, error: impl Into<Shared>) -> StoreError {
    let error = error.into();
    match error.0.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt) => {
            StoreError::Corrupt { what: format!("pages that SQLite cannot follow, seen while {what}: {error}") }
        }
        _ => StoreError::backend(what, error),
    }
}

/// One error for all the appends of a batch.
#[derive(Debug, Clone)]
pub(crate) struct Shared(Arc<rusqlite::Error>);

impl Shared {
    pub(crate) fn message(&self) -> Option<&str> {
        match &*self.0 {
            rusqlite::Error::SqliteFailure(_, message) => message.as_deref(),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for Shared {
    fn from(error: rusqlite::Error) -> Self {
        Self(Arc::new(error))
    }
}

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Shared {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
