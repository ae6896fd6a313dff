use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened;

#[derive(Command, Debug, Clone)]
#[command(aggregate = Account)]
struct Open {
    #[command(id)]
    account: u64,
}

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(Opened, Open))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

impl Apply<Open> for Account {
    fn apply(&mut self, _: Open) {}
}

fn main() {}
