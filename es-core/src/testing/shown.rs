//! Events as a reader of a failed test sees them.

use std::fmt::{self, Write};
use std::sync::Arc;

use similar::{ChangeTag, TextDiff};

use crate::app::encode;
use crate::decision::Events;
use crate::event::{EventEnum, EventSet};
use crate::query::Clause;
use crate::state::State;

/// Ends the test.
#[track_caller]
#[expect(clippy::panic, reason = "a failed expectation ends the test")]
pub(crate) fn fail(why: impl fmt::Display) -> ! {
    panic!("{why}")
}

/// Folds events into a state as if they had been stored and read back.
#[track_caller]
pub(crate) fn fold<A: EventSet, T: State>(events: &Events<A>, state: &mut T, clauses: &[Clause]) {
    let encoded = encode(events, None, 0, &Arc::default()).unwrap_or_else(|error| fail(error));
    for event in &encoded.stored {
        if let Err(error) = state.fold(event.into(), clauses) {
            fail(error);
        }
    }
}

/// What would be stored, a line an event and a line a field.
#[track_caller]
pub(crate) fn stored<A: EventSet>(events: &Events<A>) -> String {
    let mut text = String::new();
    for event in events {
        let json = event.encode().unwrap_or_else(|error| fail(error));
        let pretty = match serde_json::from_slice::<serde_json::Value>(&json).and_then(|json| serde_json::to_string_pretty(&json)) {
            Ok(pretty) => pretty,
            Err(error) => fail(error),
        };
        let _ = writeln!(text, "{} v{} {pretty}", event.name(), event.event_version());
    }
    if text.is_empty() { "nothing\n".into() } else { text }
}

/// Both texts in one, with `-` before what was expected and `+` before what came instead.
pub(crate) fn difference(expected: &str, actual: &str) -> String {
    let mut text = String::from("- expected, + decided\n");
    for change in TextDiff::from_lines(expected, actual).iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        let _ = write!(text, "{sign} {change}");
    }
    text
}
