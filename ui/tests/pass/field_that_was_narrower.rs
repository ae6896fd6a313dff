//! A wider type reads the narrower one.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(since = 2, from = u32)]
    owner: u64,
}

#[test]
fn it_is_widened() {
    assert_eq!(Opened::decode(1, br#"{"owner":4}"#).unwrap().owner, 4);
}
