//! What `#[derive(Event)]` adds to a build, against what serde's derives add to the same file.
//!
//! Each file is compiled in turn, round after round, and the least CPU time of each is compared: on a machine that does other things, too,
//! every disturbance adds, and none takes away. All of them use es-core, so that what differs is what the derives add.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, io};

use crate::folders;

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
    let check = package.ratio("check", &["check"], 200, 9)?;
    let release = package.ratio("release", &["build", "--release"], 50, 5)?;
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

    /// What `Event` adds, as a share of what serde adds, in so many rounds.
    fn ratio(&self, name: &str, args: &[&str], events: usize, rounds: usize) -> io::Result<f64> {
        let mut least = [u64::MAX; FILES.len()];
        // the first round compiles the dependencies, and does not count
        for round in 0..=rounds {
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

/// The fields of an event, each as it is written and as the lock has it: every event has an order of its own, as types that no other has would be.
fn fields(number: usize) -> Vec<(&'static str, &'static str)> {
    let mut rest = vec![
        ("account: String", "account: string"),
        ("amount: Money", "amount: Money"),
        ("memo: Option<String>", "memo: string?"),
        ("parts: Vec<u32>", "parts: [u32]"),
        ("sequence: u64", "sequence: u64"),
        ("is_final: bool", "is_final: bool"),
    ];
    let (mut fields, mut number) = (Vec::new(), number);
    while !rest.is_empty() {
        fields.push(rest.remove(number % rest.len()));
        number /= rest.len() + 1;
    }
    fields
}

fn joined(parts: impl Iterator<Item = &'static str>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// The lines of the events, and of the type that they hold.
fn lock(events: usize) -> String {
    let mut lines: Vec<String> =
        (0..events).map(|number| format!("Event{number} v1 {{ {} }}\n", joined(fields(number).into_iter().map(|it| it.1)))).collect();
    lines.sort();
    lines.concat() + "Money = { cents: i64, currency: string }\n"
}

fn source(derives: Derives, events: usize) -> String {
    let mut text = String::from("#![allow(dead_code, unused_imports)]\nuse es_core::prelude::*;\nuse serde::{Deserialize, Serialize};\n");
    let (traits, held) = match derives {
        Derives::Plain => ("Debug, Clone", "Debug, Clone"),
        Derives::Serde => ("Serialize, Deserialize, Debug, Clone", "Serialize, Deserialize, Debug, Clone"),
        Derives::Event => ("Event, Serialize, Deserialize, Debug, Clone", "Schema, Serialize, Deserialize, Debug, Clone"),
    };
    let _ = writeln!(text, "#[derive({held})]\npub struct Money {{ cents: i64, currency: String }}");
    for number in 0..events {
        let fields = joined(fields(number).into_iter().map(|it| it.0));
        let _ = writeln!(text, "#[derive({traits})]\npub struct Event{number} {{ {fields} }}");
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
