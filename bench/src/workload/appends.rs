//! Single events without a decision, of many processes at once: what orders of positions and commits cost.

use std::time::Instant;

use es_core::App;
use es_postgres::{Builder, PostgresStore};

use crate::Result;
use crate::bank::{Bank, Loaded, check};
use crate::floor::postgres::PostgresFloor;
use crate::measure::Timed;
use crate::ours::Ours;
use crate::plan::{self, Op};

/// How many processes there are: stores that share nothing, and connections of the floor.
pub(super) const PROCESSES: usize = 16;

pub(super) trait Appends: Bank {
    /// Stores the event of this version.
    fn append_one(&self, account: u64, version: u64, op: Op) -> impl Future<Output = Result<()>> + Send;
}

impl Appends for Ours<PostgresStore> {
    async fn append_one(&self, account: u64, _: u64, op: Op) -> Result<()> {
        self.append(account, &[op]).await
    }
}

impl Appends for PostgresFloor {
    async fn append_one(&self, account: u64, version: u64, op: Op) -> Result<()> {
        self.insert(account, version, op).await
    }
}

/// Opens a store as many times as there are processes.
pub(super) async fn open(builder: Builder) -> Result<Vec<Ours<PostgresStore>>> {
    let mut stores = Vec::new();
    for _ in 0..PROCESSES {
        stores.push(Ours(App::new(builder.clone().connect().await?)));
    }
    Ok(stores)
}

/// What happens in a round: every process has so many tasks, each of which appends so many events to an account of its own.
#[derive(Clone, Copy)]
pub(super) struct Round {
    pub(super) tasks: u64,
    pub(super) events: u64,
    pub(super) nth: u64,
}

pub(super) async fn round<B: Appends>(processes: &[B], round: Round) -> Result<Timed> {
    let Round { tasks, events, nth } = round;
    let first = nth * tasks * processes.len() as u64;
    let started = Instant::now();
    let mut running = Vec::new();
    for account in first..first + tasks * processes.len() as u64 {
        let bank = processes[(account - first) as usize % processes.len()].clone();
        running.push(tokio::spawn(async move {
            for (op, version) in plan::ops(account, events).zip(1..) {
                bank.append_one(account, version, op).await?;
            }
            crate::Result::<()>::Ok(())
        }));
    }
    let appended = running.len() as u64 * events;
    for task in running {
        task.await??;
    }
    let timed = Timed::since(started, appended);
    for account in first..first + tasks * processes.len() as u64 {
        let right = Loaded { balance: plan::balance(account, events), version: events };
        check("an account after its appends", processes[0].load(account).await?, right)?;
    }
    Ok(timed)
}
