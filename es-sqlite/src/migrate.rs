//! The tables, one migration after the other, and whose file this is.

use std::thread;
use std::time::{Duration, Instant};

use es_core::store::StoreError;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use crate::error::failed;

/// Never changed, only added to: `user_version` counts those that a file has.
const MIGRATIONS: [&str; 9] = [
    include_str!("sql/migrations/001_events.sql"),
    include_str!("sql/migrations/002_events_stream.sql"),
    include_str!("sql/migrations/003_events_event_id.sql"),
    include_str!("sql/migrations/004_event_tags.sql"),
    include_str!("sql/migrations/005_append_keys.sql"),
    include_str!("sql/migrations/006_snapshots.sql"),
    include_str!("sql/migrations/007_checkpoints.sql"),
    include_str!("sql/migrations/008_projections.sql"),
    include_str!("sql/migrations/009_parked.sql"),
];

/// `esql`, in the file's header: a file that another program made has another.
const APPLICATION_ID: i64 = 0x6573_716C;

/// Makes a file ours, or brings an older one up to date. Several processes may do so at once.
pub(crate) fn migrate(connection: &mut Connection, patience: Duration) -> Result<(), StoreError> {
    // before anything is changed, the journal mode too
    let found = recognise(&connection.transaction().map_err(failed("reading the file's header"))?)?;
    write_ahead(connection, patience)?;
    if found == MIGRATIONS.len() {
        return Ok(());
    }
    let migrating = failed("migrating the database");
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&migrating)?;
    // again, because somebody else may have come first
    let found = recognise(&transaction)?;
    for migration in &MIGRATIONS[found..] {
        transaction.execute_batch(migration).map_err(&migrating)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(&migrating)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len()).map_err(&migrating)?;
    transaction.commit().map_err(&migrating)
}

/// How many migrations this file has. In a transaction, so that the header and the schema are of one moment.
fn recognise(transaction: &Transaction<'_>) -> Result<usize, StoreError> {
    let read = |sql| transaction.query_row(sql, [], |row| row.get::<_, i64>(0));
    let application_id = match read("pragma application_id") {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            return Err(foreign("it is no SQLite database, or an encrypted one"));
        }
        other => other.map_err(failed("reading the file's header"))?,
    };
    match application_id {
        APPLICATION_ID => {
            let found = read("pragma user_version").map_err(failed("reading the schema's version"))?;
            let found = usize::try_from(found).map_err(|_| foreign("its schema version is negative"))?;
            match found <= MIGRATIONS.len() {
                true => Ok(found),
                false => Err(StoreError::Newer { found: found as u64, known: MIGRATIONS.len() as u64 }),
            }
        }
        0 => match read("select count(*) from sqlite_schema").map_err(failed("reading the schema"))? {
            0 => Ok(0),
            tables => Err(foreign(&format!("it has {tables} tables and indexes of another program"))),
        },
        other => Err(foreign(&format!("it has the application id {other:#x} of another program"))),
    }
}

fn foreign(why: &str) -> StoreError {
    StoreError::Refused {
        reason: format!("this file is not an event store: {why}; open a new file, and add tables of your own to it later"),
    }
}

/// Readers and the writer don't wait for each other.
fn write_ahead(connection: &Connection, patience: Duration) -> Result<(), StoreError> {
    let deadline = Instant::now() + patience;
    loop {
        match connection.query_row("pragma journal_mode = wal", [], |row| row.get::<_, String>(0)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                let reason = format!("the file stays in journal mode `{mode}`: a write-ahead log needs a local file system");
                return Err(StoreError::Refused { reason });
            }
            // SQLite doesn't wait by itself while another connection changes the mode
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(2));
            }
            Err(error) => return Err(failed("turning on the write-ahead log")(error)),
        }
    }
}
