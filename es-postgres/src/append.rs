//! Appends as the arrays that go out in one call, and the answers that come back.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use es_core::store::{Append, AppendError, Appended, InlineError, NewEvent, StoreError};
use es_core::{Clause, Conflict, ExpectedVersion, Position, StreamId, Tag};
use serde::de::IgnoredAny;
use sqlx::postgres::{PgArguments, PgDatabaseError, PgRow};
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres, Row, SqlStr};
use uuid::Uuid;

use crate::builder::Positions;
use crate::error::{code, database_error};
use crate::inline::Rows;
use crate::lock::{self, Lock};
use crate::query::{Clauses, array_literal, that_match};
use crate::row::{Json, bound};

/// An append, with what is the same however often it is sent.
pub(crate) struct Prepared {
    pub(crate) append: Append,
    /// JSON, or nothing.
    metadata: Option<Vec<u8>>,
    /// Array literals.
    tags: Vec<Option<String>>,
    locks: Vec<Lock>,
    /// What read models make of it.
    pub(crate) rows: Option<Rows>,
}

impl Prepared {
    /// Checks what needs no server. Only where positions are fenced there are locks to be taken.
    pub(crate) fn new(append: Append, positions: Positions) -> Result<Self, StoreError> {
        append.check()?;
        let metadata = match append.metadata.is_empty() {
            true => None,
            false => Some(serde_json::to_vec(&*append.metadata).map_err(|error| StoreError::backend("writing metadata as JSON", error))?),
        };
        let tags = append.events.iter().map(tags_literal).collect();
        let locks = match positions {
            Positions::Gapless => Vec::new(),
            Positions::Fenced => lock::of(&append),
        };
        Ok(Self { append, metadata, tags, locks, rows: None })
    }

    /// Whether there is nothing to be checked but its stream's version.
    pub(crate) fn is_simple(&self) -> bool {
        self.append.key.is_none() && self.append.condition.is_none() && !self.append.events.is_empty() && self.rows.is_none()
    }

    /// Whether both may go out in one call.
    pub(crate) fn goes_with(&self, other: &Self) -> bool {
        // the second of two with one key has to see the first
        let same_key = self.key().is_some() && self.key() == other.key();
        !same_key
            && match (&self.rows, &other.rows) {
                (None, None) => true,
                (Some(rows), Some(others)) => rows.goes_with(others),
                _ => false,
            }
    }

    /// How many locks it takes.
    pub(crate) fn locks(&self) -> usize {
        self.locks.len()
    }

    pub(crate) fn key(&self) -> Option<&str> {
        self.append.key.as_ref().map(|key| key.key.as_str())
    }

    pub(crate) fn weight(&self) -> usize {
        self.append.events.iter().map(|event| event.payload.len()).sum()
    }

    /// What this append was told, taken from the answers to its batch.
    fn answer(&self, status: i32, first: Option<i64>, version: Option<i64>, conflict: Option<i64>, now: DateTime<Utc>) -> Answer {
        let (first, version, conflict) = (unsigned(first), unsigned(version), unsigned(conflict));
        match (status, &self.append.stream) {
            (0, _) => Answer::Stored(Appended::new(Position(first), self.append.events.len() as u64, version, now)),
            (1, Some(stream)) => {
                let (stream, expected) = (stream.clone(), self.append.expected);
                Answer::Refused(AppendError::Conflict(Conflict::Version { stream, expected, actual: version }))
            }
            (2, _) => Answer::Refused(AppendError::Conflict(Conflict::Condition { position: Position(conflict) })),
            (3, _) => Answer::KeyUsed,
            (status, _) => {
                Answer::Refused(AppendError::OutcomeUnknown(StoreError::Corrupt { what: format!("an append of status {status}") }))
            }
        }
    }
}

fn unsigned(number: Option<i64>) -> u64 {
    number.map_or(0, i64::cast_unsigned)
}

fn tags_literal(event: &NewEvent) -> Option<String> {
    // the same tag twice is one tag
    let mut tags: Vec<&str> = Vec::with_capacity(event.tags.len());
    for tag in &event.tags {
        if !tags.contains(&tag.as_str()) {
            tags.push(tag.as_str());
        }
    }
    (!tags.is_empty()).then(|| array_literal(tags))
}

/// What became of one append of a batch.
#[derive(Debug)]
pub(crate) enum Answer {
    Stored(Appended),
    Refused(AppendError),
    /// Because of a read model.
    Inline(InlineError),
    /// What for, a look at the key says.
    KeyUsed,
}

/// The arguments of `append.sql`, in its order. Numbers in one group of arrays point into another, from 1.
#[derive(Default)]
struct Arrays<'a> {
    s_category: Vec<&'a str>,
    s_id: Vec<&'a str>,
    s_hint: Vec<i64>,
    a_stream: Vec<i32>,
    a_expect: Vec<Option<i64>>,
    a_count: Vec<i32>,
    a_metadata: Vec<Option<Json<'a>>>,
    a_key: Vec<Option<&'a str>>,
    a_command: Vec<Option<&'a str>>,
    a_after: Vec<Option<i64>>,
    e_append: Vec<i32>,
    e_ord: Vec<i32>,
    e_name: Vec<&'a str>,
    e_version: Vec<i64>,
    e_id: Vec<Uuid>,
    e_payload: Vec<Json<'a>>,
    e_tags: Vec<Option<&'a str>>,
    c_append: Vec<i32>,
    clauses: Clauses<'a>,
    r_append: Vec<i32>,
    r_rival: Vec<i32>,
    r_ord: Vec<i32>,
    locks: Vec<&'a Lock>,
}

/// The call that appends a batch. No key is in it twice.
pub(crate) fn statement<'a>(
    sql: SqlStr,
    batch: impl Iterator<Item = &'a Prepared>,
    positions: Positions,
) -> Query<'static, Postgres, PgArguments> {
    statement_of_all(sql, batch, positions, false)
}

/// The same; `exclusive` where positions are fenced, and nobody else may append meanwhile.
pub(crate) fn statement_of_all<'a>(
    sql: SqlStr,
    batch: impl Iterator<Item = &'a Prepared>,
    positions: Positions,
    exclusive: bool,
) -> Query<'static, Postgres, PgArguments> {
    let mut arrays = Arrays::default();
    let mut streams = HashMap::new();
    let mut rivals = Rivals::default();
    for prepared in batch {
        arrays.push(prepared, &mut streams, &mut rivals);
    }
    arrays.bind(sqlx::query(sql), positions, exclusive)
}

impl<'a> Arrays<'a> {
    fn push(&mut self, prepared: &'a Prepared, streams: &mut HashMap<&'a StreamId, i32>, rivals: &mut Rivals<'a>) {
        let append = &prepared.append;
        self.locks.extend(&prepared.locks);
        let stream = append.stream.as_ref().map_or(0, |stream| *streams.entry(stream).or_insert_with(|| self.stream(stream)));
        if let (ExpectedVersion::Exact(version), Some(at)) = (append.expected, usize::try_from(stream - 1).ok()) {
            // too high a hint is no harm: without a version from there on, the server looks again
            self.s_hint[at] = self.s_hint[at].max(bound(version));
        }
        self.a_stream.push(stream);
        self.a_expect.push(expected(append));
        self.a_count.push(count(append.events.len()));
        self.a_metadata.push(prepared.metadata.as_deref().map(Json));
        self.a_key.push(append.key.as_ref().map(|key| key.key.as_str()));
        self.a_command.push(append.key.as_ref().map(|key| key.command.as_str()));
        self.a_after.push(append.condition.as_ref().map(|condition| bound(condition.after.0)));

        let nth = count(self.a_stream.len());
        if let Some(condition) = &append.condition {
            for clause in that_match(&condition.query).unwrap_or_default() {
                self.c_append.push(nth);
                self.clauses.push(clause);
                for (rival, ord) in rivals.of(clause) {
                    self.r_append.push(nth);
                    self.r_rival.push(rival);
                    self.r_ord.push(ord);
                }
            }
        }
        for ((ord, event), tags) in (1..).zip(&append.events).zip(&prepared.tags) {
            self.e_append.push(nth);
            self.e_ord.push(ord);
            self.e_name.push(&event.name);
            self.e_version.push(i64::from(event.version));
            self.e_id.push(event.event_id);
            self.e_payload.push(Json(&event.payload));
            self.e_tags.push(tags.as_deref());
            event.tags.iter().for_each(|tag| rivals.add(tag, nth, ord, event));
        }
    }

    fn stream(&mut self, stream: &'a StreamId) -> i32 {
        self.s_category.push(stream.category());
        self.s_id.push(stream.id());
        self.s_hint.push(0);
        count(self.s_id.len())
    }

    fn bind(
        self,
        query: Query<'static, Postgres, PgArguments>,
        positions: Positions,
        exclusive: bool,
    ) -> Query<'static, Postgres, PgArguments> {
        let keyed = self.a_key.iter().any(Option::is_some);
        let conditional = !self.c_append.is_empty();
        let tagged = self.e_tags.iter().any(Option::is_some);
        let fenced = positions == Positions::Fenced;
        let names: Vec<&str> = self.locks.iter().map(|lock| lock.name.as_str()).collect();
        let shared: Vec<bool> = self.locks.iter().map(|lock| lock.shared).collect();
        query
            .bind(self.s_category)
            .bind(self.s_id)
            .bind(self.s_hint)
            .bind(self.a_stream)
            .bind(self.a_expect)
            .bind(self.a_count)
            .bind(self.a_metadata)
            .bind(keyed.then_some(self.a_key))
            .bind(keyed.then_some(self.a_command))
            .bind(conditional.then_some(self.a_after))
            .bind(self.e_append)
            .bind(self.e_ord)
            .bind(self.e_name)
            .bind(self.e_version)
            .bind(self.e_id)
            .bind(self.e_payload)
            .bind(tagged.then_some(self.e_tags))
            .bind(conditional.then_some(self.c_append))
            .bind(conditional.then_some(self.clauses.names))
            .bind(conditional.then_some(self.clauses.tags))
            .bind(self.r_append)
            .bind(self.r_rival)
            .bind(self.r_ord)
            .bind(fenced.then_some(names))
            .bind(fenced.then_some(shared))
            .bind(exclusive || self.locks.len() > lock::MOST)
    }
}

/// The call that appends what [is simple](Prepared::is_simple), on its own.
pub(crate) fn statement_of_one(sql: SqlStr, prepared: &Prepared) -> Query<'static, Postgres, PgArguments> {
    let Prepared { append, metadata, tags, .. } = prepared;
    let events = || append.events.iter();
    let tagged = tags.iter().any(Option::is_some);
    sqlx::query(sql)
        .bind(append.stream.as_ref().map(StreamId::category))
        .bind(append.stream.as_ref().map(StreamId::id))
        .bind(expected(append))
        .bind(metadata.as_deref().map(Json))
        .bind(events().map(|event| &*event.name).collect::<Vec<_>>())
        .bind(events().map(|event| i64::from(event.version)).collect::<Vec<_>>())
        .bind(events().map(|event| event.event_id).collect::<Vec<_>>())
        .bind(events().map(|event| Json(&event.payload)).collect::<Vec<_>>())
        .bind(tagged.then(|| tags.iter().map(Option::as_deref).collect::<Vec<_>>()))
}

/// The version that is expected, as the server is told: null for any, -1 for at least 1.
fn expected(append: &Append) -> Option<i64> {
    match append.expected {
        ExpectedVersion::Any => None,
        ExpectedVersion::NoStream => Some(0),
        ExpectedVersion::Exists => Some(-1),
        ExpectedVersion::Exact(version) => Some(bound(version)),
    }
}

/// A number that the server counts in 32 bits; a batch of more than these does not fit into a message either.
fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// The events of the batch so far, by tag: those that a later append's condition may be about.
#[derive(Default)]
struct Rivals<'a>(HashMap<&'a Tag, Vec<(i32, i32, &'a NewEvent)>>);

impl<'a> Rivals<'a> {
    fn add(&mut self, tag: &'a Tag, append: i32, ord: i32, event: &'a NewEvent) {
        self.0.entry(tag).or_default().push((append, ord, event));
    }

    /// The appends that have an event which a clause matches, each with the last of these.
    fn of(&self, clause: &Clause) -> Vec<(i32, i32)> {
        let candidates = clause.tags_asked().first().and_then(|tag| self.0.get(tag));
        let mut found: Vec<(i32, i32)> = Vec::new();
        for (append, ord, event) in candidates.into_iter().flatten() {
            let matches = clause.tags_asked().iter().all(|tag| event.tags.contains(tag))
                && clause.names_asked().is_none_or(|names| names.iter().any(|name| **name == *event.name));
            match found.last_mut() {
                _ if !matches => {}
                Some(last) if last.0 == *append => last.1 = *ord,
                _ => found.push((*append, *ord)),
            }
        }
        found
    }
}

/// What each append of the batch was told.
pub(crate) fn answers<'a>(row: &PgRow, batch: impl Iterator<Item = &'a Prepared>) -> Result<Vec<Answer>, sqlx::Error> {
    let status: Vec<i32> = row.try_get(0)?;
    let first: Vec<Option<i64>> = row.try_get(1)?;
    let version: Vec<Option<i64>> = row.try_get(2)?;
    let conflict: Vec<Option<i64>> = row.try_get(3)?;
    let now: DateTime<Utc> = row.try_get(4)?;
    let columns = status.into_iter().zip(first).zip(version).zip(conflict);
    Ok(columns.zip(batch).map(|((((status, first), version), conflict), of)| of.answer(status, first, version, conflict, now)).collect())
}

/// The event id that is stored already, or that stands twice among these appends, where that is what `error` says.
pub(crate) async fn duplicate(
    sql: SqlStr,
    connection: &mut PgConnection,
    appends: impl Iterator<Item = &Append>,
    error: &sqlx::Error,
) -> Option<StoreError> {
    if database_error(error).and_then(PgDatabaseError::constraint) != Some("events_event_id") {
        return None;
    }
    let ids: Vec<Uuid> = appends.flat_map(|append| &append.events).map(|event| event.event_id).collect();
    let mut known = HashSet::new();
    let found = match ids.iter().find(|id| !known.insert(**id)) {
        Some(twice) => Some(*twice),
        None => {
            let select = sqlx::query(sql).bind(&ids).fetch_optional(connection);
            select.await.ok().flatten().and_then(|row| row.try_get(0).ok())
        }
    };
    found.map(StoreError::duplicate_event)
}

/// What is wrong with the events of these appends, where that is what `error` says.
pub(crate) fn own_fault<'a>(appends: impl Iterator<Item = &'a Append>, error: &sqlx::Error) -> Option<StoreError> {
    // a value that its type doesn't know, such as JSON that is none; text that is not UTF-8
    if !matches!(code(error)?, "22P02" | "22021" | "22P05" | "54001") {
        return None;
    }
    let not_json = appends.flat_map(|append| &append.events).find_map(not_json);
    Some(not_json.unwrap_or_else(|| StoreError::Refused { reason: format!("PostgreSQL cannot store an event of this append: {error}") }))
}

fn not_json(event: &NewEvent) -> Option<StoreError> {
    match std::str::from_utf8(&event.payload) {
        Ok(text) => serde_json::from_str::<IgnoredAny>(text).err().map(|error| StoreError::not_json(&event.name, error)),
        Err(error) => Some(StoreError::not_json(&event.name, error)),
    }
}
