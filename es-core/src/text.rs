//! The limits that ids, tags, names and keys share, the same for every store.

/// A text that cannot be an id, a category, a tag, a name or a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a {what} has 1 to {MAX_BYTES} bytes and no U+0000; this one {problem}: {shown:?}")]
pub struct TextError {
    what: &'static str,
    problem: &'static str,
    shown: String,
}

pub(crate) const MAX_BYTES: usize = 512;

/// Accepts 1 to 512 bytes without U+0000.
pub(crate) fn check(what: &'static str, text: &str) -> Result<(), TextError> {
    let problem = if text.is_empty() {
        "is empty"
    } else if text.len() > MAX_BYTES {
        "is longer"
    } else if text.as_bytes().contains(&0) {
        "contains U+0000"
    } else {
        return Ok(());
    };
    Err(TextError { what, problem, shown: text.chars().take(64).collect() })
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn one_to_512_bytes_are_accepted() {
        assert!(check("key", "k").is_ok());
        assert!(check("key", &"é".repeat(256)).is_ok());
    }

    #[test]
    fn what_a_store_could_not_keep_is_refused_with_the_limit() {
        for text in [String::new(), "x".repeat(513), "a\0b".into()] {
            let error = check("tag", &text).unwrap_err().to_string();
            assert!(error.starts_with("a tag has 1 to 512 bytes and no U+0000"), "{error}");
        }
    }
}
