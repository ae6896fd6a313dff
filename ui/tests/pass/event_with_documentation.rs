//! Doc comments pass through, and their absence is no warning of ours.
#![deny(missing_docs)]
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

/// An account was opened.
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
/// By its owner.
pub struct Opened {
    /// Who opened it.
    pub owner: u64,
}

#[test]
fn it_is_an_event_like_any() {
    assert_eq!(Opened::VERSION, 1);
}
