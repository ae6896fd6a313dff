//! A package outside of the workspace, as a user has one, compiled by the cargo that runs the tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package whose events are locked.
pub struct Package {
    folder: PathBuf,
    target: PathBuf,
}

/// How a call of cargo ended.
#[must_use]
pub struct Ended {
    passed: bool,
    text: String,
}

impl Package {
    /// A package of this library; its one test lists these sets of events.
    pub fn new(name: &str, lib: &str, sets: &str) -> Self {
        let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let package = Self { folder: tmp.join("lock").join(name), target: tmp.parent().unwrap().to_owned() };
        let _ = fs::remove_dir_all(&package.folder);
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        package.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
                 es-core = {{ path = {:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n",
                root.join("es-core")
            ),
        );
        // what is downloaded for the workspace is enough
        fs::copy(root.join("Cargo.lock"), package.folder.join("Cargo.lock")).unwrap();
        package.lib(lib);
        let krate = name.replace('-', "_");
        package.write("tests/lock.rs", &format!("use {krate}::*;\nes_core::lock::test!({sets});\n"));
        package
    }

    /// Writes the library anew.
    pub fn lib(&self, source: &str) {
        self.write("src/lib.rs", &format!("use es_core::prelude::*;\nuse serde::{{Deserialize, Serialize}};\n{source}"));
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap()
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.folder.join(path)).unwrap();
    }

    pub fn lock(&self) -> String {
        self.read("events.lock")
    }

    /// The names of the samples.
    pub fn samples(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.join("events.lock.d")).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// `cargo build`, with `ES_LOCK` set to this: what `cargo check` tells, on the dependencies that the test needs anyway.
    pub fn build(&self, lock: &str) -> Ended {
        self.cargo(lock, &["build"])
    }

    /// `cargo test`, with `ES_LOCK` set to this.
    pub fn test(&self, lock: &str) -> Ended {
        self.cargo(lock, &["test", "--test", "lock", "--", "--nocapture"])
    }

    pub fn cargo(&self, lock: &str, args: &[&str]) -> Ended {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["--offline", "--quiet", "--color=never"]).args(args);
        cargo.current_dir(&self.folder).env("CARGO_TARGET_DIR", &self.target).env("ES_LOCK", lock);
        for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUST_BACKTRACE"] {
            cargo.env_remove(variable);
        }
        let output = cargo.output().unwrap();
        let text = [output.stderr, output.stdout].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        Ended { passed: output.status.success(), text }
    }
}

impl Ended {
    #[track_caller]
    pub fn passes(&self) -> &str {
        assert!(self.passed, "{}", self.text);
        &self.text
    }

    /// Fails, with all of these lines in this order.
    #[track_caller]
    pub fn fails_with(&self, lines: &[&str]) {
        assert!(!self.passed, "passed:\n{}", self.text);
        let mut rest = self.text.as_str();
        for line in lines {
            rest = match rest.split_once(line) {
                Some((_, rest)) => rest,
                None => panic!("expected this line:\n{line}\nin what was left of:\n{}", self.text),
            };
        }
    }

    /// Does not compile, for one mistake: these lines.
    #[track_caller]
    pub fn is_one_error(&self, lines: &[&str]) {
        self.fails_with(lines);
        assert_eq!(self.text.lines().filter(|line| line.starts_with("error")).count(), 2, "{}", self.text);
    }
}
