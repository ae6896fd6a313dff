//! A function reads what the fields cannot tell.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[event(version = 2, upcast_from = 1, upcast_with = opened)]
struct Opened {
    owner: String,
}

fn opened(version: u32, json: serde_json::Value) -> Result<Opened, String> {
    let owner = json[0].as_str().ok_or("no owner")?;
    Ok(Opened { owner: format!("{version}: {owner}") })
}

#[test]
fn it_gets_version_and_json() {
    assert_eq!(Opened::decode(1, br#"["Ann"]"#).unwrap().owner, "1: Ann");
}
