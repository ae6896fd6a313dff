//! States of aggregates, kept beside their events.

use es_core::StreamId;
use es_core::store::{Load, LoadedStream, Snapshot, SnapshotStore, StoreError};
use sqlx::Row;

use crate::connections::read_on;
use crate::{PostgresStore, load};

impl SnapshotStore for PostgresStore {
    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, StoreError> {
        read_on!(self.shared.reads, "reading a snapshot", |held| async {
            let select = sqlx::query(self.shared.sql.select_snapshot()).bind(stream.category()).bind(stream.id());
            let Some(row) = select.fetch_optional(&mut *held).await? else { return Ok(None) };
            let (version, fingerprint, checksum): (i64, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            Ok(Some(Snapshot {
                version: version.cast_unsigned(),
                fingerprint: fingerprint.cast_unsigned(),
                checksum: checksum.cast_unsigned(),
                payload: row.try_get(3)?,
            }))
        })
    }

    async fn save_snapshot(&self, stream: &StreamId, snapshot: Snapshot) -> Result<(), StoreError> {
        read_on!(self.shared.reads, "saving a snapshot", |held| async {
            let upsert = sqlx::query(self.shared.sql.upsert_snapshot())
                .bind(stream.category())
                .bind(stream.id())
                .bind(snapshot.version.cast_signed())
                .bind(snapshot.fingerprint.cast_signed())
                .bind(snapshot.checksum.cast_signed())
                .bind(snapshot.payload.as_slice());
            upsert.execute(&mut *held).await?;
            Ok(())
        })
    }

    async fn delete_snapshot(&self, stream: &StreamId) -> Result<(), StoreError> {
        read_on!(self.shared.reads, "deleting a snapshot", |held| async {
            let delete = sqlx::query(self.shared.sql.delete_snapshot()).bind(stream.category()).bind(stream.id());
            delete.execute(&mut *held).await?;
            Ok(())
        })
    }

    async fn load(&self, load: Load) -> Result<LoadedStream, StoreError> {
        load::load(&self.shared, &load).await
    }
}
