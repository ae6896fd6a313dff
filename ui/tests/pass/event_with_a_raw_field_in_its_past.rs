//! A field called like a keyword has a past.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(since = 2, was = "kind")]
    r#type: String,
}

#[test]
fn it_is_read_under_its_old_name() {
    assert_eq!(Opened::decode(1, br#"{"kind":"giro"}"#).unwrap().r#type, "giro");
}
