//! `rename_all` holds in every version.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "camelCase")]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    opened_by: u64,
    #[event(since = 2, default)]
    opened_at: u64,
}

#[test]
fn old_versions_have_the_same_names() {
    assert_eq!(Opened::decode(1, br#"{"openedBy":4}"#).unwrap().opened_by, 4);
}
