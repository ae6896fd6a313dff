//! What the compiler says about a mistake: one error, on the user's token, in the words of the domain.
//!
//! Written anew with `TRYBUILD=overwrite cargo test -p es-tests --test ui`, and then read.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use std::process::Command;

/// The compiler whose output the cases hold.
const EXPECTED: &str = "1.95";

#[test]
fn a_mistake_is_one_error_that_says_what_to_write() {
    let version = compiler();
    if !version.starts_with(&format!("rustc {EXPECTED}.")) {
        println!("NOT RUN: ui cases ({version}, the expected output is of {EXPECTED})");
        return;
    }
    let cases = trybuild::TestCases::new();
    for kind in ["event", "aggregate", "command", "id", "schema"] {
        cases.compile_fail(format!("tests/ui/{kind}/*.rs"));
    }
}

#[test]
fn what_is_right_compiles() {
    trybuild::TestCases::new().pass("tests/ui/pass/*.rs");
}

fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
