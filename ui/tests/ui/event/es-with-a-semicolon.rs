use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[es(event(version = 1); schema(name = "account.opened"))]
struct Opened;

fn main() {}
