//! A test that can't run here says so, where `cargo xtask test` prints it last.
#![allow(clippy::unwrap_used, reason = "a test that cannot begin fails")]

use std::fs::OpenOptions;
use std::io::Write;

pub(crate) fn not_run(what: &str) {
    let line = format!("NOT RUN: {what}");
    println!("{line}");
    if let Some(path) = std::env::var_os("ES_NOT_RUN") {
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(file, "{line}").unwrap();
    }
}
