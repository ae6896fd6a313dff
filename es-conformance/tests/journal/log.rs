//! What a journal's lines add up to.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use es_core::store::{Append, Appended, KeyRecord, NewEvent, PageSize, Snapshot};
use es_core::{AppendCondition, Clause, Conflict, ExpectedVersion, Metadata, Position, Query, StoredEvent, StreamId, Tag};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::flaw::Flaw;

/// A line of the journal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Line {
    Append { stream: Option<(String, String)>, events: Vec<Entry>, at: DateTime<Utc>, metadata: Metadata, key: Option<(String, String)> },
    Key { stream: Option<(String, String)>, key: (String, String), first: u64, count: u64, version: u64, at: DateTime<Utc> },
    Snapshot { stream: (String, String), version: u64, fingerprint: u64, checksum: u64, payload: String },
    NoSnapshot { stream: (String, String) },
    Checkpoint { name: String, position: Position },
    Prune { before: DateTime<Utc> },
    Tags { tags: Vec<(Position, Vec<String>)> },
}

/// An event in a line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) position: u64,
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) payload: String,
    pub(crate) tags: Vec<String>,
}

#[derive(Default)]
pub(crate) struct Log {
    pub(crate) events: Vec<StoredEvent>,
    pub(crate) keys: HashMap<String, KeyRecord>,
    pub(crate) snapshots: HashMap<StreamId, Snapshot>,
    pub(crate) checkpoints: HashMap<String, Position>,
    /// Positions that are given out, but not shown.
    pub(crate) hidden: Vec<u64>,
    /// Positions that nobody has; below 0, that two have.
    pub(crate) skipped: i64,
}

pub(crate) fn pair(stream: &StreamId) -> (String, String) {
    (stream.category().to_owned(), stream.id().to_owned())
}

fn name((category, id): &(String, String)) -> StreamId {
    StreamId::from_stored(category.as_str().into(), id.as_str().into())
}

impl Log {
    pub(crate) fn last_position(&self) -> u64 {
        self.events.last().map_or(0, |event| event.position.0).saturating_add_signed(self.skipped)
    }

    pub(crate) fn shown(&self) -> impl Iterator<Item = &StoredEvent> + Clone {
        self.events.iter().filter(|event| !self.hidden.contains(&event.position.0))
    }

    pub(crate) fn head(&self) -> Position {
        self.shown().last().map_or(Position::START, |event| event.position)
    }

    pub(crate) fn version(&self, stream: &StreamId) -> u64 {
        self.events.iter().rev().find(|event| event.stream.as_ref() == Some(stream)).map_or(0, |event| event.version)
    }

    pub(crate) fn apply(&mut self, line: Line, flaw: Flaw) {
        match line {
            Line::Append { stream, events, at, metadata, key } => {
                let first = events.first().map_or(0, |event| event.position);
                let (count, metadata) = (events.len() as u64, Arc::new(metadata));
                let stream = stream.map(|stream| name(&stream));
                for (nth, entry) in events.into_iter().enumerate() {
                    let metadata = if flaw == Flaw::FirstMetadata && nth > 0 { Arc::default() } else { metadata.clone() };
                    self.push(entry, stream.clone(), at, metadata);
                }
                let version = stream.as_ref().map_or(0, |stream| self.version(stream));
                if let Some((key, command)) = key {
                    self.keys.insert(key, KeyRecord { command, stream, appended: Appended::new(Position(first), count, version, at) });
                }
            }
            Line::Key { stream, key: (key, command), first, count, version, at } => {
                let appended = Appended::new(Position(first), count, version, at);
                self.keys.insert(key, KeyRecord { command, stream: stream.map(|stream| name(&stream)), appended });
            }
            Line::Snapshot { stream, version, fingerprint, checksum, payload } => {
                let snapshot = Snapshot { version, fingerprint, checksum, payload: payload.into_bytes() };
                self.snapshots.insert(name(&stream), snapshot);
            }
            Line::NoSnapshot { stream } => drop(self.snapshots.remove(&name(&stream))),
            Line::Checkpoint { name, position } => drop(self.checkpoints.insert(name, position)),
            Line::Tags { tags } => tags.iter().for_each(|(position, tags)| self.add_tags(*position, tags, flaw)),
            Line::Prune { before } => self.keys.retain(|_, known| known.appended.recorded_at >= before),
        }
    }

    fn push(&mut self, entry: Entry, stream: Option<StreamId>, at: DateTime<Utc>, metadata: Arc<Metadata>) {
        let version = stream.as_ref().map_or(0, |stream| self.version(stream) + 1);
        self.events.push(StoredEvent::from_row(
            Position(entry.position),
            stream,
            version,
            entry.id,
            entry.name.into(),
            entry.version,
            es_core::Payload::new(entry.payload.into_bytes()),
            entry.tags.iter().map(|tag| Tag::parse(tag).unwrap()).collect(),
            at,
            metadata,
        ));
    }

    fn add_tags(&mut self, position: Position, tags: &[String], flaw: Flaw) {
        let Some(event) = self.events.iter_mut().find(|event| event.position == position) else { return };
        if flaw == Flaw::TagsReplaced {
            event.tags.clear();
        }
        for tag in tags.iter().map(|tag| Tag::parse(tag).unwrap()) {
            match flaw {
                Flaw::TagsLost => {}
                Flaw::TagsInFront => event.tags.insert(0, tag),
                Flaw::TagsTwice => event.tags.push(tag),
                _ if event.tags.contains(&tag) => {}
                _ => event.tags.push(tag),
            }
        }
    }

    pub(crate) fn version_conflict(&self, append: &Append, flaw: Flaw) -> Option<Conflict> {
        let stream = append.stream.clone()?;
        let version = self.version(&stream);
        let expected = match append.expected {
            ExpectedVersion::Exact(version) if version > i64::MAX as u64 && flaw == Flaw::SignedVersion => ExpectedVersion::Any,
            ExpectedVersion::Any if flaw == Flaw::AnyIsNone => ExpectedVersion::NoStream,
            expected => expected,
        };
        let actual = match expected {
            ExpectedVersion::Exact(expected) if flaw == Flaw::WrongActual => expected + 1,
            _ => version,
        };
        let unchecked = flaw == Flaw::EmptyUnchecked && append.events.is_empty();
        (!unchecked && !expected.allows(version)).then_some(Conflict::Version { stream, expected: append.expected, actual })
    }

    pub(crate) fn condition_conflict(&self, append: &Append, flaw: Flaw) -> Option<Conflict> {
        let AppendCondition { query, after } = append.condition.as_ref()?;
        if flaw == Flaw::VersionOrCondition && append.expected != ExpectedVersion::Any {
            return None;
        }
        let clauses = query.clauses().unwrap_or_default();
        let clauses = if flaw == Flaw::FirstClauseOnly { &clauses[..clauses.len().min(1)] } else { clauses };
        let later = |event: &&StoredEvent| event.position > *after || flaw == Flaw::ConditionInclusive && event.position == *after;
        let found = self.events.iter().filter(later).find(|event| clauses.iter().any(|clause| breaks(clause, event, flaw)));
        found.map(|event| Conflict::Condition { position: event.position })
    }

    pub(crate) fn knows(&self, event: &NewEvent) -> bool {
        self.events.iter().any(|known| known.event_id == event.event_id)
    }

    /// Whether and how often an event is selected.
    pub(crate) fn times(&self, query: &Query, event: &StoredEvent, flaw: Flaw) -> usize {
        let Some(clauses) = query.clauses() else { return 1 };
        let is_pattern = |text: &str| flaw == Flaw::Patterns && text.contains(['%', '_']);
        let matching = clauses.iter().filter(|clause| {
            clause.matches(event)
                || clause.names_asked().is_some_and(|names| names.iter().any(|name| is_pattern(name)))
                || clause.category_asked().is_some_and(is_pattern)
        });
        match flaw {
            Flaw::OncePerClause => matching.count(),
            Flaw::NothingIsAll if clauses.is_empty() => 1,
            _ => usize::from(matching.count() > 0),
        }
    }
}

fn breaks(clause: &Clause, event: &StoredEvent, flaw: Flaw) -> bool {
    let any_tag = clause.tags_asked().iter().any(|tag| event.tags.contains(tag));
    let all_tags = clause.tags_asked().iter().all(|tag| event.tags.contains(tag));
    let named = clause.names_asked().is_none_or(|names| names.iter().any(|name| **name == *event.name));
    match flaw {
        Flaw::NamesIgnored => all_tags,
        Flaw::NoNamesMatchNothing => all_tags && named && clause.names_asked().is_some(),
        Flaw::OneTagIsEnough => any_tag && named,
        Flaw::ConditionUnstreamed => all_tags && named && event.stream.is_none(),
        _ => clause.matches(event),
    }
}

/// What is left of a page.
pub(crate) struct Room {
    size: PageSize,
    flaw: Flaw,
}

impl Room {
    pub(crate) fn new(size: PageSize, flaw: Flaw) -> Self {
        Self { size, flaw }
    }

    pub(crate) fn left(&self) -> bool {
        self.size.events > 0 && (self.size.bytes > 0 || self.flaw == Flaw::BytesIgnored)
    }

    pub(crate) fn take(&mut self, event: &StoredEvent) {
        self.size.events -= 1;
        self.size.bytes = self.size.bytes.saturating_sub(event.event.as_bytes().len());
    }
}
