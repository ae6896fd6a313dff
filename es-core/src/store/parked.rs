//! Events that a projection could not take, kept aside so that the others can go on.

use chrono::{DateTime, Utc};

use crate::query::Query;
use crate::recorded::StoredEvent;
use crate::store::{EventStore, PageSize, Slot, StoreError, ViewStore};
use crate::stream::Position;

/// How many are read at a time.
const PAGE: u32 = 1000;

/// An event that a projection could not take, or one that waits behind such a one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// What could not take it.
    pub slot: Slot,
    /// What it is kept in order with: the key of the row of a view; else the event's stream, empty for an event of none.
    pub key: String,
    /// The event.
    pub position: Position,
    /// Why it was parked; `None` where it only waits for the one before.
    pub error: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// What is to be done about it.
    pub mark: Option<Mark>,
    /// When it was parked, by the store's clock.
    pub parked_at: DateTime<Utc>,
}

/// What is to be done about a parked event by the worker that holds its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is tried again, and then those that wait behind it.
    Retry,
    /// It is forgotten, and those that wait behind it are tried.
    Discard,
}

/// Which parked events.
#[derive(Debug, Clone, Default)]
pub struct ParkedQuery {
    /// The projection's name.
    pub projection: String,
    /// Its version.
    pub version: u32,
    /// Only of this part.
    pub part: Option<u32>,
    /// Only of this key.
    pub key: Option<String>,
    /// Only this event.
    pub position: Option<Position>,
    /// Only those that something is to be done about.
    pub marked: bool,
    /// Only those behind this one.
    pub after: Option<(Position, String)>,
    /// At most this many.
    pub limit: u32,
}

impl ParkedQuery {
    /// Whether it is about this one, if it were for the limit: for stores that select by themselves.
    pub fn selects(&self, parked: &Parked) -> bool {
        let Slot { projection, version, part, .. } = &parked.slot;
        (projection, *version) == (&self.projection, self.version)
            && self.part.is_none_or(|wanted| wanted == *part)
            && self.key.as_ref().is_none_or(|wanted| *wanted == parked.key)
            && self.position.is_none_or(|wanted| wanted == parked.position)
            && (!self.marked || parked.mark.is_some())
            && self.after.as_ref().is_none_or(|(position, key)| (parked.position, &parked.key) > (*position, key))
    }
}

/// All that a query selects, whatever its limit, one after the other.
pub(crate) async fn each<S: ViewStore>(store: &S, query: ParkedQuery, mut see: impl FnMut(Parked)) -> Result<(), StoreError> {
    let mut query = ParkedQuery { limit: PAGE, ..query };
    loop {
        let page = store.parked(&query).await?;
        let Some(last) = page.last() else { return Ok(()) };
        query.after = Some((last.position, last.key.clone()));
        page.into_iter().for_each(&mut see);
    }
}

/// The event that is parked.
pub(crate) async fn event<S: EventStore>(store: &S, position: Position) -> Result<StoredEvent, StoreError> {
    let one = PageSize { events: 1, bytes: 1 };
    let page = store.read(&Query::all(), Position(position.0.saturating_sub(1)), one).await?;
    let found = page.events.into_iter().next().filter(|event| event.position == position);
    found.ok_or_else(|| StoreError::Corrupt { what: format!("a parked event at position {position}, where there is none") })
}

/// What a [`Step`](super::Step) does about parked events, in the same transaction.
#[derive(Debug, Clone, Default)]
pub struct Parking {
    /// Those that are parked now, or stay parked for another reason. A mark [`Discard`](Mark::Discard) that was set meanwhile stays.
    pub put: Vec<Parked>,
    /// Those that are parked no longer, by key and position. Unless all of them are there, the step is [`Lost`](super::AdvanceError::Lost).
    pub taken: Vec<(String, Position)>,
}

impl Parking {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.put.is_empty() && self.taken.is_empty()
    }
}
