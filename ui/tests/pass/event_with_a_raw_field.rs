//! A field may be called like a keyword.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened {
    #[event(tag)]
    r#type: String,
}

#[test]
fn it_is_stored_without_the_mark() {
    let opened = Opened { r#type: "giro".into() };
    assert_eq!(opened.encode().unwrap(), br#"{"type":"giro"}"#);
}
