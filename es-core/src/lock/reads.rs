//! The rule: today's type reads everything that the locked line could have written.

use super::cursor::{Cursor, Lines, Name};
use super::keys::{find_field, find_variant, has_several_flattened, is_merged, next_flattened};
use super::line;
use crate::schema::{Definition, Field, Shape, Tagging, Variant};

/// A named type's line.
#[derive(Clone, Copy)]
pub(super) struct LockedType<'a> {
    /// What follows ` = `.
    pub(super) line: &'a str,
}

/// Compares shapes of today with locked lines.
pub(super) struct Reader<'a> {
    /// The lines of the named types that the compared line holds.
    types: &'a str,
    /// Whether the line is of a version that is read, but not written any more.
    is_past: bool,
    ignores_tags: bool,
    /// A named type that reads more than its line says: it has grown since.
    pub(super) grown: Option<(&'a Definition, LockedType<'a>)>,
    /// A named type that does not read what its line says.
    pub(super) broken: Option<Broken<'a>>,
    /// A named type that has no line.
    pub(super) missing: Option<&'a Definition>,
    place: Place,
}

/// A named type that does not read what its line says.
#[derive(Clone, Copy)]
pub(super) struct Broken<'a> {
    pub(super) now: &'a Definition,
    pub(super) was: LockedType<'a>,
    /// Why it may not grow where it stands, if it has done no more than that.
    pub(super) stays: Option<Stays>,
}

/// Where a shape stands, as far as it matters for what may change there.
#[derive(Clone, Copy)]
struct Place {
    /// Whether named types stay the same, too.
    stays: Option<Stays>,
    /// Whether serde keeps the value aside before it knows the type: it then reads no integer of 128 bits.
    is_kept_aside: bool,
}

/// Why a named type may not grow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stays {
    /// It is held by a variant without a tag: if that reads more, it may read what a later variant has written.
    Untagged,
    /// It is one of several that are flattened: what it has more may be a key of another.
    Flattened,
}

/// How a type compares with its line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Growth {
    Same,
    /// It reads more.
    More,
    /// It does not read what the line says.
    Less,
}

/// Compares a named type with its own line; `types` are all types' lines.
pub(super) fn type_reads(today: &Definition, locked: &str, types: &str) -> Growth {
    let Some(shape) = &today.shape else { return Growth::Same };
    let mut reader = Reader::new(types, false);
    let mut line = Cursor::new(locked);
    let reads = reader.whole(shape, &mut line, Rule::Grows) && line.is_at_end();
    // what is wrong with a type that it holds is told of that type, unless that is all right by itself
    let is_its_own = match &reader.broken {
        Some(broken) => broken.stays.is_some(),
        None => true,
    };
    if !reads && is_its_own {
        Growth::Less
    } else if reads && shape.to_string() != locked {
        Growth::More
    } else {
        Growth::Same
    }
}

/// How much a shape may differ from its locked line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// Not at all: an event's own fields, and a type that is known under another name.
    Same,
    /// By what makes it read more: a named type has a line that grows with it.
    Grows,
}

/// More fields or variants than a line may have.
const MOST: usize = 512;

/// Which of today's fields or variants the line has.
struct Seen([bool; MOST]);

impl Seen {
    const fn new() -> Self {
        Self([false; MOST])
    }
}

impl<'a> Reader<'a> {
    pub(super) const fn new(types: &'a str, is_past: bool) -> Self {
        let place = Place { stays: None, is_kept_aside: false };
        Self { types, is_past, ignores_tags: false, grown: None, broken: None, missing: None, place }
    }

    /// Whether an event's shape reads what this line says, and each named type in it what its own line says.
    pub(super) const fn event(&mut self, today: &'a Shape, line: &str) -> bool {
        let mut line = Cursor::new(line);
        self.whole(today, &mut line, Rule::Same) && line.is_at_end()
    }

    /// Whether the event would read this line, were it not for its tags.
    pub(super) const fn tags_differ(mut self, today: &'a Shape, line: &str) -> bool {
        self.ignores_tags = true;
        self.event(today, line)
    }

    /// Whether a named type reads what its line says.
    pub(super) const fn named(&mut self, today: &'a Definition, locked: LockedType<'a>) -> bool {
        let Some(shape) = &today.shape else { return true };
        let stays = self.place.stays;
        let reads = self.line(shape, locked, if stays.is_some() { Rule::Same } else { Rule::Grows });
        if !reads {
            if self.broken.is_none() {
                let has_only_grown = stays.is_some() && self.line(shape, locked, Rule::Grows);
                self.broken = Some(Broken { now: today, was: locked, stays: if has_only_grown { stays } else { None } });
            }
        } else if self.grown.is_none() && line::hash(shape) != line::hash_of(locked.line) {
            self.grown = Some((today, locked));
        }
        reads
    }

    /// Whether a named type's shape reads the whole line.
    const fn line(&mut self, shape: &'a Shape, locked: LockedType<'a>, rule: Rule) -> bool {
        let (place, mut line) = (self.place, Cursor::new(locked.line));
        let reads = self.whole(shape, &mut line, rule) && line.is_at_end();
        self.place = place;
        reads
    }

    const fn whole(&mut self, today: &'a Shape, line: &mut Cursor<'_>, rule: Rule) -> bool {
        match today {
            Shape::Enum(tagging, variants) => self.enumeration(tagging, variants, line, rule),
            _ => self.shape(today, line, rule),
        }
    }

    const fn shape(&mut self, today: &'a Shape, line: &mut Cursor<'_>, rule: Rule) -> bool {
        let (mut inner, mut options) = (today, 0);
        while let Shape::Option(held) = inner {
            inner = held;
            options += 1;
        }
        if !self.part(inner, line, rule) {
            return false;
        }
        while options > 0 {
            if !line.eat("?") {
                return false;
            }
            options -= 1;
        }
        line.peek() != b'?'
    }

    const fn part(&mut self, today: &'a Shape, line: &mut Cursor<'_>, rule: Rule) -> bool {
        match today {
            Shape::Scalar(name) => match line.name() {
                Some(locked) => locked.is(name) || matches!(rule, Rule::Grows) && self.widens(&locked, name),
                None => false,
            },
            Shape::Named(definition) => match line.name() {
                Some(name) => self.name(definition, &name),
                None => false,
            },
            // counted by `shape`
            Shape::Option(inner) => self.shape(inner, line, rule),
            Shape::List(inner) => line.eat("[") && self.shape(inner, line, rule) && line.eat("]"),
            Shape::Map(key, value) => {
                line.eat_map() && self.shape(key, line, rule) && line.eat(":") && self.shape(value, line, rule) && line.eat("}")
            }
            Shape::Tuple(parts) => self.tuple(parts, line, rule),
            Shape::Struct(fields) => self.structure(fields, line, rule),
            Shape::Enum(tagging, variants) => line.eat("(") && self.enumeration(tagging, variants, line, rule) && line.eat(")"),
        }
    }

    /// Whether an integer reads what a smaller one has written.
    const fn widens(&self, locked: &Name<'_>, today: &str) -> bool {
        let is_large = matches!(today.as_bytes(), b"i128" | b"u128");
        is_wider(locked, today) && !(is_large && self.place.is_kept_aside)
    }

    /// A named type has the rule of its own line, whatever holds it.
    const fn name(&mut self, today: &'a Definition, name: &Name<'_>) -> bool {
        let same_name = name.is(today.name);
        let Some(shape) = &today.shape else { return same_name };
        if let Some(locked) = type_named(self.types, name) {
            if same_name {
                return self.named(today, locked);
            }
            // kept under another name: that line grows with the type that has its name now
            return self.line(shape, locked, Rule::Same);
        }
        // its line was deleted: it is a draft
        if same_name && self.missing.is_none() {
            self.missing = Some(today);
        }
        same_name
    }

    const fn tuple(&mut self, parts: &'a [Shape], line: &mut Cursor<'_>, rule: Rule) -> bool {
        if !line.eat("(") {
            return false;
        }
        let mut rest = parts;
        while let [part, others @ ..] = rest {
            if !self.shape(part, line, rule) || !others.is_empty() && !line.eat(",") {
                return false;
            }
            rest = others;
        }
        if parts.len() == 1 && !line.eat(",") {
            return false;
        }
        line.eat(")")
    }

    const fn structure(&mut self, fields: &'a [Field], line: &mut Cursor<'_>, rule: Rule) -> bool {
        if !line.eat_struct() {
            return false;
        }
        let mut seen = Seen::new();
        let (mut flattened, place) = (0, self.place);
        while !line.eat("}") {
            let at = if line.eat("..") {
                let at = next_flattened(fields, flattened);
                flattened = at + 1;
                self.place = place.flattened(has_several_flattened(fields));
                if at >= fields.len() || !self.shape(fields[at].shape(), line, rule) {
                    return false;
                }
                at
            } else {
                let Some(name) = line.name() else { return false };
                let at = find_field(fields, &name);
                self.place = place.under_a_key();
                if at >= fields.len() || !line.eat(":") || !self.field(&fields[at], line, rule) {
                    return false;
                }
                at
            };
            if at >= MOST || seen.0[at] || !line.eat(",") && line.peek() != b'}' {
                return false;
            }
            seen.0[at] = true;
        }
        self.place = place;
        others_may_be_absent(fields, &seen, rule)
    }

    /// What follows a field's name.
    const fn field(&mut self, today: &'a Field, line: &mut Cursor<'_>, rule: Rule) -> bool {
        if !self.shape(today.shape(), line, rule) {
            return false;
        }
        let was_default = line.eat("= default");
        let was_tag = line.eat("#tag");
        let default = today.says_default();
        let reads_default = was_default == default || default && matches!(rule, Rule::Grows);
        // the tags of past versions are stored; a past version cannot have had one that it has no line for
        let reads_tag = was_tag == today.tag_since().is_some() || self.ignores_tags || was_tag && self.is_past;
        reads_default && reads_tag
    }

    const fn enumeration(&mut self, tagging: &Tagging, variants: &'a [Variant], line: &mut Cursor<'_>, rule: Rule) -> bool {
        if !eat_tagging(tagging, line) {
            return false;
        }
        let is_untagged = matches!(tagging, Tagging::Untagged);
        let place = self.place;
        self.place = place.in_variant(tagging);
        let mut seen = Seen::new();
        let mut count = 0;
        let mut more = !line.eat("!");
        while more {
            let Some(name) = line.name() else { return false };
            // without tags the order tells the variants apart
            let at = if is_untagged { count } else { find_variant(variants, &name) };
            if at >= variants.len() || at >= MOST || seen.0[at] || !name.quoted || !name.is(variants[at].name) {
                return false;
            }
            seen.0[at] = true;
            let content_rule = if is_untagged { Rule::Same } else { rule };
            if !self.content(&variants[at].shape, line, content_rule) {
                return false;
            }
            count += 1;
            more = line.eat("|");
        }
        self.place = place;
        count == variants.len() || matches!(rule, Rule::Grows)
    }

    /// What follows a variant's name.
    const fn content(&mut self, today: &'a Option<Shape>, line: &mut Cursor<'_>, rule: Rule) -> bool {
        match today {
            Some(shape) => self.shape(shape, line, rule),
            None => matches!(line.peek(), b'|' | b')' | 0),
        }
    }
}

impl Place {
    const fn flattened(self, is_one_of_several: bool) -> Self {
        let stays = if self.stays.is_none() && is_one_of_several { Some(Stays::Flattened) } else { self.stays };
        Self { stays, is_kept_aside: true }
    }

    /// The value of a key: its own keys are nobody else's.
    const fn under_a_key(self) -> Self {
        let stays = if matches!(self.stays, Some(Stays::Flattened)) { None } else { self.stays };
        Self { stays, ..self }
    }

    const fn in_variant(self, tagging: &Tagging) -> Self {
        match tagging {
            Tagging::External | Tagging::Adjacent(..) => self.under_a_key(),
            Tagging::Internal(_) => Self { is_kept_aside: true, ..self },
            Tagging::Untagged => Self { stays: Some(Stays::Untagged), is_kept_aside: true },
        }
    }
}

/// The line of the type with this name.
const fn type_named<'a>(types: &'a str, name: &Name<'_>) -> Option<LockedType<'a>> {
    let mut lines = Lines::new(types);
    while let Some(line) = lines.next() {
        let mut cursor = Cursor::new(line);
        if let Some(locked) = cursor.name()
            && locked.is_same(name)
            && cursor.eat("=")
        {
            return Some(LockedType { line: cursor.rest() });
        }
    }
    None
}

const fn eat_tagging(tagging: &Tagging, line: &mut Cursor<'_>) -> bool {
    match tagging {
        Tagging::External => line.peek() != b'#',
        Tagging::Untagged => line.eat("#[untagged]"),
        Tagging::Internal(tag) => line.eat("#[tag ") && line.eat_quoted(tag) && line.eat("]"),
        Tagging::Adjacent(tag, content) => {
            line.eat("#[tag ") && line.eat_quoted(tag) && line.eat(", content ") && line.eat_quoted(content) && line.eat("]")
        }
    }
}

/// Whether the fields that the line does not have may be absent.
const fn others_may_be_absent(fields: &[Field], seen: &Seen, rule: Rule) -> bool {
    let mut at = 0;
    while at < fields.len() {
        if at >= MOST || !seen.0[at] {
            let field = &fields[at];
            let may_be_absent = field.is_optional() || matches!(field.shape(), Shape::Option(_));
            // the field's key may be stored already, with a flattened type's value
            if matches!(rule, Rule::Same) || field.is_flattened() || !may_be_absent || is_merged(fields, field.name()) {
                return false;
            }
        }
        at += 1;
    }
    true
}

/// Each integer, and those that hold all of its values.
const WIDER: &[(&str, &[&str])] = &[
    ("i8", &["i16", "i32", "i64", "i128", "isize"]),
    ("i16", &["i32", "i64", "i128", "isize"]),
    ("i32", &["i64", "i128"]),
    ("i64", &["i128"]),
    ("isize", &["i64", "i128"]),
    ("u8", &["i16", "i32", "i64", "i128", "isize", "u16", "u32", "u64", "u128", "usize"]),
    ("u16", &["i32", "i64", "i128", "u32", "u64", "u128", "usize"]),
    ("u32", &["i64", "i128", "u64", "u128"]),
    ("u64", &["i128", "u128"]),
    ("usize", &["i128", "u64", "u128"]),
];

/// Whether the locked integer's values are all values of today's.
const fn is_wider(locked: &Name<'_>, today: &str) -> bool {
    let mut at = 0;
    while at < WIDER.len() {
        let (from, wider) = WIDER[at];
        if locked.is(from) {
            let mut next = 0;
            while next < wider.len() {
                if Name::of(wider[next]).is(today) {
                    return true;
                }
                next += 1;
            }
        }
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Schema, Stored};

    const AMOUNT: Field = Field::Plain("amount", <i64>::STORED);
    const MEMO: Field = Field::Plain("memo", <Option<String>>::STORED);
    const PAID: Variant = Variant { name: "Paid", shape: None };
    const OPEN: Variant = Variant { name: "Open", shape: Some(<u8>::SHAPE) };

    fn field(name: &'static str, shape: Shape) -> Field {
        Field::Plain(name, Box::leak(Box::new(Stored::new(shape))))
    }

    fn named(shape: Shape) -> Shape {
        Shape::Named(Box::leak(Box::new(Definition::new("It", "here::It", shape))))
    }

    /// How a named type of this shape reads what its line says.
    fn growth(shape: Shape, line: &str) -> Growth {
        let Shape::Named(definition) = named(shape) else { return Growth::Less };
        type_reads(definition, line, "")
    }

    fn fields(fields: &[Field]) -> Shape {
        Shape::Struct(Box::leak(fields.into()))
    }

    fn variants(tagging: Tagging, variants: &[Variant]) -> Shape {
        Shape::Enum(tagging, Box::leak(variants.into()))
    }

    /// Whether an event of this shape reads the line, where `It` is locked as `types` says.
    fn reads(shape: Shape, line: &str, types: &'static str) -> bool {
        Reader::new(types, false).event(Box::leak(Box::new(shape)), line)
    }

    #[test]
    fn a_struct_grows_by_what_may_be_absent() {
        assert_eq!(growth(fields(&[AMOUNT]), "{ amount: i64 }"), Growth::Same);
        assert_eq!(growth(fields(&[MEMO, AMOUNT]), "{ amount: i64 }"), Growth::More);
        assert_eq!(growth(fields(&[AMOUNT, Field::Plain("fee", <i64>::STORED).optional()]), "{ amount: i64 }"), Growth::More);
        assert_eq!(growth(fields(&[AMOUNT.optional()]), "{ amount: i64 }"), Growth::More);
        assert_eq!(growth(fields(&[AMOUNT, Field::Plain("fee", <i64>::STORED)]), "{ amount: i64 }"), Growth::Less);
    }

    #[test]
    fn a_struct_loses_nothing() {
        assert_eq!(growth(fields(&[AMOUNT]), "{ amount: i64, memo: string? }"), Growth::Less);
        assert_eq!(growth(fields(&[AMOUNT]), "{ amount: i64 = default }"), Growth::Less);
        assert_eq!(growth(fields(&[Field::Plain("sum", <i64>::STORED)]), "{ amount: i64 }"), Growth::Less);
        assert_eq!(growth(fields(&[Field::Plain("amount", <Option<i64>>::STORED)]), "{ amount: i64 }"), Growth::Less);
        assert_eq!(growth(fields(&[AMOUNT]), "{ amount: i64? }"), Growth::Less);
    }

    #[test]
    fn a_flattened_map_leaves_no_room_for_a_field() {
        let rest = Field::Plain("rest", <std::collections::BTreeMap<String, i64>>::STORED).flatten();
        assert_eq!(growth(fields(&[AMOUNT, rest]), "{ amount: i64, ..{string: i64} }"), Growth::Same);
        assert_eq!(growth(fields(&[AMOUNT, rest, MEMO]), "{ amount: i64, ..{string: i64} }"), Growth::Less);
        assert_eq!(growth(fields(&[AMOUNT]), "{ amount: i64, ..{string: i64} }"), Growth::Less);
    }

    #[test]
    fn integers_widen_and_never_narrow() {
        let one = |shape| fields(&[field("n", shape)]);
        assert_eq!(growth(one(<i64>::SHAPE), "{ n: i32 }"), Growth::More);
        assert_eq!(growth(one(<i16>::SHAPE), "{ n: u8 }"), Growth::More);
        assert_eq!(growth(one(<Vec<u64>>::SHAPE), "{ n: [u32] }"), Growth::More);
        assert_eq!(growth(one(<i32>::SHAPE), "{ n: i64 }"), Growth::Less);
        assert_eq!(growth(one(<i32>::SHAPE), "{ n: u32 }"), Growth::Less);
        assert_eq!(growth(one(<u32>::SHAPE), "{ n: i32 }"), Growth::Less);
        assert_eq!(growth(one(<std::num::NonZero<u32>>::SHAPE), "{ n: u32 }"), Growth::Less);
        assert_eq!(growth(one(<f64>::SHAPE), "{ n: i32 }"), Growth::Less);
    }

    #[test]
    fn an_enum_grows_by_variants() {
        let external = |list: &[Variant]| variants(Tagging::External, list);
        assert_eq!(growth(external(&[PAID, OPEN]), r#""Paid" | "Open" u8"#), Growth::Same);
        assert_eq!(growth(external(&[OPEN, PAID]), r#""Paid""#), Growth::More);
        assert_eq!(growth(external(&[OPEN]), r#""Paid" | "Open" u8"#), Growth::Less);
        assert_eq!(growth(external(&[PAID]), r#""Paid" u8"#), Growth::Less);
        assert_eq!(growth(external(&[OPEN]), r#""Open""#), Growth::Less);
        assert_eq!(growth(variants(Tagging::Internal("kind"), &[PAID]), r#""Paid""#), Growth::Less);
        assert_eq!(growth(variants(Tagging::Internal("kind"), &[PAID, OPEN]), r#"#[tag "kind"] "Paid""#), Growth::More);
        assert_eq!(growth(variants(Tagging::Adjacent("t", "c"), &[PAID]), r#"#[tag "t", content "d"] "Paid""#), Growth::Less);
    }

    #[test]
    fn without_tags_the_order_of_variants_stays() {
        let (number, text) =
            (Variant { name: "Number", shape: Some(<i64>::SHAPE) }, Variant { name: "Text", shape: Some(<String>::SHAPE) });
        let untagged = |list: &[Variant]| variants(Tagging::Untagged, list);
        assert_eq!(growth(untagged(&[number, text]), r#"#[untagged] "Number" i64"#), Growth::More);
        assert_eq!(growth(untagged(&[text, number]), r#"#[untagged] "Number" i64"#), Growth::Less);
        assert_eq!(growth(untagged(&[number]), r#"#[untagged] "Number" i32"#), Growth::Less);
    }

    #[test]
    fn an_events_own_fields_stay_the_same() {
        assert!(reads(fields(&[AMOUNT, MEMO]), "{ memo: string?, amount: i64 }", ""));
        assert!(!reads(fields(&[AMOUNT, MEMO]), "{ amount: i64 }", ""));
        assert!(!reads(fields(&[AMOUNT]), "{ amount: i32 }", ""));
        assert!(!reads(fields(&[AMOUNT.optional()]), "{ amount: i64 }", ""));
        assert!(!reads(fields(&[AMOUNT.tag(1)]), "{ amount: i64 }", ""));
        assert!(!reads(fields(&[AMOUNT]), "{ amount: i64 #tag }", ""));
        assert!(Reader::new("", true).event(Box::leak(Box::new(fields(&[AMOUNT]))), "{ amount: i64 #tag }"));
        assert!(!reads(Shape::Map(&<String>::SHAPE, &<i64>::SHAPE), "{ string: i64 }", ""));
    }

    #[test]
    fn a_type_has_the_rule_of_its_line_whatever_holds_it() {
        const TYPES: &str = "It = { amount: i64 }\n";
        let held = |it| fields(&[field("all", Shape::List(Box::leak(Box::new(it))))]);
        assert!(reads(held(named(fields(&[AMOUNT]))), "{ all: [It] }", TYPES));
        assert!(reads(held(named(fields(&[AMOUNT, MEMO]))), "{ all: [It] }", TYPES));
        assert!(!reads(held(named(fields(&[MEMO]))), "{ all: [It] }", TYPES));
        // by its name alone within itself
        const BY_NAME: Shape = Shape::Named(&Definition::by_name("It", "here::It", |_| {}));
        assert!(reads(held(BY_NAME), "{ all: [It] }", TYPES));
    }

    #[test]
    fn a_type_under_another_name_stays_the_same() {
        const TYPES: &str = "ItV1 = { amount: i64 }\nIt = { memo: string? }\n";
        let held = |it| fields(&[field("it", it)]);
        assert!(reads(held(named(fields(&[AMOUNT]))), "{ it: ItV1 }", TYPES));
        assert!(!reads(held(named(fields(&[AMOUNT, MEMO]))), "{ it: ItV1 }", TYPES));
        assert!(!reads(held(named(fields(&[AMOUNT]))), "{ it: Another }", TYPES));
    }

    /// How `It`, locked as `{ n: i32 }` and an `i64` today, reads where this shape holds it.
    fn grown_within(holder: Shape, line: &str) -> (bool, Option<Stays>) {
        let mut reader = Reader::new("It = { n: i32 }\n", false);
        let reads = reader.event(Box::leak(Box::new(holder)), line);
        (reads, reader.broken.and_then(|broken| broken.stays))
    }

    #[test]
    fn a_variant_without_a_tag_reads_no_more_than_it_did() {
        let it = || named(fields(&[Field::Plain("n", <i64>::STORED)]));
        let either = |tagging| variants(tagging, &[Variant { name: "A", shape: Some(it()) }, PAID]);
        assert_eq!(grown_within(either(Tagging::External), r#""A" It | "Paid""#), (true, None));
        assert_eq!(grown_within(either(Tagging::Untagged), r#"#[untagged] "A" It | "Paid""#), (false, Some(Stays::Untagged)));
    }

    #[test]
    fn one_of_several_that_are_flattened_gets_no_other_keys() {
        let it = || named(fields(&[Field::Plain("n", <i64>::STORED)]));
        let rest = Field::Plain("rest", <std::collections::BTreeMap<String, i64>>::STORED).flatten();
        assert_eq!(grown_within(fields(&[field("it", it()).flatten()]), "{ ..It }"), (true, None));
        assert_eq!(
            grown_within(fields(&[field("it", it()).flatten(), rest]), "{ ..It, ..{string: i64} }"),
            (false, Some(Stays::Flattened))
        );
        assert_eq!(grown_within(fields(&[field("it", it()), rest]), "{ it: It, ..{string: i64} }"), (true, None));
    }

    #[test]
    fn a_key_that_is_merged_in_is_not_taken() {
        let merged = field("size", fields(&[Field::Plain("grams", <u32>::STORED)])).flatten();
        let fee = Field::Plain("fee", <Option<i64>>::STORED);
        let grams = Field::Plain("grams", <Option<u32>>::STORED);
        assert_eq!(growth(fields(&[merged, fee]), "{ ..{ grams: u32 } }"), Growth::More);
        assert_eq!(growth(fields(&[merged, grams]), "{ ..{ grams: u32 } }"), Growth::Less);
        let kind = field("kind", variants(Tagging::Internal("fee"), &[PAID])).flatten();
        assert_eq!(growth(fields(&[kind, fee]), r#"{ ..(#[tag "fee"] "Paid") }"#), Growth::Less);
    }

    #[test]
    fn what_serde_keeps_aside_does_not_widen_to_128_bits() {
        let one = |shape| fields(&[field("n", shape)]);
        let merged = |shape| fields(&[field("it", one(shape)).flatten()]);
        assert_eq!(growth(one(<i128>::SHAPE), "{ n: i64 }"), Growth::More);
        assert_eq!(growth(merged(<i64>::SHAPE), "{ ..{ n: i32 } }"), Growth::More);
        assert_eq!(growth(merged(<i128>::SHAPE), "{ ..{ n: i64 } }"), Growth::Less);
        let tagged = |shape| variants(Tagging::Internal("kind"), &[Variant { name: "A", shape: Some(one(shape)) }]);
        assert_eq!(growth(tagged(<u128>::SHAPE), r#"#[tag "kind"] "A" { n: u64 }"#), Growth::Less);
    }
}
