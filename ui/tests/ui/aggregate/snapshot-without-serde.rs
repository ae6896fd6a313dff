use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(Opened), snapshot(every = 10))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

fn main() {}
