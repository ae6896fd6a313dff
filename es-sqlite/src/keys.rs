//! Idempotency keys: what each was used for.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use es_core::store::{Appended, KeyRecord, StoreError};
use es_core::{Position, StreamId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::SqliteStore;
use crate::error::failed;

/// How many keys are looked at in one transaction.
const PRUNED_AT_ONCE: i64 = 10_000;

pub(crate) fn select(connection: &Connection, key: &str) -> rusqlite::Result<Option<KeyRecord>> {
    connection.prepare_cached(include_str!("sql/select_key.sql"))?.query_row([key], record).optional()
}

fn record(row: &Row<'_>) -> rusqlite::Result<KeyRecord> {
    let stream = match (row.get::<_, Option<Arc<str>>>(1)?, row.get(2)?) {
        (Some(category), Some(id)) => Some(StreamId::from_stored(category, id)),
        _ => None,
    };
    let first: Option<u64> = row.get(3)?;
    let last: Option<u64> = row.get(4)?;
    let count = first.zip(last).map_or(0, |(first, last)| last.saturating_sub(first) + 1);
    let recorded_at = DateTime::from_timestamp_micros(row.get(6)?).unwrap_or_default();
    let appended = Appended::new(Position(first.unwrap_or(0)), count, row.get(5)?, recorded_at);
    Ok(KeyRecord { command: row.get(0)?, stream, appended })
}

pub(crate) fn insert(connection: &Connection, key: &str, record: &KeyRecord) -> rusqlite::Result<()> {
    let KeyRecord { command, stream, appended } = record;
    connection.prepare_cached(include_str!("sql/insert_key.sql"))?.execute(params![
        key,
        command,
        stream.as_ref().map(StreamId::category),
        stream.as_ref().map(StreamId::id),
        appended.first_position.map(|position| position.0),
        appended.position.map(|position| position.0),
        appended.version,
        appended.recorded_at.timestamp_micros(),
    ])?;
    Ok(())
}

/// Forgets the keys that were used before a moment, a few at a time so that appends are not held up.
pub(crate) async fn prune(store: &SqliteStore, before: DateTime<Utc>) -> Result<u64, StoreError> {
    // the first whole microsecond that is not before
    let before = before.timestamp_micros() + i64::from(!before.timestamp_subsec_nanos().is_multiple_of(1000));
    let mut pruned = 0;
    let mut after = String::new();
    loop {
        let from = after.clone();
        let last = store.read_with(move |reader| nth_after(&reader.connection, &from).map_err(failed("reading keys"))).await?;
        let (from, through) = (after, last.clone());
        pruned += store.write_with("forgetting keys", move |connection| delete(connection, &from, through.as_deref(), before)).await?;
        match last {
            Some(last) => after = last,
            None => return Ok(pruned),
        }
    }
}

fn nth_after(connection: &Connection, after: &str) -> rusqlite::Result<Option<String>> {
    connection.prepare_cached(include_str!("sql/nth_key.sql"))?.query_row(params![after, PRUNED_AT_ONCE], |row| row.get(0)).optional()
}

fn delete(connection: &Connection, after: &str, through: Option<&str>, before: i64) -> rusqlite::Result<u64> {
    let deleted = connection.prepare_cached(include_str!("sql/prune_keys.sql"))?.execute(params![after, through, before])?;
    Ok(deleted as u64)
}
