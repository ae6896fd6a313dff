use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(version = 2, upcast_from = OpenedV1, upcast_with = opened)]
struct Opened;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "Opened")]
struct OpenedV1;

fn opened(_: u32, _: serde_json::Value) -> Opened {
    Opened
}

fn main() {}
