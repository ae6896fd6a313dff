//! Clauses as arrays, which a statement takes however many there are.

use es_core::{Clause, Query};

/// The elements of an array, as PostgreSQL reads them.
pub(crate) fn array_literal<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let mut literal = String::from("{");
    for (at, item) in items.into_iter().enumerate() {
        literal.push_str(if at == 0 { "\"" } else { ",\"" });
        for character in item.chars() {
            if matches!(character, '"' | '\\') {
                literal.push('\\');
            }
            literal.push(character);
        }
        literal.push('"');
    }
    literal + "}"
}

/// Clauses, column by column. What is not asked for is null, which is not the same as an empty list: that matches nothing.
#[derive(Default)]
pub(crate) struct Clauses<'a> {
    pub(crate) categories: Vec<Option<&'a str>>,
    pub(crate) names: Vec<Option<String>>,
    pub(crate) tags: Vec<Option<String>>,
}

impl<'a> Clauses<'a> {
    pub(crate) fn push(&mut self, clause: &'a Clause) {
        let tags = clause.tags_asked();
        self.categories.push(clause.category_asked());
        self.names.push(clause.names_asked().map(|names| array_literal(names.iter().map(|name| &**name))));
        self.tags.push((!tags.is_empty()).then(|| array_literal(tags.iter().map(|tag| tag.as_str()))));
    }
}

/// The clauses that an event can match; `None` is every event.
pub(crate) fn that_match(query: &Query) -> Option<Vec<&Clause>> {
    let can_match = |clause: &&Clause| clause.names_asked().is_none_or(|names| !names.is_empty());
    Some(query.clauses()?.iter().filter(can_match).collect())
}

#[cfg(test)]
mod tests {
    use super::array_literal;

    #[test]
    fn what_means_something_in_an_array_is_escaped() {
        assert_eq!(array_literal([r#"a"b"#, r"c\d", "e,f", "{}", "null", ""]), r#"{"a\"b","c\\d","e,f","{}","null",""}"#);
        assert_eq!(array_literal([]), "{}");
    }
}
