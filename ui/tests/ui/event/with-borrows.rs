use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(version = 2, upcast_from = 1)]
struct Opened {
    #[event(since = 2, with = owner)]
    owner: u64,
}

fn owner(name: &str) -> u64 {
    name.len() as u64
}

fn main() {}
