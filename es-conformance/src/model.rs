//! The store as one would write it without performance, disks or rivals, to compare with.

use std::collections::HashMap;

use es_core::store::{Append, AppendError, Appended, KeyRecord, NewEvent, StoreError};
use es_core::{Conflict, Position, StreamId};

use crate::given::same;
use crate::run::{Outcome, Stop};

#[derive(Default)]
pub(crate) struct Model {
    pub(crate) events: Vec<Known>,
    pub(crate) keys: HashMap<String, KeyRecord>,
}

/// An event that must be in the store.
pub(crate) struct Known {
    pub(crate) position: Position,
    pub(crate) stream: Option<StreamId>,
    version: u64,
    pub(crate) event: NewEvent,
}

impl Known {
    pub(crate) fn is(&self, stored: &es_core::StoredEvent) {
        same(&self.event, stored);
        assert_eq!((stored.position, stored.version), (self.position, self.version), "position and version of `{}`", self.event.name);
        assert_eq!(stored.stream, self.stream);
    }
}

impl Model {
    pub(crate) fn version(&self, stream: &StreamId) -> u64 {
        self.events.iter().filter(|known| known.stream.as_ref() == Some(stream)).count() as u64
    }

    pub(crate) fn selects(&self, query: &es_core::Query, known: &Known) -> bool {
        query.selects(known.stream.as_ref().map(|stream| stream.category()), &known.event.name, &known.event.tags)
    }

    /// Whether an append of this key was stored.
    fn knows_key(&self, append: &Append) -> bool {
        append.key.as_ref().is_some_and(|key| self.keys.contains_key(&key.key))
    }

    /// The events that an append's condition excludes.
    fn excluded<'a>(&'a self, append: &'a Append) -> impl Iterator<Item = &'a Known> {
        let condition = append.condition.iter();
        let later = condition.flat_map(|condition| self.events.iter().map(move |known| (condition, known)));
        later.filter(|(condition, known)| known.position > condition.after && self.selects(&condition.query, known)).map(|(_, known)| known)
    }

    fn knows_event(&self, append: &Append) -> bool {
        append.events.iter().any(|event| self.events.iter().any(|known| known.event.event_id == event.event_id))
    }

    /// Whether nothing is in the way of an append.
    fn stores(&self, append: &Append) -> bool {
        let expected = append.stream.as_ref().is_none_or(|stream| append.expected.allows(self.version(stream)));
        expected && !self.knows_key(append) && self.excluded(append).next().is_none() && !self.knows_event(append)
    }

    /// Whether the append may be refused with these words: where several things are wrong with it, with any of them.
    pub(crate) fn explains(&self, append: &Append, error: &AppendError) -> bool {
        match error {
            AppendError::KeyUsed(record) => append.key.as_ref().and_then(|key| self.keys.get(&key.key)) == Some(&**record),
            AppendError::Conflict(Conflict::Version { actual, .. }) => {
                let version = append.stream.as_ref().map(|stream| self.version(stream));
                version == Some(*actual) && !append.expected.allows(*actual)
            }
            AppendError::Conflict(Conflict::Condition { position }) => self.excluded(append).any(|known| known.position == *position),
            AppendError::Store(StoreError::Refused { .. }) => self.knows_event(append),
            _ => false,
        }
    }

    /// Compares an answer with what is due, and takes note of what was stored.
    pub(crate) fn take(&mut self, append: Append, answer: Result<Appended, AppendError>) -> Outcome {
        match answer {
            Ok(appended) if self.stores(&append) => self.store(append, appended),
            // whatever else is wrong with a repeat, it is known as one
            Err(AppendError::KeyUsed(record)) if self.explains(&append, &AppendError::KeyUsed(record.clone())) => {}
            Err(error) if !self.knows_key(&append) && self.explains(&append, &error) => {}
            answer => {
                let version = append.stream.as_ref().map(|stream| self.version(stream));
                let excluded: Vec<_> = self.excluded(&append).map(|known| known.position).collect();
                let what = format!("its stream is at {version:?}, its condition excludes the events at {excluded:?}");
                return Err(Stop::broken(format!("the answer {answer:?} is not due to {append:?}: {what}")));
            }
        }
        Ok(())
    }

    fn store(&mut self, append: Append, appended: Appended) {
        let Append { stream, events, key, .. } = append;
        let before = stream.as_ref().map_or(0, |stream| self.version(stream));
        assert_eq!(appended.version, stream.as_ref().map_or(0, |_| before + events.len() as u64), "the version after an append");
        let first = appended.first_position.unwrap_or_default();
        for (nth, event) in (0..).zip(events) {
            let version = stream.as_ref().map_or(0, |_| before + nth + 1);
            self.events.push(Known { position: Position(first.0 + nth), stream: stream.clone(), version, event });
        }
        if let Some(key) = key {
            self.keys.insert(key.key, KeyRecord { command: key.command, stream, appended });
        }
    }
}
