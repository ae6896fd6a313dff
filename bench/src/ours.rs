//! The bank on the framework.

use es_core::prelude::*;
use es_core::store::Store;
use es_core::{Events, Query};

use crate::Result;
use crate::bank::{Bank, Loaded, Totals};
use crate::domain::{Account, AccountEvent, Deposit, Deposited, Open, Opened, Withdraw, Withdrawn};
use crate::plan::{Op, TILL, owner};

/// An app, with its cache or without.
#[derive(Debug, Clone)]
pub(crate) struct Ours<S>(pub(crate) App<S>);

impl<S: Store> Ours<S> {
    /// Deposits a cent, and says where.
    pub(crate) async fn deposit(&self, account: u64) -> Result<Position> {
        let committed = self.0.execute(Deposit { account, cents: 1, till: TILL.to_owned() }).await?;
        committed.position.ok_or_else(|| "a deposit without a position".into())
    }
}

impl<S: Store> Bank for Ours<S> {
    async fn execute(&self, account: u64, op: Op) -> Result<i64> {
        let committed = match op {
            Op::Open => self.0.execute(Open { account, owner: owner(account) }).await?,
            Op::Deposit { cents } => self.0.execute(Deposit { account, cents, till: TILL.to_owned() }).await?,
            Op::Withdraw { cents } => self.0.execute(Withdraw { account, cents }).await?,
        };
        Ok(committed.state.balance)
    }

    async fn append(&self, account: u64, ops: &[Op]) -> Result<()> {
        let mut events = Events::new();
        for op in ops {
            match *op {
                Op::Open => events.push(Opened { owner: owner(account) }),
                Op::Deposit { cents } => events.push(Deposited { cents, till: TILL.to_owned() }),
                Op::Withdraw { cents } => events.push(Withdrawn { cents }),
            }
        }
        self.0.append::<Account>(&account, events).await?;
        Ok(())
    }

    async fn load(&self, account: u64) -> Result<Loaded> {
        let loaded = self.0.load::<Account>(&account).await?;
        Ok(Loaded { balance: loaded.state.balance, version: loaded.version })
    }

    async fn scan(&self) -> Result<Totals> {
        let mut totals = Totals::default();
        let mut events = self.0.read(Query::all(), Position::START);
        while let Some(stored) = events.next().await {
            for recorded in stored?.decode::<Account>()? {
                let (opened, cents) = match &recorded.event {
                    AccountEvent::Opened(_) => (true, 0),
                    AccountEvent::Deposited(deposited) => (false, deposited.cents),
                    AccountEvent::Withdrawn(withdrawn) => (false, -withdrawn.cents),
                };
                totals.take(recorded.position.0, opened, cents)?;
            }
        }
        Ok(totals)
    }
}
