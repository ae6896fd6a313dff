use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(retired_into(Opened))]
struct Opened;

impl Retired for Opened {
    fn replace(self) -> Events<Self> {
        events![Opened]
    }
}

fn main() {}
