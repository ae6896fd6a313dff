//! The generated enums are named and derive what was said.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Opened), event = Happened, derive(PartialEq), commands(Open, derive(Debug)), command = Wish)]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[derive(Command, Clone, Debug, Deserialize)]
#[command(aggregate = Account)]
struct Open {
    #[command(id)]
    account: u64,
}

impl Handle<Open> for Account {
    fn handle(&self, _: Open) -> Decision<Self> {
        emit![Opened]
    }
}

#[test]
fn they_are_there() {
    assert_eq!(Happened::from(Opened), Happened::Opened(Opened));
    assert_eq!(format!("{:?}", Wish::from(Open { account: 1 })), "Open(Open { account: 1 })");
}
