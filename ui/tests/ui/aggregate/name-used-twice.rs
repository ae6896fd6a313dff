use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "Opened")]
struct Reopened;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(Opened, Reopened))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}
impl Apply<Reopened> for Account {
    fn apply(&mut self, _: Reopened) {}
}

fn main() {}
