use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(version = 3, upcast_from = 1)]
struct Opened {
    #[event(since = 3, default)]
    owner: u64,
}

fn main() {}
