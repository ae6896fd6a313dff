//! How a shape is written in the lock: one syntax, for the file, for messages and for hashes.
//!
//! All of it runs while the compiler evaluates constants, so it allocates nothing and loops by hand.

use crate::schema::{Field, Shape, Tagging, Variant};

/// The hash of the shape's own line.
pub(crate) const fn hash(shape: &Shape) -> u64 {
    let mut line = Line::new(&mut []);
    line.shape(shape);
    line.hash
}

/// The hash of a shape and of the named types in it, by which the compiler sees first whether anything has changed.
pub(crate) const fn deep_hash(shape: &Shape) -> u64 {
    let mut line = Line { is_deep: true, ..Line::new(&mut []) };
    line.part(shape);
    line.hash
}

/// The hash of a named type's line, and of the named types in it.
pub(crate) const fn definition_hash(shape: &Shape) -> u64 {
    let mut line = Line { is_deep: true, ..Line::new(&mut []) };
    line.shape(shape);
    line.hash
}

/// The shape's line.
pub(crate) fn of(shape: &Shape) -> String {
    written(|line| line.shape(shape))
}

/// A name as it is written in a line.
pub(crate) fn name(name: &str) -> String {
    written(|line| line.name(name))
}

fn written(write: impl Fn(&mut Line<'_>)) -> String {
    let mut length = Line::new(&mut []);
    write(&mut length);
    let mut bytes = vec![0; length.len];
    write(&mut Line::new(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The hash of a text: FNV-1a, 64 bits. The derive has the same for the lines that it finds in the file.
pub(crate) const fn hash_of(text: &str) -> u64 {
    let mut line = Line::new(&mut []);
    line.put(text);
    line.hash
}

/// A line under construction: hashed, counted, and kept as far as there is room.
pub(crate) struct Line<'a> {
    hash: u64,
    len: usize,
    text: &'a mut [u8],
    /// Whether the hash is also of the definitions behind the names.
    is_deep: bool,
}

impl<'a> Line<'a> {
    pub(crate) const fn new(text: &'a mut [u8]) -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, len: 0, text, is_deep: false }
    }

    /// What was kept, without a character that was cut in two.
    pub(crate) const fn text(&self) -> &str {
        let len = if self.len < self.text.len() { self.len } else { self.text.len() };
        let text = self.text.split_at(len).0;
        match std::str::from_utf8(text) {
            Ok(text) => text,
            Err(error) => match std::str::from_utf8(text.split_at(error.valid_up_to()).0) {
                Ok(text) => text,
                Err(_) => "",
            },
        }
    }

    pub(crate) const fn put(&mut self, part: &str) {
        self.put_bytes(part.as_bytes());
    }

    const fn put_bytes(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        if self.text.is_empty() {
            // the usual way, a few steps a byte
            let mut hash = self.hash;
            while let [byte, others @ ..] = rest {
                hash = (hash ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
                rest = others;
            }
            self.hash = hash;
            self.len += bytes.len();
            return;
        }
        while let [byte, others @ ..] = rest {
            if self.len < self.text.len() {
                self.text[self.len] = *byte;
            }
            self.len += 1;
            rest = others;
        }
    }

    pub(crate) const fn number(&mut self, number: u32) {
        if number >= 10 {
            self.number(number / 10);
        }
        self.put_bytes(&[b'0' + (number % 10) as u8]);
    }

    /// A name: as it is where that can be read back, else in quotes.
    pub(crate) const fn name(&mut self, name: &str) {
        if is_plain(name.as_bytes()) { self.put(name) } else { self.quoted(name) }
    }

    /// A text in quotes, on one line whatever it holds.
    const fn quoted(&mut self, text: &str) {
        self.put("\"");
        let mut rest = text.as_bytes();
        while let [byte, others @ ..] = rest {
            match byte {
                b'"' => self.put("\\\""),
                b'\\' => self.put("\\\\"),
                b'\n' => self.put("\\n"),
                b'\r' => self.put("\\r"),
                _ => self.put_bytes(&[*byte]),
            }
            rest = others;
        }
        self.put("\"");
    }

    /// A shape as a line shows it.
    pub(crate) const fn shape(&mut self, shape: &Shape) {
        match shape {
            Shape::Enum(tagging, variants) => self.enumeration(tagging, variants),
            _ => self.part(shape),
        }
    }

    /// A shape within another: variants stand in parentheses there.
    const fn part(&mut self, shape: &Shape) {
        match shape {
            Shape::Scalar(name) => self.name(name),
            Shape::Named(definition) => {
                self.name(definition.name);
                if self.is_deep && definition.shape.is_some() {
                    self.put_bytes(&definition.hash.to_le_bytes());
                }
            }
            Shape::Option(inner) => {
                self.part(inner);
                self.put("?");
            }
            Shape::List(inner) => {
                self.put("[");
                self.part(inner);
                self.put("]");
            }
            Shape::Map(key, value) => {
                self.put("{");
                self.part(key);
                self.put(": ");
                self.part(value);
                self.put("}");
            }
            Shape::Tuple(parts) => self.tuple(parts),
            Shape::Struct([]) => self.put("{}"),
            Shape::Struct(fields) => self.structure(fields),
            Shape::Enum(tagging, variants) => {
                self.put("(");
                self.enumeration(tagging, variants);
                self.put(")");
            }
        }
    }

    const fn tuple(&mut self, parts: &[Shape]) {
        self.put("(");
        let mut rest = parts;
        while let [part, others @ ..] = rest {
            self.part(part);
            if !others.is_empty() {
                self.put(", ");
            } else if parts.len() == 1 {
                self.put(",");
            }
            rest = others;
        }
        self.put(")");
    }

    const fn structure(&mut self, fields: &[Field]) {
        self.put("{ ");
        let mut rest = fields;
        while let [field, others @ ..] = rest {
            if field.is_flattened() {
                self.put("..");
                self.part(field.shape());
            } else {
                self.name(field.name());
                self.put(": ");
                self.part(field.shape());
                if field.says_default() {
                    self.put(" = default");
                }
                if field.tag_since().is_some() {
                    self.put(" #tag");
                }
            }
            if !others.is_empty() {
                self.put(", ");
            }
            rest = others;
        }
        self.put(" }");
    }

    const fn enumeration(&mut self, tagging: &Tagging, variants: &[Variant]) {
        match tagging {
            Tagging::External => {}
            Tagging::Internal(tag) => {
                self.put("#[tag ");
                self.quoted(tag);
                self.put("] ");
            }
            Tagging::Adjacent(tag, content) => {
                self.put("#[tag ");
                self.quoted(tag);
                self.put(", content ");
                self.quoted(content);
                self.put("] ");
            }
            Tagging::Untagged => self.put("#[untagged] "),
        }
        if variants.is_empty() {
            self.put("!");
        }
        let mut rest = variants;
        while let [variant, others @ ..] = rest {
            self.quoted(variant.name);
            if let Some(shape) = &variant.shape {
                self.put(" ");
                self.part(shape);
            }
            if !others.is_empty() {
                self.put(" | ");
            }
            rest = others;
        }
    }
}

impl Field {
    /// An `Option` may be absent anyway, so its line does not say so.
    pub(super) const fn says_default(&self) -> bool {
        self.is_optional() && !matches!(self.shape(), Shape::Option(_))
    }
}

/// Whether a name reads back without quotes.
const fn is_plain(name: &[u8]) -> bool {
    let mut rest = name;
    while let [byte, others @ ..] = rest {
        if !is_plain_byte(*byte) {
            return false;
        }
        rest = others;
    }
    !name.is_empty()
}

/// Letters, digits and what joins words; anything beyond ASCII.
pub(super) const fn is_plain_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | 0x80..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Definition, Schema, Stored};

    #[test]
    fn a_shape_reads_as_a_line_of_the_lock() {
        const FIELDS: &[Field] = &[
            Field::Plain("customer_id", const { &Stored::new(Shape::Scalar("uuid")) }).tag(1),
            Field::Plain("memo", <Option<String>>::STORED).optional(),
            Field::Plain("lines", <Vec<(String, u32)>>::STORED),
        ];
        assert_eq!(of(&Shape::Struct(FIELDS)), "{ customer_id: uuid #tag, memo: string?, lines: [(string, u32)] }");
        let variants = &[Variant { name: "Usd", shape: None }, Variant { name: "Eur", shape: None }];
        assert_eq!(of(&Shape::Enum(Tagging::External, variants)), r#""Usd" | "Eur""#);
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_told_apart() {
        const ONE: Shape = Shape::Enum(Tagging::External, &[Variant { name: "A", shape: Some(<Option<i64>>::SHAPE) }]);
        assert_eq!(of(&ONE), r#""A" i64?"#);
        assert_eq!(of(&Shape::Option(&ONE)), r#"("A" i64?)?"#);
        assert_eq!(of(&<(i64,)>::SHAPE), "(i64,)");
        assert_eq!(of(&Shape::Enum(Tagging::Untagged, &[])), "#[untagged] !");
        const QUOTED: &[Field] = &[Field::Plain("a: \"b\"", <i64>::STORED)];
        assert_eq!(of(&Shape::Struct(QUOTED)), r#"{ "a: \"b\"": i64 }"#);
    }

    #[test]
    fn a_shape_and_its_line_have_one_hash() {
        let shape = <std::collections::BTreeMap<String, Vec<Option<bool>>>>::SHAPE;
        assert_eq!(hash(&shape), hash_of(&of(&shape)));
        assert_ne!(hash(&shape), hash(&<Vec<bool>>::SHAPE));
    }

    // es-derive has the same test of the same lines: were the two hashes not one, each check would compare in full, and take its time
    #[test]
    fn the_hash_of_a_type_is_that_of_its_lines() {
        const CURRENCY: &[Variant] = &[Variant { name: "Usd", shape: None }, Variant { name: "Eur", shape: Some(<u8>::SHAPE) }];
        const CURRENCY_SHAPE: Shape = Shape::Named(&Definition::new("Currency", "", Shape::Enum(Tagging::External, CURRENCY)));
        const MONEY: &[Field] = &[Field::Plain("cents", <i64>::STORED), Field::Plain("currency", &Stored::new(CURRENCY_SHAPE))];
        const MONEY_SHAPE: Shape = Shape::Named(&Definition::new("Money", "", Shape::Struct(MONEY)));
        const BRANCHES: Shape = Shape::Map(&<String>::SHAPE, &Shape::Named(&Definition::by_name("Tree", "", |_| {})));
        const TREE: &[Field] = &[Field::Plain("money", &Stored::new(MONEY_SHAPE)), Field::Plain("branches", &Stored::new(BRANCHES))];
        const HELD: Shape = Shape::List(&Shape::Option(&Shape::Named(&Definition::new("Tree", "", Shape::Struct(TREE)))));
        assert_eq!(deep_hash(&HELD), 9_542_398_712_861_241_112);
    }
}
