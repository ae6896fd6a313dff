//! What `ES_LOCK` asks for, and whether it is asked of the target that is being compiled.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// How what is not in the file is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    /// As a draft, free to change.
    Draft,
    /// As an error.
    Frozen,
}

impl Mode {
    pub(super) fn read() -> Result<Self, String> {
        std::env::var_os("ES_LOCK").map_or(Ok(Self::Draft), |value| Self::of(&value, &Compilation::this()))
    }

    fn of(value: &OsStr, compilation: &Compilation) -> Result<Self, String> {
        match value.to_str() {
            // the test writes the file; to the compiler it is all the same
            Some("" | "accept") => Ok(Self::Draft),
            Some("frozen") if is_a_product(compilation) => Ok(Self::Frozen),
            Some("frozen") => Ok(Self::Draft),
            _ => Err(format!("`ES_LOCK={}` has no meaning\nhelp: unset it, or set it to `frozen` or `accept`", value.display())),
        }
    }
}

/// What cargo and rustdoc tell of the running compiler.
struct Compilation {
    /// Of the compiler itself: a macro runs in its process.
    args: Vec<OsString>,
    is_primary: bool,
    has_target_tmpdir: bool,
    is_doctest: bool,
}

impl Compilation {
    fn this() -> Self {
        let has = |name| std::env::var_os(name).is_some();
        Self {
            args: std::env::args_os().collect(),
            is_primary: has("CARGO_PRIMARY_PACKAGE"),
            has_target_tmpdir: has("CARGO_TARGET_TMPDIR"),
            is_doctest: has("UNSTABLE_RUSTDOC_TEST_PATH"),
        }
    }

    fn has(&self, arg: &str) -> bool {
        self.args.iter().any(|given| given == arg)
    }

    /// The value of `--name value` or `--name=value`.
    fn value(&self, name: &str) -> Option<&str> {
        let args = || self.args.iter().filter_map(|arg| arg.to_str());
        let joined = args().find_map(|arg| arg.strip_prefix(name)?.strip_prefix('='));
        joined.or_else(|| args().skip_while(|arg| *arg != name).nth(1))
    }
}

/// Whether this is a lib or a bin of a package of one's own. Tests, examples, benchmarks, doctests and dependencies are not.
fn is_a_product(compilation: &Compilation) -> bool {
    let is_test = compilation.is_doctest || compilation.has("--test") || compilation.has_target_tmpdir;
    let is_example = compilation.value("--out-dir").is_some_and(|dir| Path::new(dir).ends_with("examples"));
    // cargo silences the lints of what comes from a registry or from git, and of nothing else
    let is_own = compilation.is_primary || compilation.value("--cap-lints").is_none();
    is_own && !is_test && !is_example
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(args: &str) -> Compilation {
        let args = args.split_whitespace().map(OsString::from).collect();
        Compilation { args, is_primary: false, has_target_tmpdir: false, is_doctest: false }
    }

    #[test]
    fn the_libs_and_bins_of_a_workspace_are_products() {
        assert!(is_a_product(&compiled("rustc --crate-name bank --crate-type lib --out-dir /t/debug/deps")));
        assert!(is_a_product(&Compilation { is_primary: true, ..compiled("rustc --cap-lints warn --crate-type bin") }));
        assert!(is_a_product(&compiled("")));
    }

    #[test]
    fn what_es_lock_asks_for_is_asked_of_products() {
        let of = |value, args| Mode::of(OsStr::new(value), &compiled(args));
        assert_eq!(of("frozen", "rustc --crate-type lib"), Ok(Mode::Frozen));
        assert_eq!(of("frozen", "rustc --test"), Ok(Mode::Draft));
        assert_eq!(of("accept", "rustc --crate-type lib"), Ok(Mode::Draft));
        assert_eq!(of("", "rustc --crate-type lib"), Ok(Mode::Draft));
        let unknown = of("freeze", "rustc --test").err().unwrap_or_default();
        assert_eq!(unknown, "`ES_LOCK=freeze` has no meaning\nhelp: unset it, or set it to `frozen` or `accept`");
    }

    #[test]
    fn tests_examples_and_dependencies_are_not() {
        assert!(!is_a_product(&compiled("rustc --crate-name bank --test --out-dir /t/debug/deps")));
        assert!(!is_a_product(&compiled("rustc --crate-type bin --out-dir /t/debug/examples")));
        assert!(!is_a_product(&compiled("rustc --crate-type lib --cap-lints allow")));
        assert!(!is_a_product(&compiled("rustc --crate-type lib --cap-lints=allow")));
        assert!(!is_a_product(&Compilation { has_target_tmpdir: true, ..compiled("rustc") }));
        assert!(!is_a_product(&Compilation { is_doctest: true, is_primary: true, ..compiled("rustc") }));
    }
}
