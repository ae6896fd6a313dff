//! What can stop the desk. Each says what to do.

use std::io;
use std::path::PathBuf;

use es_core::store::StoreError;
use es_core::{ExecuteError, ProjectionError, ReadError};

use crate::domain::OrderId;
use crate::import::files;

/// Why a command of the desk could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The rejects cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Rejects {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder lacks a file of the marketplace, or it cannot be read.
    #[error(
        "cannot read {}: {source}; a folder to import has {}, {} and {}",
        path.display(),
        files::ORDERS.name,
        files::ITEMS.name,
        files::PAYMENTS.name
    )]
    Input {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file has another format than the marketplace's.
    #[error("{} has no column {}: nothing was imported", path.display(), columns.join(", "))]
    Columns {
        /// The file.
        path: PathBuf,
        /// The columns that its header lacks.
        columns: Vec<&'static str>,
    },
    /// The store's URL begins with something that no store answers to.
    #[error("no store opens `{url}`: the schemes are {}", crate::store::SCHEMES)]
    Scheme {
        /// The URL.
        url: String,
    },
    /// There is nothing to report on.
    #[error("there is no store at `{url}`: `orders import DIR --store {url}` makes one")]
    NoStore {
        /// The store's URL.
        url: String,
    },
    /// The store does not open.
    #[error("cannot open `{url}`: {source}")]
    Open {
        /// The store's URL.
        url: String,
        /// What it said.
        source: StoreError,
    },
    /// The store has no such order.
    #[error("there is no order `{0}` in the store")]
    NoOrder(OrderId),
    /// The import had begun, and the store gave up.
    #[error("the import stopped at order `{order}`: {source}\nwhat is in the store stays; start the import again, it adds what is missing")]
    Stopped {
        /// The order that was being imported.
        order: OrderId,
        /// What went wrong.
        source: Box<ExecuteError<std::convert::Infallible>>,
    },
    /// The tables of the projections cannot be reached.
    #[error("the tables of the desk: {0}; `orders worker` makes them")]
    Tables(ProjectionError),
    /// The store cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}
