//! Read models kept beside their events: rows, how far each projection has come, and who works on it.

use std::future::Future;
use std::time::Duration;

use futures_util::future::BoxFuture;
use uuid::Uuid;

use crate::projection::ProjectionError;
use crate::store::{Append, Appended, Inline, InlineError, Mark, Parked, ParkedQuery, Parking, Store, StoreError};
use crate::stream::Position;
use crate::view::{ColumnType, ColumnValue, Filter};

/// Rows of views, and the progress of projections.
///
/// What it promises: a [`Step`] is all or nothing, its rows and the user's writes together with the checkpoint that it moves; and
/// only whoever holds the lease can make one. So each event takes effect once.
pub trait ViewStore: Store {
    /// Makes the table of a view, if there is none.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when there is a table of this name and version with another shape.
    fn open_view(&self, table: &ViewTable) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Sets up a second table of a view, beside the one that serves, and its slots at the start. Those that are there already are gone on
    /// with; where they are of another shape or number of parts, it begins anew.
    fn begin_rebuild(&self, table: &ViewTable, parts: u32) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Puts the second table in the place of the one that serves, with its checkpoints and its parked events, in one transaction: nobody
    /// holds the slots afterwards. Nothing is done, and `false` is returned, where there is no second table, or the one that serves, if
    /// there is one, has come further or is kept in another number of parts.
    fn finish_rebuild(&self, table: &ViewTable) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// The versions of a projection that there are, the lowest first; without those that are only built beside.
    fn versions(&self, projection: &str) -> impl Future<Output = Result<Vec<u32>, StoreError>> + Send;

    /// Forgets a version of a projection: its checkpoints, its parked events and, of a view, its table.
    fn drop_version(&self, projection: &str, version: u32) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Renews what a worker holds, takes what is its share, and gives back what is not: see [`Plan`](super::Plan), by which every
    /// store decides. Leases run on the store's clock.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when a projection is kept in another number of parts.
    fn claim(&self, claim: &Claim) -> impl Future<Output = Result<Vec<Lease>, StoreError>> + Send;

    /// Makes slots at a position, where there are none yet; a claim makes them at the start.
    fn begin_at(&self, slots: &[Slot], position: Position) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Gives back all that a worker holds, at once.
    fn release(&self, worker: Uuid) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Writes rows, runs the user's work, parks events and moves the checkpoint from the lease's position on, in one transaction.
    ///
    /// # Errors
    /// [`AdvanceError`], after which nothing is written.
    fn advance(&self, step: Step<Self::Connection>) -> impl Future<Output = Result<(), AdvanceError>> + Send;

    /// Appends, and writes what read models make of it, in one transaction.
    ///
    /// Each of [`kept`](Inline::kept) moves its checkpoint to the append's last event, whoever may hold a lease on it. An append without
    /// events changes no row.
    ///
    /// # Errors
    /// [`InlineError`], after which nothing is written; but for [`AppendError::OutcomeUnknown`](super::AppendError::OutcomeUnknown).
    fn append_inline(&self, append: Append, inline: Inline<Self::Connection>)
    -> impl Future<Output = Result<Appended, InlineError>> + Send;

    /// How far each part of a projection has come; nothing for one that no worker has met.
    fn progress(&self, projection: &str, version: u32) -> impl Future<Output = Result<Vec<Progress>, StoreError>> + Send;

    /// The parked events that a query selects, in order of position and, in byte order, of key.
    fn parked(&self, query: &ParkedQuery) -> impl Future<Output = Result<Vec<Parked>, StoreError>> + Send;

    /// Says what is to be done about parked events, by key and position, in place of what was said before; how many there were.
    fn mark(
        &self,
        projection: &str,
        version: u32,
        rows: &[(String, Position)],
        mark: Mark,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// The rows with these keys, in no order; those that there are.
    fn rows(&self, table: &ViewTable, keys: Vec<String>) -> impl Future<Output = Result<Vec<ViewRow>, StoreError>> + Send;

    /// The rows that a query selects, in byte order of their keys.
    fn list(&self, table: &ViewTable, query: &ViewQuery) -> impl Future<Output = Result<Vec<ViewRow>, StoreError>> + Send;

    /// How many rows the filters let through.
    fn count(&self, table: &ViewTable, filters: &[Filter]) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// The table of one version of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewTable {
    /// The view's name: letters, digits and `_`, up to 40 bytes.
    pub name: &'static str,
    /// The view's version.
    pub version: u32,
    /// The indexed columns.
    pub columns: &'static [(&'static str, ColumnType)],
    /// What its rows are made by: the shape of the state and of its events.
    pub fingerprint: u64,
    /// Whether it is the one that is built anew, beside the one that serves.
    pub beside: bool,
}

impl ViewTable {
    /// The name of the table: `view_order_summary_v1`, and of the one beside it `view_order_summary_v1_rebuild`.
    pub fn table(&self) -> String {
        Self::named(&self.projection(), self.version)
    }

    /// The table of the slots of this name: see [`Slot::projection`].
    pub fn named(projection: &str, version: u32) -> String {
        match projection.strip_suffix(BESIDE) {
            Some(name) => format!("view_{name}_v{version}_rebuild"),
            None => format!("view_{projection}_v{version}"),
        }
    }

    /// The name of its slots.
    pub fn projection(&self) -> String {
        format!("{}{}", self.name, if self.beside { BESIDE } else { "" })
    }

    /// The one that serves, or the one that is built beside it.
    pub(crate) fn beside(self, beside: bool) -> Self {
        Self { beside, ..self }
    }
}

/// What the slots of a view's second table are called by, after its name: no projection's name ends like that.
const BESIDE: &str = "~rebuild";

/// A row of a view.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewRow {
    /// The key, 1 to 512 bytes.
    pub key: String,
    /// The position of the last event that changed it; of the whole append's last, where it is kept inline.
    pub position: Position,
    /// The indexed columns, in the order of the table's.
    pub columns: Vec<ColumnValue>,
    /// JSON.
    pub state: Vec<u8>,
}

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum RowChange {
    /// It is written in place of the one before.
    Put(ViewRow),
    /// There is none of this key any more.
    Delete(String),
}

impl RowChange {
    /// The row's key.
    pub fn key(&self) -> &str {
        match self {
            Self::Put(row) => &row.key,
            Self::Delete(key) => key,
        }
    }

    /// The same, for a row that was changed at this position.
    #[must_use]
    pub fn at(mut self, position: Position) -> Self {
        if let Self::Put(row) = &mut self {
            row.position = position;
        }
        self
    }
}

/// Which rows of a view.
#[derive(Debug, Clone, Default)]
pub struct ViewQuery {
    /// All of them must hold.
    pub filters: Vec<Filter>,
    /// Only keys after this one.
    pub after: Option<String>,
    /// At most this many.
    pub limit: u32,
}

/// One part of one version of a projection: what a worker can hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot {
    /// The projection's name; that of a view which is built anew, beside the one that serves, is followed by `~rebuild`.
    pub projection: String,
    /// Its version.
    pub version: u32,
    /// Which part, from 0.
    pub part: u32,
    /// How many parts there are. It stays the same for a version.
    pub parts: u32,
}

impl Slot {
    /// All slots of a projection.
    pub fn all_of(projection: &str, version: u32, parts: u32) -> impl Iterator<Item = Self> + use<> {
        let projection = projection.to_owned();
        (0..parts).map(move |part| Self { projection: projection.clone(), version, part, parts })
    }

    /// Whether it is of a view that is built beside the one that serves. A claim does not make it: that is for
    /// [`begin_rebuild`](ViewStore::begin_rebuild), so that a worker which comes late does not begin all over.
    pub fn is_beside(&self) -> bool {
        self.projection.ends_with(BESIDE)
    }
}

/// A slot that a worker holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The slot.
    pub slot: Slot,
    /// Raised whenever the slot changes hands: what an earlier holder still writes is refused.
    pub token: u64,
    /// How far the slot has come.
    pub position: Position,
}

/// What a worker would like to hold.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The worker.
    pub worker: Uuid,
    /// All that it could work on.
    pub slots: Vec<Slot>,
    /// How long a lease lasts unless it is renewed.
    pub lasts: Duration,
}

/// How far a part of a projection has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The slot.
    pub slot: Slot,
    /// All events up to here have taken effect.
    pub position: Position,
}

impl Progress {
    /// Whether one that has come so far may take the place of another, part by part, without anything being seen to go back: for stores.
    pub fn may_replace(built: &[Self], serving: &[Self]) -> bool {
        let passed = |(serving, built): (&Self, &Self)| built.slot.part == serving.slot.part && built.position >= serving.position;
        let same_parts = serving.is_empty() || serving.len() == built.len();
        !built.is_empty() && same_parts && serving.iter().zip(built).all(passed)
    }
}

/// What is written at once for one slot.
pub struct Step<C> {
    /// The lease under which it is written, at the position where the slot is.
    pub lease: Lease,
    /// Where it is afterwards.
    pub through: Position,
    /// The table of `rows`.
    pub table: Option<ViewTable>,
    /// What becomes of a view's rows: no key twice.
    pub rows: Vec<RowChange>,
    /// What becomes of parked events.
    pub parking: Parking,
    /// What a projection of the user's does.
    pub work: Option<Box<dyn Work<C>>>,
}

impl<C> Step<C> {
    /// A step that only moves the checkpoint.
    pub fn new(lease: Lease, through: Position) -> Self {
        Self { lease, through, table: None, rows: Vec::new(), parking: Parking::default(), work: None }
    }
}

/// The user's writes within a [`Step`].
pub trait Work<C>: Send {
    /// Runs them. It is run again when the transaction has to be.
    fn run<'a>(&'a mut self, connection: &'a mut C) -> BoxFuture<'a, Result<(), ProjectionError>>;
}

/// Why a step was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdvanceError {
    /// Somebody else holds the slot, or it is not where the lease says, or an event is parked no longer.
    #[error("the lease is lost")]
    Lost,
    /// The user's work said no.
    #[error("{0}")]
    Projection(ProjectionError),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
}
