//! One stream: its version, and its events in order.

use es_core::store::{PageSize, StoreError};
use es_core::{StoredEvent, StreamId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::failed;
use crate::reader::Reader;
use crate::row::Room;

/// The number of events that a stream has.
pub(crate) fn version(connection: &Connection, stream: &StreamId) -> rusqlite::Result<u64> {
    let mut select = connection.prepare_cached(include_str!("sql/stream_version.sql"))?;
    Ok(select.query_row([stream.category(), stream.id()], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Events of a stream, from a version on.
pub(crate) struct Part {
    pub(crate) stream: StreamId,
    pub(crate) from: u64,
    pub(crate) size: PageSize,
}

impl Part {
    pub(crate) fn read(&self, reader: &mut Reader) -> Result<Vec<StoredEvent>, StoreError> {
        let reading = failed("reading a stream");
        let Self { stream, from, size } = self;
        let from = i64::try_from(*from).unwrap_or(i64::MAX);
        let mut select = reader.connection.prepare_cached(include_str!("sql/read_stream.sql")).map_err(&reading)?;
        let mut rows = select.query(params![stream.category(), stream.id(), from]).map_err(&reading)?;
        let mut room = Room::new(*size);
        let mut events = Vec::new();
        while room.left()
            && let Some(row) = rows.next().map_err(&reading)?
        {
            let event = reader.decoder.event_of(row, stream)?;
            room.take(event.event.as_bytes().len());
            events.push(event);
        }
        Ok(events)
    }
}
