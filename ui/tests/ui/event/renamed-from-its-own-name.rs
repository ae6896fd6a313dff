use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(renamed_from = "Opened")]
struct Opened;

fn main() {}
