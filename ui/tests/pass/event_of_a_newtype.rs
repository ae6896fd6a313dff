//! A newtype is stored as what it holds.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Renamed(String);

#[test]
fn it_is_stored_as_what_it_holds() {
    assert_eq!(Renamed("Ann".into()).encode().unwrap(), br#""Ann""#);
}
