//! What a derive cannot see, because it lies in another item: compared when the compiler evaluates the generated constants.
//!
//! Every message is built before it panics, so that the error on the user's token says what is, then what to do.

use crate::event::{Emits, EventInfo};
use crate::retired::Replaced;
use crate::tag::TagInfo;

/// An event whose earlier versions are a type of their own.
pub struct Upcast {
    /// Today's type.
    pub event: &'static str,
    /// The earlier type.
    pub past: &'static str,
    /// The oldest version that today's type reads by itself.
    pub reads_from: u32,
}

impl Upcast {
    /// That the earlier type has the same name as today's, and the version before those that today's reads.
    #[track_caller]
    pub const fn check(self, earlier: &EventInfo, name: &str, version: u32) {
        let Self { event, past, reads_from } = self;
        let mut text = Text::new();
        if !same(earlier.name, name) {
            text.put(&["`", event, "` is stored as `", name, "` and upcasts from `", past, "`, which is stored as `", earlier.name, "`"]);
            text.put(&["\nhelp: write `#[event(name = \"", name, "\")]` on `", past, "`"]);
            text.panic();
        }
        if earlier.version + 1 != reads_from {
            text.put(&["`", event, "` is version "]).number(version).put(&[" of `", name, "`"]);
            if reads_from < version {
                text.put(&[", reads versions from "]).number(reads_from).put(&[" by its fields"]);
            }
            text.put(&[" and upcasts from `", past, "`, which is version "]).number(earlier.version);
            if reads_from < 2 {
                text.put(&["\nhelp: its fields read every version; remove `upcast_from = ", past, "`"]);
            } else {
                text.put(&["\nhelp: upcast from version "]).number(reads_from - 1);
            }
            text.panic();
        }
    }
}

/// A retired event and one of its successors.
pub struct Retirement {
    /// The retired event's type.
    pub retired: &'static str,
    /// The successor's type.
    pub successor: &'static str,
}

impl Retirement {
    /// That the successor says that it replaces the event of this name.
    #[track_caller]
    pub const fn is_known_to_successor(self, name: &str, successor_info: &EventInfo) {
        let Self { retired, successor } = self;
        if !replaces(successor_info.replaces, name) {
            let mut text = Text::new();
            text.put(&["`", retired, "` is retired into `", successor, "`, which does not say that it replaces it"]);
            text.put(&["\nhelp: write `#[event(replaces(", retired, "))]` on `", successor, "`"]);
            text.panic();
        }
    }

    /// That the retired event says that it is retired into this successor.
    #[track_caller]
    pub const fn is_known_to_retired(self, replaced: &Replaced, name: &str) {
        let Self { retired, successor } = self;
        if !contains(replaced.successors, name) {
            let mut text = Text::new();
            text.put(&["`", successor, "` replaces `", retired, "`, which is not retired into it"]);
            text.put(&["\nhelp: add `", successor, "` to `retired_into(..)` of `", retired, "`"]);
            text.panic();
        }
    }
}

/// The events that an aggregate lists, or a command that is decided on models.
pub struct Reads {
    /// The aggregate's type.
    pub aggregate: &'static str,
    /// The listed types, as they are written.
    pub types: &'static [&'static str],
    /// What is known of each.
    pub events: &'static [EventInfo],
    /// What is known of each in `ignores(..)`.
    pub ignored: &'static [EventInfo],
}

impl Reads {
    /// That the event at this place of `events(..)` may stand there.
    #[track_caller]
    pub const fn check(&self, at: usize) {
        self.is_not_retired(at, "; they bring it along", "list it in `ignores(..)` instead: it became nothing");
        self.has_a_name_of_its_own(at);
        let mut next = 0;
        while next < self.events[at].replaces.len() {
            self.lists_each_part(at, &self.events[at].replaces[next]);
            next += 1;
        }
    }

    /// That a command which is decided on models may emit the event at this place of its `events(..)`.
    #[track_caller]
    pub const fn check_emitted(&self, at: usize) {
        self.is_not_retired(at, "", "remove it: it became nothing");
        has_a_name_of_its_own(self.types, self.events, at, "command");
    }

    #[track_caller]
    const fn is_not_retired(&self, at: usize, besides: &str, became_nothing: &str) {
        let Some(successors) = self.events[at].retired_into else { return };
        let mut text = Text::new();
        text.put(&["`", self.types[at], "` is retired: `", self.aggregate, "` cannot emit it\nhelp: "]);
        match successors {
            [] => text.put(&[became_nothing]),
            _ => text.put(&["list its successors instead", besides]),
        };
        text.panic();
    }

    #[track_caller]
    const fn has_a_name_of_its_own(&self, at: usize) {
        has_a_name_of_its_own(self.types, self.events, at, "aggregate");
    }

    #[track_caller]
    const fn lists_each_part(&self, at: usize, replaced: &Replaced) {
        let mut part = 0;
        while part < replaced.successors.len() {
            if !self.reads(replaced.successors[part]) {
                let mut text = Text::new();
                text.put(&["`", self.types[at], "` replaces the retired event `", replaced.name, "`, whose part `"]);
                text.put(&[replaced.successors[part], "` is not listed by `", self.aggregate, "`"]);
                text.put(&["\nhelp: add the event `", replaced.successors[part], "` to `events(..)`"]);
                text.panic();
            }
            part += 1;
        }
        let mut next = 0;
        while next < replaced.replaces.len() {
            self.lists_each_part(at, &replaced.replaces[next]);
            next += 1;
        }
    }

    const fn reads(&self, name: &str) -> bool {
        any_reads(self.events, name) || any_reads(self.ignored, name)
    }

    /// That the event at this place of `ignores(..)` came to nothing.
    #[track_caller]
    pub const fn check_ignored(&self, at: usize, ty: &str) {
        let problem = match self.ignored[at].retired_into {
            Some([]) => return,
            Some(_) => "is retired into other events",
            None => "is not retired",
        };
        let mut text = Text::new();
        text.put(&["`", self.aggregate, "` ignores `", ty, "`, which ", problem]);
        match self.ignored[at].retired_into {
            Some(_) => text.put(&["\nhelp: list its successors in `events(..)`; they bring it along"]),
            None => text.put(&["\nhelp: list it in `events(..)`, or write `#[event(retired_into())]` on `", ty, "`"]),
        };
        text.panic();
    }
}

const fn any_reads(events: &[EventInfo], name: &str) -> bool {
    let mut at = 0;
    while at < events.len() {
        if same(events[at].name, name) || replaces(events[at].replaces, name) {
            return true;
        }
        at += 1;
    }
    false
}

#[track_caller]
const fn has_a_name_of_its_own(types: &[&str], events: &[EventInfo], at: usize, reader: &str) {
    let mut earlier = 0;
    while earlier < at {
        if let Some(name) = common_name(&events[earlier], &events[at]) {
            let mut text = Text::new();
            text.put(&["event name `", name, "` is used twice in this ", reader, ": by `", types[earlier]]);
            text.put(&["` and by `", types[at], "`\nhelp: give one of them another `#[event(name = \"..\")]`"]);
            text.panic();
        }
        earlier += 1;
    }
}

/// That the aggregate `A`, to whose stream the command appends, lists `E`.
pub const fn listed_by<A: Emits<E>, E>() {}

/// The events that a model lists, and its tags.
pub struct Modelled {
    /// The model's type.
    pub model: &'static str,
    /// The listed types, as they are written.
    pub types: &'static [&'static str],
    /// What is known of each.
    pub events: &'static [EventInfo],
    /// What the model is about.
    pub tags: &'static [TagInfo],
}

impl Modelled {
    /// That the event at this place of `events(..)` may stand there.
    #[track_caller]
    pub const fn check(&self, at: usize) {
        let (event, ty) = (&self.events[at], self.types[at]);
        if event.retired_into.is_some() {
            let mut text = Text::new();
            text.put(&["`", ty, "` is retired: "]);
            text.put(match event.retired_into {
                Some([]) => &["it became nothing\nhelp: remove it from `events(..)`"],
                _ => &["its successors bring it along\nhelp: list them instead"],
            });
            text.panic();
        }
        has_a_name_of_its_own(self.types, self.events, at, "model");
        let mut next = 0;
        while next < self.tags.len() {
            let tag = &self.tags[next];
            self.is_carried(tag, event.tags, ty, "");
            self.is_carried_by_all(tag, event.replaces, ty);
            next += 1;
        }
    }

    #[track_caller]
    const fn is_carried_by_all(&self, tag: &TagInfo, replaced: &[Replaced], successor: &str) {
        let mut at = 0;
        while at < replaced.len() {
            self.is_carried(tag, replaced[at].tags, replaced[at].name, successor);
            self.is_carried_by_all(tag, replaced[at].replaces, successor);
            at += 1;
        }
    }

    /// `successor` is the listed event that brings along a retired one; empty for an event that is listed itself.
    #[track_caller]
    const fn is_carried(&self, tag: &TagInfo, carried: &[TagInfo], ty: &str, successor: &str) {
        let mut text = Text::new();
        text.put(&["`", ty, "`"]);
        if !successor.is_empty() {
            text.put(&[", which `", successor, "` replaces,"]);
        }
        let Some(found) = find(carried, tag.key) else {
            text.put(&[" does not carry the tag `", tag.key, "` of `", self.model, "`\nhelp: write `#[event(tag)]` on its field `"]);
            text.put(&[tag.key, "`; or remove `", if successor.is_empty() { ty } else { successor }, "` from `events(..)`"]).panic();
        };
        let (one, other) = (found.kind.type_name, tag.kind.type_name);
        if !one.is_empty() && !other.is_empty() && !same(one, other) {
            text.put(&[" carries the tag `", tag.key, "` as a `", one, "`, and `", self.model, "` asks for a `", other, "`"]);
            text.put(&["\nhelp: give both the same type"]).panic();
        }
    }

    /// That the tag at this place of `tags(..)` is one value.
    #[track_caller]
    pub const fn check_tag(&self, at: usize, ty: &str) {
        if !self.tags[at].kind.one {
            let mut text = Text::new();
            text.put(&["`", self.model, "` is about one `", self.tags[at].key, "`, and `", ty, "` may be none or several"]);
            text.put(&["\nhelp: write the type of one value; an event may carry it in an `Option` or a `Vec`"]).panic();
        }
    }
}

const fn find<'a>(tags: &'a [TagInfo], key: &str) -> Option<&'a TagInfo> {
    let mut at = 0;
    while at < tags.len() {
        if same(tags[at].key, key) {
            return Some(&tags[at]);
        }
        at += 1;
    }
    None
}

/// A name under which events of both types are stored. One retired event with parts of both types is not one.
const fn common_name(one: &EventInfo, other: &EventInfo) -> Option<&'static str> {
    if is_stored_as(other, one.name) || replaces(other.replaces, one.name) {
        return Some(one.name);
    }
    let mut at = 0;
    while at < one.renamed_from.len() {
        if is_stored_as(other, one.renamed_from[at]) {
            return Some(one.renamed_from[at]);
        }
        at += 1;
    }
    if replaces(one.replaces, other.name) { Some(other.name) } else { None }
}

const fn is_stored_as(event: &EventInfo, name: &str) -> bool {
    same(event.name, name) || contains(event.renamed_from, name)
}

/// Whether the retired event `name` is in the list, or was replaced by one that is.
const fn replaces(list: &[Replaced], name: &str) -> bool {
    let mut at = 0;
    while at < list.len() {
        if same(list[at].name, name) || replaces(list[at].replaces, name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn contains(names: &[&str], name: &str) -> bool {
    let mut at = 0;
    while at < names.len() {
        if same(names[at], name) {
            return true;
        }
        at += 1;
    }
    false
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut at = 0;
    while at < one.len() {
        if one[at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// A message under construction; what does not fit is cut off.
struct Text {
    bytes: [u8; 1024],
    len: usize,
}

impl Text {
    const fn new() -> Self {
        Self { bytes: [0; 1024], len: 0 }
    }

    const fn put(&mut self, parts: &[&str]) -> &mut Self {
        let mut part = 0;
        while part < parts.len() {
            let bytes = parts[part].as_bytes();
            // a part is put whole or not at all, so that the text stays UTF-8
            if self.len + bytes.len() <= self.bytes.len() {
                let mut at = 0;
                while at < bytes.len() {
                    self.bytes[self.len] = bytes[at];
                    self.len += 1;
                    at += 1;
                }
            }
            part += 1;
        }
        self
    }

    const fn number(&mut self, number: u32) -> &mut Self {
        if number >= 10 {
            self.number(number / 10);
        }
        let digit = [b'0' + (number % 10) as u8];
        match std::str::from_utf8(&digit) {
            Ok(digit) => self.put(&[digit]),
            Err(_) => self,
        }
    }

    #[track_caller]
    #[expect(clippy::panic, reason = "a panic in a constant is a compile error, which is the point")]
    const fn panic(&self) -> ! {
        match std::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => panic!("{}", text),
            Err(_) => panic!("a name is not UTF-8"),
        }
    }
}
