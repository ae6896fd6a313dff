//! `apply = path` names one function for all events.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Opened), apply = Account::evolve)]
struct Account(u8);

impl Account {
    fn evolve(&mut self, event: AccountEvent) {
        match event {
            AccountEvent::Opened(Opened) => self.0 += 1,
        }
    }
}

#[test]
fn it_gets_every_event() {
    let mut account = Account::default();
    account.apply_stored("Opened", 1, b"{}").unwrap();
    assert_eq!(account.0, 1);
}
