//! Tags: what an event is about, beside the stream that it belongs to.

use std::fmt;
use std::sync::Arc;

use uuid::Uuid;

use crate::text::{self, TextError};

/// One thing that an event is about, stored as `key:value`: 1 to 512 bytes, no U+0000. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(Arc<str>);

impl Tag {
    /// The tag `key:value`.
    ///
    /// # Errors
    /// [`TextError`] when `key:value` is longer than 512 bytes or contains U+0000.
    ///
    /// ```
    /// # use es_core::Tag;
    /// assert_eq!(Tag::new("course_id", 7).unwrap().as_str(), "course_id:7");
    /// ```
    pub fn new(key: &str, value: impl fmt::Display) -> Result<Self, TextError> {
        Self::parse(&format!("{key}:{value}"))
    }

    /// A tag as it is stored.
    ///
    /// # Errors
    /// [`TextError`] when `text` is empty, longer than 512 bytes, or contains U+0000.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::check("tag", text)?;
        Ok(Self(text.into()))
    }

    /// Whether it is `key:..`.
    pub(crate) fn has_key(&self, key: &str) -> bool {
        self.0.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'))
    }

    /// The tag as it is stored: `key:value`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// The tags of one event, collected field by field.
#[derive(Debug, Default)]
pub struct Tags {
    tags: Vec<Tag>,
    error: Option<TextError>,
}

impl Tags {
    /// Adds `key:value`. The same tag twice is one tag.
    pub fn add(&mut self, key: &str, value: impl fmt::Display) {
        match Tag::new(key, value) {
            Ok(tag) if self.tags.contains(&tag) => {}
            Ok(tag) => self.tags.push(tag),
            Err(error) => self.error = self.error.take().or(Some(error)),
        }
    }

    /// Adds what a model is about: never nothing, which would be about everything.
    #[doc(hidden)]
    pub fn add_one(&mut self, add: impl FnOnce(&mut Self)) {
        let before = self.tags.len();
        add(self);
        if self.tags.len() == before && self.error.is_none() {
            self.error = text::check("tag", "").err();
        }
    }

    pub(crate) fn finish(self) -> Result<Vec<Tag>, TextError> {
        self.error.map_or(Ok(self.tags), Err)
    }
}

/// A field's value that can be stored as a tag.
///
/// Ids, strings, integers, `bool` and `Uuid` are one tag; an `Option` is none or one; a `Vec` is one for each element.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a tag",
    label = "a tagged field holds an id, a string, an integer, a `bool` or a `Uuid`, or an `Option` or a `Vec` of these",
    note = "for a newtype of your own: `#[derive(Id)]`"
)]
pub trait TagValue {
    /// What is compared of two tags of one key.
    #[doc(hidden)]
    const KIND: TagKind = TagKind { type_name: "", one: true };

    /// Adds this value's tags under `key`.
    fn add_to(&self, key: &str, tags: &mut Tags);
}

/// What is known at compile time of a tag's value.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct TagKind {
    /// The type of each single value, by its path; empty for one that does not tell.
    pub(crate) type_name: &'static str,
    /// Whether there is always exactly one.
    pub(crate) one: bool,
}

impl TagKind {
    /// Exactly one value of this type.
    pub const fn one(type_name: &'static str) -> Self {
        Self { type_name, one: true }
    }

    const fn any_number(self) -> Self {
        Self { one: false, ..self }
    }
}

/// What is known at compile time of one of an event's tags.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct TagInfo {
    pub(crate) key: &'static str,
    pub(crate) kind: TagKind,
    pub(crate) since: u32,
}

impl TagInfo {
    /// The tag `key`, which the event has carried since this version of its type.
    pub const fn new(key: &'static str, kind: TagKind, since: u32) -> Self {
        Self { key, kind, since }
    }
}

macro_rules! printed {
    ($($ty:ty),*) => { $(
        impl TagValue for $ty {
            const KIND: TagKind = TagKind::one(stringify!($ty));

            fn add_to(&self, key: &str, tags: &mut Tags) {
                tags.add(key, self);
            }
        }
    )* };
}
printed!(String, bool, char, i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, Uuid);

impl TagValue for str {
    const KIND: TagKind = String::KIND;

    fn add_to(&self, key: &str, tags: &mut Tags) {
        tags.add(key, self);
    }
}

impl<T: TagValue> TagValue for Option<T> {
    const KIND: TagKind = T::KIND.any_number();

    fn add_to(&self, key: &str, tags: &mut Tags) {
        self.iter().for_each(|value| value.add_to(key, tags));
    }
}

impl<T: TagValue> TagValue for Vec<T> {
    const KIND: TagKind = T::KIND.any_number();

    fn add_to(&self, key: &str, tags: &mut Tags) {
        self.iter().for_each(|value| value.add_to(key, tags));
    }
}

impl<T: TagValue + ?Sized> TagValue for &T {
    const KIND: TagKind = T::KIND;

    fn add_to(&self, key: &str, tags: &mut Tags) {
        (**self).add_to(key, tags);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_no_tag_or_one_and_a_list_one_for_each() {
        let mut tags = Tags::default();
        None::<u32>.add_to("guest", &mut tags);
        Some(4).add_to("seat", &mut tags);
        vec!["red".to_owned(), "blue".to_owned(), "red".to_owned()].add_to("colour", &mut tags);
        let stored: Vec<String> = tags.finish().unwrap().iter().map(Tag::to_string).collect();
        assert_eq!(stored, ["seat:4", "colour:red", "colour:blue"]);
    }

    #[test]
    fn a_tag_that_no_store_could_keep_is_an_error() {
        let mut tags = Tags::default();
        tags.add("note", "x".repeat(600));
        tags.add("seat", 4);
        assert!(tags.finish().is_err());
    }
}
