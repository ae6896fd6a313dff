//! A field that this build lacks has no past either.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(since = 2, default)]
    owner: u64,
    #[cfg(any())]
    #[event(since = 2, default)]
    trace: NoSuchType,
}

#[test]
fn the_other_field_is_read() {
    assert_eq!(Opened::decode(1, br#"{}"#).unwrap().owner, 0);
}
