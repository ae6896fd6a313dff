//! The stored name is not the struct's.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "account.opened")]
struct Opened;

#[test]
fn the_name_is_what_was_said() {
    assert_eq!(Opened::NAME, "account.opened");
}
