//! A renamed field is read under its old name.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(since = 2, was = "who")]
    owner: u64,
}

#[test]
fn the_old_name_is_read() {
    assert_eq!(Opened::decode(1, br#"{"who":4}"#).unwrap().owner, 4);
}
