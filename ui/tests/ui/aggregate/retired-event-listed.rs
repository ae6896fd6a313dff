use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(retired_into(Opened, Paid))]
struct OpenedAndPaid;
impl Retired for OpenedAndPaid {
    fn replace(self) -> Events<Self> {
        events![Opened, Paid]
    }
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(replaces(OpenedAndPaid))]
struct Opened;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(replaces(OpenedAndPaid))]
struct Paid;

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(OpenedAndPaid))]
struct Account;

impl Apply<OpenedAndPaid> for Account {
    fn apply(&mut self, _: OpenedAndPaid) {}
}

fn main() {}
