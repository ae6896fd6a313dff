use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened;

#[derive(Command, Clone, Deserialize)]
#[command(aggregate = Account)]
struct Open {
    #[command(id)]
    account: u64,
}

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(Opened), commands(Open, Open))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

impl Handle<Open> for Account {
    fn handle(&self, _: Open) -> Decision<Self> {
        emit![]
    }
}

fn main() {}
