//! Everything that can be a tag.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct Opened {
    #[event(tag)]
    name: String,
    #[event(tag)]
    number: i64,
    #[event(tag)]
    open: bool,
    #[event(tag)]
    id: uuid::Uuid,
    #[event(tag)]
    referrer: Option<u64>,
    #[event(tag)]
    owners: Vec<String>,
}

#[test]
fn none_is_no_tag_and_a_list_is_one_each() {
    let opened =
        Opened { name: "n".into(), number: 1, open: true, id: uuid::Uuid::nil(), referrer: None, owners: vec!["a".into(), "b".into()] };
    assert_eq!(opened.encode().unwrap().first(), Some(&b'{'));
}
