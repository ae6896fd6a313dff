//! A past that fields cannot express: an earlier type, or a function over JSON.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use es_core::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

fn read<E: Event>(version: u32, json: &str) -> E {
    E::decode(version, json.as_bytes()).unwrap()
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "transferred", version = 2, upcast_from = 1)]
pub struct TransferredV2 {
    #[event(since = 2, was = "sum")]
    amount: String,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "transferred", version = 5, upcast_from = TransferredV3)]
pub struct Transferred {
    units: u32,
    #[event(since = 5, was = "cents")]
    hundredths: u32,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(name = "transferred", version = 3, upcast_from = TransferredV2)]
pub struct TransferredV3 {
    units: String,
}

impl From<TransferredV2> for TransferredV3 {
    fn from(past: TransferredV2) -> Self {
        Self { units: past.amount }
    }
}

impl TryFrom<TransferredV3> for Transferred {
    type Error = std::num::ParseIntError;

    fn try_from(past: TransferredV3) -> Result<Self, Self::Error> {
        Ok(Self { units: past.units.parse()?, hundredths: 0 })
    }
}

#[test]
fn a_chain_mixes_earlier_types_and_fields() {
    let transferred = |hundredths| Transferred { units: 12, hundredths };
    assert_eq!(read::<Transferred>(1, r#"{"sum":"12"}"#), transferred(0));
    assert_eq!(read::<Transferred>(2, r#"{"amount":"12"}"#), transferred(0));
    assert_eq!(read::<Transferred>(3, r#"{"units":"12"}"#), transferred(0));
    assert_eq!(read::<Transferred>(4, r#"{"units":12,"cents":5}"#), transferred(5));
    assert_eq!(read::<Transferred>(5, r#"{"units":12,"hundredths":5}"#), transferred(5));
}

#[test]
fn an_error_in_the_chain_names_the_stored_and_the_present_version() {
    let refused = Transferred::decode(1, br#"{"sum":"much"}"#).unwrap_err();
    assert_eq!(refused.to_string(), "`transferred` version 1 does not convert to version 5: invalid digit found in string");
    assert_eq!((refused.name(), refused.stored_version(), refused.current_version()), ("transferred", 1, 5));
    let newer = Transferred::decode(6, b"{}").unwrap_err();
    assert!(newer.to_string().contains("newer than version 5"), "{newer}");
    let broken = Transferred::decode(2, b"{}").unwrap_err();
    assert!(broken.to_string().contains("`transferred` version 2 (now 5) does not decode: missing field `amount`"), "{broken}");
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 4, upcast_from = 1, upcast_with = reading_from_json)]
pub struct ReadingTaken {
    celsius: f64,
    #[event(since = 4, default = "unknown".to_owned())]
    station: String,
}

fn reading_from_json(version: u32, mut json: Value) -> Result<ReadingTaken, String> {
    let value = json["value"].take().as_f64().ok_or("no value")?;
    let celsius = if version == 1 { (value - 32.0) / 1.8 } else { value };
    Ok(ReadingTaken { celsius, station: format!("station of version {version}") })
}

#[test]
fn a_function_over_json_reads_whatever_is_left() {
    let taken = |celsius, station: &str| ReadingTaken { celsius, station: station.into() };
    assert_eq!(read::<ReadingTaken>(1, r#"{"value":50}"#), taken(10.0, "station of version 1"));
    assert_eq!(read::<ReadingTaken>(2, r#"{"value":10}"#), taken(10.0, "station of version 2"));
    assert_eq!(read::<ReadingTaken>(3, r#"{"celsius":10}"#), taken(10.0, "unknown"));
    assert_eq!(read::<ReadingTaken>(4, r#"{"celsius":10,"station":"roof"}"#), taken(10.0, "roof"));
    let refused = ReadingTaken::decode(2, b"{}").unwrap_err();
    assert_eq!(refused.to_string(), "`ReadingTaken` version 2 does not convert to version 4: no value");
    assert!(ReadingTaken::decode(5, b"{}").unwrap_err().to_string().contains("newer than version 4"));
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1, upcast_with = Renamed::from_json)]
pub struct Renamed(String);

impl Renamed {
    fn from_json(_: u32, json: Value) -> Self {
        Self(json.to_string())
    }
}

#[test]
fn a_newtype_may_have_a_past_of_another_kind() {
    assert_eq!(read::<Renamed>(1, "[1,2]"), Renamed("[1,2]".into()));
    assert_eq!(read::<Renamed>(2, r#""new""#), Renamed("new".into()));
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 4)]
pub struct Reset {
    level: u8,
}

#[test]
fn without_a_past_only_the_present_version_is_read() {
    let refused = Reset::decode(3, br#"{"level":1}"#).unwrap_err();
    assert_eq!(refused.to_string(), "`Reset` is stored as version 3; this build reads versions 4 to 4");
}
