use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(version = 3, upcast_from = 2)]
struct Opened {
    #[event(since = 2, default)]
    owner: u64,
    #[event(since = 3, default)]
    till: u64,
}

fn main() {}
