//! A removed field may have been added later.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 3, upcast_from = 1, removed(note: String, added = 2, since = 3))]
struct Opened {
    owner: u64,
}

#[test]
fn it_is_read_only_where_it_was() {
    assert_eq!(Opened::decode(1, br#"{"owner":1}"#).unwrap().owner, 1);
    assert!(Opened::decode(2, br#"{"owner":1}"#).is_err());
}
