//! One stream: its version, and its events in order.

use es_core::store::{PageSize, StoreError};
use es_core::{StoredEvent, StreamId};
use sqlx::Row;

use crate::Shared;
use crate::connections::{Held, Stopped, read_on};
use crate::flush;
use crate::page::{End, Room, collect};
use crate::row::{Decoder, bound};

/// The number of events that a stream has.
pub(crate) async fn version(shared: &Shared, stream: &StreamId) -> Result<u64, StoreError> {
    read_on!(shared.reads, "reading a stream's version", |held| async {
        let select = sqlx::query(shared.sql.stream_version()).bind(stream.category()).bind(stream.id());
        let version: i64 = select.fetch_one(&mut *held).await?.try_get(0)?;
        Ok(version.cast_unsigned())
    })
}

pub(crate) async fn read(shared: &Shared, stream: &StreamId, from: u64, size: PageSize) -> Result<Vec<StoredEvent>, StoreError> {
    read_on!(shared.reads, "reading a stream", |held| async {
        let (mut room, mut events) = (Room::new(size), Vec::new());
        go_on(shared, &mut held, stream, from, &mut room, &mut events).await?;
        seen(shared, &mut held, &events).await?;
        Ok(events)
    })
}

/// Fills the page with the events from a version on.
pub(crate) async fn go_on(
    shared: &Shared,
    held: &mut Held<'_>,
    stream: &StreamId,
    from: u64,
    room: &mut Room,
    events: &mut Vec<StoredEvent>,
) -> Result<(), Stopped> {
    let mut decoder = Decoder::new();
    let mut from = from;
    while room.left() {
        let rows = shared.sizes.rows(room);
        let select = sqlx::query(shared.sql.read_stream());
        let select = select.bind(stream.category()).bind(stream.id()).bind(bound(from)).bind(bound(rows as u64));
        let end = collect(held, select, (room, &shared.sizes), events, |row| decoder.event_of(row, stream).map(Some)).await?;
        match (end, events.last()) {
            (End::Complete(taken), Some(last)) if taken == rows => from = last.version + 1,
            _ => break,
        }
    }
    Ok(())
}

/// What a decision rests on, and a cache keeps, is not taken back by a crash.
pub(crate) async fn seen(shared: &Shared, held: &mut Held<'_>, events: &[StoredEvent]) -> Result<(), Stopped> {
    if let Some(last) = events.last() {
        flush::through(shared, held, Some(last.position)).await?;
    }
    Ok(())
}
