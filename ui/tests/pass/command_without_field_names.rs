//! A command may be a tuple struct.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Opened))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[derive(Command, Clone)]
#[command(aggregate = Account)]
struct Open(#[command(id)] u64);

#[test]
fn its_field_names_the_stream() {
    assert_eq!(Open(7).boundary().unwrap().stream().unwrap().id(), "7");
}
