use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(version = 2, upcast_from = OpenedV1)]
struct Opened;

fn main() {}
