//! Idempotency keys: what each was used for.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use es_core::store::{Appended, KeyRecord, StoreError};
use es_core::{Position, StreamId};
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::Shared;
use crate::connections::{Held, Stopped, read_on};
use crate::error::failed;
use crate::{flush, row};

/// How many keys are looked at in one transaction.
const PRUNED_AT_ONCE: i64 = 10_000;

pub(crate) async fn select(shared: &Shared, key: &str) -> Result<Option<KeyRecord>, StoreError> {
    read_on!(shared.reads, "reading a key", |held| async {
        let row = sqlx::query(shared.sql.select_key()).bind(key).fetch_optional(&mut *held).await?;
        let Some(row) = row else { return Ok(None) };
        let record = record(&row, [0, 1, 2, 3, 4, 5, 6])?;
        seen(shared, &mut held, &record).await?;
        Ok(Some(record))
    })
}

/// What a repeat is told is not taken back by a crash.
pub(crate) async fn seen(shared: &Shared, held: &mut Held<'_>, record: &KeyRecord) -> Result<(), Stopped> {
    // an append without events has no position that could tell
    Ok(flush::through(shared, held, record.appended.position).await?)
}

/// The record in a row of a load, where it stands in the columns of an event.
pub(crate) fn record_in_load(row: &PgRow) -> Result<KeyRecord, StoreError> {
    record(row, [3, 9, 10, 0, 4, 1, 5])
}

/// The record, from the columns command, category, stream id, first and last position, version and time.
fn record(row: &PgRow, [command, category, stream_id, first, last, version, at]: [usize; 7]) -> Result<KeyRecord, StoreError> {
    let text = |at| Ok::<_, StoreError>(row::optional_bytes(row, at)?.map(String::from_utf8_lossy));
    let stream = match (text(category)?, text(stream_id)?) {
        (Some(category), Some(id)) => Some(StreamId::from_stored(Arc::from(&*category), Arc::from(&*id))),
        _ => None,
    };
    let first: Option<u64> = row::optional_integer(row, first)?;
    let last: Option<u64> = row::optional_integer(row, last)?;
    let count = first.zip(last).map_or(0, |(first, last)| last.saturating_sub(first) + 1);
    let version = row::optional_integer(row, version)?.unwrap_or(0);
    let appended = Appended::new(Position(first.unwrap_or(0)), count, version, row::recorded_at(row, at)?);
    Ok(KeyRecord { command: text(command)?.unwrap_or_default().into_owned(), stream, appended })
}

/// Forgets the keys that were used before a moment, a few at a time so that no append waits for it.
pub(crate) async fn prune(shared: &Shared, before: DateTime<Utc>) -> Result<u64, StoreError> {
    // the first whole microsecond that is not before
    let micros = before.timestamp_micros() + i64::from(!before.timestamp_subsec_nanos().is_multiple_of(1000));
    let before = DateTime::from_timestamp_micros(micros).unwrap_or(before);
    let mut pruned = 0;
    let mut after = String::new();
    loop {
        let mut held = shared.reads.reading("forgetting keys").connection().await?;
        let delete = sqlx::query(shared.sql.prune_keys()).bind(&after).bind(PRUNED_AT_ONCE).bind(before);
        let (gone, last): (i64, Option<String>) = async {
            let row = delete.fetch_one(&mut *held).await?;
            Ok((row.try_get(0)?, row.try_get(1)?))
        }
        .await
        .map_err(failed("forgetting keys"))?;
        held.done(());
        pruned += gone.cast_unsigned();
        match last {
            Some(last) => after = last,
            None => return Ok(pruned),
        }
    }
}
