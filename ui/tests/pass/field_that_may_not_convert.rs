//! `TryFrom` may refuse.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(since = 2, from = i64)]
    owner: u64,
}

#[test]
fn what_converts_is_read_and_the_rest_is_an_error() {
    assert_eq!(Opened::decode(1, br#"{"owner":4}"#).unwrap().owner, 4);
    assert!(Opened::decode(1, br#"{"owner":-4}"#).is_err());
}
