//! Group commit by hand: a thread that takes what has queued up, one transaction, an answer to each.
//!
//! Callers load on connections of their own, on the thread that they run on; or, with a cache, only what they have not seen yet.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use crate::Result;
use crate::bank::{Bank, Loaded, Totals};
use crate::floor::account::{Account, Event};
use crate::floor::sqlite::{self, NewRow, SqliteFloor, Writer};
use crate::floor::states::States;
use crate::plan::Op;

/// As many as es-sqlite takes at once.
const JOBS: usize = 128;

struct Job {
    account: u64,
    expected: Option<u64>,
    rows: Vec<NewRow>,
    answer: oneshot::Sender<Result<()>>,
}

#[derive(Clone)]
pub(crate) struct GroupCommit {
    shared: Arc<Shared>,
}

struct Shared {
    file: PathBuf,
    jobs: Sender<Job>,
    readers: Mutex<Vec<Connection>>,
    states: States,
}

impl GroupCommit {
    pub(crate) fn open(file: &Path, cached: bool) -> Result<Self> {
        SqliteFloor::open(file, false)?;
        let connection = sqlite::connect(file)?;
        let (jobs, queue) = mpsc::channel();
        std::thread::Builder::new().name("floor-writer".into()).spawn(move || write(connection, &queue))?;
        let states = States::new(cached);
        Ok(Self { shared: Arc::new(Shared { file: file.into(), jobs, readers: Mutex::default(), states }) })
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.shared.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(|| sqlite::connect(&self.shared.file), Ok)?;
        let outcome = read(&connection);
        self.shared.readers.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        outcome
    }

    fn state(&self, account: u64) -> Result<(Account, u64)> {
        match self.shared.states.get(account) {
            Some(known) => Ok(known),
            None => self.read(|connection| sqlite::load(connection, account)),
        }
    }

    async fn send(&self, account: u64, expected: Option<u64>, rows: Vec<NewRow>) -> Result<()> {
        let (answer, outcome) = oneshot::channel();
        self.shared.jobs.send(Job { account, expected, rows, answer }).map_err(|_| "the writer is gone")?;
        outcome.await?
    }
}

/// Commits together what is queued, until nobody can send any more.
fn write(mut connection: Connection, queue: &Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let jobs: Vec<Job> = std::iter::once(first).chain(queue.try_iter().take(JOBS - 1)).collect();
        match commit(&mut connection, &jobs) {
            Ok(outcomes) => jobs.into_iter().zip(outcomes).for_each(|(job, outcome)| drop(job.answer.send(outcome))),
            Err(error) => jobs.into_iter().for_each(|job| drop(job.answer.send(Err(error.to_string().into())))),
        }
    }
}

fn commit(connection: &mut Connection, jobs: &[Job]) -> Result<Vec<Result<()>>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut writer = Writer::new(&transaction)?;
    let mut head = writer.head()?;
    let outcomes = jobs.iter().map(|job| writer.append(&mut head, job.account, job.expected, &job.rows)).collect();
    drop(writer);
    transaction.commit()?;
    Ok(outcomes)
}

impl Bank for GroupCommit {
    async fn execute(&self, account: u64, op: Op) -> Result<i64> {
        let (mut state, version) = self.state(account)?;
        let event = state.decide(account, version, op)?;
        self.send(account, Some(version), vec![NewRow::new(&event)?]).await?;
        state.apply(event);
        self.shared.states.keep(account, &state, version + 1);
        Ok(state.balance)
    }

    async fn append(&self, account: u64, ops: &[Op]) -> Result<()> {
        let rows = ops.iter().map(|op| NewRow::new(&Event::of(account, *op))).collect::<Result<Vec<_>>>()?;
        self.send(account, None, rows).await
    }

    async fn load(&self, account: u64) -> Result<Loaded> {
        let (state, version) = self.read(|connection| sqlite::load(connection, account))?;
        Ok(Loaded { balance: state.balance, version })
    }

    async fn scan(&self) -> Result<Totals> {
        self.read(sqlite::scan)
    }
}
