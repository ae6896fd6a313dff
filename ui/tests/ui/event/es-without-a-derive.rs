use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[es(evnt(version = 2))]
struct Opened;

fn main() {}
