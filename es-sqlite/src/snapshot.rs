//! States of aggregates, kept beside their events.

use es_core::StreamId;
use es_core::store::{Load, LoadedStream, Snapshot, SnapshotStore, StoreError};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::failed;
use crate::pace::FEW;
use crate::row::Text;
use crate::{SqliteStore, load};

pub(crate) fn select(connection: &Connection, stream: &StreamId) -> rusqlite::Result<Option<Snapshot>> {
    let mut select = connection.prepare_cached(include_str!("sql/select_snapshot.sql"))?;
    let snapshot = select.query_row([stream.category(), stream.id()], |row| {
        let payload = match row.get_ref(3)? {
            ValueRef::Text(json) => json.to_vec(),
            // not JSON, and so not believed
            _ => Vec::new(),
        };
        let (fingerprint, checksum): (i64, i64) = (row.get(1)?, row.get(2)?);
        Ok(Snapshot { version: row.get(0)?, fingerprint: fingerprint.cast_unsigned(), checksum: checksum.cast_unsigned(), payload })
    });
    snapshot.optional()
}

fn upsert(connection: &Connection, stream: &StreamId, snapshot: &Snapshot) -> rusqlite::Result<()> {
    connection.prepare_cached(include_str!("sql/upsert_snapshot.sql"))?.execute(params![
        stream.category(),
        stream.id(),
        snapshot.version,
        snapshot.fingerprint.cast_signed(),
        snapshot.checksum.cast_signed(),
        Text(&snapshot.payload),
    ])?;
    Ok(())
}

fn delete(connection: &Connection, stream: &StreamId) -> rusqlite::Result<()> {
    connection.prepare_cached(include_str!("sql/delete_snapshot.sql"))?.execute([stream.category(), stream.id()])?;
    Ok(())
}

impl SnapshotStore for SqliteStore {
    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, StoreError> {
        let stream = stream.clone();
        self.read_with(move |reader| select(&reader.connection, &stream).map_err(failed("reading a snapshot"))).await
    }

    async fn save_snapshot(&self, stream: &StreamId, snapshot: Snapshot) -> Result<(), StoreError> {
        let stream = stream.clone();
        self.write_with("saving a snapshot", move |connection| upsert(connection, &stream, &snapshot)).await
    }

    async fn delete_snapshot(&self, stream: &StreamId) -> Result<(), StoreError> {
        let stream = stream.clone();
        self.write_with("deleting a snapshot", move |connection| delete(connection, &stream)).await
    }

    async fn load(&self, load: Load) -> Result<LoadedStream, StoreError> {
        match load.size.events <= FEW.events {
            true => self.read_briefly(move |reader| load::load(reader, &load)).await,
            false => self.read_with(move |reader| load::load(reader, &load)).await,
        }
    }
}
