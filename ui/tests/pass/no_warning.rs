//! What is generated asks for no lint to be allowed.
#![deny(warnings, missing_docs, unused, unreachable_pub, nonstandard_style, rust_2018_idioms)]
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(version = 2, upcast_from = 1, removed(by: u8, since = 2), renamed_from = "Started")]
struct Opened {
    #[event(since = 2, was = "who", with = owner)]
    owner: String,
}

fn owner(number: u64) -> String {
    number.to_string()
}

#[derive(Aggregate, Default, Clone, Serialize, Deserialize)]
#[aggregate(id = u64, events(Opened), snapshot(every = 10))]
struct Account {
    owner: String,
}

impl Apply<Opened> for Account {
    fn apply(&mut self, opened: Opened) {
        self.owner = opened.owner;
    }
}

#[test]
fn what_was_stored_is_applied() {
    let mut account = Account::default();
    account.apply_stored("Started", 1, br#"{"who":4,"by":1}"#).unwrap();
    assert_eq!(account.owner, "4");
}
