//! How a store is doing: its head and rate, the connections, and who holds up the order of appends.

use std::time::Duration;

use es_core::Position;
use es_core::store::StoreError;
use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::PostgresStore;
use crate::connections::read_on;

/// How a store is doing.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// The position of the last event.
    pub head: Position,
    /// Events a second, over the last thousand of them and up to now.
    pub events_per_second: f64,
    /// Connections of all clients to this database.
    pub connections_here: u64,
    /// Connections of all clients to this server.
    pub connections: u64,
    /// How many the server allows.
    pub connections_allowed: u64,
    /// How many transactions wait for the order of appends.
    pub waiting: u64,
    /// Who holds the order of appends, the longest first. With gapless positions it is one at a time, and those who wait wait for it;
    /// with fenced ones these are all that append just now, and readers wait for the oldest.
    pub holding: Vec<Holder>,
}

/// A transaction that holds the order of appends.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Holder {
    /// The server's process, to be ended with `select pg_terminate_backend(pid)`; none for a transaction that was prepared.
    pub pid: Option<i32>,
    /// The name of a transaction that was prepared, to be ended with `rollback prepared 'name'`.
    pub prepared: Option<String>,
    /// What the client calls itself.
    pub application: String,
    /// Who it is.
    pub user: String,
    /// `active`, `idle in transaction`, …; `prepared`.
    pub state: String,
    /// How long ago its transaction began, or was prepared.
    pub age: Duration,
    /// Its last statement.
    pub query: Option<String>,
}

impl PostgresStore {
    /// Says how the store is doing. Without the role `pg_read_all_stats`, other users' queries are not shown.
    ///
    /// # Errors
    /// [`StoreError::Backend`].
    pub async fn status(&self) -> Result<Status, StoreError> {
        let sql = &self.shared.sql;
        read_on!(self.shared.reads, "reading the status", |held| async {
            let row = sqlx::query(sql.status()).fetch_one(&mut *held).await?;
            let holding = sqlx::query(sql.holding()).fetch_all(&mut *held).await?;
            let waiting: i64 = sqlx::query(sql.waiting()).fetch_one(&mut *held).await?.try_get(0)?;
            let number = |at| row.try_get(at).map(i64::cast_unsigned);
            let (events, seconds) = (number(1)?, row.try_get::<Option<f64>, _>(2)?.unwrap_or(0.0));
            Ok(Status {
                head: Position(number(0)?),
                events_per_second: if seconds > 0.0 { events as f64 / seconds } else { 0.0 },
                connections_here: number(3)?,
                connections: number(4)?,
                connections_allowed: number(5)?,
                waiting: waiting.cast_unsigned(),
                holding: holding.iter().map(holder).collect::<Result<_, _>>()?,
            })
        })
    }
}

fn holder(row: &PgRow) -> Result<Holder, sqlx::Error> {
    Ok(Holder {
        pid: row.try_get(0)?,
        prepared: row.try_get(4)?,
        application: row.try_get(1)?,
        user: row.try_get::<Option<String>, _>(2)?.unwrap_or_default(),
        state: row.try_get(3)?,
        age: Duration::from_secs_f64(row.try_get::<Option<f64>, _>(5)?.unwrap_or(0.0).max(0.0)),
        query: row.try_get(6)?,
    })
}
