use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = AccountId, events(Opened))]
struct Account;

#[derive(Id, Debug, Clone, PartialEq, Eq)]
struct AccountId(u64);

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

fn main() {}
