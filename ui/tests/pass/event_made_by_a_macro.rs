//! A `macro_rules!` may write events.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

macro_rules! happened {
    ($name:ident { $($field:ident: $ty:ty),* }) => {
        #[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
        struct $name {
            $($field: $ty,)*
        }
    };
}
happened!(Opened { owner: u64 });

#[test]
fn it_is_an_event_like_any() {
    assert_eq!(Opened { owner: 1 }.encode().unwrap(), br#"{"owner":1}"#);
}
