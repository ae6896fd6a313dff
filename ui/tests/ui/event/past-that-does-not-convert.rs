use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "opened")]
struct OpenedV1;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "opened", version = 2, upcast_from = OpenedV1)]
struct Opened;

fn main() {}
