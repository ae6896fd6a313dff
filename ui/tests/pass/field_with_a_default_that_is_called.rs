//! A default may be a call, a path, or a macro.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(since = 2, default = String::from("none"))]
    owner: String,
    #[event(since = 2, default = i64::MAX)]
    limit: i64,
    #[event(since = 2, default = vec![1, 2])]
    tills: Vec<u8>,
}

#[test]
fn each_has_its_default() {
    let opened = Opened::decode(1, br#"{}"#).unwrap();
    assert_eq!(opened, Opened { owner: "none".into(), limit: i64::MAX, tills: vec![1, 2] });
}
