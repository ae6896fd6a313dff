use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(retired_into(Opened))]
struct Started;
impl Retired for Started {
    fn replace(self) -> Events<Self> {
        events![Opened]
    }
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Opened;

fn main() {}
