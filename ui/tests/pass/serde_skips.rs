//! A skipped field is not stored.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened {
    owner: u64,
    #[serde(skip)]
    cache: u64,
}

#[test]
fn it_is_not_there() {
    assert_eq!(Opened { owner: 1, cache: 2 }.encode().unwrap(), br#"{"owner":1}"#);
}
