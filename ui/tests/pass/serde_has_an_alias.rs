//! An alias is read and not written.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened {
    #[serde(alias = "who")]
    owner: u64,
}

#[test]
fn both_names_are_read() {
    assert_eq!(Opened::decode(1, br#"{"who":4}"#).unwrap(), Opened::decode(1, br#"{"owner":4}"#).unwrap());
}
