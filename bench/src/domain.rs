//! A small bank, written with the framework: what a user would write.

use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "account.opened")]
pub(crate) struct Opened {
    pub(crate) owner: String,
}

/// Its third shape: version 1 was `{ amount: "12.50" }`, version 2 had a till beside it.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "account.deposited", version = 3, upcast_from = 1)]
pub(crate) struct Deposited {
    #[event(since = 3, was = "amount", with = cents)]
    pub(crate) cents: i64,
    #[event(since = 2, default = "main".to_owned())]
    pub(crate) till: String,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "account.withdrawn")]
pub(crate) struct Withdrawn {
    pub(crate) cents: i64,
}

fn cents(amount: String) -> Result<i64, std::num::ParseIntError> {
    match amount.split_once('.') {
        Some((whole, hundredths)) => Ok(whole.parse::<i64>()? * 100 + hundredths.parse::<i64>()?),
        None => Ok(amount.parse::<i64>()? * 100),
    }
}

#[derive(Debug, PartialEq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the account holds {balance}, not {asked}")]
    Overdrawn { balance: i64, asked: i64 },
}

#[derive(Aggregate, Debug, Default, Clone, PartialEq)]
#[aggregate(name = "account", id = u64, error = Refused, events(Opened, Deposited, Withdrawn))]
pub(crate) struct Account {
    pub(crate) owner: String,
    pub(crate) balance: i64,
}

impl Apply<Opened> for Account {
    fn apply(&mut self, event: Opened) {
        self.owner = event.owner;
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) {
        self.balance += event.cents;
    }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: Withdrawn) {
        self.balance -= event.cents;
    }
}

#[derive(Command, Debug, Clone)]
#[command(aggregate = Account, stream = new)]
pub(crate) struct Open {
    #[command(id)]
    pub(crate) account: u64,
    pub(crate) owner: String,
}

#[derive(Command, Debug, Clone)]
#[command(aggregate = Account, stream = existing)]
pub(crate) struct Deposit {
    #[command(id)]
    pub(crate) account: u64,
    pub(crate) cents: i64,
    pub(crate) till: String,
}

#[derive(Command, Debug, Clone)]
#[command(aggregate = Account, stream = existing)]
pub(crate) struct Withdraw {
    #[command(id)]
    pub(crate) account: u64,
    pub(crate) cents: i64,
}

impl Handle<Open> for Account {
    fn handle(&self, open: Open) -> Decision<Self> {
        emit![Opened { owner: open.owner }]
    }
}

impl Handle<Deposit> for Account {
    fn handle(&self, deposit: Deposit) -> Decision<Self> {
        emit![Deposited { cents: deposit.cents, till: deposit.till }]
    }
}

impl Handle<Withdraw> for Account {
    fn handle(&self, withdraw: Withdraw) -> Decision<Self> {
        ensure!(self.balance >= withdraw.cents, Refused::Overdrawn { balance: self.balance, asked: withdraw.cents });
        emit![Withdrawn { cents: withdraw.cents }]
    }
}

/// What each account holds, in a table.
#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "balances", key = u64, events(Opened, Deposited, Withdrawn))]
pub(crate) struct Balance {
    pub(crate) owner: String,
    #[view(index)]
    pub(crate) cents: i64,
}

impl Apply<Opened> for Balance {
    fn apply(&mut self, event: Opened) {
        self.owner = event.owner;
    }
}

impl Apply<Deposited> for Balance {
    fn apply(&mut self, event: Deposited) {
        self.cents += event.cents;
    }
}

impl Apply<Withdrawn> for Balance {
    fn apply(&mut self, event: Withdrawn) {
        self.cents -= event.cents;
    }
}
