//! A function converts what was stored.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(since = 2, with = convert::cents)]
    cents: i64,
}

mod convert {
    pub(super) fn cents(whole: i64) -> i64 {
        whole * 100
    }
}

#[test]
fn it_is_converted() {
    assert_eq!(Opened::decode(1, br#"{"cents":4}"#).unwrap().cents, 400);
}
