//! What `#[derive(Event)]` adds to a build, against what serde's derives add to the same file.
//!
//! Each file is compiled in turn, round after round, and the least CPU time of each is compared: on a machine that does other things, too,
//! every disturbance adds, and none takes away.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

use crate::folders;

/// How often each file is compiled.
const ROUNDS: usize = 5;

/// What the events of a file derive.
#[derive(Clone, Copy, PartialEq)]
enum Derives {
    /// What any struct does.
    Plain,
    /// Serde's traits, and functions written by hand that call serde_json.
    Serde,
    /// `Event` besides, each with a line in `events.lock`.
    Event,
}

const FILES: [Derives; 3] = [Derives::Plain, Derives::Serde, Derives::Event];

/// Measures, and prints a line for each kind of build; whether all are within their targets.
///
/// # Errors
/// When a file cannot be written, or does not compile.
pub fn run() -> io::Result<bool> {
    let package = Package::new()?;
    let check = package.ratio("check", &["check"], 200)?;
    let release = package.ratio("release", &["build", "--release"], 50)?;
    let mut within = true;
    for (name, ratio, target) in [("macro-cost/check-200", check, 0.10), ("macro-cost/release-50", release, 0.05)] {
        let is_within = ratio <= target;
        println!("{name}: {ratio:.3} (<= {target:.2}) {}", if is_within { "ok" } else { "short" });
        within &= is_within;
    }
    Ok(within)
}

/// The package that is compiled.
struct Package {
    folder: PathBuf,
}

impl Package {
    fn new() -> io::Result<Self> {
        let package = Self { folder: folders::target().join("tmp").join("macro-cost") };
        fs::create_dir_all(package.folder.join("src"))?;
        let core = folders::root().join("es-core");
        let manifest = format!(
            "[package]\nname = \"macro-cost\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\nes-core = {{ path = {core:?} }}\n\
             serde = {{ version = \"1\", features = [\"derive\"] }}\nserde_json = \"1\"\n"
        );
        fs::write(package.folder.join("Cargo.toml"), manifest)?;
        // what is downloaded for the workspace is enough
        fs::copy(folders::root().join("Cargo.lock"), package.folder.join("Cargo.lock"))?;
        Ok(package)
    }

    /// What `Event` adds, as a share of what serde adds.
    fn ratio(&self, name: &str, args: &[&str], events: usize) -> io::Result<f64> {
        let mut least = [u64::MAX; FILES.len()];
        // the first round compiles the dependencies, and does not count
        for round in 0..=ROUNDS {
            for (derives, least) in FILES.into_iter().zip(&mut least) {
                let ticks = self.compile(derives, events, args)?;
                if round > 0 {
                    *least = ticks.min(*least);
                }
            }
        }
        let [plain, serde, event] = least.map(|ticks| ticks as f64 / 100.0);
        println!("{name}: {events} structs {plain:.2} s of CPU, with serde {serde:.2} s, with `Event` {event:.2} s");
        Ok((event - serde) / (serde - plain).max(0.01))
    }

    /// Compiles the file; the CPU time of it, in hundredths of a second.
    fn compile(&self, derives: Derives, events: usize, args: &[&str]) -> io::Result<u64> {
        fs::write(self.folder.join("events.lock"), lock(events))?;
        fs::write(self.folder.join("src/lib.rs"), source(derives, events))?;
        let mut cargo = Command::new(folders::cargo());
        cargo.args(["--offline", "--quiet"]).args(args).current_dir(&self.folder);
        cargo.env("CARGO_TARGET_DIR", folders::target()).env("CARGO_INCREMENTAL", "0").env_remove("ES_LOCK").stdin(Stdio::null());
        let before = cpu_of_children()?;
        if !cargo.status()?.success() {
            return Err(io::Error::other(format!("{} does not compile", self.folder.display())));
        }
        Ok(cpu_of_children()? - before)
    }
}

/// The CPU time of all processes that this one has waited for, theirs included, in ticks: hundredths of a second on every Linux.
fn cpu_of_children() -> io::Result<u64> {
    let stat = fs::read_to_string(Path::new("/proc/self/stat"))?;
    // behind the name, which may hold anything
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks: Vec<u64> = fields.split_whitespace().skip(13).take(2).filter_map(|field| field.parse().ok()).collect();
    if ticks.len() == 2 { Ok(ticks.iter().sum()) } else { Err(io::Error::other("/proc/self/stat has another form")) }
}

/// The lines of the events, and of the type that they hold.
fn lock(events: usize) -> String {
    let mut names: Vec<String> = (0..events).map(|number| format!("Event{number}")).collect();
    names.sort();
    let mut lines = String::new();
    for name in names {
        let _ =
            writeln!(lines, "{name} v1 {{ account: string, amount: Money, memo: string?, parts: [u32], sequence: u64, is_final: bool }}");
    }
    lines + "Money = { cents: i64, currency: string }\n"
}

fn source(derives: Derives, events: usize) -> String {
    let mut text = String::from("#![allow(dead_code)]\n");
    let (traits, held) = match derives {
        Derives::Plain => ("Debug, Clone", "Debug, Clone"),
        Derives::Serde => ("Serialize, Deserialize, Debug, Clone", "Serialize, Deserialize, Debug, Clone"),
        Derives::Event => {
            text.push_str("use es_core::prelude::*;\n");
            ("Event, Serialize, Deserialize, Debug, Clone", "Schema, Serialize, Deserialize, Debug, Clone")
        }
    };
    if derives != Derives::Plain {
        text.push_str("use serde::{Deserialize, Serialize};\n");
    }
    let _ = writeln!(text, "#[derive({held})]\npub struct Money {{ cents: i64, currency: String }}");
    for number in 0..events {
        let _ = writeln!(
            text,
            "#[derive({traits})]\npub struct Event{number} {{ account: String, amount: Money, memo: Option<String>, parts: Vec<u32>, sequence: u64, is_final: bool }}"
        );
        // what is never called is never compiled to code
        let [encode, decode] = match derives {
            Derives::Plain => continue,
            Derives::Serde => ["serde_json::to_vec(self).ok()", "serde_json::from_slice(payload).ok()"],
            Derives::Event => ["Event::encode(self).ok()", "<Self as Event>::decode(1, payload).ok()"],
        };
        let _ = writeln!(
            text,
            "impl Event{number} {{\n    pub fn to_json(&self) -> Option<Vec<u8>> {{ {encode} }}\n    \
             pub fn of_json(payload: &[u8]) -> Option<Self> {{ {decode} }}\n}}"
        );
    }
    text
}
