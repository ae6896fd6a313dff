use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "opened", version = 2)]
struct OpenedBefore;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "opened", version = 2, upcast_from = OpenedBefore)]
struct Opened;

impl From<OpenedBefore> for Opened {
    fn from(_: OpenedBefore) -> Self {
        Self
    }
}

fn main() {}
