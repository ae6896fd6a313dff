//! An earlier type converts by `TryFrom`.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "Opened")]
struct OpenedV1 {
    who: u64,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = OpenedV1)]
struct Opened {
    owner: u8,
}

impl TryFrom<OpenedV1> for Opened {
    type Error = std::num::TryFromIntError;

    fn try_from(past: OpenedV1) -> Result<Self, Self::Error> {
        Ok(Self { owner: past.who.try_into()? })
    }
}

#[test]
fn what_does_not_convert_is_an_error() {
    assert_eq!(Opened::decode(1, br#"{"who":4}"#).unwrap().owner, 4);
    assert!(Opened::decode(1, br#"{"who":400}"#).is_err());
}
