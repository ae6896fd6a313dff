use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(retired_into())]
struct Started;
impl Retired for Started {
    fn replace(self) -> Events<Self> {
        events![]
    }
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(replaces(Started))]
struct Opened;

fn main() {}
