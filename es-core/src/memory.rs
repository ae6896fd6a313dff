//! A store in memory, for tests and for trying things out. It runs the same suite as every other store.

mod inline;
mod views;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, SubsecRound, Utc};
use serde::de::IgnoredAny;
use tokio::sync::watch;
use uuid::Uuid;

use crate::error::Conflict;
use crate::query::{AppendCondition, Query};
use crate::recorded::{Payload, StoredEvent};
use crate::store::{
    Append, AppendError, Appended, CheckpointStore, Durability, EventStore, KeyRecord, NewEvent, Page, PageSize, Snapshot, SnapshotStore,
    StoreError,
};
use crate::stream::{Position, StreamId};
use crate::tag::Tag;

/// Events in memory. Clones share them; the last clone takes them along.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    log: Mutex<Log>,
    kept: Mutex<views::Kept>,
    head: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Log {
    events: Vec<StoredEvent>,
    ids: HashSet<Uuid>,
    streams: HashMap<StreamId, Vec<usize>>,
    tagged: HashMap<Arc<str>, Vec<usize>>,
    keys: HashMap<String, KeyRecord>,
    snapshots: HashMap<StreamId, Snapshot>,
    checkpoints: BTreeMap<String, Position>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self { shared: Arc::new(Shared { log: Mutex::default(), kept: Mutex::default(), head: watch::Sender::new(0) }) }
    }

    fn kept(&self) -> MutexGuard<'_, views::Kept> {
        self.shared.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        // a panic can't leave half an append behind: everything is checked before the first change
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl Log {
    fn version(&self, stream: &StreamId) -> u64 {
        self.streams.get(stream).map_or(0, |events| events.len() as u64)
    }

    fn head(&self) -> Position {
        Position(self.events.len() as u64)
    }

    fn append(&mut self, append: Append) -> Result<Appended, AppendError> {
        let planned = self.plan(&append)?;
        self.take(append, &planned);
        Ok(planned)
    }

    /// What would become of an append.
    fn plan(&self, append: &Append) -> Result<Appended, AppendError> {
        if let Some(record) = append.key.as_ref().and_then(|key| self.keys.get(&key.key)) {
            return Err(AppendError::KeyUsed(Box::new(record.clone())));
        }
        let version = append.stream.as_ref().map_or(0, |stream| self.version(stream));
        if let Some(stream) = append.stream.clone().filter(|_| !append.expected.allows(version)) {
            return Err(AppendError::Conflict(Conflict::Version { stream, expected: append.expected, actual: version }));
        }
        if let Some(position) = append.condition.as_ref().and_then(|condition| self.first_match(condition)) {
            return Err(AppendError::Conflict(Conflict::Condition { position }));
        }
        self.check_new(&append.events)?;

        let first = Position(self.head().0 + 1);
        let count = append.events.len() as u64;
        let now = Utc::now().trunc_subsecs(6);
        let recorded_at = self.events.last().map_or(now, |last| now.max(last.recorded_at));
        let version = append.stream.as_ref().map_or(0, |_| version + count);
        Ok(Appended::new(first, count, version, recorded_at))
    }

    /// Stores an append as it was planned, with nothing in between.
    fn take(&mut self, append: Append, planned: &Appended) {
        for event in append.events {
            self.push(event, append.stream.as_ref(), planned.recorded_at, &append.metadata);
        }
        if let Some(key) = append.key {
            self.keys.insert(key.key, KeyRecord { command: key.command, stream: append.stream, appended: planned.clone() });
        }
    }

    fn check_new(&self, events: &[NewEvent]) -> Result<(), StoreError> {
        let mut ids = HashSet::new();
        for event in events {
            if self.ids.contains(&event.event_id) || !ids.insert(event.event_id) {
                return Err(StoreError::duplicate_event(event.event_id));
            }
            if let Err(error) = json(&event.payload) {
                return Err(StoreError::not_json(&event.name, error));
            }
        }
        Ok(())
    }

    fn push(&mut self, event: NewEvent, stream: Option<&StreamId>, recorded_at: DateTime<Utc>, metadata: &Arc<crate::Metadata>) {
        let at = self.events.len();
        let version = stream.map_or(0, |stream| {
            let events = self.streams.entry(stream.clone()).or_default();
            events.push(at);
            events.len() as u64
        });
        self.ids.insert(event.event_id);
        for tag in &event.tags {
            self.tagged.entry(tag.as_str().into()).or_default().push(at);
        }
        self.events.push(StoredEvent::from_row(
            Position(at as u64 + 1),
            stream.cloned(),
            version,
            event.event_id,
            event.name.into(),
            event.version,
            Payload::new(event.payload),
            event.tags,
            recorded_at,
            metadata.clone(),
        ));
    }

    fn add_tags(&mut self, position: Position, tags: &[Tag]) {
        let place = usize::try_from(position.0).ok().and_then(|position| position.checked_sub(1));
        let Some((at, event)) = place.and_then(|at| Some((at, self.events.get_mut(at)?))) else { return };
        for tag in tags {
            if !event.tags.contains(tag) {
                event.tags.push(tag.clone());
                let tagged = self.tagged.entry(tag.as_str().into()).or_default();
                tagged.insert(tagged.partition_point(|other| *other < at), at);
            }
        }
    }

    /// The first event that a decision would have had to know.
    fn first_match(&self, condition: &AppendCondition) -> Option<Position> {
        let clauses = condition.query.clauses()?;
        let positions = clauses.iter().filter_map(|clause| {
            let tagged = self.tagged.get(clause.tags_asked().first()?.as_str())?;
            let newer = tagged.partition_point(|at| (*at as u64) < condition.after.0);
            tagged[newer..].iter().map(|at| &self.events[*at]).find(|event| clause.matches(event)).map(|event| event.position)
        });
        positions.min()
    }

    fn read(&self, query: &Query, after: Position, size: PageSize) -> Page {
        let mut page = Page { events: Vec::new(), through: after.max(self.head()), at_head: true };
        let mut room = Room::new(size);
        let from = usize::try_from(after.0).unwrap_or(usize::MAX).min(self.events.len());
        for event in &self.events[from..] {
            if !query.matches(event) {
                continue;
            }
            if !room.left() {
                return page;
            }
            room.take(event.event.as_bytes().len());
            page.events.push(event.clone());
            page.through = event.position;
            page.at_head = event.position == self.head();
        }
        page.through = after.max(self.head());
        page.at_head = true;
        page
    }
}

/// Checks JSON and UTF-8: serde_json skips over strings without looking into them.
fn json(payload: &[u8]) -> Result<IgnoredAny, Box<dyn std::error::Error>> {
    Ok(serde_json::from_str(std::str::from_utf8(payload)?)?)
}

/// What is left of a page.
struct Room {
    events: usize,
    bytes: usize,
}

impl Room {
    fn new(size: PageSize) -> Self {
        Self { events: size.events.max(1), bytes: size.bytes.max(1) }
    }

    fn left(&self) -> bool {
        self.events > 0 && self.bytes > 0
    }

    fn take(&mut self, bytes: usize) {
        self.events -= 1;
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

impl EventStore for MemoryStore {
    type Connection = ();

    fn durability(&self) -> Durability {
        Durability::Memory
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        append.check()?;
        let mut log = self.log();
        let appended = log.append(append)?;
        // under the lock, so that the head never goes back
        self.shared.head.send_replace(log.head().0);
        Ok(appended)
    }

    async fn read_stream(&self, stream: &StreamId, from: u64, size: PageSize) -> Result<Vec<StoredEvent>, StoreError> {
        let log = self.log();
        let Some(events) = log.streams.get(stream) else { return Ok(Vec::new()) };
        let skipped = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX).min(events.len());
        let mut room = Room::new(size);
        let page = events[skipped..].iter().map(|at| &log.events[*at]).take_while(|event| {
            let fits = room.left();
            if fits {
                room.take(event.event.as_bytes().len());
            }
            fits
        });
        Ok(page.cloned().collect())
    }

    async fn read(&self, query: &Query, after: Position, size: PageSize) -> Result<Page, StoreError> {
        Ok(self.log().read(query, after, size))
    }

    async fn stream_version(&self, stream: &StreamId) -> Result<u64, StoreError> {
        Ok(self.log().version(stream))
    }

    async fn head(&self) -> Result<Position, StoreError> {
        Ok(self.log().head())
    }

    async fn wait_past(&self, position: Position) -> Result<(), StoreError> {
        let mut head = self.shared.head.subscribe();
        head.wait_for(|head| *head > position.0).await.map(drop).map_err(|_| StoreError::Closed)
    }

    async fn key(&self, key: &str) -> Result<Option<KeyRecord>, StoreError> {
        Ok(self.log().keys.get(key).cloned())
    }

    async fn add_tags(&self, tags: &[(Position, Vec<Tag>)]) -> Result<(), StoreError> {
        let mut log = self.log();
        tags.iter().for_each(|(position, tags)| log.add_tags(*position, tags));
        Ok(())
    }

    async fn prune_keys(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let keys = &mut self.log().keys;
        let all = keys.len();
        keys.retain(|_, record| record.appended.recorded_at >= before);
        Ok((all - keys.len()) as u64)
    }
}

impl SnapshotStore for MemoryStore {
    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, StoreError> {
        Ok(self.log().snapshots.get(stream).cloned())
    }

    async fn save_snapshot(&self, stream: &StreamId, snapshot: Snapshot) -> Result<(), StoreError> {
        self.log().snapshots.insert(stream.clone(), snapshot);
        Ok(())
    }

    async fn delete_snapshot(&self, stream: &StreamId) -> Result<(), StoreError> {
        self.log().snapshots.remove(stream);
        Ok(())
    }
}

impl CheckpointStore for MemoryStore {
    async fn checkpoint(&self, name: &str) -> Result<Position, StoreError> {
        Ok(self.log().checkpoints.get(name).copied().unwrap_or_default())
    }

    async fn save_checkpoint(&self, name: &str, position: Position) -> Result<(), StoreError> {
        self.log().checkpoints.insert(name.to_owned(), position);
        Ok(())
    }
}
