//! `skip_serializing_if` stands beside `default`.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    memo: Option<String>,
}

#[test]
fn what_is_left_out_is_read() {
    assert_eq!(Opened { memo: None }.encode().unwrap(), b"{}");
    assert_eq!(Opened::decode(1, br#"{}"#).unwrap().memo, None);
}
