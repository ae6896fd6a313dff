//! All that is wrong with an input, collected: one run of the compiler shows every mistake.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The errors found so far.
#[derive(Default)]
#[must_use]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// Adds a message that points at these tokens. A second line starts with `help: `.
    pub(crate) fn error(&mut self, at: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(at, message));
    }

    /// Adds a message that points at this span.
    pub(crate) fn error_at(&mut self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.0.as_ref().map_or(0, |errors| errors.into_iter().count())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The errors as `compile_error!`s; nothing when there are none.
    pub(crate) fn finish(self) -> TokenStream {
        self.0.map(|errors| errors.to_compile_error()).unwrap_or_default()
    }
}

/// A list as one reads it out: "`a`, `b` and `c`".
pub(crate) fn listing<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// The name that was probably meant: one or two edits away.
pub(crate) fn meant<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = if written.chars().count() <= 4 { 1 } else { 2 };
    known.into_iter().map(|name| (distance(written, name), name)).filter(|(edits, _)| *edits <= limit).min().map(|(_, name)| name)
}

/// Levenshtein's distance, by its classic table of two rows.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, left) in one.chars().enumerate() {
        let mut before = at;
        let mut last = at + 1;
        let mut next = vec![last];
        for (right, above) in other.iter().zip(row.iter().skip(1)) {
            last = (before + usize::from(left != *right)).min(above + 1).min(last + 1);
            before = *above;
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let known = ["name", "version", "upcast_from"];
        assert_eq!(meant("verson", known), Some("version"));
        assert_eq!(meant("upcast_form", known), Some("upcast_from"));
        assert_eq!(meant("colour", known), None);
        assert_eq!(meant("nme", known), Some("name"));
        assert_eq!(meant("mnae", known), None, "of four letters two may not be wrong");
    }

    #[test]
    fn edits_are_counted() {
        for (one, other, edits) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("since", "since", 0), ("kitten", "sitting", 3), ("ab", "ba", 2)]
        {
            assert_eq!((distance(one, other), distance(other, one)), (edits, edits), "{one} and {other}");
        }
    }

    #[test]
    fn a_list_reads_as_a_sentence() {
        assert_eq!(listing(["new", "existing", "any"]), "`new`, `existing` and `any`");
    }
}
