//! A converter may return a `Result`.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(since = 2, was = "total", with = cents)]
    cents: i64,
}

fn cents(total: String) -> Result<i64, std::num::ParseIntError> {
    total.parse()
}

#[test]
fn what_it_refuses_is_an_error() {
    assert_eq!(Opened::decode(1, br#"{"total":"4"}"#).unwrap().cents, 4);
    assert!(Opened::decode(1, br#"{"total":"four"}"#).is_err());
}
