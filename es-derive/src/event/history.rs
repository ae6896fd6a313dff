//! What each stored version looked like, told from the chapters of its fields.

use std::collections::BTreeSet;

use super::model::{Before, Chapter, Event, Field, Removed, UpcastFrom};

impl Chapter {
    /// Whether the version comes before this chapter.
    fn is_after(&self, version: u32) -> bool {
        self.since.value > version
    }
}

/// A field as a stored version had it.
pub(crate) enum Past<'a> {
    /// Absent: it comes into being with this chapter, whose place among the field's is given.
    Absent(usize),
    /// Of the same type and with the same attributes, but for a former name.
    Unchanged { was: Option<&'a syn::LitStr> },
    /// Of another type, converted by this chapter and those after it.
    Converted { was: Option<&'a syn::LitStr>, from: usize },
}

impl Field<'_> {
    /// How the field was stored in this version.
    pub(crate) fn at(&self, version: u32) -> Past<'_> {
        let mut later = self.chapters.iter().enumerate().filter(|(_, chapter)| chapter.is_after(version)).peekable();
        if let Some((at, Chapter { before: Before::Absent(..), .. })) = later.peek() {
            return Past::Absent(*at);
        }
        let later: Vec<_> = later.collect();
        let was = later.iter().find_map(|(_, chapter)| chapter.was.as_ref());
        match later.iter().find(|(_, chapter)| chapter.before.changes_type()) {
            Some((from, _)) => Past::Converted { was, from: *from },
            None => Past::Unchanged { was },
        }
    }
}

impl Removed {
    /// Whether this version had the field.
    pub(crate) fn was_in(&self, version: u32) -> bool {
        self.added.map_or(1, |added| added.value) <= version && version < self.since.value
    }
}

impl Event<'_> {
    /// The versions in which a field changed, came or went.
    pub(crate) fn changes(&self) -> BTreeSet<u32> {
        let fields = self.fields().iter().flat_map(|field| &field.chapters).map(|chapter| chapter.since.value);
        let removed = self.keys.removed.iter().flat_map(|removed| removed.added.iter().chain([&removed.since])).map(|number| number.value);
        fields.chain(removed).collect()
    }

    /// The versions since which a field is a tag.
    pub(crate) fn tag_changes(&self) -> BTreeSet<u32> {
        let tags = self.fields().iter().filter_map(|field| field.tag.as_ref());
        tags.filter_map(|tag| tag.since).map(|since| since.value).collect()
    }

    /// The oldest version that is read by the fields; older ones are left to `upcast_from = Type` or `upcast_with`.
    pub(crate) fn oldest_by_fields(&self) -> u32 {
        match (&self.keys.upcast_from, &self.keys.upcast_with) {
            (None, _) => self.version(),
            (Some(UpcastFrom::Version(oldest)), None) => oldest.value,
            _ => self.changes().first().map_or(self.version(), |first| first.saturating_sub(1).max(1)),
        }
    }

    /// The oldest version that is read at all; `None` where an earlier type knows.
    pub(crate) fn oldest(&self) -> Option<u32> {
        match &self.keys.upcast_from {
            None => Some(self.version()),
            Some(UpcastFrom::Version(oldest)) => Some(oldest.value),
            Some(UpcastFrom::Type(_)) => None,
        }
    }
}
