//! Attributes that are not ours are left alone.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[must_use]
#[repr(C)]
#[allow(clippy::module_name_repetitions)]
struct Opened {
    #[allow(dead_code)]
    #[doc(alias = "holder")]
    owner: u64,
}

#[test]
fn it_is_an_event_like_any() {
    assert_eq!(Opened { owner: 1 }.encode().unwrap(), br#"{"owner":1}"#);
}
