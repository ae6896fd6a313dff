//! A domain error is the aggregate's own.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[derive(Debug, PartialEq)]
struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed")
    }
}

impl std::error::Error for Closed {}

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, error = Closed, events(Opened))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[derive(Command, Clone)]
#[command(aggregate = Account)]
struct Open {
    #[command(id)]
    account: u64,
}

impl Handle<Open> for Account {
    fn handle(&self, open: Open) -> Decision<Self> {
        ensure!(open.account > 0, Closed);
        emit![Opened]
    }
}

#[test]
fn it_is_what_a_handler_returns() {
    assert_eq!(Account.handle(Open { account: 0 }).unwrap_err(), Closed);
}
