use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(upcast_from = OpenedV0)]
struct Opened;

fn main() {}
