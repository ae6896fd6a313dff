//! Events in a `Vec` by hand: what a store in memory costs at least.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use uuid::Uuid;

use crate::Result;
use crate::bank::{Bank, Loaded, Totals};
use crate::floor::account::{Account, Event};
use crate::floor::states::States;
use crate::plan::Op;

#[derive(Clone)]
pub(crate) struct MemoryFloor {
    log: Arc<Mutex<Log>>,
    states: Arc<States>,
}

#[derive(Default)]
struct Log {
    rows: Vec<Row>,
    accounts: HashMap<u64, Vec<usize>>,
}

/// A stored event. Nobody reads the first two, but a store without them would be another store.
struct Row {
    _id: Uuid,
    _recorded_at: SystemTime,
    name: &'static str,
    version: u32,
    payload: String,
}

impl Log {
    fn load(&self, account: u64) -> Result<(Account, u64)> {
        let mut state = Account::default();
        let rows = self.accounts.get(&account).map(Vec::as_slice).unwrap_or_default();
        for row in rows.iter().map(|at| &self.rows[*at]) {
            state.replay_any(row.name, row.version, row.payload.as_bytes())?;
        }
        Ok((state, rows.len() as u64))
    }

    fn append(&mut self, account: u64, event: &Event) -> Result<()> {
        let (id, recorded_at, payload) = (Uuid::now_v7(), SystemTime::now(), event.encode()?);
        self.accounts.entry(account).or_default().push(self.rows.len());
        self.rows.push(Row { _id: id, _recorded_at: recorded_at, name: event.name(), version: event.version(), payload });
        Ok(())
    }
}

impl MemoryFloor {
    pub(crate) fn new(cached: bool) -> Self {
        Self { log: Arc::default(), states: Arc::new(States::new(cached)) }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bank for MemoryFloor {
    async fn execute(&self, account: u64, op: Op) -> Result<i64> {
        let mut log = self.log();
        let (mut state, version) = match self.states.get(account) {
            Some(known) => known,
            None => log.load(account)?,
        };
        let event = state.decide(account, version, op)?;
        log.append(account, &event)?;
        state.apply(event);
        self.states.keep(account, &state, version + 1);
        Ok(state.balance)
    }

    async fn append(&self, account: u64, ops: &[Op]) -> Result<()> {
        let mut log = self.log();
        ops.iter().try_for_each(|op| log.append(account, &Event::of(account, *op)))
    }

    async fn load(&self, account: u64) -> Result<Loaded> {
        let (state, version) = self.log().load(account)?;
        Ok(Loaded { balance: state.balance, version })
    }

    async fn scan(&self) -> Result<Totals> {
        let mut totals = Totals::default();
        for (row, position) in self.log().rows.iter().zip(1..) {
            let (opened, cents) = Event::decode(row.name, row.version, row.payload.as_bytes())?.effect();
            totals.take(position, opened, cents)?;
        }
        Ok(totals)
    }
}
