//! An event without fields is stored as an object.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened;

#[test]
fn it_is_stored_as_an_object() {
    assert_eq!(Opened.encode().unwrap(), b"{}");
    assert_eq!(Opened::decode(1, b"{}").unwrap(), Opened);
}
