//! A domain may have its own `Option`, `Result`, `Vec` and `String`.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[allow(dead_code)]
mod domain {
    pub(super) struct Option;
    pub(super) struct Result;
    pub(super) struct Vec;
    pub(super) struct Box;
    pub(super) struct String;
}
#[allow(unused_imports)]
use domain::{Box, Option, Result, String, Vec};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(tag)]
    #[event(since = 2, default)]
    owner: u64,
}

#[derive(Aggregate, Default, Clone)]
#[aggregate(id = u64, events(Opened))]
struct Account;

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[test]
fn generated_code_does_not_take_them() {
    assert!(Opened::decode(1, b"{}").is_ok());
}
