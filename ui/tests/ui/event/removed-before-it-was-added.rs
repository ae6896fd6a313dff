use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(version = 4, upcast_from = 1, removed(note: String, added = 3, since = 2))]
struct Opened {
    #[event(since = 4, default)]
    owner: u64,
}

fn main() {}
