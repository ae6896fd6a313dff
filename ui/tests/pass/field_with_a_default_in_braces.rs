//! Any expression is a default, in braces.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(since = 2, default = { let mut owners = [1; 2]; owners[1] += 1; owners })]
    owners: [u64; 2],
}

#[test]
fn the_expression_is_evaluated() {
    assert_eq!(Opened::decode(1, br#"{}"#).unwrap().owners, [1, 2]);
}
