//! What goes into a store and what comes out of it.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::metadata::Metadata;
use crate::query::AppendCondition;
use crate::recorded::StoredEvent;
use crate::store::StoreError;
use crate::stream::{ExpectedVersion, Position, StreamId};
use crate::tag::Tag;
use crate::text::{self, TextError};

/// What an acknowledged append survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Durability {
    /// Nothing: it is gone with the process.
    Memory,
    /// The death of the process, `kill -9` included.
    Process,
    /// The loss of power.
    Machine,
}

/// Events to be stored together, and what must hold for it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Append {
    /// The stream; `None` for events that belong to none.
    pub stream: Option<StreamId>,
    /// The version that the stream must have.
    pub expected: ExpectedVersion,
    /// The events, in order.
    pub events: Vec<NewEvent>,
    /// What must not have been recorded.
    pub condition: Option<AppendCondition>,
    /// The key under which the outcome is remembered.
    pub key: Option<KeyScope>,
    /// Who caused the events, and in answer to what.
    pub metadata: Arc<Metadata>,
}

impl Append {
    /// An append to a stream.
    pub fn to(stream: StreamId, expected: ExpectedVersion, events: Vec<NewEvent>) -> Self {
        Self { stream: Some(stream), expected, ..Self::unstreamed(events) }
    }

    /// An append of events that belong to no stream.
    pub fn unstreamed(events: Vec<NewEvent>) -> Self {
        Self { stream: None, expected: ExpectedVersion::Any, events, condition: None, key: None, metadata: Arc::default() }
    }

    /// The same append, under a condition.
    #[must_use]
    pub fn when(mut self, condition: AppendCondition) -> Self {
        self.condition = Some(condition);
        self
    }

    /// The same append, with an idempotency key that stands for the command `command`.
    #[must_use]
    pub fn keyed(mut self, key: &str, command: &str) -> Self {
        self.key = Some(KeyScope { key: key.into(), command: command.into() });
        self
    }

    /// The same append, caused by somebody.
    #[must_use]
    pub fn caused_by(mut self, metadata: Metadata) -> Self {
        self.metadata = Arc::new(metadata);
        self
    }
}

impl Append {
    /// Checks what no store could store: for implementors, before anything else.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a condition with a clause that names a category, or no tag; for an idempotency key outside
    /// the limits; for an expected version where there is no stream.
    pub fn check(&self) -> Result<(), StoreError> {
        let refused = |reason: String| Err(StoreError::Refused { reason });
        if let Some(key) = &self.key
            && let Err(error) = text::check("idempotency key", &key.key)
        {
            return refused(error.to_string());
        }
        if self.stream.is_none() && !matches!(self.expected, ExpectedVersion::Any) {
            return refused(format!("an append to no stream expects {}: name the stream, or expect `Any`", self.expected));
        }
        let Some(condition) = &self.condition else { return Ok(()) };
        let Some(clauses) = condition.query.clauses() else {
            return refused("the condition of an append names tags; `Query::all()` names none".into());
        };
        if clauses.iter().any(|clause| clause.category_asked().is_some()) {
            return refused("the condition of an append asks for tags and names, not for a category: use `expected` for a stream".into());
        }
        match clauses.iter().any(|clause| clause.tags_asked().is_empty()) {
            true => refused("each clause of an append's condition names at least one tag".into()),
            false => Ok(()),
        }
    }
}

/// An event that is not stored yet.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewEvent {
    /// UUID v7, unique in the store.
    pub event_id: Uuid,
    /// The name of its type.
    pub name: Cow<'static, str>,
    /// The version of its type.
    pub version: u32,
    /// JSON.
    pub payload: Vec<u8>,
    /// What it is about.
    pub tags: Vec<Tag>,
}

impl NewEvent {
    /// An event with a new id and no tags. `payload` is JSON.
    ///
    /// # Errors
    /// [`TextError`] for a name that is empty, longer than 512 bytes, or contains U+0000.
    pub fn new(name: impl Into<Cow<'static, str>>, version: u32, payload: impl Into<Vec<u8>>) -> Result<Self, TextError> {
        let name = name.into();
        text::check("event name", &name)?;
        Ok(Self { event_id: Uuid::now_v7(), name, version, payload: payload.into(), tags: Vec::new() })
    }

    /// The same event, with these tags.
    #[must_use]
    pub fn tagged(mut self, tags: impl IntoIterator<Item = Tag>) -> Self {
        self.tags.extend(tags);
        self
    }
}

/// What became of an append.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Appended {
    /// The position of the first event; `None` for an append without events. The others follow without holes.
    pub first_position: Option<Position>,
    /// The position of the last event.
    pub position: Option<Position>,
    /// The version of the stream after the append; 0 where there is no stream.
    pub version: u64,
    /// When the store took the events.
    pub recorded_at: DateTime<Utc>,
}

impl Appended {
    /// An outcome. For implementors of stores: `count` events from `first` on, after which the stream has `version`.
    pub fn new(first: Position, count: u64, version: u64, recorded_at: DateTime<Utc>) -> Self {
        let (first_position, position) = match count {
            0 => (None, None),
            _ => (Some(first), Some(Position(first.0 + count - 1))),
        };
        Self { first_position, position, version, recorded_at }
    }
}

/// An idempotency key, and the command that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyScope {
    /// The key, unique in the store: 1 to 512 bytes, no U+0000.
    pub key: String,
    /// The name of the command's type.
    pub command: String,
}

/// What an idempotency key was used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// The command that it stood for.
    pub command: String,
    /// The stream of that command.
    pub stream: Option<StreamId>,
    /// What became of it.
    pub appended: Appended,
}

/// How much is read at once: at most this many events, and no further event once this many bytes of payload are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize {
    /// Events, at least 1.
    pub events: usize,
    /// Bytes of payload. The event that reaches the limit is still part of the page.
    pub bytes: usize,
}

impl PageSize {
    /// Whether a page is its stream's last: it has reached neither limit.
    pub(crate) fn is_last(self, events: &[StoredEvent]) -> bool {
        let bytes: usize = events.iter().map(|event| event.event.as_bytes().len()).sum();
        events.len() < self.events && bytes < self.bytes
    }

    /// The version after a page, unless the page is its stream's last.
    pub(crate) fn following(self, events: &[StoredEvent]) -> Option<u64> {
        let last = events.last()?;
        (!self.is_last(events)).then_some(last.version + 1)
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self { events: 1000, bytes: 1 << 20 }
    }
}

/// Some of the events after a position.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The events that were selected, in order of position.
    pub events: Vec<StoredEvent>,
    /// How far was looked: nothing up to here is left to read. The next page begins after it.
    pub through: Position,
    /// Whether there was nothing after `through` when the page was read.
    pub at_head: bool,
}

/// What a decision needs of a stream.
#[derive(Debug, Clone)]
pub struct Load {
    /// The stream.
    pub stream: StreamId,
    /// The first version to read when there is no snapshot.
    pub from: u64,
    /// Whether to read the snapshot.
    pub snapshot: bool,
    /// The idempotency key to look up.
    pub key: Option<String>,
    /// How much to read of the events.
    pub size: PageSize,
}

/// What is known of a stream.
#[derive(Debug, Clone, Default)]
pub struct LoadedStream {
    /// What the key was used for.
    pub key: Option<KeyRecord>,
    /// The state that is kept, if it was asked for.
    pub snapshot: Option<Snapshot>,
    /// The first page of events.
    pub events: Vec<StoredEvent>,
}

/// A state as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The version of the stream that it stands for.
    pub version: u64,
    /// What it was made by: the shapes of the state and of its events.
    pub fingerprint: u64,
    /// Over all of it, so that what was touched is found.
    pub checksum: u64,
    /// JSON.
    pub payload: Vec<u8>,
}
