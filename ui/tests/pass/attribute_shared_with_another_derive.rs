//! `#[es(event(..))]` is `#[event(..)]`.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[es(event(version = 2, upcast_from = 1))]
struct Opened {
    #[es(event(since = 2, default))]
    owner: u64,
}

#[test]
fn it_says_the_same() {
    assert_eq!(Opened::VERSION, 2);
}
