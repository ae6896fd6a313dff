//! The task that owns the connection which appends, and sends together what came in while its last call was under way.

use std::sync::Arc;
use std::time::{Duration, Instant};

use es_core::store::{Append, AppendError, StoreError};
use sqlx::postgres::PgDatabaseError;
use sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::Shared;
use crate::append::{Answer, Prepared, answers, duplicate, own_fault, statement};
use crate::builder::Commit;
use crate::error::{PostgresError, code, database_error, is_lost, is_passing};
use crate::{flush, lock};

/// A batch takes no further append once it has this many, or weighs this much.
const APPENDS: usize = 128;
const BYTES: usize = 1 << 20;

/// How many appends may wait. Who comes later waits for a place.
const WAITING: usize = 4096;

/// A connection that has been idle for this long is asked whether it is still there: an append on one that is not would have an
/// unknown outcome.
const IDLE: Duration = Duration::from_secs(1);

/// An append on its way.
pub(crate) struct Job {
    prepared: Arc<Prepared>,
    answer: oneshot::Sender<Answer>,
}

impl Job {
    pub(crate) fn new(prepared: Arc<Prepared>) -> (Self, oneshot::Receiver<Answer>) {
        let (answer, outcome) = oneshot::channel();
        (Self { prepared, answer }, outcome)
    }
}

/// Starts the tasks; they end when the last sender is gone and everything is answered.
pub(crate) fn start(shared: &Arc<Shared>, writers: usize) -> mpsc::Sender<Job> {
    let (sender, jobs) = mpsc::channel(WAITING);
    let queue = Arc::new(Mutex::new(Queue { jobs, next: None, most_locks: lock::MOST }));
    for _ in 0..writers {
        let (shared, queue) = (shared.clone(), queue.clone());
        tokio::spawn(Writer { shared, queue, connection: None, used: Instant::now() }.run());
    }
    sender
}

/// What waits. Whoever waits for something to come holds it.
struct Queue {
    jobs: mpsc::Receiver<Job>,
    /// Taken, and left for the next batch.
    next: Option<Job>,
    most_locks: usize,
}

struct Writer {
    shared: Arc<Shared>,
    queue: Arc<Mutex<Queue>>,
    connection: Option<PgConnection>,
    used: Instant,
}

/// What the server said to a whole batch.
enum Failed {
    /// Nothing was stored.
    Refused(sqlx::Error),
    /// It may be stored or not.
    Unknown(sqlx::Error),
}

impl Queue {
    /// Waits for an append, and takes with it what else is there.
    async fn take(&mut self) -> Option<Vec<Job>> {
        let first = loop {
            let job = match self.next.take() {
                Some(job) => job,
                None => self.jobs.recv().await?,
            };
            // whoever wanted it may have gone away before it was sent
            if !job.answer.is_closed() {
                break job;
            }
        };
        let (mut weight, mut locks) = (first.prepared.weight(), first.prepared.locks());
        let mut batch = vec![first];
        while batch.len() < APPENDS && weight < BYTES {
            let Ok(job) = self.jobs.try_recv() else { break };
            if job.answer.is_closed() {
                continue;
            }
            locks += job.prepared.locks();
            let key = job.prepared.key();
            // the second of two with one key has to see the first
            if locks > self.most_locks || key.is_some() && batch.iter().any(|other| other.prepared.key() == key) {
                self.next = Some(job);
                break;
            }
            weight += job.prepared.weight();
            batch.push(job);
        }
        Some(batch)
    }
}

impl Writer {
    async fn run(mut self) {
        loop {
            let batch = self.queue.lock().await.take().await;
            let Some(batch) = batch else { break };
            self.send(batch).await;
        }
        if let Some(connection) = self.connection {
            let _ = connection.close().await;
        }
    }

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
                let _ = job.answer.send(Answer::Refused(fault.into()));
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
    async fn fault_of(&mut self, append: &Append, error: &sqlx::Error) -> Option<StoreError> {
        if let Some(connection) = &mut self.connection
            && let Some(fault) = duplicate(self.shared.sql.duplicate_event(), connection, [append].into_iter(), error).await
        {
            return Some(fault);
        }
        own_fault([append].into_iter(), error)
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
        let call = statement(self.shared.append_call(), appends(), self.shared.positions).fetch_one(connection).await;
        self.used = Instant::now();
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
        if self.used.elapsed() > IDLE
            && let Some(connection) = &mut self.connection
            && connection.ping().await.is_err()
        {
            self.connection = None;
        }
        let until = Instant::now() + self.shared.patience;
        let mut pause = Duration::from_millis(5);
        while self.connection.is_none() {
            match self.open().await {
                Ok(connection) => self.connection = Some(connection),
                Err(error) if !is_passing(&error) || Instant::now() + pause > until => return Err(error),
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
        Ok(connection)
    }
}

/// Whether one append of the batch may be the reason, and not the server or somebody else.
fn may_be_one_of_them(error: &sqlx::Error) -> bool {
    let classes = ["22", "23", "40", "54"];
    code(error).is_some_and(|code| code == "57014" || classes.iter().any(|class| code.starts_with(class)))
}
