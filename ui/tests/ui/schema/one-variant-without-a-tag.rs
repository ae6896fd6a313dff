use es_core::Schema;
use serde::{Deserialize, Serialize};

#[derive(Schema, Serialize, Deserialize)]
enum Payment {
    Cash,
    #[serde(untagged)]
    Other(String),
}

fn main() {}
