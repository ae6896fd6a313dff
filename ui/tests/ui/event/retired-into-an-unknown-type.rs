use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(retired_into(Started))]
struct Opened;

impl Retired for Opened {
    fn replace(self) -> Events<Self> {
        events![]
    }
}

fn main() {}
