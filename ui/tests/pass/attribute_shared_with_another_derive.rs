//! `#[es(event(..))]` is `#[event(..)]`.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[es(event(version = 2, upcast_from = 1))]
struct Opened {
    #[es(event(since = 2, default))]
    owner: u64,
}

/// The attributes of several derives stand in one.
#[derive(Event, Schema, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[es(schema(name = "account.closed"), event(version = 1))]
struct Closed {
    owner: u64,
}

#[test]
fn it_says_the_same() {
    assert_eq!(Opened::VERSION, 2);
}
