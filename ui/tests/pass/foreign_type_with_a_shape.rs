//! `#[schema(as = ..)]` tells what a foreign type is stored as.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Foreign(String);

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened {
    #[schema(as = String)]
    owner: Foreign,
}

#[test]
fn it_is_stored_as_its_serde_says() {
    assert_eq!(Opened { owner: Foreign("Ann".into()) }.encode().unwrap(), br#"{"owner":"Ann"}"#);
}
