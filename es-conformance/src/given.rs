//! Words that the checks are written in.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use es_core::store::{Append, AppendError, Appended, EventStore, NewEvent, Page, PageSize, StoreError};
use es_core::{AnyStore, AppendCondition, Clause, Conflict, ExpectedVersion, Metadata, Position, Query, StoredEvent, StreamId, Tag};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::run::{Outcome, Stop};

/// No limits.
pub(crate) const EVERYTHING: PageSize = PageSize { events: usize::MAX, bytes: usize::MAX };

/// At most this many events.
pub(crate) fn at_most(events: usize) -> PageSize {
    PageSize { events, ..EVERYTHING }
}

pub(crate) fn event(name: &'static str) -> Outcome<NewEvent> {
    Ok(NewEvent::new(name, 1, *b"{}")?)
}

pub(crate) fn events(name: &'static str, count: usize) -> Outcome<Vec<NewEvent>> {
    (1..=count).map(|nth| Ok(NewEvent::new(name, 1, format!("{{\"nth\":{nth}}}"))?)).collect()
}

/// One event about some things.
pub(crate) fn tagged(name: &'static str, tags: &[&Tag]) -> Outcome<NewEvent> {
    Ok(event(name)?.tagged(tags.iter().copied().cloned()))
}

pub(crate) fn tag(key: &str, value: impl std::fmt::Display) -> Outcome<Tag> {
    Ok(Tag::new(key, value)?)
}

pub(crate) fn parcel(id: impl std::fmt::Display) -> Outcome<StreamId> {
    Ok(StreamId::new("parcel", id.to_string())?)
}

/// An append to a stream whatever its version.
pub(crate) fn to(stream: &StreamId, events: Vec<NewEvent>) -> Append {
    Append::to(stream.clone(), ExpectedVersion::Any, events)
}

/// An append to a stream that has this version.
pub(crate) fn at(stream: &StreamId, version: u64, events: Vec<NewEvent>) -> Append {
    Append::to(stream.clone(), ExpectedVersion::Exact(version), events)
}

/// That nothing after `after` is about all these things.
pub(crate) fn none_of(tags: &[&Tag], after: Position) -> AppendCondition {
    AppendCondition { query: about(tags).into(), after }
}

/// Events about all these things.
pub(crate) fn about(tags: &[&Tag]) -> Clause {
    tags.iter().fold(Clause::new(), |clause, tag| clause.tag((*tag).clone()))
}

pub(crate) fn metadata(set: impl FnOnce(&mut Metadata)) -> Metadata {
    let mut metadata = Metadata::default();
    set(&mut metadata);
    metadata
}

/// Reads page by page to the head, and sees to it that every page leads on.
pub(crate) async fn read(store: &AnyStore, query: &Query, after: Position, size: PageSize) -> Outcome<Vec<StoredEvent>> {
    let (mut events, mut at) = (Vec::new(), after);
    loop {
        let Page { events: page, through, at_head } = store.read(query, at, size).await?;
        assert!(page.len() <= size.events, "a page of at most {} events holds {}", size.events, page.len());
        let last = page.last().map_or(at, |event| event.position);
        assert!(through >= last, "a page goes through {through}, but holds the event at {last}");
        assert!(at_head || through > at, "a page after {at} leads no further, and is not at the head");
        events.extend(page);
        at = through;
        if at_head {
            return Ok(events);
        }
    }
}

/// All events of the store, in order, after a look at the order.
pub(crate) async fn all(store: &AnyStore) -> Outcome<Vec<StoredEvent>> {
    let events = read(store, &Query::all(), Position::START, PageSize::default()).await?;
    in_order(&events);
    Ok(events)
}

/// A stream from its beginning, page by page.
pub(crate) async fn stream(store: &AnyStore, stream: &StreamId) -> Outcome<Vec<StoredEvent>> {
    let mut events: Vec<StoredEvent> = Vec::new();
    loop {
        let from = events.len() as u64 + 1;
        let page = store.read_stream(stream, from, PageSize::default()).await?;
        if page.is_empty() {
            without_holes(&events);
            return Ok(events);
        }
        events.extend(page);
    }
}

/// Positions increase, and so do the versions of each stream: 1, 2, 3, …
pub(crate) fn in_order(events: &[StoredEvent]) {
    let mut last = Position::START;
    let mut versions: HashMap<&StreamId, u64> = HashMap::new();
    for event in events {
        assert!(event.position > last, "position {} comes after position {last}", event.position);
        last = event.position;
        match &event.stream {
            None => assert_eq!(event.version, 0, "an event of no stream has a version"),
            Some(stream) => {
                let version = versions.entry(stream).or_default();
                *version += 1;
                assert_eq!(event.version, *version, "`{stream}`, position {}: the version is not the next one", event.position);
            }
        }
    }
}

fn without_holes(events: &[StoredEvent]) {
    for (version, event) in (1..).zip(events) {
        assert_eq!(event.version, version, "{:?}: version {} where {version} was due", event.stream, event.version);
    }
}

/// What was stored is what was given.
pub(crate) fn same(given: &NewEvent, stored: &StoredEvent) {
    assert_eq!(stored.event_id, given.event_id, "the event's id");
    assert_eq!(&*stored.name, &*given.name, "the event's name");
    assert_eq!(stored.event_version, given.version, "the version of the event's type");
    assert_eq!(stored.tags, given.tags, "the tags of `{}`", given.name);
    let (given, stored) = (String::from_utf8_lossy(&given.payload), String::from_utf8_lossy(stored.event.as_bytes()));
    assert!(given == stored, "the payload was {}, and came back as {}", short(&given), short(&stored));
}

fn short(text: &str) -> String {
    text.chars().take(120).collect()
}

pub(crate) fn ids(events: &[StoredEvent]) -> Vec<uuid::Uuid> {
    events.iter().map(|event| event.event_id).collect()
}

pub(crate) fn names(events: &[StoredEvent]) -> Vec<&str> {
    events.iter().map(|event| &*event.name).collect()
}

pub(crate) fn positions(events: &[StoredEvent]) -> Vec<u64> {
    events.iter().map(|event| event.position.0).collect()
}

/// An append that is refused for the stream's version; that version.
pub(crate) async fn refused_at(store: &AnyStore, append: Append) -> Outcome<u64> {
    match store.append(append).await {
        Err(AppendError::Conflict(Conflict::Version { actual, .. })) => Ok(actual),
        other => Err(Stop::broken(format!("a version conflict was due, not {other:?}"))),
    }
}

/// An append that is refused for its condition; the position that the conflict names.
pub(crate) async fn refused_for(store: &AnyStore, append: Append) -> Outcome<Position> {
    match store.append(append).await {
        Err(AppendError::Conflict(Conflict::Condition { position })) => Ok(position),
        other => Err(Stop::broken(format!("a conflict with the condition was due, not {other:?}"))),
    }
}

/// An append that no store could store.
pub(crate) async fn refused(store: &AnyStore, append: Append) -> Outcome<String> {
    match store.append(append).await {
        Err(AppendError::Store(StoreError::Refused { reason })) => Ok(reason),
        other => Err(Stop::broken(format!("`StoreError::Refused` was due, not {other:?}"))),
    }
}

/// Whether the append won; anything but a conflict is an error.
pub(crate) fn won(answer: Result<Appended, AppendError>) -> Outcome<bool> {
    match answer {
        Ok(_) => Ok(true),
        Err(AppendError::Conflict(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Runs all of these in tasks that begin together.
pub(crate) async fn at_once<T: Send + 'static>(
    tasks: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Outcome<Vec<T>> {
    let tasks: Vec<_> = tasks.into_iter().collect();
    let start = Arc::new(Barrier::new(tasks.len().max(1)));
    let mut running = JoinSet::new();
    for (nth, task) in tasks.into_iter().enumerate() {
        let start = start.clone();
        running.spawn(async move {
            start.wait().await;
            (nth, task.await)
        });
    }
    let mut answers = Vec::new();
    while let Some(answer) = running.join_next().await {
        answers.push(answer?);
    }
    answers.sort_by_key(|(nth, _)| *nth);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}
