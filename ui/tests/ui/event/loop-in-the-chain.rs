use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "opened", version = 2, upcast_from = OpenedAgain)]
struct Opened;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(name = "opened", version = 3, upcast_from = Opened)]
struct OpenedAgain;

impl From<Opened> for OpenedAgain {
    fn from(_: Opened) -> Self {
        Self
    }
}

impl From<OpenedAgain> for Opened {
    fn from(_: OpenedAgain) -> Self {
        Self
    }
}

fn main() {}
