//! A dropped event is passed over.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(retired_into())]
struct Viewed;

impl Retired for Viewed {
    fn replace(self) -> Events<Self> {
        events![]
    }
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Opened), ignores(Viewed))]
struct Account(u8);

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {
        self.0 += 1;
    }
}

#[test]
fn it_changes_nothing() {
    let mut account = Account::default();
    account.apply_stored("Viewed", 1, b"{}").unwrap();
    assert_eq!(account.0, 0);
}
