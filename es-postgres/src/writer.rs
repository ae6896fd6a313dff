//! The connections that append: whoever finds one idle appends on it at once; else what came in meanwhile goes out together.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use es_core::store::{Append, AppendError, StoreError};
use sqlx::postgres::PgDatabaseError;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use tokio::sync::{Mutex, Semaphore, SemaphorePermit, mpsc, oneshot};

use crate::Shared;
use crate::append::{Answer, Prepared, answers, duplicate, own_fault, statement, statement_of_one};
use crate::builder::Commit;
use crate::error::{PostgresError, code, database_error, is_lost, is_passing};
use crate::{flush, inline, lock};

/// A batch takes no further append once it has this many, or weighs this much.
const APPENDS: usize = 128;
const BYTES: usize = 1 << 20;

/// How many appends may wait. Who comes later waits for a place.
const WAITING: usize = 4096;

/// A connection that has been idle for this long is asked whether it is still there: an append on one that is not would have an
/// unknown outcome.
const IDLE: Duration = Duration::from_secs(1);

/// An append on its way.
struct Job {
    prepared: Arc<Prepared>,
    answer: oneshot::Sender<Answer>,
}

/// The way to append.
#[derive(Clone)]
pub(crate) struct Appends {
    queue: mpsc::Sender<Job>,
    writers: Arc<Writers>,
}

/// Starts the tasks; they end when the last handle is gone and everything is answered.
pub(crate) fn start(shared: &Arc<Shared>, writers: usize) -> Appends {
    let (sender, jobs) = mpsc::channel(WAITING);
    let queue = Arc::new(Mutex::new(Queue { jobs, next: None, most_locks: lock::MOST }));
    let idle = (0..writers).map(|_| Writer { shared: shared.clone(), connection: None, used: Instant::now(), cut_off: false }).collect();
    let writers = Arc::new(Writers { permits: Semaphore::new(writers), idle: std::sync::Mutex::new(idle) });
    for _ in 0..writers.permits.available_permits() {
        tokio::spawn(send_what_waits(queue.clone(), writers.clone()));
    }
    Appends { queue: sender, writers }
}

impl Appends {
    /// Appends, and says what became of it.
    pub(crate) async fn send(&self, prepared: Arc<Prepared>) -> Result<Answer, StoreError> {
        let (answer, outcome) = oneshot::channel();
        let job = Job { prepared, answer };
        // nobody waits, and a connection is idle: a task in between would only be woken for this
        if self.queue.capacity() == WAITING
            && !self.queue.is_closed()
            && let Some(mut writer) = self.writers.try_take()
        {
            writer.send(vec![job]).await;
        } else {
            self.queue.send(job).await.map_err(|_| StoreError::Closed)?;
        }
        // if not, it was taken, and its task died before it could say what became of it
        Ok(outcome.await.unwrap_or_else(|_| Answer::Refused(AppendError::OutcomeUnknown(StoreError::Closed))))
    }
}

/// Sends what waits, whenever a connection is idle.
async fn send_what_waits(queue: Arc<Mutex<Queue>>, writers: Arc<Writers>) {
    loop {
        let mut queue = queue.lock().await;
        if !queue.wait().await {
            break;
        }
        let Some(mut writer) = writers.take().await else { break };
        let batch = queue.take();
        drop(queue);
        if !batch.is_empty() {
            writer.send(batch).await;
        }
    }
    writers.close().await;
}

/// What waits. Whoever waits for something to come holds it.
struct Queue {
    jobs: mpsc::Receiver<Job>,
    /// Taken, and left for the next batch.
    next: Option<Job>,
    most_locks: usize,
}

/// The connections that append, each for one call at a time. Who waits for one gets it before who only asks.
struct Writers {
    permits: Semaphore,
    idle: std::sync::Mutex<Vec<Writer>>,
}

impl Writers {
    fn try_take(&self) -> Option<Taken<'_>> {
        self.taken(self.permits.try_acquire().ok()?)
    }

    async fn take(&self) -> Option<Taken<'_>> {
        self.taken(self.permits.acquire().await.ok()?)
    }

    fn taken<'a>(&'a self, permit: SemaphorePermit<'a>) -> Option<Taken<'a>> {
        let writer = self.idle().pop()?;
        Some(Taken { writers: self, writer: Some(writer), _permit: permit })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Writer>> {
        // nothing that can panic runs under the lock
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle());
        for connection in idle.into_iter().filter_map(|writer| writer.connection) {
            let _ = connection.close().await;
        }
    }
}

/// A writer that is in use.
struct Taken<'a> {
    writers: &'a Writers,
    writer: Option<Writer>,
    _permit: SemaphorePermit<'a>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        // the permit goes after this
        if let Some(writer) = self.writer.take() {
            self.writers.idle().push(writer);
        }
    }
}

#[expect(clippy::expect_used, reason = "it is taken out only when the guard is dropped")]
impl Deref for Taken<'_> {
    type Target = Writer;

    fn deref(&self) -> &Writer {
        self.writer.as_ref().expect("a writer")
    }
}

#[expect(clippy::expect_used, reason = "it is taken out only when the guard is dropped")]
impl DerefMut for Taken<'_> {
    fn deref_mut(&mut self) -> &mut Writer {
        self.writer.as_mut().expect("a writer")
    }
}

struct Writer {
    shared: Arc<Shared>,
    connection: Option<PgConnection>,
    used: Instant,
    /// Whether a call is under way, or was given up by its caller: then its answer may still be on the connection.
    cut_off: bool,
}

/// What the server said to a whole batch.
enum Failed {
    /// Nothing was stored.
    Refused(sqlx::Error),
    /// It may be stored or not.
    Unknown(sqlx::Error),
}

impl Queue {
    /// Waits for an append; false if none is to come any more.
    async fn wait(&mut self) -> bool {
        if self.next.is_none() {
            self.next = self.jobs.recv().await;
        }
        self.next.is_some()
    }

    /// Takes what is there, as much as goes into one call.
    fn take(&mut self) -> Vec<Job> {
        let (mut batch, mut weight, mut locks) = (Vec::<Job>::new(), 0, 0);
        while batch.len() < APPENDS && weight < BYTES {
            let Some(job) = self.next.take().or_else(|| self.jobs.try_recv().ok()) else { break };
            // whoever wanted it may have gone away before it was sent
            if job.answer.is_closed() {
                continue;
            }
            locks += job.prepared.locks();
            let fits = batch.iter().all(|other| other.prepared.goes_with(&job.prepared));
            if !batch.is_empty() && (locks > self.most_locks || !fits) {
                self.next = Some(job);
                break;
            }
            weight += job.prepared.weight();
            batch.push(job);
        }
        batch
    }
}

impl Writer {
    async fn send(&mut self, mut batch: Vec<Job>) {
        let (error, unknown) = match self.call(&batch).await {
            Ok(told) => return self.answer(batch, told),
            Err(Failed::Refused(error)) if batch.len() > 1 && may_be_one_of_them(&error) => {
                for job in batch {
                    Box::pin(self.send(vec![job])).await;
                }
                return;
            }
            Err(Failed::Refused(error)) => (error, false),
            Err(Failed::Unknown(error)) => (error, true),
        };
        let fault = match &batch[..] {
            [job] if !unknown => self.fault_of(&job.prepared.append, &error).await,
            _ => None,
        };
        if let Some(fault) = fault {
            // it is the only one
            if let Some(job) = batch.pop() {
                let _ = job.answer.send(fault);
            }
            return;
        }
        tracing::warn!(%error, unknown, appends = batch.len(), "a batch of appends was not acknowledged");
        let error = PostgresError::from(error);
        for job in batch {
            let said = StoreError::backend("appending events", error.clone());
            let _ = job.answer.send(Answer::Refused(if unknown { AppendError::OutcomeUnknown(said) } else { said.into() }));
        }
    }

    /// Why an append was refused, where it is its own fault.
    async fn fault_of(&mut self, append: &Append, error: &sqlx::Error) -> Option<Answer> {
        if let Some(refusal) = inline::refusal(error) {
            return Some(Answer::Inline(refusal));
        }
        let refused = |fault: StoreError| Answer::Refused(fault.into());
        if let Some(connection) = &mut self.connection
            && let Some(fault) = duplicate(self.shared.sql.duplicate_event(), connection, [append].into_iter(), error).await
        {
            return Some(refused(fault));
        }
        own_fault([append].into_iter(), error).map(refused)
    }

    fn answer(&self, batch: Vec<Job>, told: Vec<Answer>) {
        let stored = told.iter().filter_map(|answer| match answer {
            Answer::Stored(appended) => appended.position,
            _ => None,
        });
        if let Some(head) = stored.max() {
            flush::acknowledged(&self.shared, head);
            self.shared.wake.committed(head);
        }
        for (job, answer) in batch.into_iter().zip(told) {
            // whoever gave up waiting doesn't want to know
            let _ = job.answer.send(answer);
        }
    }

    async fn call(&mut self, batch: &[Job]) -> Result<Vec<Answer>, Failed> {
        self.connect().await.map_err(Failed::Refused)?;
        let Some(connection) = &mut self.connection else { return Err(Failed::Refused(sqlx::Error::PoolClosed)) };
        let appends = || batch.iter().map(|job| &*job.prepared);
        let call = match batch {
            [job] if self.shared.has_call_for_one() && job.prepared.is_simple() => {
                statement_of_one(self.shared.sql.append_one(), &job.prepared)
            }
            [job, ..] if job.prepared.rows.is_some() => {
                inline::statement(self.shared.sql.append_inline(), appends(), self.shared.positions)
            }
            _ => statement(self.shared.append_call(), appends(), self.shared.positions),
        };
        self.cut_off = true;
        let call = call.fetch_one(connection).await;
        (self.cut_off, self.used) = (false, Instant::now());
        match call.and_then(|row| answers(&row, appends())) {
            Ok(told) if told.len() == batch.len() => Ok(told),
            Ok(_) => Err(Failed::Unknown(sqlx::Error::Protocol("answers are missing".into()))),
            Err(error) => {
                if is_lost(&error) {
                    self.connection = None;
                }
                Err(if self.nothing_was_stored(&error) { Failed::Refused(error) } else { Failed::Unknown(error) })
            }
        }
    }

    fn nothing_was_stored(&self, error: &sqlx::Error) -> bool {
        let Some(code) = database_error(error).map(PgDatabaseError::code).filter(|_| !is_lost(error)) else { return false };
        match self.shared.commit {
            Commit::Plain => true,
            // other errors may come after the append's own commit, from that which flushes it
            Commit::Overlapped => {
                let classes = ["22", "23", "25", "40", "42", "54"];
                code == "55P03" || classes.iter().any(|class| code.starts_with(class))
            }
        }
    }

    /// Sees to it that there is a connection, for as long as the patience lasts. Nothing was sent yet.
    async fn connect(&mut self) -> Result<(), sqlx::Error> {
        // a ping comes after what is still to come
        if (self.cut_off || self.used.elapsed() > IDLE)
            && let Some(connection) = &mut self.connection
            && connection.ping().await.is_err()
        {
            self.connection = None;
        }
        self.cut_off = false;
        let begun = Instant::now();
        let mut pause = Duration::from_millis(5);
        while self.connection.is_none() {
            match self.open().await {
                Ok(connection) => self.connection = Some(connection),
                Err(error) if !is_passing(&error) || begun.elapsed() + pause > self.shared.patience => return Err(error),
                Err(error) => {
                    tracing::debug!(%error, "connecting again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_millis(500));
                }
            }
        }
        Ok(())
    }

    async fn open(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = self.shared.reads.options().connect().await?;
        // so that an append is one round trip, and what may break before it is sent breaks here
        (&mut connection).prepare(self.shared.append_call()).await?;
        if self.shared.has_call_for_one() {
            (&mut connection).prepare(self.shared.sql.append_one()).await?;
        }
        Ok(connection)
    }
}

/// Whether one append of the batch may be the reason, and not the server or somebody else.
fn may_be_one_of_them(error: &sqlx::Error) -> bool {
    let classes = ["22", "23", "40", "54"];
    code(error).is_some_and(|code| code == "57014" || classes.iter().any(|class| code.starts_with(class)))
}
