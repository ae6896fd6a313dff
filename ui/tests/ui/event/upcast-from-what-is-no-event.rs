use es_core::prelude::*;
use serde::{Deserialize, Serialize};

struct OpenedV1;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(version = 2, upcast_from = OpenedV1)]
struct Opened;

impl From<OpenedV1> for Opened {
    fn from(_: OpenedV1) -> Self {
        Self
    }
}

fn main() {}
