use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(version = "2", upcast_from = 1)]
struct Opened {
    #[event(since = 2, default)]
    cents: i64,
}

fn main() {}
