//! A chain mixes fields and types.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "Opened")]
struct OpenedV1 {
    who: u64,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 3, upcast_from = OpenedV1)]
struct Opened {
    #[event(since = 3, was = "holder")]
    owner: String,
}

impl From<OpenedV1> for Opened {
    fn from(past: OpenedV1) -> Self {
        Self { owner: past.who.to_string() }
    }
}

#[test]
fn each_version_is_read() {
    assert_eq!(Opened::decode(1, br#"{"who":4}"#).unwrap().owner, "4");
    assert_eq!(Opened::decode(2, br#"{"holder":"Ann"}"#).unwrap().owner, "Ann");
}
