//! A type may be called like a keyword.
use es_core::prelude::*;
use serde::{Deserialize, Serialize};

#[allow(non_camel_case_types)]
#[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
struct r#yield {
    cents: i64,
}

#[test]
fn its_name_has_no_mark() {
    assert_eq!(r#yield::NAME, "yield");
}
