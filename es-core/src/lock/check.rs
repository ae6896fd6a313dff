//! The lock as compile errors: what `#[derive(Event)]` finds in the file, compared with the type's real shape.

use super::cursor::{Cursor, Lines};
use super::line::{self, Line};
use super::reads::{Broken, LockedType, Reader, Stays};
use crate::event::Event;
use crate::schema::{Definition, Field, Shape};

/// That an event still reads one locked version of it.
///
/// `expected` is what the hashes of the field types come to if nothing has changed: the derive has compared the names already, and hands over what
/// no hashes come to where these differ.
/// `lines` are the version's line and those of the named types that it holds, `frozen` whether a type that has grown is an error.
#[track_caller]
pub const fn locked<E: Event>(ty: &'static str, version: u32, expected: u64, lines: &'static str, frozen: bool) {
    let shape = if version == E::VERSION { &E::SCHEMA } else { past::<E>(version) };
    if hash_of_types(shape) != expected {
        // in functions of their own, which are not evaluated where nothing has changed
        Locked { ty, current: E::VERSION, lines, frozen }.hold(shape);
    }
}

/// The shape of an earlier version; the present one's where the fields do not read that.
const fn past<E: Event>(version: u32) -> &'static Shape {
    let mut past = E::PAST;
    while let [(number, shape), others @ ..] = past {
        if *number == version {
            return shape;
        }
        past = others;
    }
    &E::SCHEMA
}

/// What the hashes of the fields' types come to, one after the other.
const fn hash_of_types(shape: &Shape) -> u64 {
    let Shape::Struct(fields) = shape else { return line::deep_hash(shape).wrapping_mul(0x0100_0000_01b3) };
    let mut hash = 0;
    let mut rest = *fields;
    // each call would be a step of the evaluation, for each field of each event
    while let [Field::Plain(_, stored) | Field::Marked(_, stored, _), others @ ..] = rest {
        hash = ((hash ^ stored.hash) as u128 * 0x0100_0000_01b3) as u64;
        rest = others;
    }
    hash
}

/// One locked version.
pub(super) struct Locked<'a> {
    /// The event's type, as it is written.
    pub(super) ty: &'a str,
    /// The version that is written today.
    pub(super) current: u32,
    /// The version's line, and those of the named types that it holds.
    pub(super) lines: &'a str,
    /// Whether a type that has grown is a mistake.
    pub(super) frozen: bool,
}

/// A line of the file: `OrderPlaced v1 {..}`
struct Version<'a> {
    /// `OrderPlaced`, as it is written there.
    name: &'a str,
    version: u32,
    shape: &'a str,
}

impl<'a> Locked<'a> {
    #[track_caller]
    const fn hold(&self, today: &'static Shape) {
        // what is longer is cut off
        let mut room = [0; 8192];
        let mut text = Line::new(&mut room);
        if !self.check(today, &mut text) {
            stop(&text)
        }
    }

    /// Whether the shape reads the line; what is wrong is told in `text`.
    pub(super) const fn check(&self, today: &'a Shape, text: &mut Line<'_>) -> bool {
        let mut lines = Lines::new(self.lines);
        let (Some(line), types) = (lines.next(), lines.rest()) else { return true };
        let Some(locked) = Version::read(line) else { return true };
        let mut reader = Reader::new(types, locked.version < self.current);
        if !reader.event(today, locked.shape) {
            match reader.broken {
                Some(broken) => self.broken_type(text, &locked, &broken),
                None => self.broken_event(text, &locked, today, types),
            }
            return false;
        }
        match (self.frozen, reader.grown, reader.missing) {
            (true, Some((now, was)), _) => has_grown(text, &locked, now, &was),
            (true, None, Some(now)) => is_missing(text, &locked, now),
            _ => return true,
        }
        false
    }

    const fn broken_type(&self, text: &mut Line<'_>, locked: &Version<'_>, Broken { now, was, stays }: &Broken<'_>) {
        held(text, locked, now);
        text.put(match stays {
            None => "is stored already and must stay readable",
            Some(Stays::Untagged) => "has grown, and may now read what another variant of an untagged enum has written",
            Some(Stays::Flattened) => "has grown, and may now read what is flattened beside it",
        });
        both_types(text, now, was);
        text.put("\nhelp: keep the old type under another name, give the new one a line of its own by `#[schema(name = \"..\")]`, and add version ");
        text.number(self.current + 1);
        text.put(" of `");
        text.put(self.ty);
        text.put("` with `upcast_from`; or, if none was ever stored, delete the line of `");
        text.put(now.name);
        text.put("` in events.lock and run `ES_LOCK=accept cargo test`");
    }

    const fn broken_event(&self, text: &mut Line<'_>, locked: &Version<'_>, today: &'a Shape, types: &'a str) {
        text.put("`");
        text.put(locked.name);
        text.put("` version ");
        text.number(locked.version);
        text.put(" is stored already and must keep its shape");
        text.put("\n  locked: ");
        locked.put_head(text);
        text.put(locked.shape);
        text.put("\n     now: ");
        locked.put_head(text);
        text.shape(today);
        text.put("\nhelp: ");
        if locked.version < self.current {
            text.put("let the fields tell what version ");
            text.number(locked.version);
            text.put(" was, by `since` with `default`, `was`, `from`, `with` or `tag`, and by `removed(..)`");
        } else {
            text.put("add version ");
            text.number(self.current + 1);
            text.put(" with `upcast_from`");
            if Reader::new(types, false).tags_differ(today, locked.shape) {
                text.put(", and to a new tag `#[event(tag, since = ");
                text.number(self.current + 1);
                text.put(")]`");
            }
        }
        text.put("; or, if none was ever stored, delete its line in events.lock and run `ES_LOCK=accept cargo test`");
    }
}

impl<'a> Version<'a> {
    const fn read(line: &'a str) -> Option<Self> {
        let mut cursor = Cursor::new(line);
        let before = cursor.rest();
        if cursor.name().is_none() {
            return None;
        }
        let name = before.split_at(before.len() - cursor.rest_len()).0;
        if !cursor.eat("v") {
            return None;
        }
        let Some(version) = cursor.number() else { return None };
        Some(Self { name, version, shape: cursor.rest() })
    }

    const fn put_head(&self, text: &mut Line<'_>) {
        text.put(self.name);
        text.put(" v");
        text.number(self.version);
        text.put(" ");
    }
}

const fn has_grown(text: &mut Line<'_>, locked: &Version<'_>, now: &Definition, was: &LockedType<'_>) {
    held(text, locked, now);
    text.put("has grown since it was locked");
    both_types(text, now, was);
    text.put("\nhelp: run `ES_LOCK=accept cargo test` and commit events.lock");
}

const fn is_missing(text: &mut Line<'_>, locked: &Version<'_>, now: &Definition) {
    held(text, locked, now);
    text.put("is not in events.lock");
    text.put("\nhelp: run `ES_LOCK=accept cargo test` and commit events.lock");
}

/// `Currency`, which `OrderPlaced` version 1 holds,
const fn held(text: &mut Line<'_>, locked: &Version<'_>, now: &Definition) {
    text.put("`");
    text.put(now.name);
    text.put("`, which `");
    text.put(locked.name);
    text.put("` version ");
    text.number(locked.version);
    text.put(" holds, ");
}

const fn both_types(text: &mut Line<'_>, now: &Definition, was: &LockedType<'_>) {
    text.put("\n  locked: ");
    text.name(now.name);
    text.put(" = ");
    text.put(was.line);
    text.put("\n     now: ");
    text.name(now.name);
    text.put(" = ");
    if let Some(shape) = &now.shape {
        text.shape(shape);
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "a panic in a constant is a compile error, which is the point")]
const fn stop(text: &Line<'_>) -> ! {
    panic!("{}", text.text())
}
