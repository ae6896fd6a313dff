//! A split event is applied as its parts.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(retired_into(Opened, Paid))]
struct OpenedAndPaid {
    cents: i64,
}

impl Retired for OpenedAndPaid {
    fn replace(self) -> Events<Self> {
        events![Opened, Paid { cents: self.cents }]
    }
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(replaces(OpenedAndPaid))]
struct Opened;

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(replaces(OpenedAndPaid))]
struct Paid {
    cents: i64,
}

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Opened, Paid))]
struct Account {
    opened: u8,
    cents: i64,
}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {
        self.opened += 1;
    }
}

impl Apply<Paid> for Account {
    fn apply(&mut self, paid: Paid) {
        self.cents += paid.cents;
    }
}

#[test]
fn both_parts_are_applied() {
    let mut account = Account::default();
    account.apply_stored("OpenedAndPaid", 1, br#"{"cents":7}"#).unwrap();
    assert_eq!((account.opened, account.cents), (1, 7));
}
