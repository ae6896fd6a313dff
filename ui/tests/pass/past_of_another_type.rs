//! An earlier type converts by `From`.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "Opened")]
struct OpenedV1 {
    who: u64,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = OpenedV1)]
struct Opened {
    owner: String,
}

impl From<OpenedV1> for Opened {
    fn from(past: OpenedV1) -> Self {
        Self { owner: past.who.to_string() }
    }
}

#[test]
fn it_is_converted() {
    assert_eq!(Opened::decode(1, br#"{"who":4}"#).unwrap().owner, "4");
}
