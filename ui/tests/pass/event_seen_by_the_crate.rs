//! An event is as visible as its struct.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

mod account {
    use super::*;

    #[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
    pub(crate) struct Opened {
        pub(in crate::event_seen_by_the_crate) owner: u64,
    }
}

#[test]
fn it_is_seen_where_it_says() {
    assert_eq!(account::Opened { owner: 1 }.owner, 1);
    assert_eq!(account::Opened::NAME, "Opened");
}
