//! An append: checked and inserted inside the writer's transaction.

use std::cell::Cell;

use chrono::DateTime;
use es_core::store::{Append, AppendError, Appended, InlineError, KeyRecord, NewEvent, StoreError};
use es_core::{Conflict, Position, StreamId};
use rusqlite::{Connection, params};
use serde::de::IgnoredAny;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::error::{Shared, store_error};
use crate::inline::Rows;
use crate::row::Text;
use crate::writer::{Batch, Failed, Head, Job};
use crate::{keys, query, stream};

type Outcome = Result<Appended, InlineError>;

/// An append on its way to the writer.
pub(crate) struct AppendJob {
    append: Append,
    /// As stored: JSON, or nothing.
    metadata: Option<String>,
    tags: Vec<Option<String>>,
    rows: Option<Rows>,
    /// The event that was being inserted.
    inserting: Cell<Option<Uuid>>,
    outcome: Option<Outcome>,
    answer: oneshot::Sender<Outcome>,
}

impl AppendJob {
    /// Checks what needs no database, and writes what is the same however often it is tried.
    pub(crate) fn new(append: Append, rows: Option<Rows>) -> Result<(Self, oneshot::Receiver<Outcome>), StoreError> {
        append.check()?;
        append.events.iter().try_for_each(check_json)?;
        let json = |error| StoreError::backend("writing metadata as JSON", error);
        let metadata = match append.metadata.is_empty() {
            true => None,
            false => Some(serde_json::to_string(&*append.metadata).map_err(json)?),
        };
        let tags = append.events.iter().map(tags_json).collect::<Result<_, _>>().map_err(json)?;
        let (answer, outcome) = oneshot::channel();
        Ok((Self { append, metadata, tags, rows, inserting: Cell::new(None), outcome: None, answer }, outcome))
    }

    /// Writes all of it, or nothing where it is refused.
    pub(crate) fn try_append(&mut self, batch: &mut Batch<'_>) -> rusqlite::Result<Outcome> {
        let connection = batch.connection;
        let (head, planned) = match self.plan(batch)? {
            Ok(planned) => planned,
            Err(error) => return Ok(Err(error.into())),
        };
        let tables = match self.rows.as_mut().map(|rows| rows.check(connection, &planned)).transpose()? {
            Some(Err(error)) => return Ok(Err(error)),
            Some(Ok(tables)) => tables,
            None => Vec::new(),
        };
        let Append { stream, events, key, .. } = &self.append;
        self.insert_events(connection, head, planned.version.saturating_sub(events.len() as u64))?;
        batch.advance(events.len() as u64);
        if let Some(key) = key {
            let record = KeyRecord { command: key.command.clone(), stream: stream.clone(), appended: planned.clone() };
            keys::insert(connection, &key.key, &record)?;
        }
        if let Some(rows) = &self.rows {
            rows.write(connection, tables, &planned)?;
        }
        Ok(Ok(planned))
    }

    /// Where the events are to stand, if nothing speaks against it.
    fn plan(&self, batch: &mut Batch<'_>) -> rusqlite::Result<Result<(Head, Appended), AppendError>> {
        let Append { stream, expected, events, condition, key, .. } = &self.append;
        let connection = batch.connection;
        if let Some(key) = key
            && let Some(record) = keys::select(connection, &key.key)?
        {
            return Ok(Err(AppendError::KeyUsed(Box::new(record))));
        }
        let version = match stream {
            Some(stream) => stream::version(connection, stream)?,
            None => 0,
        };
        if let Some(stream) = stream.as_ref().filter(|_| !expected.allows(version)) {
            let conflict = Conflict::Version { stream: stream.clone(), expected: *expected, actual: version };
            return Ok(Err(AppendError::Conflict(conflict)));
        }
        if let Some(condition) = condition
            && let Some(position) = query::first_match(connection, condition)?
        {
            return Ok(Err(AppendError::Conflict(Conflict::Condition { position })));
        }
        let (head, count) = (batch.head()?, events.len() as u64);
        let recorded_at = DateTime::from_timestamp_micros(head.recorded_at).unwrap_or_default();
        let version = stream.as_ref().map_or(0, |_| version + count);
        Ok(Ok((head, Appended::new(Position(head.position.0 + 1), count, version, recorded_at))))
    }

    /// What a statement said about it.
    pub(crate) fn not_stored(&self, error: impl Into<Shared>) -> StoreError {
        not_stored(error.into(), self.inserting.get())
    }

    fn insert_events(&self, connection: &Connection, head: Head, version: u64) -> rusqlite::Result<()> {
        let stream = self.append.stream.as_ref();
        let mut insert = connection.prepare_cached(include_str!("sql/insert_event.sql"))?;
        for (nth, (event, tags)) in (1..).zip(self.append.events.iter().zip(&self.tags)) {
            let position = head.position.0 + nth;
            self.inserting.set(Some(event.event_id));
            insert.execute(params![
                position,
                event.event_id.as_bytes(),
                stream.map(StreamId::category),
                stream.map(StreamId::id),
                stream.map(|_| version + nth),
                event.name,
                event.version,
                head.recorded_at,
                tags,
                self.metadata,
                Text(&event.payload),
            ])?;
            if tags.is_some() {
                insert_tags(connection, position, event)?;
            }
        }
        Ok(())
    }
}

fn insert_tags(connection: &Connection, position: u64, event: &NewEvent) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(include_str!("sql/insert_tag.sql"))?;
    for tag in &event.tags {
        insert.execute(params![tag.as_str(), position, event.name])?;
    }
    Ok(())
}

impl Job for AppendJob {
    fn run(&mut self, batch: &mut Batch<'_>) -> rusqlite::Result<()> {
        self.outcome = Some(self.try_append(batch)?);
        Ok(())
    }

    fn answer(self: Box<Self>, end: Result<(), Failed>) {
        let outcome = match (end, self.outcome) {
            (Ok(()), Some(outcome)) => outcome,
            (Ok(()), None) => Err(StoreError::Closed.into()),
            // what was refused is not stored, whatever became of the others
            (Err(Failed::Unknown(error)), Some(Ok(_)) | None) => {
                Err(AppendError::OutcomeUnknown(store_error("committing an append", error)).into())
            }
            (Err(Failed::Unknown(error) | Failed::RolledBack(error)), _) => Err(not_stored(error, self.inserting.get()).into()),
        };
        // whoever gave up waiting doesn't want to know
        let _ = self.answer.send(outcome);
    }

    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    fn weight(&self) -> usize {
        self.append.events.iter().map(|event| event.payload.len()).sum()
    }
}

fn not_stored(error: Shared, inserting: Option<Uuid>) -> StoreError {
    match inserting {
        Some(event_id) if error.message() == Some("UNIQUE constraint failed: events.event_id") => StoreError::duplicate_event(event_id),
        _ => store_error("appending events", error),
    }
}

/// JSON, and UTF-8: serde_json skips over strings without looking into them.
fn check_json(event: &NewEvent) -> Result<(), StoreError> {
    let text = std::str::from_utf8(&event.payload).map_err(|error| StoreError::not_json(&event.name, error))?;
    serde_json::from_str::<IgnoredAny>(text).map(drop).map_err(|error| StoreError::not_json(&event.name, error))
}

fn tags_json(event: &NewEvent) -> serde_json::Result<Option<String>> {
    match event.tags.is_empty() {
        true => Ok(None),
        false => serde_json::to_string(&event.tags.iter().map(|tag| tag.as_str()).collect::<Vec<_>>()).map(Some),
    }
}
