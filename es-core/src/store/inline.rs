//! What read models make of an append, written with it: both, or neither.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use crate::projection::ProjectionError;
use crate::store::{AppendError, Appended, RowChange, Slot, StoreError, ViewTable};
use crate::stream::Position;

/// What is written in an append's transaction.
pub struct Inline<C> {
    /// Every read model that is kept with it, whether or not these events change it.
    pub kept: Arc<[Kept]>,
    /// What becomes of views' rows.
    pub rows: InlineRows,
    /// What projections of the user's do, after the rows.
    pub work: Option<Box<dyn InlineWork<C>>>,
    /// How long that may take, while all who append wait for it.
    pub limit: Duration,
}

/// A read model that is kept with every append: in one part, whose checkpoint moves to the append's last event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub projection: String,
    /// Its version.
    pub version: u32,
    /// The names of the events that it follows.
    pub names: Vec<&'static str>,
}

impl Kept {
    /// Whether it follows an event of this name.
    pub(crate) fn follows(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// Its one part.
    pub(crate) fn slot(&self) -> Slot {
        Slot { projection: self.projection.clone(), version: self.version, part: 0, parts: 1 }
    }
}

/// What becomes of rows, as far as it is known before the append.
pub enum InlineRows {
    /// It is known.
    Known(Vec<TableChanges>),
    /// It depends on where the events stand, or when they were recorded: what is said once that is known. It is asked again when the
    /// transaction has to be run again.
    Late(LateRows),
}

/// Says what becomes of rows, now that it is known where the events stand.
pub type LateRows = Box<dyn FnMut(&Appended) -> Result<Vec<TableChanges>, InlineError> + Send>;

/// What becomes of rows of one table: no key twice.
#[derive(Debug, Clone, PartialEq)]
pub struct TableChanges {
    /// The table.
    pub table: ViewTable,
    /// The rows.
    pub changes: Vec<InlineChange>,
}

/// What becomes of a row, and what that rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct InlineChange {
    /// What becomes of it. Its position is the append's last, whatever stands there.
    pub change: RowChange,
    /// The position of the row that it was made from; `None` where there was no such row.
    pub rests_on: Option<Position>,
}

/// What projections of the user's write in an append's transaction.
pub trait InlineWork<C>: Send {
    /// Runs it, for events that stand where `appended` says. It is run again when the transaction has to be.
    fn run<'a>(&'a mut self, appended: &'a Appended, connection: &'a mut C) -> BoxFuture<'a, Result<(), ProjectionError>>;
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InlineError {
    /// The append was refused, or its outcome is unknown.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// A row is another one than what becomes of it rests on.
    #[error("a row has changed since it was read")]
    Stale,
    /// A read model has not seen events that it follows: somebody has appended them who does not keep it. Or it was never claimed.
    #[error("a read model has events to catch up on")]
    Behind,
    /// A read model said no.
    #[error("{0}")]
    Projection(ProjectionError),
}

impl From<StoreError> for InlineError {
    fn from(error: StoreError) -> Self {
        Self::Append(error.into())
    }
}

impl InlineRows {
    /// What becomes of rows, for events that stand where `appended` says.
    ///
    /// # Errors
    /// [`InlineError`]: nothing is to be written.
    pub fn at(&mut self, appended: &Appended) -> Result<Vec<TableChanges>, InlineError> {
        match self {
            Self::Known(changes) => Ok(changes.clone()),
            Self::Late(late) => late(appended),
        }
    }
}

impl fmt::Debug for InlineRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(changes) => f.debug_tuple("Known").field(changes).finish(),
            Self::Late(_) => f.write_str("Late(..)"),
        }
    }
}

impl<C> fmt::Debug for Inline<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inline").field("kept", &self.kept).field("rows", &self.rows).finish_non_exhaustive()
    }
}
