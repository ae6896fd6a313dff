//! Events that a projection could not take.

use es_core::Position;
use es_core::store::{Mark, Parked, ParkedQuery, Parking, Slot, StoreError};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::Shared;
use crate::connections::read_on;
use crate::row::{self, bound};

/// Writes what becomes of parked events; `false` when one is no longer there that should be, after which the transaction is to be
/// rolled back.
pub(crate) async fn write(shared: &Shared, connection: &mut PgConnection, slot: &Slot, parking: &Parking) -> Result<bool, sqlx::Error> {
    let Slot { projection, version, part, parts } = slot;
    if !parking.taken.is_empty() {
        let (keys, positions) = columns(&parking.taken);
        let take = sqlx::query(shared.sql.take_parked()).bind(projection).bind(i64::from(*version)).bind(keys).bind(positions);
        if take.execute(&mut *connection).await?.rows_affected() != parking.taken.len() as u64 {
            return Ok(false);
        }
    }
    if !parking.put.is_empty() {
        let all = || parking.put.iter();
        let put = sqlx::query(shared.sql.put_parked()).bind(projection).bind(i64::from(*version));
        let put = put.bind(i64::from(*part)).bind(i64::from(*parts));
        let put = put.bind(all().map(|parked| parked.key.clone()).collect::<Vec<_>>());
        let put = put.bind(all().map(|parked| bound(parked.position.0)).collect::<Vec<_>>());
        let put = put.bind(all().map(|parked| i64::from(parked.attempts)).collect::<Vec<_>>());
        let put = put.bind(all().map(|parked| parked.mark.map(number)).collect::<Vec<_>>());
        // a text of the server's has none of these
        let put = put.bind(all().map(|parked| parked.error.as_ref().map(|error| error.replace('\0', "\u{fffd}"))).collect::<Vec<_>>());
        put.execute(connection).await?;
    }
    Ok(true)
}

fn columns(rows: &[(String, Position)]) -> (Vec<String>, Vec<i64>) {
    rows.iter().map(|(key, position)| (key.clone(), bound(position.0))).unzip()
}

fn number(mark: Mark) -> i16 {
    match mark {
        Mark::Retry => 1,
        Mark::Discard => 2,
    }
}

pub(crate) async fn mark(
    shared: &Shared,
    (projection, version): (&str, u32),
    rows: &[(String, Position)],
    mark: Mark,
) -> Result<u64, StoreError> {
    let (keys, positions) = columns(rows);
    read_on!(shared.reads, "marking parked events", |held| async {
        // done again after a lost answer, it is the same
        let update = sqlx::query(shared.sql.mark_parked()).bind(projection).bind(i64::from(version));
        let update = update.bind(keys.clone()).bind(positions.clone()).bind(number(mark));
        Ok(update.execute(&mut *held).await?.rows_affected())
    })
}

pub(crate) async fn select(shared: &Shared, query: &ParkedQuery) -> Result<Vec<Parked>, StoreError> {
    let rows = read_on!(shared.reads, "reading parked events", |held| async {
        let select = sqlx::query(shared.sql.select_parked()).bind(query.projection.clone()).bind(i64::from(query.version));
        let select = select.bind(query.part.map(i64::from)).bind(query.key.clone());
        let select = select.bind(query.position.map(|position| bound(position.0))).bind(query.marked);
        let (position, key) = query.after.clone().unzip();
        let select = select.bind(position.map(|position| bound(position.0))).bind(key).bind(i64::from(query.limit));
        Ok(select.fetch_all(&mut *held).await?)
    });
    rows?.iter().map(parsed).collect()
}

fn parsed(row: &PgRow) -> Result<Parked, StoreError> {
    let read = |error| StoreError::backend("reading a parked event", error);
    let slot = Slot {
        projection: row.try_get(0).map_err(read)?,
        version: row::integer(row, 1)?,
        part: row::integer(row, 2)?,
        parts: row::integer(row, 3)?,
    };
    Ok(Parked {
        slot,
        key: row.try_get(4).map_err(read)?,
        position: Position(row::integer(row, 5)?),
        error: row.try_get(6).map_err(read)?,
        attempts: row::integer(row, 7)?,
        mark: row.try_get::<Option<i16>, _>(8).map_err(read)?.map(|mark| if mark == 2 { Mark::Discard } else { Mark::Retry }),
        parked_at: row.try_get(9).map_err(read)?,
    })
}
