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

/// What may come of an append. Where several things are wrong with it, any of them may be the answer.
#[derive(Debug, PartialEq)]
pub(crate) enum Due {
    Stored,
    Used,
    Refused { version: Option<u64>, condition: bool, duplicate: bool },
}

impl Model {
    pub(crate) fn version(&self, stream: &StreamId) -> u64 {
        self.events.iter().filter(|known| known.stream.as_ref() == Some(stream)).count() as u64
    }

    pub(crate) fn due(&self, append: &Append) -> Due {
        if append.key.as_ref().is_some_and(|key| self.keys.contains_key(&key.key)) {
            return Due::Used;
        }
        let version = append.stream.as_ref().map(|stream| self.version(stream)).filter(|version| !append.expected.allows(*version));
        let condition = append.condition.as_ref().is_some_and(|condition| {
            let later = self.events.iter().filter(|known| known.position > condition.after);
            later.clone().any(|known| self.selects(&condition.query, known))
        });
        let duplicate = append.events.iter().any(|event| self.events.iter().any(|known| known.event.event_id == event.event_id));
        match version.is_some() || condition || duplicate {
            true => Due::Refused { version, condition, duplicate },
            false => Due::Stored,
        }
    }

    pub(crate) fn selects(&self, query: &es_core::Query, known: &Known) -> bool {
        query.selects(known.stream.as_ref().map(|stream| stream.category()), &known.event.name, &known.event.tags)
    }

    /// Compares an answer with what is due, and takes note of what was stored.
    pub(crate) fn take(&mut self, append: Append, answer: Result<Appended, AppendError>) -> Outcome {
        let due = self.due(&append);
        match (&due, answer) {
            (Due::Stored, Ok(appended)) => self.store(append, appended),
            (Due::Used, Err(AppendError::KeyUsed(record))) => {
                assert_eq!(append.key.and_then(|key| self.keys.get(&key.key)), Some(&*record));
            }
            (Due::Refused { version: Some(due), .. }, Err(AppendError::Conflict(Conflict::Version { actual, .. }))) => {
                assert_eq!(actual, *due, "the version that a conflict names");
            }
            (Due::Refused { condition: true, .. }, Err(AppendError::Conflict(Conflict::Condition { position }))) => {
                let Some(condition) = &append.condition else { return Ok(()) };
                let named = self.events.iter().find(|known| known.position == position && position > condition.after);
                assert!(named.is_some_and(|known| self.selects(&condition.query, known)), "the conflict names position {position}");
            }
            (Due::Refused { duplicate: true, .. }, Err(AppendError::Store(StoreError::Refused { .. }))) => {}
            (due, answer) => return Err(Stop::broken(format!("{due:?} was due, not {answer:?}, for {append:?}"))),
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
