//! How far readers have come, by name.

use es_core::Position;
use es_core::store::{CheckpointStore, StoreError};
use rusqlite::{Connection, OptionalExtension, params};

use crate::SqliteStore;
use crate::error::failed;

fn select(connection: &Connection, name: &str) -> rusqlite::Result<Position> {
    let mut select = connection.prepare_cached(include_str!("sql/select_checkpoint.sql"))?;
    Ok(Position(select.query_row([name], |row| row.get(0)).optional()?.unwrap_or(0)))
}

fn upsert(connection: &Connection, name: &str, position: Position) -> rusqlite::Result<()> {
    connection.prepare_cached(include_str!("sql/upsert_checkpoint.sql"))?.execute(params![name, position.0])?;
    Ok(())
}

impl CheckpointStore for SqliteStore {
    async fn checkpoint(&self, name: &str) -> Result<Position, StoreError> {
        let name = name.to_owned();
        self.read_briefly(move |reader| select(&reader.connection, &name).map_err(failed("reading a checkpoint"))).await
    }

    async fn save_checkpoint(&self, name: &str, position: Position) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write_with("saving a checkpoint", move |connection| upsert(connection, &name, position)).await
    }
}
