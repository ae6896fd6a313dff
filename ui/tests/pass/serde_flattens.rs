//! A flattened struct is stored among the fields.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Schema, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Address {
    street: String,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[serde(flatten)]
    address: Address,
    #[event(since = 2, default)]
    owner: u64,
}

#[test]
fn it_is_read_in_the_old_version_too() {
    assert_eq!(Opened::decode(1, br#"{"street":"Elm"}"#).unwrap().address.street, "Elm");
}
