use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened;

#[derive(Command, Clone, Deserialize)]
#[command(aggregate = Branch)]
struct Open {
    #[command(id)]
    branch: u64,
}

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(Opened), commands(Open))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(Opened))]
struct Branch;

impl Apply<Opened> for Branch {
    fn apply(&mut self, _: Opened) {}
}

impl Handle<Open> for Branch {
    fn handle(&self, _: Open) -> Decision<Self> {
        emit![Opened]
    }
}

fn main() {}
