use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name =)]
struct Opened {
    owner: u64,
}

fn still_there(opened: Opened) -> u64 {
    opened.owner
}

fn main() {}
