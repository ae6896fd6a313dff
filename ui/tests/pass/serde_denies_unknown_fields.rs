//! An unknown field is an error where that is asked for.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(deny_unknown_fields)]
struct Opened {
    owner: u64,
}

#[test]
fn the_unknown_field_is_refused() {
    assert!(Opened::decode(1, br#"{"owner":4,"till":1}"#).is_err());
}
