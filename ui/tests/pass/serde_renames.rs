//! serde's names are the stored names.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened {
    #[serde(rename = "holder")]
    owner: u64,
}

/// Both sides by the same name.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Closed {
    #[serde(rename(serialize = "holder", deserialize = "holder"))]
    owner: u64,
}

#[test]
fn a_name_of_both_sides_is_one_name() {
    assert_eq!(Closed { owner: 1 }.encode().unwrap(), br#"{"holder":1}"#);
}

#[test]
fn the_renamed_field_is_stored() {
    assert_eq!(Opened { owner: 1 }.encode().unwrap(), br#"{"holder":1}"#);
}
