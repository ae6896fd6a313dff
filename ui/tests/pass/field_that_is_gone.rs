//! A removed field is still read past.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1, removed(note: Option<String>, since = 2))]
struct Opened {
    owner: u64,
}

#[test]
fn it_is_read_and_left() {
    assert_eq!(Opened::decode(1, br#"{"owner":1,"note":"x"}"#).unwrap().owner, 1);
}
