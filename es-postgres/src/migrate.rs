//! The tables and functions, one migration after the other.
//!
//! A migration is never changed, only added to, and is safe on a live, large table: it adds tables, functions, and columns that may
//! be null, and waits for a lock no longer than [`PATIENCE`]. A function keeps its signature for ever, because older builds may still
//! be running: the next one has another number in its name.

use std::time::Duration;

use es_core::store::StoreError;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use crate::builder::Positions;
use crate::error::{code, failed, store_error};
use crate::sql::Schema;

/// In one transaction, together with the notes that they ran.
const MIGRATIONS: [&str; 21] = [
    include_str!("sql/migrations/001_store.sql"),
    include_str!("sql/migrations/002_events.sql"),
    include_str!("sql/migrations/003_events_stream.sql"),
    include_str!("sql/migrations/004_events_event_id.sql"),
    include_str!("sql/migrations/005_event_tags.sql"),
    include_str!("sql/migrations/006_append_keys.sql"),
    include_str!("sql/migrations/007_snapshots.sql"),
    include_str!("sql/migrations/008_checkpoints.sql"),
    include_str!("sql/migrations/009_append.sql"),
    include_str!("sql/migrations/010_positions.sql"),
    include_str!("sql/migrations/011_lock.sql"),
    include_str!("sql/migrations/012_draw.sql"),
    include_str!("sql/migrations/013_fence.sql"),
    include_str!("sql/migrations/014_append_overlapped.sql"),
    include_str!("sql/migrations/015_projections.sql"),
    include_str!("sql/migrations/016_workers.sql"),
    include_str!("sql/migrations/017_views.sql"),
    include_str!("sql/migrations/018_register.sql"),
    include_str!("sql/migrations/019_append_one.sql"),
    include_str!("sql/migrations/020_parked.sql"),
    include_str!("sql/migrations/021_append_inline.sql"),
];

/// How long a migration may wait for a lock on a table, in which others wait behind it; then it is tried again a little later.
const PATIENCE: &str = "2s";
const TRIES: u32 = 20;

/// Sets a store up, or brings an older one up to date. Several processes may do so at once.
pub(crate) async fn migrate(connection: &mut PgConnection, schema: &Schema, positions: Positions) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        if found(connection, schema).await? == MIGRATIONS.len() {
            return Ok(());
        }
        match run(connection, schema, positions).await {
            Err(Stopped::Waiting(_)) if tries < TRIES => tries += 1,
            Err(Stopped::Waiting(error)) => return Err(store_error("migrating the store", error)),
            Err(Stopped::Failed(error)) => return Err(error),
            Ok(()) => {}
        }
        if tries > 0 {
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }
}

enum Stopped {
    Waiting(sqlx::Error),
    Failed(StoreError),
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

impl From<sqlx::Error> for Stopped {
    fn from(error: sqlx::Error) -> Self {
        match code(&error) {
            Some("55P03") => Self::Waiting(error),
            _ => Self::Failed(store_error("migrating the store", error)),
        }
    }
}

/// How many migrations this store has.
async fn found(connection: &mut PgConnection, schema: &Schema) -> Result<usize, StoreError> {
    let reading = failed("reading the store's version");
    // not `to_regclass`, which may remember from before the lock that there was none
    let exists = "select exists (select from pg_class where relname = 'migrations' \
                  and relnamespace = (select oid from pg_namespace where nspname = $1))";
    let exists = sqlx::query(exists).bind(schema.name());
    if !exists.fetch_one(&mut *connection).await.and_then(|row| row.try_get::<bool, _>(0)).map_err(&reading)? {
        return Ok(0);
    }
    let version = sqlx::query(schema.render("select coalesce(max(version), 0) from {schema}.migrations"));
    let found: i32 = version.fetch_one(connection).await.and_then(|row| row.try_get(0)).map_err(&reading)?;
    match usize::try_from(found) {
        Ok(found) if found <= MIGRATIONS.len() => Ok(found),
        _ => Err(StoreError::Newer { found: u64::from(found.unsigned_abs()), known: MIGRATIONS.len() as u64 }),
    }
}

async fn run(connection: &mut PgConnection, schema: &Schema, positions: Positions) -> Result<(), Stopped> {
    let mut transaction = connection.begin().await?;
    // whoever comes second waits here until the first has committed
    transaction.execute("set local lock_timeout = 0").await?;
    let lock = sqlx::query("select pg_advisory_xact_lock(20290, hashtext($1))").bind(schema.name());
    lock.execute(&mut *transaction).await?;
    transaction.execute(AssertSqlSafe(format!("set local lock_timeout = '{PATIENCE}'"))).await?;
    let found = found(&mut transaction, schema).await?;
    if found == 0 {
        create(&mut transaction, schema).await?;
    }
    for (version, migration) in (1_i32..).zip(MIGRATIONS).skip(found) {
        sqlx::raw_sql(schema.render(migration)).execute(&mut *transaction).await?;
        let note = sqlx::query(schema.render("insert into {schema}.migrations (version) values ($1)")).bind(version);
        note.execute(&mut *transaction).await?;
    }
    if found == 0 {
        let settings = sqlx::query(schema.render("insert into {schema}.store (positions) values ($1)")).bind(positions.name());
        settings.execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn create(transaction: &mut PgConnection, schema: &Schema) -> Result<(), sqlx::Error> {
    let exists = sqlx::query("select exists (select from pg_namespace where nspname = $1)").bind(schema.name());
    // not `if not exists`, which asks for the privilege also where there is nothing to create
    if !exists.fetch_one(&mut *transaction).await?.try_get::<bool, _>(0)? {
        transaction.execute(schema.render("create schema {schema}")).await?;
    }
    let table = "create table {schema}.migrations (version int primary key, applied_at timestamptz not null default now())";
    transaction.execute(schema.render(table)).await?;
    Ok(())
}
