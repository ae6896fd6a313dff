//! The category is what was said, or the struct's name in snake case.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(name = "bank.account", id = u64, events(Opened))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events())]
struct SavingsAccount;

#[test]
fn both_are_named() {
    assert_eq!(Account::NAME, "bank.account");
    assert_eq!(SavingsAccount::NAME, "savings_account");
}
