//! A removed field keeps its serde attributes.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1, removed(#[serde(rename = "Note")] note: String, since = 2))]
struct Opened {
    owner: u64,
}

#[test]
fn it_is_read_by_its_stored_name() {
    assert_eq!(Opened::decode(1, br#"{"owner":1,"Note":"x"}"#).unwrap().owner, 1);
}
