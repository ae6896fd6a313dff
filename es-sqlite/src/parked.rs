//! Events that a projection could not take.

use chrono::{DateTime, Utc};
use es_core::Position;
use es_core::store::{Mark, Parked, ParkedQuery, Parking, Slot, StoreError};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};

use crate::error::store_error;
use crate::writer::now;

/// Whether all these are there; nobody else writes meanwhile.
pub(crate) fn are_there(connection: &Connection, slot: &Slot, rows: &[(String, Position)]) -> rusqlite::Result<bool> {
    for (key, position) in rows {
        let mut select = connection.prepare_cached(include_str!("sql/select_parked.sql"))?;
        if !select.exists(params![slot.projection, slot.version, position.0, key])? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes what becomes of parked events.
pub(crate) fn write(connection: &Connection, slot: &Slot, parking: &Parking) -> rusqlite::Result<()> {
    let Slot { projection, version, part, parts } = slot;
    for (key, position) in &parking.taken {
        let mut take = connection.prepare_cached(include_str!("sql/take_parked.sql"))?;
        take.execute(params![projection, version, position.0, key])?;
    }
    for Parked { key, position, error, attempts, mark, .. } in &parking.put {
        let mut put = connection.prepare_cached(include_str!("sql/put_parked.sql"))?;
        put.execute(params![projection, version, position.0, key, part, parts, attempts, mark.map(number), now(), error])?;
    }
    Ok(())
}

pub(crate) fn mark(
    connection: &Connection,
    (projection, version): (&str, u32),
    rows: &[(String, Position)],
    mark: Mark,
) -> rusqlite::Result<u64> {
    let mut update = connection.prepare_cached(include_str!("sql/mark_parked.sql"))?;
    let mut marked = 0;
    for (key, position) in rows {
        marked += update.execute(params![projection, version, position.0, key, number(mark)])?;
    }
    Ok(marked as u64)
}

fn number(mark: Mark) -> i64 {
    match mark {
        Mark::Retry => 1,
        Mark::Discard => 2,
    }
}

pub(crate) fn select(connection: &Connection, query: &ParkedQuery) -> Result<Vec<Parked>, StoreError> {
    let mut conditions = String::from("projection = ?1 and version = ?2");
    let mut arguments = vec![Value::Text(query.projection.clone()), Value::Integer(query.version.into())];
    let mut also = |condition: &str, values: Vec<Value>| {
        conditions.push_str(" and ");
        conditions.push_str(condition);
        arguments.extend(values);
    };
    let integer = |position: Position| Value::Integer(position.0.cast_signed());
    if let Some(part) = query.part {
        also("part = ?", vec![Value::Integer(part.into())]);
    }
    if let Some(key) = &query.key {
        also("key = ?", vec![Value::Text(key.clone())]);
    }
    if let Some(position) = query.position {
        also("position = ?", vec![integer(position)]);
    }
    if query.marked {
        also("mark is not null", Vec::new());
    }
    if let Some((position, key)) = &query.after {
        also("(position, key) > (?, ?)", vec![integer(*position), Value::Text(key.clone())]);
    }
    arguments.push(Value::Integer(query.limit.into()));
    let columns = "projection, version, part, parts, key, position, error, attempts, mark, parked_at";
    let sql = format!("select {columns} from parked where {conditions} order by position, key limit ?");
    let read = || {
        let mut select = connection.prepare_cached(&sql)?;
        let rows = select.query_map(params_from_iter(arguments), parsed)?;
        rows.collect::<rusqlite::Result<Vec<_>>>()
    };
    read().map_err(|error| store_error("reading parked events", error))
}

fn parsed(row: &Row<'_>) -> rusqlite::Result<Parked> {
    Ok(Parked {
        slot: Slot { projection: row.get(0)?, version: row.get(1)?, part: row.get(2)?, parts: row.get(3)? },
        key: row.get(4)?,
        position: Position(row.get(5)?),
        error: row.get(6)?,
        attempts: row.get(7)?,
        mark: row.get::<_, Option<i64>>(8)?.map(|mark| if mark == 2 { Mark::Discard } else { Mark::Retry }),
        parked_at: DateTime::<Utc>::from_timestamp_micros(row.get(9)?).unwrap_or_default(),
    })
}
