//! A new field has a default.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(since = 2, default)]
    owner: Option<u64>,
}

#[test]
fn what_was_stored_before_has_the_default() {
    assert_eq!(Opened::decode(1, br#"{}"#).unwrap().owner, None);
}
