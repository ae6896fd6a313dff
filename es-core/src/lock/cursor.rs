//! Reading a line of the lock, in constants too: nothing is allocated.

use super::line::is_plain_byte;

/// The lines of a text.
pub(super) struct Lines<'a> {
    rest: &'a str,
}

impl<'a> Lines<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) const fn next(&mut self) -> Option<&'a str> {
        if self.rest.is_empty() {
            return None;
        }
        let mut at = 0;
        while at < self.rest.len() && self.rest.as_bytes()[at] != b'\n' {
            at += 1;
        }
        let (line, rest) = self.rest.split_at(at);
        self.rest = if rest.is_empty() { rest } else { rest.split_at(1).1 };
        Some(line)
    }

    /// All lines that are left.
    pub(super) const fn rest(&self) -> &'a str {
        self.rest
    }
}

/// A place in a line.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

/// A name in a line.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    /// As it is written: within the quotes, if it has some.
    written: &'a [u8],
    pub(super) quoted: bool,
}

impl<'a> Cursor<'a> {
    pub(super) const fn new(line: &'a str) -> Self {
        Self { rest: line.as_bytes() }
    }

    /// What is left of the line.
    pub(super) const fn rest(&mut self) -> &'a str {
        self.skip_spaces();
        match std::str::from_utf8(self.rest) {
            Ok(rest) => rest,
            Err(_) => "",
        }
    }

    /// How many bytes are left.
    pub(super) const fn rest_len(&self) -> usize {
        self.rest.len()
    }

    /// A whole number.
    pub(super) const fn number(&mut self) -> Option<u32> {
        let mut number: u32 = 0;
        let mut digits = 0;
        while let [digit @ b'0'..=b'9', others @ ..] = self.rest {
            number = match number.checked_mul(10) {
                Some(tens) => match tens.checked_add((*digit - b'0') as u32) {
                    Some(number) => number,
                    None => return None,
                },
                None => return None,
            };
            digits += 1;
            self.rest = others;
        }
        if digits == 0 { None } else { Some(number) }
    }

    pub(super) const fn is_at_end(&mut self) -> bool {
        self.skip_spaces();
        self.rest.is_empty()
    }

    const fn skip_spaces(&mut self) {
        while let [b' ' | b'\t', others @ ..] = self.rest {
            self.rest = others;
        }
    }

    /// The next byte but spaces; 0 at the end.
    pub(super) const fn peek(&mut self) -> u8 {
        self.skip_spaces();
        match self.rest {
            [byte, ..] => *byte,
            [] => 0,
        }
    }

    /// Passes over this text, if it is what comes next.
    pub(super) const fn eat(&mut self, text: &str) -> bool {
        self.skip_spaces();
        self.eat_here(text)
    }

    /// The same, with no space before it.
    pub(super) const fn eat_here(&mut self, text: &str) -> bool {
        let (mut rest, mut text) = (self.rest, text.as_bytes());
        while let [expected, more @ ..] = text {
            match rest {
                [byte, others @ ..] if *byte == *expected => rest = others,
                _ => return false,
            }
            text = more;
        }
        self.rest = rest;
        true
    }

    /// Passes over the `{` of a struct. That of a map has no space after it.
    pub(super) const fn eat_struct(&mut self) -> bool {
        self.skip_spaces();
        match self.rest {
            [b'{', b' ' | b'}', ..] => self.eat_here("{"),
            _ => false,
        }
    }

    /// Passes over the `{` of a map.
    pub(super) const fn eat_map(&mut self) -> bool {
        self.skip_spaces();
        match self.rest {
            [b'{', b' ' | b'}', ..] => false,
            _ => self.eat_here("{"),
        }
    }

    /// The name that comes next, plain or in quotes.
    pub(super) const fn name(&mut self) -> Option<Name<'a>> {
        self.skip_spaces();
        if let [b'"', ..] = self.rest {
            return self.quoted();
        }
        let mut len = 0;
        while len < self.rest.len() && is_plain_byte(self.rest[len]) {
            len += 1;
        }
        let (written, rest) = self.rest.split_at(len);
        self.rest = rest;
        if len == 0 { None } else { Some(Name { written, quoted: false }) }
    }

    const fn quoted(&mut self) -> Option<Name<'a>> {
        let (_, text) = self.rest.split_at(1);
        let mut len = 0;
        while len < text.len() {
            match text[len] {
                b'"' => {
                    let (written, rest) = text.split_at(len);
                    self.rest = rest.split_at(1).1;
                    return Some(Name { written, quoted: true });
                }
                b'\\' => len += 2,
                _ => len += 1,
            }
        }
        None
    }

    /// Whether the next name is this one, which stands in quotes wherever it is written.
    pub(super) const fn eat_quoted(&mut self, text: &str) -> bool {
        match self.name() {
            Some(name) => name.quoted && name.is(text),
            None => false,
        }
    }
}

impl<'a> Name<'a> {
    /// A name that needs no quotes.
    pub(super) const fn of(name: &'a str) -> Self {
        Self { written: name.as_bytes(), quoted: false }
    }

    /// Whether both are written alike.
    pub(super) const fn is_same(&self, other: &Name<'_>) -> bool {
        let (mut one, mut two) = (self.written, other.written);
        while let ([left, lefts @ ..], [right, rights @ ..]) = (one, two) {
            if *left != *right {
                return false;
            }
            (one, two) = (lefts, rights);
        }
        one.is_empty() && two.is_empty()
    }

    pub(super) const fn is(&self, name: &str) -> bool {
        let (mut written, mut name) = (self.written, name.as_bytes());
        loop {
            let (byte, rest) = match written {
                [b'\\', b'n', rest @ ..] => (b'\n', rest),
                [b'\\', b'r', rest @ ..] => (b'\r', rest),
                [b'\\', byte, rest @ ..] | [byte, rest @ ..] => (*byte, rest),
                [] => return name.is_empty(),
            };
            match name {
                [expected, others @ ..] if *expected == byte => name = others,
                _ => return false,
            }
            written = rest;
        }
    }

    /// The name itself.
    pub(super) fn text(&self) -> String {
        let mut bytes = Vec::with_capacity(self.written.len());
        let mut written = self.written.iter();
        while let Some(byte) = written.next() {
            bytes.push(match (byte, byte == &b'\\') {
                (_, true) => match written.next() {
                    Some(b'n') => b'\n',
                    Some(b'r') => b'\r',
                    Some(other) => *other,
                    None => break,
                },
                (byte, false) => *byte,
            });
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}
