//! The syntax of a line, read for what it names: `es_core::lock` has its description.

use std::ops::Range;

/// What a line says, besides its shape.
pub(super) struct Line<'a> {
    pub(super) name: String,
    /// `None` in the line of a named type.
    pub(super) version: Option<u32>,
    /// The shape as it is written.
    pub(super) shape: &'a str,
    pub(super) parts: Parts,
}

/// What a shape names; places are counted from its first byte.
#[derive(Default)]
pub(super) struct Parts {
    /// Every name that may be a type's.
    pub(super) words: Vec<Word>,
    /// The fields of its struct, if it is one.
    pub(super) fields: Vec<Field>,
}

pub(super) struct Word {
    pub(super) name: String,
    /// Where it ends.
    pub(super) end: usize,
    /// The field or variant of the whole that it stands in, by number.
    pub(super) part: usize,
}

pub(super) struct Field {
    /// Empty for one that is merged into the struct.
    pub(super) name: String,
    /// Where its shape stands.
    pub(super) shape: Range<usize>,
    pub(super) default: bool,
    pub(super) tag: bool,
    pub(super) flatten: bool,
}

/// A name as a line has it: in quotes where it would not read back without.
pub(super) fn written(name: &str) -> String {
    if !name.is_empty() && name.bytes().all(|byte| is_plain(&byte)) {
        return name.to_owned();
    }
    let escaped = name.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n").replace('\r', r"\r");
    format!("\"{escaped}\"")
}

fn is_plain(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | 0x80..)
}

/// A hash under construction: FNV-1a, as in es-core.
pub(super) struct Hash(pub(super) u64);

impl Hash {
    pub(super) const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    }
}

/// Reads a line; what does not read is told by what was expected where.
pub(super) fn parse(line: &str) -> Result<Line<'_>, String> {
    let mut parser = Parser { line, at: 0, start: 0, depth: 0, part: 0, parts: Parts::default() };
    match parser.line() {
        Ok((name, version, shape)) => Ok(Line { name, version, shape, parts: parser.parts }),
        Err(expected) => {
            let rest: String = parser.rest().chars().take(24).collect();
            Err(if rest.is_empty() { format!("expected {expected} at the end") } else { format!("expected {expected} at `{rest}`") })
        }
    }
}

type Parsed<T = ()> = Result<T, &'static str>;

struct Parser<'a> {
    line: &'a str,
    at: usize,
    /// Where the shape starts.
    start: usize,
    /// In how many structs this is.
    depth: u32,
    /// The number of the field or variant of the whole.
    part: usize,
    parts: Parts,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.line.get(self.at..).unwrap_or_default()
    }

    fn skip_spaces(&mut self) {
        self.at += self.rest().bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    }

    fn peek(&mut self) -> Option<u8> {
        self.skip_spaces();
        self.rest().bytes().next()
    }

    fn eat(&mut self, text: &str) -> bool {
        self.skip_spaces();
        self.eat_here(text)
    }

    fn eat_here(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        self.at += if is_next { text.len() } else { 0 };
        is_next
    }

    fn expect(&mut self, text: &'static str, named: &'static str) -> Parsed {
        if self.eat(text) { Ok(()) } else { Err(named) }
    }

    /// `OrderPlaced v1 {..}` or `Currency = ..`
    fn line(&mut self) -> Parsed<(String, Option<u32>, &'a str)> {
        let name = self.name()?;
        let version = if self.eat("=") { None } else { Some(self.version()?) };
        self.skip_spaces();
        self.start = self.at;
        let shape = self.rest().trim_end();
        self.whole()?;
        if self.peek().is_some() { Err("nothing more") } else { Ok((name, version, shape)) }
    }

    fn version(&mut self) -> Parsed<u32> {
        self.expect("v", "` = ` or a version")?;
        let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        let number = self.rest().get(..digits).and_then(|digits| digits.parse().ok()).ok_or("a version's number")?;
        self.at += digits;
        Ok(number)
    }

    /// A plain name, or one in quotes.
    fn name(&mut self) -> Parsed<String> {
        if self.peek() == Some(b'"') {
            return self.quoted();
        }
        let len = self.rest().bytes().take_while(is_plain).count();
        let name = self.rest().get(..len).filter(|name| !name.is_empty()).ok_or("a name")?;
        self.at += len;
        Ok(name.to_owned())
    }

    fn quoted(&mut self) -> Parsed<String> {
        let mut name = String::new();
        let mut letters = self.rest().char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at += at + 1;
                    return Ok(name);
                }
                '\\' => name.extend(letters.next().map(|(_, escaped)| match escaped {
                    'n' => '\n',
                    'r' => '\r',
                    other => other,
                })),
                other => name.push(other),
            }
        }
        Err("a closing quote")
    }

    /// A shape that fills its line: variants need no parentheses.
    fn whole(&mut self) -> Parsed {
        match self.peek() {
            Some(b'"' | b'#' | b'!') => self.enumeration(),
            _ => self.shape(),
        }
    }

    fn shape(&mut self) -> Parsed {
        match self.peek() {
            Some(b'[') => {
                self.eat("[");
                self.shape()?;
                self.expect("]", "`]`")?;
            }
            Some(b'(') => self.in_parentheses()?,
            Some(b'{') => self.in_braces()?,
            _ => {
                let name = self.name().map_err(|_| "a type")?;
                self.word(name);
            }
        }
        while self.eat_here("?") {}
        Ok(())
    }

    fn word(&mut self, name: String) {
        self.parts.words.push(Word { name, end: self.at - self.start, part: self.part });
    }

    /// Variants, or the parts of a tuple.
    fn in_parentheses(&mut self) -> Parsed {
        let start = self.at;
        self.eat("(");
        if matches!(self.peek(), Some(b'"' | b'#' | b'!')) && self.enumeration().is_ok() && self.eat(")") {
            return Ok(());
        }
        self.at = start;
        self.eat("(");
        while !self.eat(")") {
            self.shape()?;
            if !self.eat(",") && self.peek() != Some(b')') {
                return Err("`,` or `)`");
            }
        }
        Ok(())
    }

    /// The fields of a struct, or a map; a map has no space after its brace.
    fn in_braces(&mut self) -> Parsed {
        self.eat("{");
        if !matches!(self.rest().bytes().next(), Some(b' ' | b'}')) {
            self.shape()?;
            self.expect(":", "`:`")?;
            self.shape()?;
            return self.expect("}", "`}`");
        }
        self.depth += 1;
        while !self.eat("}") {
            self.field()?;
            if !self.eat(",") && self.peek() != Some(b'}') {
                return Err("`,` or `}`");
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn field(&mut self) -> Parsed {
        self.part += usize::from(self.depth == 1);
        let flatten = self.eat("..");
        let mut name = String::new();
        if !flatten {
            name = self.name().map_err(|_| "a field's name")?;
            self.expect(":", "`:`")?;
        }
        self.skip_spaces();
        let start = self.at - self.start;
        self.shape()?;
        let shape = start..self.at - self.start;
        let (default, tag) = (self.eat("= default"), self.eat("#tag"));
        if self.depth == 1 {
            self.parts.fields.push(Field { name, shape, default, tag, flatten });
        }
        Ok(())
    }

    fn enumeration(&mut self) -> Parsed {
        if self.eat("#[untagged]") {
        } else if self.eat("#[tag ") {
            self.name()?;
            if self.eat(", content ") {
                self.name()?;
            }
            self.expect("]", "`]`")?;
        }
        if self.eat("!") {
            return Ok(());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err("a variant's name in quotes");
            }
            let variant = self.quoted()?;
            // alone on its line it may also be a type's name that needs quotes
            self.part += usize::from(self.depth == 0);
            self.word(variant);
            if !matches!(self.peek(), None | Some(b'|' | b')')) {
                self.shape()?;
            }
            if !self.eat("|") {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<'a>(line: &'a Line<'_>) -> Vec<&'a str> {
        line.parts.words.iter().map(|word| word.name.as_str()).collect()
    }

    #[test]
    fn a_line_is_read_for_what_it_names() {
        let line = parse("OrderPlaced v12 { id: uuid #tag, cur: Currency?, ..Extra, by: [(string, {u8: Money})] = default }").unwrap();
        assert_eq!((line.name.as_str(), line.version), ("OrderPlaced", Some(12)));
        assert!(line.shape.starts_with("{ id: uuid"), "{}", line.shape);
        assert_eq!(words(&line), ["uuid", "Currency", "Extra", "string", "u8", "Money"]);
        let fields: Vec<_> =
            line.parts.fields.iter().map(|it| (it.name.as_str(), &line.shape[it.shape.clone()], it.tag, it.default)).collect();
        let by = ("by", "[(string, {u8: Money})]", false, true);
        assert_eq!(fields, [("id", "uuid", true, false), ("cur", "Currency?", false, false), ("", "Extra", false, false), by]);
        let line = parse(r#"Currency = #[tag "t", content "c"] "Usd" | "Other" { of: [("A" | "B" (i64,))?] }"#).unwrap();
        assert_eq!((line.name.as_str(), line.version), ("Currency", None));
        assert_eq!(words(&line), ["Usd", "Other", "A", "B", "i64"]);
        assert_eq!(parse(r#""order \"x\"" v1 {}"#).unwrap().name, "order \"x\"");
    }

    #[test]
    fn the_fields_are_those_of_the_whole() {
        let line = parse("Opened v1 { a: { b: u8, c: { d: u8 } }, e: u16 }").unwrap();
        let fields: Vec<_> = line.parts.fields.iter().map(|field| field.name.as_str()).collect();
        assert_eq!(fields, ["a", "e"]);
    }

    #[test]
    fn each_word_stands_in_a_field_or_a_variant_by_number() {
        let parts = |line| parse(line).unwrap().parts.words.iter().map(|word| word.part).collect::<Vec<_>>();
        assert_eq!(parts("Tree = \"Leaf\" u8 | \"Node\" { left: Tree, right: Tree }"), [1, 1, 2, 3, 4]);
        assert_eq!(parts("Form = { as: (\"A\" | \"B\" u8), of: { more: u16 }, last: Form }"), [1, 1, 1, 2, 3]);
    }

    #[test]
    fn a_name_is_written_so_that_it_reads_back() {
        assert_eq!(written("order.placed"), "order.placed");
        for (name, line) in [("order placed", r#""order placed""#), ("", r#""""#), ("a \"b\" \\ c", r#""a \"b\" \\ c""#)] {
            assert_eq!(written(name), line);
            assert_eq!(parse(&format!("{line} v1 {{}}")).unwrap().name, name);
        }
    }

    #[test]
    fn what_does_not_read_says_what_was_expected() {
        let error = |line| parse(line).err().unwrap_or_default();
        assert_eq!(error("OrderPlaced { total: string }"), "expected ` = ` or a version at `{ total: string }`");
        assert_eq!(error("OrderPlaced v1 { total string }"), "expected `:` at `string }`");
        assert_eq!(error("OrderPlaced v1 { total: string"), "expected `,` or `}` at the end");
        assert_eq!(error("Currency = \"Usd"), "expected a closing quote at `\"Usd`");
        assert_eq!(error("Currency = \"Usd\" | Eur"), "expected a variant's name in quotes at `Eur`");
        assert_eq!(error("Tags = [string] or"), "expected nothing more at `or`");
        assert_eq!(error("OrderPlaced v99999999999 {}"), "expected a version's number at `99999999999 {}`");
    }
}
