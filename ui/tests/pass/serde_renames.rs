//! serde's names are the stored names.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened {
    #[serde(rename = "holder")]
    owner: u64,
}

#[test]
fn the_renamed_field_is_stored() {
    assert_eq!(Opened { owner: 1 }.encode().unwrap(), br#"{"holder":1}"#);
}
