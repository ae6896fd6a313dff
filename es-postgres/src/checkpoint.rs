//! How far readers have come, by name.

use es_core::Position;
use es_core::store::{CheckpointStore, StoreError};
use sqlx::Row;

use crate::PostgresStore;
use crate::connections::read_on;
use crate::row::bound;

impl CheckpointStore for PostgresStore {
    async fn checkpoint(&self, name: &str) -> Result<Position, StoreError> {
        read_on!(self.shared.reads, "reading a checkpoint", |held| async {
            let row = sqlx::query(self.shared.sql.select_checkpoint()).bind(name).fetch_optional(&mut *held).await?;
            let position: i64 = row.map_or(Ok(0), |row| row.try_get(0))?;
            Ok(Position(position.cast_unsigned()))
        })
    }

    async fn save_checkpoint(&self, name: &str, position: Position) -> Result<(), StoreError> {
        read_on!(self.shared.reads, "saving a checkpoint", |held| async {
            // saved again after a lost answer, it is the same
            let upsert = sqlx::query(self.shared.sql.upsert_checkpoint()).bind(name).bind(bound(position.0));
            upsert.execute(&mut *held).await?;
            Ok(())
        })
    }
}
