use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(retired_into(Moved))]
struct Opened;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(replaces(Opened))]
struct Moved;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Paid;

impl Retired for Opened {
    fn replace(self) -> Events<Self> {
        events![Paid]
    }
}

fn main() {}
