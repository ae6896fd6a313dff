//! The messages that the guide shows are those that the compiler gives.
#![allow(missing_docs, clippy::unwrap_used)]

use es_ui_tests::own_lines;

const GUIDE: &str = include_str!("../../docs/evolving-events.md");

#[test]
fn every_message_in_the_guide_is_what_the_compiler_says() {
    // "```text event/unknown-key", then the message of that case; those of the lock are compared where packages with a lock are compiled
    let blocks = GUIDE.split("```text ").skip(1).map(|block| block.split_once("\n```").unwrap().0);
    let messages: Vec<_> = blocks.filter(|block| !block.starts_with("lock/")).collect();
    assert!(messages.len() > 20, "the guide shows {} messages", messages.len());
    for message in messages {
        let (case, shown) = message.split_once('\n').unwrap();
        let expected = std::fs::read_to_string(format!("tests/ui/{case}.stderr")).unwrap();
        let said = own_lines(&expected);
        assert!(shown.starts_with("error: "), "{case} begins with no error:\n{shown}");
        for line in shown.lines() {
            let words = line.strip_prefix("error: ").or_else(|| line.strip_prefix("note: ")).unwrap_or(line);
            assert!(said.iter().any(|said| said == words), "the guide says of {case}: {words}\nthe compiler says:\n{expected}");
        }
    }
}
