//! The write connection, and the thread that commits together what came in while it was committing.
//!
//! To be woken by another thread takes longer than to load, and nearly as long as to commit. So a caller that finds the connection
//! idle, and commits short, commits what there is on its own thread. It waits there for nobody.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use es_core::Position;
use es_core::store::StoreError;
use rusqlite::{Connection, OptionalExtension};

use crate::error::Shared;
use crate::pace::Pace;
use crate::queue::{Queue, Serving};
use crate::reader::Reader;
use crate::wake::Wake;

/// More bytes of payload than this are a thread's work, however fast the disk is.
const LIGHT: usize = 1 << 16;
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

impl<'c> Batch<'c> {
    pub(crate) fn new(connection: &'c Connection) -> Self {
        Self { connection, head: None }
    }

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

type Jobs = Vec<Box<dyn Job>>;

/// The write connection, and what waits for it.
pub(crate) struct Writer {
    pub(crate) queue: Queue<Box<dyn Job>>,
    /// `None` before the thread has opened it, and after the thread has closed it.
    connection: Mutex<Option<Reader>>,
    /// Whether several jobs were committed together the last time.
    in_company: AtomicBool,
    commits: Pace,
    reads: Pace,
    wake: Arc<Wake>,
    /// How long the thread waits while another process writes.
    patience: Duration,
}

impl Writer {
    /// `short`: what a caller does on its own thread takes no longer, as a rule.
    pub(crate) fn new(wake: Arc<Wake>, patience: Duration, short: Duration) -> Self {
        Self {
            queue: Queue::new(),
            connection: Mutex::default(),
            in_company: AtomicBool::new(false),
            commits: Pace::new(short),
            reads: Pace::new(short),
            wake,
            patience,
        }
    }

    /// Sees to it that a job is done and answered.
    pub(crate) async fn write(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let alone = !self.in_company.load(Ordering::Relaxed) && self.commits.is_short() && job.weight() <= LIGHT;
        if !alone {
            return self.queue.push(job).map_err(|_| StoreError::Closed);
        }
        let left = self.queue.leave(job).map_err(|_| StoreError::Closed)?;
        // a task that is ready to write as well comes first, so that both are committed together
        tokio::task::yield_now().await;
        self.commit_here();
        // if the job is still there, the thread is called now that nobody has the connection
        drop(left);
        Ok(())
    }

    /// Commits what there is on the caller's thread, unless anybody else has the connection or the file.
    fn commit_here(&self) {
        let _serving = Serving(&self.queue);
        let Some(mut idle) = self.idle() else { return };
        let Some(writer) = idle.as_mut() else { return };
        let Ok(begun) = Transaction::begin(writer.waiting(Duration::ZERO)) else { return };
        let single = self.take().map(|jobs| self.end(begun, jobs));
        single.into_iter().flatten().for_each(|job| self.write_all(writer, vec![job]));
    }

    /// Reads on the caller's thread; `None` if it is a reading one's to do, which then meets the error, too.
    pub(crate) fn read_here<T>(&self, read: impl FnOnce(&mut Reader) -> Result<T, StoreError>) -> Option<T> {
        if !self.reads.is_short() {
            return None;
        }
        let mut idle = self.idle()?;
        let writer = idle.as_mut()?;
        writer.waiting(Duration::ZERO);
        self.measured(|| read(writer)).ok()
    }

    /// Reads, and learns from it whether reads are short.
    pub(crate) fn measured<T>(&self, read: impl FnOnce() -> T) -> T {
        self.reads.measure(read)
    }

    /// The connection, if nobody has it.
    fn idle(&self) -> Option<MutexGuard<'_, Option<Reader>>> {
        match self.connection.try_lock() {
            Ok(idle) => Some(idle),
            // a transaction that was open at a panic was rolled back
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Writes until the queue is closed and empty, and gives the connection back.
    pub(crate) fn run(&self, connection: Connection) -> Option<Connection> {
        let _serving = Serving(&self.queue);
        let held = || self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        *held() = Some(Reader::new(connection));
        loop {
            self.queue.wait_for_any();
            let mut held = held();
            let (Some(writer), Some(jobs)) = (held.as_mut(), self.take()) else {
                return held.take().map(|writer| writer.connection);
            };
            self.write_all(writer, jobs);
        }
    }

    fn take(&self) -> Option<Jobs> {
        self.queue.take_many(JOBS, BYTES, |job| job.weight())
    }

    /// Commits all jobs together; if one of them breaks the transaction, each on its own.
    fn write_all(&self, writer: &mut Reader, jobs: Jobs) {
        let single = match Transaction::begin(writer.waiting(self.patience)) {
            Ok(begun) => self.end(begun, jobs),
            Err(stopped) => return answer(jobs, Err(stopped)),
        };
        single.into_iter().for_each(|job| self.write_all(writer, vec![job]));
    }

    /// Does the jobs in a transaction, commits it, and answers; gives them back if they must be tried one at a time.
    fn end(&self, transaction: Transaction<'_>, mut jobs: Jobs) -> Jobs {
        jobs.retain(|job| !job.is_abandoned());
        self.in_company.store(jobs.len() > 1, Ordering::Relaxed);
        match self.commits.measure(|| commit(transaction, &mut jobs, &self.wake)) {
            Err(Stopped::ByJob(_)) if jobs.len() > 1 => return jobs,
            end => answer(jobs, end),
        }
        Vec::new()
    }
}

fn answer(jobs: Jobs, end: Result<(), Stopped>) {
    let end = end.map_err(|stopped| match stopped {
        Stopped::ByJob(error) | Stopped::Before(error) => Failed::RolledBack(error.into()),
        Stopped::Committing(error) => Failed::Unknown(error.into()),
    });
    if let Err(failed) = &end {
        tracing::warn!(?failed, jobs = jobs.len(), "a transaction was not committed");
    }
    jobs.into_iter().for_each(|job| job.answer(end.clone()));
}

/// A write transaction, which is rolled back if it is dropped. Its statements are prepared once: rusqlite's own are each time.
struct Transaction<'c>(&'c Connection);

impl<'c> Transaction<'c> {
    /// Waits for other processes as long as the connection is told to.
    fn begin(connection: &'c Connection) -> Result<Self, Stopped> {
        let begin = || connection.prepare_cached("begin immediate")?.execute([]);
        begin().map(|_| Self(connection)).map_err(Stopped::Before)
    }

    fn commit(self) -> Result<(), Stopped> {
        let commit = || self.0.prepare_cached("commit")?.execute([]);
        commit().map(drop).map_err(|error| match self.0.is_autocommit() {
            true => Stopped::Committing(error),
            // still open, it has stored nothing, and is rolled back
            false => Stopped::Before(error),
        })
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit() {
            let _ = self.0.execute_batch("rollback");
        }
    }
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

fn commit(transaction: Transaction<'_>, jobs: &mut [Box<dyn Job>], wake: &Wake) -> Result<(), Stopped> {
    if jobs.is_empty() {
        return Ok(());
    }
    let mut batch = Batch::new(transaction.0);
    for job in jobs {
        job.run(&mut batch).map_err(Stopped::ByJob)?;
    }
    let head = batch.head;
    transaction.commit()?;
    if let Some(head) = head {
        wake.publish(head.position);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
