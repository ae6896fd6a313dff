//! The thread that owns the write connection, and commits together what came in while it was committing.

use std::time::{SystemTime, UNIX_EPOCH};

use es_core::Position;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::error::Shared;
use crate::queue::{Queue, Serving};
use crate::wake::Wake;

/// A batch takes no further job once it has this many, or weighs this much.
const JOBS: usize = 128;
const BYTES: usize = 1 << 20;

/// Something to be written.
pub(crate) trait Job: Send {
    /// Writes it in the open transaction, keeping the outcome. It may run again, after a rollback.
    ///
    /// # Errors
    /// What SQLite said, on which the whole transaction is rolled back. What this job alone is refused for is no error, but an
    /// outcome; then it has written nothing.
    fn run(&mut self, batch: &mut Batch<'_>) -> rusqlite::Result<()>;

    /// Tells the caller, now that the transaction has ended.
    fn answer(self: Box<Self>, end: Result<(), Failed>);

    /// Whether nobody waits for the outcome any more.
    fn is_abandoned(&self) -> bool;

    /// Bytes of payload.
    fn weight(&self) -> usize {
        0
    }
}

/// A transaction that was not committed.
#[derive(Debug, Clone)]
pub(crate) enum Failed {
    /// Nothing of it was stored.
    RolledBack(Shared),
    /// The commit itself went wrong: it may be stored or not.
    Unknown(Shared),
}

/// An open write transaction, in which each job sees what the ones before it wrote.
pub(crate) struct Batch<'c> {
    pub(crate) connection: &'c Connection,
    head: Option<Head>,
}

/// Where the next event goes.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    pub(crate) position: Position,
    /// Microseconds: now, or when the last event was recorded if that is later.
    pub(crate) recorded_at: i64,
}

impl Batch<'_> {
    /// Read inside the transaction, because other processes write too.
    pub(crate) fn head(&mut self) -> rusqlite::Result<Head> {
        if let Some(head) = self.head {
            return Ok(head);
        }
        let mut select = self.connection.prepare_cached(include_str!("sql/head.sql"))?;
        let last = select.query_row([], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, i64>(1)?))).optional()?;
        let (position, recorded_at) = last.unwrap_or((0, i64::MIN));
        let head = Head { position: Position(position), recorded_at: recorded_at.max(now()) };
        self.head = Some(head);
        Ok(head)
    }

    /// Moves the head over events that were inserted.
    pub(crate) fn advance(&mut self, count: u64) {
        if let Some(head) = &mut self.head {
            head.position.0 += count;
        }
    }
}

/// Microseconds.
pub(crate) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_micros()).ok()).unwrap_or(0)
}

/// Writes until the queue is closed and empty, and gives the connection back.
pub(crate) fn run(mut connection: Connection, queue: &Queue<Box<dyn Job>>, wake: &Wake) -> Connection {
    let _serving = Serving(queue);
    let mut jobs = Vec::new();
    loop {
        queue.pop_many(&mut jobs, JOBS, BYTES, |job| job.weight());
        if jobs.is_empty() {
            return connection;
        }
        jobs.retain(|job| !job.is_abandoned());
        write(&mut connection, &mut jobs, wake);
    }
}

/// Commits all jobs together; if one of them breaks the transaction, each on its own.
fn write(connection: &mut Connection, jobs: &mut Vec<Box<dyn Job>>, wake: &Wake) {
    let end = match commit(connection, jobs, wake) {
        Ok(()) => Ok(()),
        Err(Stopped::ByJob(_)) if jobs.len() > 1 => {
            for job in jobs.drain(..) {
                write(connection, &mut vec![job], wake);
            }
            return;
        }
        Err(Stopped::ByJob(error) | Stopped::Before(error)) => Err(Failed::RolledBack(error.into())),
        Err(Stopped::Committing(error)) => Err(Failed::Unknown(error.into())),
    };
    if let Err(failed) = &end {
        tracing::warn!(?failed, jobs = jobs.len(), "a transaction was not committed");
    }
    jobs.drain(..).for_each(|job| job.answer(end.clone()));
}

/// Where a transaction stopped.
enum Stopped {
    /// Not begun, or ended with nothing stored, and not because of a single job.
    Before(rusqlite::Error),
    /// A statement of a job.
    ByJob(rusqlite::Error),
    /// The commit.
    Committing(rusqlite::Error),
}

fn commit(connection: &mut Connection, jobs: &mut [Box<dyn Job>], wake: &Wake) -> Result<(), Stopped> {
    if jobs.is_empty() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(Stopped::Before)?;
    let mut batch = Batch { connection: &transaction, head: None };
    for job in jobs {
        job.run(&mut batch).map_err(Stopped::ByJob)?;
    }
    let head = batch.head;
    if let Err(error) = transaction.execute_batch("commit") {
        // a transaction that is still open has stored nothing, and is rolled back when it is dropped
        return Err(if transaction.is_autocommit() { Stopped::Committing(error) } else { Stopped::Before(error) });
    }
    drop(transaction);
    if let Some(head) = head {
        wake.publish(head.position);
    }
    Ok(())
}
