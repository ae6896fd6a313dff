//! What the compiler says about a mistake: one error, on the user's token, in the words of the domain.
//!
//! Written anew with `TRYBUILD=overwrite cargo test -p es-ui-tests --test ui`, and then read.
//! What is expected is the output of one compiler. Under another, only our own lines are compared;
//! `ES_UI_OWN_LINES=1` asks for that under this one too.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use es_ui_tests::{differences, errors, own_lines};

/// The compiler whose output the cases hold.
const EXPECTED: &str = "1.95";

/// Mistakes that the compiler explains by itself, in its own words.
const SAID_BY_RUSTC: &[&str] = &[
    "aggregate/applies-by-reference",
    "aggregate/apply-of-another-signature",
    "aggregate/apply-that-is-nowhere",
    "aggregate/command-is-not-read",
    "aggregate/drafts-an-unlisted-event",
    "aggregate/ensures-with-a-foreign-error",
    "aggregate/error-that-is-no-error",
    "aggregate/event-not-clone",
    "aggregate/event-not-serialize",
    "aggregate/handler-changes-the-state",
    "aggregate/handler-returns-a-vec",
    "aggregate/handler-returns-the-event",
    "aggregate/id-that-is-no-id",
    "aggregate/loads-by-another-id",
    "aggregate/unknown-command",
    "aggregate/unknown-error",
    "aggregate/unknown-event",
    "aggregate/unknown-id",
    "aggregate/without-clone",
    "aggregate/without-default",
    "command/aggregate-without-default",
    "command/id-of-another-type",
    "command/names-an-unknown-aggregate",
    "command/not-clone",
    "command/not-clone-but-handled",
    "event/default-of-a-type-without-one",
    "event/default-of-another-type",
    "event/not-clone",
    "event/not-debug",
    "event/not-deserialize",
    "event/not-serialize",
    "event/retired-into-an-unknown-type",
    "event/upcast-from-an-unknown-type",
    "event/upcast-with-takes-one",
    "event/with-needs-no-argument",
    "event/with-takes-two",
    "event/with-that-is-nowhere",
    "model/field-of-another-type",
    "model/lists-an-unknown-event",
    "model/missing-tag",
    "model/stream-id-of-another-type",
    "model/tag-of-an-unknown-type",
    "model/unknown-tag",
    "reaction/without-a-key",
    "view/key-from-no-field",
    "view/key-that-is-no-id",
    "view/keys-of-another-type",
    "view/without-default",
];

#[test]
fn a_mistake_is_one_error_that_says_what_to_write() {
    // set by `compare_own_lines`, which calls this program again
    if let Some(copies) = std::env::var_os("ES_UI_COPIES") {
        return compile(Path::new(&copies));
    }
    let version = compiler();
    let is_expected = version.starts_with(&format!("rustc {EXPECTED}."));
    if is_expected && std::env::var_os("ES_UI_OWN_LINES").is_none() {
        compile(Path::new("tests/ui"));
    } else {
        say(&format!("COMPARED IN PART: ui cases ({version}; the expected output is of {EXPECTED}, so our own lines only)"));
        compare_own_lines();
    }
}

#[test]
fn each_expected_output_is_one_error_in_our_words() {
    for case in cases() {
        let said = fs::read_to_string(case.with_extension("stderr")).unwrap();
        assert_eq!(errors(&said), 1, "{} holds another number of errors than one:\n{said}", case.display());
        let name = case.strip_prefix("tests/ui").unwrap().with_extension("");
        let is_ours = !SAID_BY_RUSTC.iter().any(|case| Path::new(case) == name);
        assert!(!is_ours || !own_lines(&said).is_empty(), "{} says nothing in our words:\n{said}", case.display());
    }
}

fn compile(cases: &Path) {
    let tests = trybuild::TestCases::new();
    for kind in kinds(cases) {
        tests.compile_fail(kind.join("*.rs"));
    }
}

/// Has this compiler write its own output beside copies of the cases, and compares that with what is expected.
fn compare_own_lines() {
    let copies = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui");
    let _ = fs::remove_dir_all(&copies);
    for case in cases() {
        let copy = copies.join(case.strip_prefix("tests/ui").unwrap());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(&case, &copy).unwrap();
    }
    let this = std::env::current_exe().unwrap();
    let mut child = Command::new(this);
    child.args(["--exact", "a_mistake_is_one_error_that_says_what_to_write", "--nocapture"]);
    let output = child.env("TRYBUILD", "overwrite").env("ES_UI_COPIES", &copies).output().unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));

    let mut problems = Vec::new();
    for case in cases() {
        let expected = fs::read_to_string(case.with_extension("stderr")).unwrap();
        let actual = fs::read_to_string(copies.join(case.strip_prefix("tests/ui").unwrap()).with_extension("stderr")).unwrap();
        let mut differences = differences(&expected, &actual);
        if SAID_BY_RUSTC.iter().any(|said| Path::new(said) == case.strip_prefix("tests/ui").unwrap().with_extension("")) {
            differences.retain(|difference| difference.contains("error(s)"));
        }
        if !differences.is_empty() {
            problems.push(format!("{}\n  {}\n{actual}", case.display(), differences.join("\n  ")));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The folders of cases, one a derive.
fn kinds(root: &Path) -> Vec<PathBuf> {
    let mut kinds: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    kinds.sort();
    kinds
}

fn cases() -> Vec<PathBuf> {
    let files = kinds(Path::new("tests/ui")).into_iter().flat_map(|kind| fs::read_dir(kind).unwrap()).map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect();
    cases.sort();
    cases
}

fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Says what `cargo xtask test` says again at its end.
fn say(line: &str) {
    use std::io::Write;
    println!("{line}");
    if let Some(path) = std::env::var_os("ES_NOT_RUN") {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
        writeln!(file, "{line}").unwrap();
    }
}
