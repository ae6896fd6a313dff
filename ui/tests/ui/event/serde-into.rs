use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[serde(into = "String", from = "String")]
struct Opened {
    owner: String,
}
impl From<Opened> for String {
    fn from(opened: Opened) -> Self {
        opened.owner
    }
}
impl From<String> for Opened {
    fn from(owner: String) -> Self {
        Self { owner }
    }
}

fn main() {}
