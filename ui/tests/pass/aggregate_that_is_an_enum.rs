//! A state may be an enum, with a snapshot and variants of some builds.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[derive(Aggregate, Schema, Debug, Default, Clone, Serialize, Deserialize)]
#[aggregate(id = u64, events(Opened), snapshot(every = 10))]
enum Account {
    #[default]
    New,
    Open,
    #[cfg(any())]
    Traced(NoSuchType),
}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {
        *self = Self::Open;
    }
}

#[test]
fn it_folds_like_any() {
    let mut account = Account::default();
    account.apply_event(Opened.into());
    assert!(matches!(account, Account::Open));
}
