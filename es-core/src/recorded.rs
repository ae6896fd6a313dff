//! An event as the store recorded it.

use std::ops::Deref;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::error::DecodeError;
use crate::event::{EventEnum, EventSet};
use crate::{Metadata, Position, StreamId, Tag};

/// An event with everything that was recorded about it. Dereferences to the event.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Recorded<E> {
    /// The event.
    pub event: E,
    /// UUID v7, unique in the store. The parts of one retired event share it.
    pub event_id: Uuid,
    /// The stream that it belongs to; `None` for an event that was decided on tags alone.
    pub stream: Option<StreamId>,
    /// Its place in the stream: 1, 2, 3, …; 0 where there is no stream.
    pub version: u64,
    /// Its place among all events of the store.
    pub position: Position,
    /// The name under which it is stored. What a retired event became has the name of the successor.
    pub name: Arc<str>,
    /// The version of its type when it was stored.
    pub event_version: u32,
    /// Which part of a retired event this is: 0, 1, …; 0 for every other event.
    pub part: u32,
    /// What it is about, beside its stream.
    pub tags: Vec<Tag>,
    /// When the store took it: UTC, whole microseconds, never decreasing with `position`.
    pub recorded_at: DateTime<Utc>,
    /// Who caused it, and in answer to what.
    pub metadata: Arc<Metadata>,
}

/// An event as it is stored, not yet decoded.
pub type StoredEvent = Recorded<Payload>;

/// What a fold needs to know of a stored event, where it lies: a store need not copy what is folded.
#[derive(Debug, Clone, Copy)]
pub struct StoredRef<'a> {
    /// The stream that it belongs to.
    pub stream: Option<&'a StreamId>,
    /// Its place in the stream: 1, 2, 3, …; 0 where there is no stream.
    pub version: u64,
    /// Its place among all events of the store.
    pub position: Position,
    /// The name under which it is stored.
    pub name: &'a str,
    /// The version of its type when it was stored.
    pub event_version: u32,
    /// Its JSON, as stored.
    pub payload: &'a [u8],
    /// What it is about, beside its stream.
    pub tags: &'a [Tag],
}

impl<'a> From<&'a StoredEvent> for StoredRef<'a> {
    fn from(event: &'a StoredEvent) -> Self {
        Self {
            stream: event.stream.as_ref(),
            version: event.version,
            position: event.position,
            name: &event.name,
            event_version: event.event_version,
            payload: event.event.as_bytes(),
            tags: &event.tags,
        }
    }
}

/// The JSON of a stored event.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Payload(Vec<u8>);

impl Payload {
    /// Takes JSON text as it was stored.
    pub fn new(json: Vec<u8>) -> Self {
        Self(json)
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// The JSON, as stored.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

impl<E> Deref for Recorded<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.event
    }
}

impl<E> Recorded<E> {
    /// The same record around another event.
    pub fn map<F>(self, map: impl FnOnce(E) -> F) -> Recorded<F> {
        let Self { event, event_id, stream, version, position, name, event_version, part, tags, recorded_at, metadata } = self;
        let event = map(event);
        Recorded { event, event_id, stream, version, position, name, event_version, part, tags, recorded_at, metadata }
    }
}

impl<E> Recorded<E> {
    /// The same record around another event.
    pub(crate) fn around<F>(&self, event: F) -> Recorded<F> {
        Recorded {
            event,
            event_id: self.event_id,
            stream: self.stream.clone(),
            version: self.version,
            position: self.position,
            name: self.name.clone(),
            event_version: self.event_version,
            part: self.part,
            tags: self.tags.clone(),
            recorded_at: self.recorded_at,
            metadata: self.metadata.clone(),
        }
    }

    /// The event, and what was recorded about it. For generated code.
    #[doc(hidden)]
    pub fn split(self) -> (E, Recorded<()>) {
        let Self { event, event_id, stream, version, position, name, event_version, part, tags, recorded_at, metadata } = self;
        let about = Recorded { event: (), event_id, stream, version, position, name, event_version, part, tags, recorded_at, metadata };
        (event, about)
    }
}

impl StoredEvent {
    /// An event that a store has read back. For implementors of stores.
    #[expect(clippy::too_many_arguments, reason = "a row of the events table")]
    pub fn from_row(
        position: Position,
        stream: Option<StreamId>,
        version: u64,
        event_id: Uuid,
        name: Arc<str>,
        event_version: u32,
        payload: Payload,
        tags: Vec<Tag>,
        recorded_at: DateTime<Utc>,
        metadata: Arc<Metadata>,
    ) -> Self {
        Self { event: payload, event_id, stream, version, position, name, event_version, part: 0, tags, recorded_at, metadata }
    }

    /// The events of `A` that this one holds: upcast, and with a retired event's parts in its place.
    ///
    /// Nothing when `A` does not list an event of this name: a reader of the whole store meets many such.
    /// [`App::read_all`](crate::App::read_all) is strict.
    ///
    /// # Errors
    /// [`DecodeError`] when `A` lists it, but its bytes are of no version that today's type reads.
    pub fn decode<A: EventSet>(&self) -> Result<Vec<Recorded<A::Event>>, DecodeError> {
        let mut events = Vec::new();
        match A::Event::decode(&self.name, self.event_version, self.event.as_bytes(), &mut events) {
            Err(error) if error.is_unlisted() => Ok(Vec::new()),
            Err(error) => Err(error),
            Ok(()) => Ok((0..).zip(events).map(|(part, event)| self.part(part, event)).collect()),
        }
    }

    /// One part of what this event became.
    pub(crate) fn part<E: EventEnum>(&self, part: u32, event: E) -> Recorded<E> {
        let today = event.name();
        let renamed = || E::EVENTS.iter().any(|known| known.name == today && known.renamed_from.contains(&&*self.name));
        let name = if &*self.name == today || renamed() { self.name.clone() } else { today.into() };
        Recorded { part, name, ..self.around(event) }
    }
}
