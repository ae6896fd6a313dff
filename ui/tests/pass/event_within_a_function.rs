//! An event may be declared in a function.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[test]
fn an_event_of_a_function_is_an_event() {
    #[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
    #[event(version = 2, upcast_from = 1)]
    struct Opened {
        #[event(since = 2, default = 7)]
        owner: u64,
    }
    assert_eq!(Opened::decode(1, br#"{}"#).unwrap().owner, 7);
}
