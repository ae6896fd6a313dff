//! A field has one chapter for each change.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 4, upcast_from = 1)]
struct Opened {
    #[event(since = 2, default = 3)]
    #[event(since = 3, from = u8)]
    #[event(since = 4, was = "rank")]
    grade: u32,
}

#[test]
fn each_version_is_read() {
    assert_eq!(Opened::decode(1, br#"{}"#).unwrap().grade, 3);
    assert_eq!(Opened::decode(2, br#"{"rank":4}"#).unwrap().grade, 4);
    assert_eq!(Opened::decode(3, br#"{"rank":5}"#).unwrap().grade, 5);
    assert_eq!(Opened::decode(4, br#"{"grade":6}"#).unwrap().grade, 6);
}
