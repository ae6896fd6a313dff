//! How a store says no.

use uuid::Uuid;

use crate::error::Conflict;
use crate::projection::ProjectionError;
use crate::store::{KeyRecord, Slot, ViewTable};

/// A store that could not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The store was written by a newer build, whose schema this one does not know.
    #[error("the store has schema version {found}, this build knows up to {known}: deploy the newer build")]
    Newer {
        /// The version of the schema that was found.
        found: u64,
        /// The newest that this build knows.
        known: u64,
    },
    /// Something in the store is not what this library writes.
    #[error("the store holds {what}")]
    Corrupt {
        /// What was found, and where.
        what: String,
    },
    /// What was asked cannot be done by any store.
    #[error("{reason}")]
    Refused {
        /// What was expected, and what to do.
        reason: String,
    },
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
    /// The database or the disk said no.
    #[error("{what}: {source}")]
    Backend {
        /// What was being done.
        what: &'static str,
        /// What the driver said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// What the driver said while `what` was being done.
    pub fn backend(what: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Backend { what, source: source.into() }
    }

    /// An event id that is in the store already.
    pub fn duplicate_event(event_id: Uuid) -> Self {
        Self::Refused { reason: format!("event id {event_id} is stored already: an event is appended once, with an id of its own") }
    }

    /// A view that was never set up.
    pub fn no_view(table: &ViewTable) -> Self {
        let ViewTable { name, version, .. } = table;
        Self::Refused {
            reason: format!(
                "view `{name}` version {version} is not set up: run a worker that keeps it, or `catch_up()` of an app that keeps it inline"
            ),
        }
    }

    /// A view whose table was made for another shape.
    pub fn other_shape(table: &ViewTable) -> Self {
        let ViewTable { name, version, .. } = table;
        Self::Refused {
            reason: format!("view `{name}` version {version} was set up with other fields, columns or events: raise its version"),
        }
    }

    /// A view that lacks a column by which its rows are asked for: it is of an earlier version than the one who asks.
    pub fn no_column(table: &ViewTable) -> Self {
        let ViewTable { name, version, .. } = table;
        Self::Refused {
            reason: format!(
                "view `{name}` version {version} serves, and lacks a column that is asked for: wait until the new version is built"
            ),
        }
    }

    /// A projection that is kept in another number of parts.
    pub fn other_parts(slot: &Slot, found: u32) -> Self {
        let Slot { projection, version, parts, .. } = slot;
        Self::Refused {
            reason: format!(
                "projection `{projection}` version {version} is kept in {found} parts, not {parts}: raise its version to change that"
            ),
        }
    }

    /// A payload that is not JSON.
    pub fn not_json(name: &str, error: impl std::fmt::Display) -> Self {
        Self::Refused { reason: format!("the payload of `{name}` is not JSON: {error}") }
    }
}

/// Why an append did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The stream has another version than expected, or the condition does not hold.
    #[error("{0}")]
    Conflict(Conflict),
    /// The idempotency key was used before; this is what for.
    #[error("the idempotency key was used before, for `{}`", .0.command)]
    KeyUsed(Box<KeyRecord>),
    /// The connection died during the commit: the events may be stored or not.
    #[error("the outcome of the append is unknown: {0}")]
    OutcomeUnknown(StoreError),
    /// A read model that is kept inline said no. Nothing was written.
    #[error("{0}")]
    Projection(ProjectionError),
    /// The store could not take it. Nothing was written.
    #[error(transparent)]
    Store(#[from] StoreError),
}
