use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(renamed_from = "Started", renamed_from = "Started")]
struct Opened;

fn main() {}
