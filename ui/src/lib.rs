//! What of a compiler's message is ours, so that it can be compared where the rest is another compiler's.

use std::collections::BTreeSet;

/// The examples of the guide.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../../docs/evolving-events.md")]
    mod evolving_events {}
}

/// What the compiler says of its own accord, in titles, labels and notes.
const RUSTC: &[&str] = &[
    "aborting due to",
    "arguments to ",
    "associated function defined here",
    "consider ",
    "evaluation of ",
    "expected ",
    "for local types",
    "for that trait implementation",
    "for types from other crates",
    "function defined here",
    "in this derive macro expansion",
    "incorrect number",
    "method defined here",
    "mismatched types",
    "required ",
    "the following other types",
    "the full name for the type",
    "the trait bound ",
    "the trait `",
    "this error originates",
    "unsatisfied trait bound",
];

/// The lines of a message that are this project's: the title with its help, the label, the notes.
pub fn own_lines(message: &str) -> Vec<String> {
    message.lines().filter_map(text).filter(|text| !RUSTC.iter().any(|phrase| text.starts_with(phrase))).map(str::to_owned).collect()
}

/// What of the expected message is missing in the other one, in sentences; nothing where both say the same.
pub fn differences(expected: &str, actual: &str) -> Vec<String> {
    let said: BTreeSet<_> = actual.lines().filter_map(text).collect();
    let mut differences: Vec<_> = own_lines(expected)
        .into_iter()
        .filter(|line| !said.contains(line.as_str()))
        .map(|line| format!("it no longer says: {line}"))
        .collect();
    let (before, now) = (errors(expected), errors(actual));
    if before != now {
        differences.push(format!("{before} error(s) were expected, and there are {now}"));
    }
    differences
}

/// How many errors a message holds.
pub fn errors(message: &str) -> usize {
    message.lines().filter(|line| line.starts_with("error")).count()
}

/// The words on a line, without the compiler's margin; nothing on lines of code and places.
fn text(line: &str) -> Option<&str> {
    let trimmed = line.trim();
    let text = if line.starts_with("error") {
        let title = line.split_once(": ")?.1;
        // how the compiler names a panic in a constant is its own affair
        title.split_once("panicked: ").map_or(title, |(_, message)| message)
    } else if let Some(note) = trimmed.strip_prefix("= note: ").or_else(|| trimmed.strip_prefix("= help: ")) {
        note
    } else if trimmed.starts_with("help: ") && line.starts_with(' ') {
        trimmed
    } else {
        label(trimmed)?
    };
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// The label after `^^^`, on the line itself or on one below it.
fn label(line: &str) -> Option<&str> {
    let after_bar = line.strip_prefix('|')?.trim_start();
    match after_bar.trim_start_matches(['^', '-', '|', ' ']) {
        same if same.len() == after_bar.len() => None,
        label => Some(label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: &str = "\
error[E0277]: `Account` cannot apply the event `Opened`
 --> tests/ui/aggregate/missing-apply.rs:8:30
  |
7 | #[derive(Aggregate, Default, Clone)]
  |          --------- in this derive macro expansion
8 | #[aggregate(id = u64, events(Opened))]
  |                              ^^^^^^ `Account` lists this event but has no `impl Apply<Opened> for Account`
  |
help: the trait `Apply<Opened>` is not implemented for `Account`
  = note: write `impl Apply<Opened> for Account { .. }`
";

    #[test]
    fn what_is_ours_is_title_label_and_help() {
        let ours = [
            "`Account` cannot apply the event `Opened`",
            "`Account` lists this event but has no `impl Apply<Opened> for Account`",
            "write `impl Apply<Opened> for Account { .. }`",
        ];
        assert_eq!(own_lines(EXPECTED), ours);
    }

    #[test]
    fn the_help_below_a_title_and_what_a_constant_says_are_ours() {
        let message = "error[E0080]: evaluation panicked: event name `Opened` is used twice\n              help: give one of them another\n \
                       --> a.rs:1:1\n  |          ^^ evaluation of `_::_` failed here\n";
        assert_eq!(own_lines(message), ["event name `Opened` is used twice", "help: give one of them another"]);
        let reworded = "error[E0080]: constant panicked: event name `Opened` is used twice\n    help: give one of them another\n";
        assert_eq!(differences(message, reworded), [""; 0]);
    }

    #[test]
    fn a_compiler_that_words_its_own_part_otherwise_says_the_same() {
        let newer = EXPECTED
            .replace("error[E0277]", "error[E9999]")
            .replace("help: the trait `Apply<Opened>` is not implemented for `Account`", "help: nobody implements `Apply<Opened>`")
            .replace("--------- in this derive macro expansion", "--------- while this was expanded")
            .replace("  = note: write", "       = note: write");
        assert_eq!(differences(EXPECTED, &newer), [""; 0]);
    }

    #[test]
    fn what_is_lost_of_ours_is_a_difference() {
        let title = EXPECTED.replace("cannot apply the event", "does not implement");
        assert_eq!(differences(EXPECTED, &title), ["it no longer says: `Account` cannot apply the event `Opened`"]);
        let label = EXPECTED.replace("lists this event but has", "has");
        assert_eq!(
            differences(EXPECTED, &label),
            ["it no longer says: `Account` lists this event but has no `impl Apply<Opened> for Account`"]
        );
        let note = EXPECTED.replace("  = note: write", "  = note: try");
        assert_eq!(differences(EXPECTED, &note), ["it no longer says: write `impl Apply<Opened> for Account { .. }`"]);
    }

    #[test]
    fn a_second_error_is_a_difference() {
        let two = format!("{EXPECTED}\nerror[E0599]: no method named `apply`\n");
        assert_eq!(differences(EXPECTED, &two), ["1 error(s) were expected, and there are 2"]);
    }
}
