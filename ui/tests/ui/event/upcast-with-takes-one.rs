use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(version = 2, upcast_from = 1, upcast_with = opened)]
struct Opened;

fn opened(_: serde_json::Value) -> Opened {
    Opened
}

fn main() {}
