use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(Opened))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[derive(Command)]
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

fn run(app: App<es_core::MemoryStore>) {
    let _ = app.execute(Open { account: 1 });
}

fn main() {}
