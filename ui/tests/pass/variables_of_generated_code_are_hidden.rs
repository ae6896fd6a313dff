//! A default does not see the variables of generated code.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

const PAYLOAD: u64 = 3;

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1, removed(old: u64, since = 2))]
struct Opened {
    #[event(since = 2, default = PAYLOAD)]
    payload: u64,
    #[event(since = 2, default)]
    stored_version: u64,
}

#[test]
fn fields_may_have_their_names() {
    assert_eq!(Opened::decode(1, br#"{"old":1}"#).unwrap(), Opened { payload: 3, stored_version: 0 });
}
