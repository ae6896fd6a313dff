//! A renamed event is read under each of its names.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(renamed_from = "Started", renamed_from = "Begun")]
struct Opened;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Opened))]
struct Account(u8);

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {
        self.0 += 1;
    }
}

#[test]
fn every_name_is_applied() {
    let mut account = Account::default();
    for name in ["Opened", "Started", "Begun"] {
        account.apply_stored(name, 1, b"{}").unwrap();
    }
    assert_eq!(account.0, 3);
}
