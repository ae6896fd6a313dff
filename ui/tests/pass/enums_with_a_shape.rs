//! Enums in serde's four forms have a shape.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Schema, Serialize, Deserialize, Debug, Clone, PartialEq)]
enum External {
    Cash,
    Card { number: u64 },
}

#[derive(Schema, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(tag = "kind")]
enum Internal {
    Cash,
    Card { number: u64 },
}

#[derive(Schema, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(tag = "kind", content = "of")]
enum Adjacent {
    Cash,
    Card { number: u64 },
}

#[derive(Schema, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(untagged)]
enum Untagged {
    Cash,
    Card { number: u64 },
}

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Paid {
    external: External,
    internal: Internal,
    adjacent: Adjacent,
    untagged: Untagged,
}

#[test]
fn they_are_stored_as_serde_says() {
    let paid =
        Paid { external: External::Cash, internal: Internal::Cash, adjacent: Adjacent::Cash, untagged: Untagged::Card { number: 1 } };
    let json = br#"{"external":"Cash","internal":{"kind":"Cash"},"adjacent":{"kind":"Cash"},"untagged":{"number":1}}"#;
    assert_eq!(paid.encode().unwrap(), json);
}
