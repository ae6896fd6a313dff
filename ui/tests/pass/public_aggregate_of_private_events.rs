//! A public enum over private events is no warning.
#![deny(private_interfaces)]
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Opened))]
pub struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[test]
fn it_compiles_under_deny() {
    assert_eq!(Account::NAME, "account");
}
