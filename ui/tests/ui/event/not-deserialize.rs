use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Debug, Clone)]
struct Opened {
    owner: u64,
}

fn main() {}
