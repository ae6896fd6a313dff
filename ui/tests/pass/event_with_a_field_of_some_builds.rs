//! A field that this build lacks is not stored.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened {
    owner: u64,
    #[cfg(any())]
    trace: NoSuchType,
}

#[test]
fn the_field_is_not_there() {
    assert_eq!(Opened { owner: 1 }.encode().unwrap(), br#"{"owner":1}"#);
}
