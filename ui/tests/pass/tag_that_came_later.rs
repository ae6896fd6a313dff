//! A field became a tag in a later version.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(tag, since = 2)]
    owner: u64,
}

#[test]
fn both_versions_are_read() {
    assert_eq!(Opened::decode(1, br#"{"owner":4}"#).unwrap(), Opened::decode(2, br#"{"owner":4}"#).unwrap());
}
