//! An aggregate may have a constant parameter.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Opened))]
struct Account<const LIMIT: u8> {
    opened: u8,
}

impl<const LIMIT: u8> Apply<Opened> for Account<LIMIT> {
    fn apply(&mut self, _: Opened) {
        self.opened = (self.opened + 1).min(LIMIT);
    }
}

#[test]
fn it_folds_like_any() {
    let mut account = Account::<1>::default();
    account.apply_event(AccountEvent::Opened(Opened));
    account.apply_event(AccountEvent::Opened(Opened));
    assert_eq!(account.opened, 1);
}
