//! What read models make of an append, written in its transaction.

use std::sync::Arc;
use std::time::{Duration, Instant};

use es_core::store::{Append, AppendError, Appended, Inline, InlineError, InlineRows, InlineWork, Kept, StoreError, TableChanges};
use es_core::{Position, ProjectionError};
use rusqlite::hooks::{AuthContext, Authorization};
use rusqlite::{Connection, OptionalExtension, params};

use crate::append::AppendJob;
use crate::error::failed;
use crate::projection::guard;
use crate::writer::Batch;
use crate::{SqliteStore, view};

/// How many steps of SQLite's pass between two looks at the clock.
const STEPS: i32 = 10_000;

/// Read models that are kept, and what becomes of their rows.
pub(crate) struct Rows {
    kept: Arc<[Kept]>,
    rows: InlineRows,
}

impl Rows {
    /// What is to be written, if nothing speaks against it. Nothing is written yet.
    pub(crate) fn check(
        &mut self,
        connection: &Connection,
        planned: &Appended,
    ) -> rusqlite::Result<Result<Vec<TableChanges>, InlineError>> {
        let Some(first) = planned.first_position else { return Ok(Ok(Vec::new())) };
        for kept in &*self.kept {
            if lacks_an_event(connection, kept, Position(first.0 - 1))? {
                return Ok(Err(InlineError::Behind));
            }
        }
        let tables = match self.rows.at(planned) {
            Ok(tables) => tables,
            Err(error) => return Ok(Err(error)),
        };
        for TableChanges { table, changes } in &tables {
            for change in changes {
                match view::position(connection, table, change.change.key()) {
                    Ok(position) if position == change.rests_on => {}
                    Ok(_) => return Ok(Err(InlineError::Stale)),
                    Err(error) => return Ok(Err(view::said(table, error).into())),
                }
            }
        }
        Ok(Ok(tables))
    }

    pub(crate) fn write(&self, connection: &Connection, tables: Vec<TableChanges>, appended: &Appended) -> rusqlite::Result<()> {
        let Some(last) = appended.position else { return Ok(()) };
        for TableChanges { table, changes } in tables {
            let placed: Vec<_> = changes.into_iter().map(|change| change.change.at(last)).collect();
            view::change(connection, &table, &placed)?;
        }
        let mut moved = connection.prepare_cached(include_str!("sql/move_inline.sql"))?;
        for kept in &*self.kept {
            moved.execute(params![kept.projection, kept.version, last.0])?;
        }
        Ok(())
    }
}

/// Whether there is an event up to `head` that a read model follows and has not seen.
fn lacks_an_event(connection: &Connection, kept: &Kept, head: Position) -> rusqlite::Result<bool> {
    let mut position = connection.prepare_cached(include_str!("sql/select_inline.sql"))?;
    let position: Option<u64> = position.query_row(params![kept.projection, kept.version], |row| row.get(0)).optional()?;
    match position {
        None => Ok(true),
        Some(position) if position >= head.0 => Ok(false),
        Some(position) => {
            let names = serde_json::to_string(&kept.names).unwrap_or_default();
            connection.prepare_cached(include_str!("sql/lacks_event.sql"))?.query_row(params![position, names], |row| row.get(0))
        }
    }
}

pub(crate) async fn append(store: &SqliteStore, append: Append, inline: Inline<Connection>) -> Result<Appended, InlineError> {
    let Inline { kept, rows, work, limit } = inline;
    let (mut job, outcome) = AppendJob::new(append, Some(Rows { kept, rows }))?;
    let Some(mut work) = work else {
        store.threads.writer.write(Box::new(job)).await?;
        return outcome.await.unwrap_or_else(|_| Err(AppendError::OutcomeUnknown(StoreError::Closed).into()));
    };
    let (store, runtime) = (store.clone(), tokio::runtime::Handle::current());
    let mut held = store.projecting.clone().lock_owned().await;
    let appending = tokio::task::spawn_blocking(move || {
        let mut connection = match held.take() {
            Some(connection) => connection,
            None => store.opening.write_connection()?,
        };
        let done = alone(&mut connection, &mut job, &mut *work, limit, &runtime);
        if let Ok(Appended { position: Some(head), .. }) = &done {
            store.threads.wake.publish(*head);
        }
        // one that is left inside a transaction is of no use
        *held = Some(connection).filter(Connection::is_autocommit);
        drop(held);
        drop(store);
        done
    });
    appending.await.unwrap_or_else(|_| Err(AppendError::OutcomeUnknown(StoreError::Closed).into()))
}

/// An append in a transaction of its own, in which projections of the user's write, too.
fn alone(
    connection: &mut Connection,
    job: &mut AppendJob,
    work: &mut dyn InlineWork<Connection>,
    limit: Duration,
    runtime: &tokio::runtime::Handle,
) -> Result<Appended, InlineError> {
    let appending = failed("appending with a projection");
    connection.execute_batch("begin immediate").map_err(&appending)?;
    let mut run = || {
        let appended = job.try_append(&mut Batch::new(connection)).map_err(|error| job.not_stored(error))??;
        let begun = Instant::now();
        connection.authorizer(Some(guard)).map_err(&appending)?;
        connection.progress_handler(STEPS, Some(move || begun.elapsed() > limit)).map_err(&appending)?;
        let worked = runtime.block_on(work.run(&appended, connection));
        connection.progress_handler(0, None::<fn() -> bool>).map_err(&appending)?;
        connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>).map_err(&appending)?;
        worked.map_err(InlineError::Projection)?;
        if connection.is_autocommit() {
            let ended = "a statement ended the transaction, which is the append's: on a conflict use `or fail`, not `or rollback`";
            return Err(InlineError::Projection(ProjectionError::new(ended)));
        }
        connection.execute_batch("commit").map_err(|error| match connection.is_autocommit() {
            true => AppendError::OutcomeUnknown(appending(error)),
            false => appending(error).into(),
        })?;
        Ok(appended)
    };
    let done = run();
    if done.is_err() && !connection.is_autocommit() {
        connection.execute_batch("rollback").map_err(&appending)?;
    }
    done
}
