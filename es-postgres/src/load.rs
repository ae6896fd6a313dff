//! All that a decision on a stream needs, in one statement and so of one moment.

use es_core::store::{Load, LoadedStream, Snapshot, StoreError};
use es_core::{StoredEvent, StreamId};
use sqlx::postgres::PgRow;

use crate::Shared;
use crate::connections::{Held, Stopped, read_on};
use crate::page::{End, Room, collect};
use crate::row::{self, Decoder, bound};
use crate::{keys, stream};

/// Which kind of row it is, and the bytes of the snapshot.
const KIND: usize = 12;
const STATE: usize = 11;

pub(crate) async fn load(shared: &Shared, load: &Load) -> Result<LoadedStream, StoreError> {
    if load.key.is_none() && !load.snapshot {
        let events = stream::read(shared, &load.stream, load.from, load.size).await?;
        return Ok(LoadedStream { events, ..LoadedStream::default() });
    }
    read_on!(shared.reads, "loading a stream", |held| run(shared, &mut held, load))
}

async fn run(shared: &Shared, held: &mut Held<'_>, load: &Load) -> Result<LoadedStream, Stopped> {
    let mut loaded = LoadedStream::default();
    let (mut room, mut decoder) = (Room::new(load.size), Decoder::new());
    let rows = shared.sizes.rows(&room);
    let select = sqlx::query(shared.sql.load())
        .bind(load.stream.category())
        .bind(load.stream.id())
        .bind(bound(load.from))
        .bind(bound(rows as u64))
        .bind(load.snapshot)
        .bind(load.key.as_deref());
    let (mut key, mut snapshot) = (None, None);
    let end = collect(held, select, (&mut room, &shared.sizes), &mut loaded.events, |row| {
        match row::bytes(row, KIND)? {
            [.., 0] => return event(&mut decoder, row, &load.stream),
            [.., 1] => snapshot = Some(read_snapshot(row)?),
            _ => key = Some(keys::record_in_load(row)?),
        }
        Ok(None)
    });
    let end = end.await?;
    (loaded.key, loaded.snapshot) = (key, snapshot);
    if let (End::Complete(taken), Some(last)) = (end, loaded.events.last())
        && taken == rows
    {
        let next = last.version + 1;
        stream::go_on(shared, held, &load.stream, next, &mut room, &mut loaded.events).await?;
    }
    stream::seen(shared, held, &loaded.events).await?;
    if let Some(key) = &loaded.key {
        keys::seen(shared, held, key).await?;
    }
    Ok(loaded)
}

fn event(decoder: &mut Decoder, row: &PgRow, stream: &StreamId) -> Result<Option<StoredEvent>, StoreError> {
    decoder.event_of(row, stream).map(Some)
}

/// A snapshot's numbers stand in the columns of an event's.
fn read_snapshot(row: &PgRow) -> Result<Snapshot, StoreError> {
    let (fingerprint, version, checksum): (i64, u64, i64) = (row::integer(row, 0)?, row::integer(row, 1)?, row::integer(row, 4)?);
    let payload = row::bytes(row, STATE)?.to_vec();
    Ok(Snapshot { version, fingerprint: fingerprint.cast_unsigned(), checksum: checksum.cast_unsigned(), payload })
}
