//! A line of the lock as a tree, for what is done with it while a program runs.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::cursor::Cursor;

/// A shape as it is read from its line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    /// A value without parts, or a named type.
    Word(String),
    Option(Box<Tree>),
    List(Box<Tree>),
    Map(Box<Tree>, Box<Tree>),
    Tuple(Vec<Tree>),
    Struct(Vec<Field>),
    Enum(Tagging, Vec<(String, Option<Tree>)>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field {
    /// `None`: merged into the struct.
    name: Option<String>,
    tree: Tree,
    default: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tagging {
    External,
    Internal(String),
    Adjacent(String, String),
    Untagged,
}

impl Tree {
    /// Reads a whole line's shape; `None` if it is none.
    pub(super) fn parse(shape: &str) -> Option<Self> {
        let mut line = Cursor::new(shape);
        let tree = match line.peek() {
            b'"' | b'#' | b'!' => enumeration(&mut line)?,
            _ => part(&mut line)?,
        };
        line.is_at_end().then_some(tree)
    }
}

fn part(line: &mut Cursor<'_>) -> Option<Tree> {
    let mut tree = match line.peek() {
        b'[' => {
            line.eat("[");
            let inner = part(line)?;
            line.eat("]").then_some(Tree::List(inner.into()))?
        }
        b'(' => in_parentheses(line)?,
        b'{' if line.eat_struct() => structure(line)?,
        b'{' => map(line)?,
        _ => Tree::Word(line.name()?.text()),
    };
    while line.eat("?") {
        tree = Tree::Option(tree.into());
    }
    Some(tree)
}

fn map(line: &mut Cursor<'_>) -> Option<Tree> {
    line.eat("{");
    let key = part(line)?;
    let value = line.eat(":").then(|| part(line))??;
    line.eat("}").then(|| Tree::Map(key.into(), value.into()))
}

fn in_parentheses(line: &mut Cursor<'_>) -> Option<Tree> {
    line.eat("(");
    let mut variants = *line;
    if matches!(variants.peek(), b'"' | b'#' | b'!')
        && let Some(tree) = enumeration(&mut variants)
        && variants.eat(")")
    {
        *line = variants;
        return Some(tree);
    }
    let mut parts = Vec::new();
    while !line.eat(")") {
        parts.push(part(line)?);
        if !line.eat(",") && line.peek() != b')' {
            return None;
        }
    }
    Some(Tree::Tuple(parts))
}

fn structure(line: &mut Cursor<'_>) -> Option<Tree> {
    let mut fields = Vec::new();
    while !line.eat("}") {
        let name = if line.eat("..") { None } else { Some(line.name()?.text()) };
        if name.is_some() && !line.eat(":") {
            return None;
        }
        let tree = part(line)?;
        let default = line.eat("= default");
        line.eat("#tag");
        fields.push(Field { name, tree, default });
        if !line.eat(",") && line.peek() != b'}' {
            return None;
        }
    }
    Some(Tree::Struct(fields))
}

fn enumeration(line: &mut Cursor<'_>) -> Option<Tree> {
    let tagging = if line.eat("#[untagged]") {
        Tagging::Untagged
    } else if line.eat("#[tag ") {
        let tag = line.name()?.text();
        let content = if line.eat(", content ") { Some(line.name()?.text()) } else { None };
        line.eat("]").then_some(())?;
        content.map_or_else(|| Tagging::Internal(tag.clone()), |content| Tagging::Adjacent(tag.clone(), content))
    } else {
        Tagging::External
    };
    let mut variants = Vec::new();
    let mut more = !line.eat("!");
    while more {
        let name = line.name().filter(|name| name.quoted)?.text();
        let content = if matches!(line.peek(), b'|' | b')' | 0) { None } else { Some(part(line)?) };
        variants.push((name, content));
        more = line.eat("|");
    }
    Some(Tree::Enum(tagging, variants))
}

/// Makes a payload of a line: one value for each shape, always the same.
pub(super) struct Sampler<'a> {
    /// The named types' lines.
    types: &'a BTreeMap<String, Tree>,
    /// Those that are being made: one within itself ends with nothing.
    within: Vec<&'a str>,
}

impl<'a> Sampler<'a> {
    pub(super) fn new(types: &'a BTreeMap<String, Tree>) -> Self {
        Self { types, within: Vec::new() }
    }

    /// The value; `None` for a type that would hold itself without end.
    pub(super) fn value(&mut self, tree: &'a Tree) -> Option<Value> {
        match tree {
            Tree::Word(word) => self.word(word),
            Tree::Option(inner) => Some(self.value(inner).unwrap_or(Value::Null)),
            Tree::List(inner) => Some(Value::Array(self.value(inner).into_iter().collect())),
            Tree::Map(key, value) => {
                let pair = self.value(key).zip(self.value(value));
                Some(Value::Object(pair.into_iter().map(|(key, value)| (as_key(key), value)).collect()))
            }
            Tree::Tuple(parts) => parts.iter().map(|part| self.value(part)).collect::<Option<_>>().map(Value::Array),
            Tree::Struct(fields) => self.structure(fields).map(Value::Object),
            Tree::Enum(tagging, variants) => variants.iter().find_map(|(name, content)| self.variant(tagging, name, content.as_ref())),
        }
    }

    fn word(&mut self, word: &'a str) -> Option<Value> {
        let Some(tree) = self.types.get(word) else { return Some(scalar(word)) };
        if self.within.contains(&word) {
            return None;
        }
        self.within.push(word);
        let value = self.value(tree);
        self.within.pop();
        value
    }

    fn structure(&mut self, fields: &'a [Field]) -> Option<Map<String, Value>> {
        let mut object = Map::new();
        for Field { name, tree, default } in fields {
            match (name, self.value(tree)) {
                (Some(name), Some(value)) => drop(object.insert(name.clone(), value)),
                (None, Some(Value::Object(merged))) => object.extend(merged),
                (Some(_), None) if !default => return None,
                _ => {}
            }
        }
        Some(object)
    }

    fn variant(&mut self, tagging: &Tagging, name: &str, content: Option<&'a Tree>) -> Option<Value> {
        let content = match content {
            Some(tree) => Some(self.value(tree)?),
            None => None,
        };
        Some(match (tagging, content) {
            (Tagging::External, None) => json!(name),
            (Tagging::External, Some(content)) => json!({ name: content }),
            (Tagging::Internal(tag), content) => {
                let mut object = Map::from_iter([(tag.clone(), json!(name))]);
                if let Some(Value::Object(fields)) = content {
                    object.extend(fields);
                }
                Value::Object(object)
            }
            (Tagging::Adjacent(tag, _), None) => json!({ tag: name }),
            (Tagging::Adjacent(tag, key), Some(content)) => json!({ tag: name, key: content }),
            (Tagging::Untagged, content) => content.unwrap_or(Value::Null),
        })
    }
}

/// A map's key is stored as a string.
fn as_key(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// The sample of a value without parts.
fn scalar(name: &str) -> Value {
    match name {
        "bool" => json!(true),
        "f32" | "f64" => json!(1.5),
        "char" => json!("x"),
        "null" => Value::Null,
        "duration" => json!({ "secs": 1, "nanos": 500_000_000 }),
        "json" => json!({ "any": [1, "text", null] }),
        "uuid" => json!("00000000-0000-0000-0000-000000000000"),
        "timestamp" => json!("2000-01-02T03:04:05Z"),
        "datetime" => json!("2000-01-02T03:04:05"),
        "date" => json!("2000-01-02"),
        "time" => json!("03:04:05"),
        "decimal" => json!("1.5"),
        "ip" | "ipv4" => json!("192.0.2.1"),
        "ipv6" => json!("2001:db8::1"),
        "socket_addr" => json!("192.0.2.1:80"),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128" | "usize" => json!(1),
        _ if name.starts_with("nonzero_") => json!(1),
        _ => json!("text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(shape: &str, types: &[(&str, &str)]) -> String {
        let types = types.iter().map(|(name, shape)| ((*name).to_owned(), Tree::parse(shape).unwrap())).collect();
        let tree = Tree::parse(shape).unwrap();
        Sampler::new(&types).value(&tree).unwrap().to_string()
    }

    #[test]
    fn a_sample_holds_a_value_for_everything_that_the_line_names() {
        let types = [("Currency", r#""Usd" | "Eur""#), ("Extra", "{ a: bool, b: i64 = default }")];
        let line = r#"{ "the id": uuid #tag, lines: [(string, u32)], by: {u8: Currency}?, ..Extra, at: timestamp }"#;
        assert_eq!(
            sample(line, &types),
            r#"{"a":true,"at":"2000-01-02T03:04:05Z","b":1,"by":{"1":"Usd"},"lines":[["text",1]],"the id":"00000000-0000-0000-0000-000000000000"}"#
        );
        assert_eq!(sample("(i64,)", &[]), "[1]");
        assert_eq!(sample("{}", &[]), "{}");
    }

    #[test]
    fn variants_are_tagged_as_the_line_says() {
        assert_eq!(sample(r#"#[tag "kind"] "card" { number: string }"#, &[]), r#"{"kind":"card","number":"text"}"#);
        assert_eq!(sample(r#"#[tag "t", content "c"] "A" u8 | "B""#, &[]), r#"{"c":1,"t":"A"}"#);
        assert_eq!(sample(r#"#[untagged] "A" u8"#, &[]), "1");
        assert_eq!(sample(r#"[("A" (u8, bool) | "B")?]"#, &[]), r#"[{"A":[1,true]}]"#);
    }

    #[test]
    fn a_type_that_holds_itself_ends() {
        let types = [("Tree", "{ name: string, left: Tree?, all: [Tree] }"), ("Sum", r#""Add" (Sum, Sum) | "Number" i64"#)];
        assert_eq!(sample("Tree", &types), r#"{"all":[],"left":null,"name":"text"}"#);
        assert_eq!(sample("{ sum: Sum }", &types), r#"{"sum":{"Number":1}}"#);
    }

    #[test]
    fn what_is_no_shape_is_no_tree() {
        for line in ["", "{ a i64 }", "{ a: i64", "[i64", "(i64", r#""A" | B"#, "i64 i64", "{i64}"] {
            assert_eq!(Tree::parse(line), None, "{line}");
        }
    }
}
