use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "opened")]
struct OpenedV1;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "opened", version = 3, upcast_from = OpenedV1)]
struct Opened;

impl From<OpenedV1> for Opened {
    fn from(_: OpenedV1) -> Self {
        Self
    }
}

fn main() {}
