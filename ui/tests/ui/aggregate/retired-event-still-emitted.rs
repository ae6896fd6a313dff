use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(retired_into())]
struct OpenedAndPaid;

impl Retired for OpenedAndPaid {
    fn replace(self) -> Events<Self> {
        events![]
    }
}

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(Opened, OpenedAndPaid))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

impl Apply<OpenedAndPaid> for Account {
    fn apply(&mut self, _: OpenedAndPaid) {}
}

fn main() {}
