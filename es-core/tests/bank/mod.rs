//! The domain of these tests: bank accounts.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used, reason = "each test uses a part of it")]

use es_core::prelude::*;
use serde::{Deserialize, Serialize};

// events

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Opened {
    #[event(tag)]
    pub owner: String,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1, renamed_from = "PaidIn")]
pub struct Deposited {
    #[event(since = 2, was = "amount", with = to_cents)]
    pub cents: i64,
}

fn to_cents(amount: i64) -> i64 {
    amount * 100
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Withdrawn {
    pub cents: i64,
}

// state

#[derive(Aggregate, Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[aggregate(
    id = u64,
    error = Refused,
    events(Opened, Deposited, Withdrawn),
    commands(Open, Deposit, Withdraw),
    snapshot(every = 3, version = 1)
)]
pub struct Account {
    pub owner: String,
    pub cents: i64,
    pub movements: u32,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refused {
    #[error("there are only {0} cents")]
    Short(i64),
}

impl Apply<Opened> for Account {
    fn apply(&mut self, event: Opened) {
        self.owner = event.owner;
    }
}

impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) {
        self.cents += event.cents;
        self.movements += 1;
    }
}

impl Apply<Withdrawn> for Account {
    fn apply(&mut self, event: Withdrawn) {
        self.cents -= event.cents;
        self.movements += 1;
    }
}

// commands

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
#[command(aggregate = Account, stream = new)]
pub struct Open {
    #[command(id)]
    pub account: u64,
    pub owner: String,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
#[command(aggregate = Account, stream = existing)]
pub struct Deposit {
    #[command(id)]
    pub account: u64,
    pub cents: i64,
}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
#[command(aggregate = Account)]
pub struct Withdraw {
    #[command(id)]
    pub account: u64,
    pub cents: i64,
}

impl Handle<Open> for Account {
    fn handle(&self, open: Open) -> Decision<Self> {
        emit![Opened { owner: open.owner }]
    }
}

impl Handle<Deposit> for Account {
    fn handle(&self, deposit: Deposit) -> Decision<Self> {
        if deposit.cents == 0 {
            return emit![];
        }
        emit![Deposited { cents: deposit.cents }]
    }
}

impl Handle<Withdraw> for Account {
    fn handle(&self, withdraw: Withdraw) -> Decision<Self> {
        ensure!(self.cents >= withdraw.cents, Refused::Short(self.cents));
        emit![Withdrawn { cents: withdraw.cents }]
    }
}

pub fn open(account: u64) -> Open {
    Open { account, owner: "ann".into() }
}

pub fn deposit(account: u64, cents: i64) -> Deposit {
    Deposit { account, cents }
}

pub fn withdraw(account: u64, cents: i64) -> Withdraw {
    Withdraw { account, cents }
}
