use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened {
    #[serde(skip_deserializing)]
    owner: u64,
}

fn main() {}
