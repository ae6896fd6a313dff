//! The test that the compiler cannot be: it writes the file, and sees all events of a package at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::PathBuf;

use super::check::Locked;
use super::file::{File, Samples};
use super::line::{self, Line};
use super::reads::{Growth, type_reads};
use super::tree::{Sampler, Tree};
use crate::error::DecodeError;
use crate::event::{EventEnum, EventInfo, EventSet};
use crate::retired::Replaced;
use crate::schema::{Shape, Types};

/// What [`test!`](super::test) runs.
#[derive(Debug)]
pub struct Test {
    lock: PathBuf,
    package: &'static str,
    sets: Vec<Set>,
}

/// The events of one set.
#[derive(Debug, Clone, Copy)]
struct Set {
    events: &'static [EventInfo],
    decode: fn(&str, u32, &[u8]) -> Result<(), DecodeError>,
}

/// What `ES_LOCK` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Draft,
    Frozen,
    Accept,
}

/// A version that a type reads, and how it was or is stored.
struct Known {
    event: EventInfo,
    version: u32,
    shape: Shape,
    /// The version that the last type of its chain writes.
    current: u32,
}

/// What was found.
#[derive(Debug, Default)]
struct Findings {
    failures: Vec<String>,
    notes: Vec<String>,
}

impl Test {
    /// For the package whose manifest is in this folder.
    #[doc(hidden)]
    pub fn new(folder: &str, package: &'static str) -> Self {
        Self { lock: PathBuf::from(folder).join("events.lock"), package, sets: Vec::new() }
    }

    /// Adds the events of an aggregate, or of another set.
    #[doc(hidden)]
    #[must_use]
    pub fn set<S: EventSet>(mut self) -> Self {
        let decode = |name: &str, version, payload: &[u8]| S::Event::decode(name, version, payload, &mut Vec::new());
        self.sets.push(Set { events: S::Event::EVENTS, decode });
        self
    }

    /// Compares, and under `ES_LOCK=accept` writes.
    ///
    /// # Panics
    /// With all that is wrong.
    #[doc(hidden)]
    #[track_caller]
    #[expect(clippy::panic, reason = "this is the body of a test")]
    pub fn run(&self) {
        let mode = match std::env::var("ES_LOCK").as_deref() {
            Err(_) | Ok("") => Mode::Draft,
            Ok("frozen") => Mode::Frozen,
            Ok("accept") => Mode::Accept,
            Ok(other) => panic!("`ES_LOCK={other}` has no meaning\nhelp: unset it, or set it to `frozen` or `accept`"),
        };
        match self.findings(mode) {
            Err(error) => panic!("{}: {error}", self.lock.display()),
            Ok(findings) => {
                findings.notes.iter().for_each(|note| println!("{note}"));
                assert!(findings.failures.is_empty(), "\n{}\n", findings.failures.join("\n\n"));
            }
        }
    }

    fn findings(&self, mode: Mode) -> io::Result<Findings> {
        let _alone = if mode == Mode::Accept { Some(self.alone()?) } else { None };
        let mut findings = Findings::default();
        let (known, types) = (self.known(), self.types());
        self.names_are_used_once(&mut findings);
        types_are_used_once(&types, &mut findings);
        let before = self.read(&mut findings)?;
        versions_are_read(&known, &before, &mut findings);
        let mut file = before.clone();
        types_are_read(&types, &before, &mut file, mode, &mut findings);
        drafts(&known, &types, &before, &mut file, mode, &mut findings);
        if mode == Mode::Accept && findings.failures.is_empty() && file != before {
            file.write(&self.lock)?;
            findings.notes.push(format!("wrote {}", self.lock.display()));
        }
        let file = if findings.failures.is_empty() && mode == Mode::Accept { file } else { before.clone() };
        self.samples_are_read(&before, &file, mode, &mut findings)?;
        Ok(findings)
    }

    /// Holds off other tests that write the same file, until it is dropped.
    fn alone(&self) -> io::Result<fs::File> {
        let name = format!("es-lock-{:x}", line::hash_of(&self.lock.to_string_lossy()));
        let file = fs::File::create(std::env::temp_dir().join(name))?;
        file.lock()?;
        Ok(file)
    }

    fn read(&self, findings: &mut Findings) -> io::Result<File> {
        let text = match fs::read_to_string(&self.lock) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            other => other?,
        };
        let (file, problems) = File::parse(&text);
        findings.failures.extend(problems);
        Ok(file)
    }

    /// The events that are written today, and those that were retired, as far as they belong to this package.
    fn events(&self) -> Vec<EventInfo> {
        fn retired(replaced: &Replaced, events: &mut Vec<EventInfo>) {
            events.push((replaced.info)());
            replaced.replaces.iter().for_each(|earlier| retired(earlier, events));
        }
        let mut events = Vec::new();
        for event in self.sets.iter().flat_map(|set| set.events) {
            events.push(*event);
            event.replaces.iter().for_each(|replaced| retired(replaced, &mut events));
        }
        let mut seen = BTreeSet::new();
        events.retain(|event| self.is_own(event) && seen.insert((event.type_name)()));
        events
    }

    /// An event of another package is locked there.
    fn is_own(&self, event: &EventInfo) -> bool {
        event.package == self.package || event.package.is_empty()
    }

    fn known(&self) -> Vec<Known> {
        let mut known = Vec::new();
        for event in self.events() {
            chain(&event, |past| {
                let current = event.version;
                known.push(Known { event: *past, version: past.version, shape: past.schema, current });
                known.extend(past.past.iter().map(|(version, shape)| Known { event: *past, version: *version, shape: *shape, current }));
            });
        }
        known
    }

    fn types(&self) -> Types {
        let mut types = Types::default();
        for event in self.events() {
            chain(&event, |past| {
                (past.define)(&mut types);
                past.past.iter().for_each(|(_, shape)| types.add_within(shape));
            });
        }
        types
    }

    fn names_are_used_once(&self, findings: &mut Findings) {
        let mut owners = BTreeMap::new();
        for event in self.events() {
            let ty = (event.type_name)();
            for name in std::iter::once(event.name).chain(event.renamed_from.iter().copied()) {
                let first = *owners.entry(name).or_insert(ty);
                if first != ty {
                    findings.failures.push(format!(
                        "event name `{name}` is used by two types: by `{first}` and by `{ty}`\nhelp: give one of them another `#[event(name = \"..\")]`"
                    ));
                }
            }
        }
    }

    /// Decodes one payload of each locked version with today's code.
    fn samples_are_read(&self, before: &File, file: &File, mode: Mode, findings: &mut Findings) -> io::Result<()> {
        let samples = Samples::beside(&self.lock);
        let types = file.trees();
        for (name, version, shape) in file.versions() {
            // the sample of a line that was deleted is of what was never stored
            let stored = if before.version(name, version).is_some() { samples.read(name, version)? } else { None };
            let payload = match &stored {
                Some(payload) => String::from_utf8_lossy(payload).into_owned(),
                None => sample(shape, &types).unwrap_or_default(),
            };
            match (self.decode(name, version, payload.as_bytes()), stored.is_some()) {
                (Read::Yes, true) => {}
                (Read::Yes, false) if mode == Mode::Accept => samples.write(name, version, &payload)?,
                (Read::Yes, false) => findings.failures.push(format!(
                    "`{name}` version {version} has no sample\nhelp: run `ES_LOCK=accept cargo test`, or put a payload that was stored into {}",
                    Samples::shown(name, version)
                )),
                (Read::Unknown, _) => findings.failures.push(unread(name, version)),
                (Read::No(error), true) => findings.failures.push(format!(
                    "{error}\n  sample: {}\nhelp: let today's type read it; or, if nothing like it was ever stored, correct {}",
                    payload.trim_end(),
                    Samples::shown(name, version)
                )),
                (Read::No(error), false) => findings.failures.push(format!(
                    "a sample for `{name}` version {version} cannot be made from its shape\n    made: {payload}\n     but: {error}\nhelp: put a payload that was stored into {}",
                    Samples::shown(name, version)
                )),
            }
        }
        if mode == Mode::Accept && findings.failures.is_empty() {
            samples.keep_only(file)?;
        }
        Ok(())
    }

    fn decode(&self, name: &str, version: u32, payload: &[u8]) -> Read {
        let mut read = Read::Unknown;
        for set in &self.sets {
            match (set.decode)(name, version, payload) {
                Err(error) if error.is_unlisted() || error.is_of_another_version() => {}
                Err(error) => return Read::No(error),
                Ok(()) => read = Read::Yes,
            }
        }
        read
    }
}

/// Whether today's code reads a payload.
enum Read {
    Yes,
    No(DecodeError),
    /// No type reads this version at all.
    Unknown,
}

/// Calls `each` for an event's type, and for every earlier one that it upcasts from.
fn chain(event: &EventInfo, mut each: impl FnMut(&EventInfo)) {
    let mut next = Some(*event);
    while let Some(event) = next {
        each(&event);
        next = (event.past_type)();
    }
}

fn unread(name: &str, version: u32) -> String {
    format!(
        "`{name}` version {version} is locked, and no type reads it any more\nhelp: read it (`upcast_from`, `renamed_from`, `retired_into`), and list its event in `lock::test!`; or, if none was ever stored, delete its line in events.lock"
    )
}

fn sample(shape: &str, types: &BTreeMap<String, Tree>) -> Option<String> {
    Some(Sampler::new(types).value(&Tree::parse(shape)?)?.to_string())
}

fn types_are_used_once(types: &Types, findings: &mut Findings) {
    for (first, second) in &types.clashes {
        findings.failures.push(format!(
            "the line `{}` would be that of two types: of `{}` and of `{}`\nhelp: give one of them another `#[schema(name = \"..\")]`",
            first.name, first.path, second.path
        ));
    }
}

/// What the compiler has seen already, but where the file came into being after it: that is seen here.
fn versions_are_read(known: &[Known], file: &File, findings: &mut Findings) {
    let types = file.types();
    for Known { event, version, shape, current } in known {
        for name in std::iter::once(event.name).chain(event.renamed_from.iter().copied()) {
            let Some(locked) = file.version(name, *version) else { continue };
            let lines = format!("{} v{version} {locked}\n{types}", line::name(name));
            let mut room = vec![0; 65536];
            let mut text = Line::new(&mut room);
            if !(Locked { ty: (event.type_name)(), current: *current, lines: &lines, frozen: false }).check(shape, &mut text) {
                findings.failures.push(text.text().to_owned());
            }
        }
    }
}

/// Compares each named type with its line, which grows with it.
fn types_are_read(types: &Types, before: &File, file: &mut File, mode: Mode, findings: &mut Findings) {
    let lines = before.types();
    for definition in types.definitions() {
        let (name, Some(shape)) = (definition.name, &definition.shape) else { continue };
        let Some(locked) = before.named(name) else { continue };
        let both = format!("\n  locked: {name} = {locked}\n     now: {name} = {shape}");
        match type_reads(definition, locked, &lines) {
            Growth::Same => {}
            Growth::More if mode == Mode::Accept => file.set(name, None, shape.to_string()),
            Growth::More => {
                let grown =
                    format!("`{name}` has grown since it was locked{both}\nhelp: run `ES_LOCK=accept cargo test` and commit events.lock");
                if mode == Mode::Frozen { findings.failures.push(grown) } else { findings.notes.push(grown) }
            }
            Growth::Less => {
                let other = format!(
                    "`{name}` is another type than the one of its line, which a locked version still holds{both}\nhelp: give the new type a line of its own by `#[schema(name = \"..\")]`; or rename the line, and what refers to it, to the type that reads it now"
                );
                if mode == Mode::Draft { findings.notes.push(other) } else { findings.failures.push(other) }
            }
        }
    }
}

/// What is not in the file yet: added under `accept`, else told.
fn drafts(known: &[Known], types: &Types, before: &File, file: &mut File, mode: Mode, findings: &mut Findings) {
    let mut drafts = Vec::new();
    for Known { event, version, shape, .. } in known {
        if before.version(event.name, *version).is_none() {
            drafts.push(format!("{} v{version} {shape}", line::name(event.name)));
            file.set(event.name, Some(*version), shape.to_string());
        }
    }
    for (name, shape) in types.iter().filter(|(name, _)| before.named(name).is_none()) {
        file.set(name, None, shape.to_string());
    }
    match mode {
        Mode::Accept => findings.notes.extend(drafts.iter().map(|line| format!("locked: {line}"))),
        Mode::Draft => findings.notes.extend(drafts.iter().map(|line| format!("draft, free to change: {line}"))),
        Mode::Frozen => findings.failures.extend(
            drafts.iter().map(|line| format!("not in events.lock: {line}\nhelp: run `ES_LOCK=accept cargo test` and commit events.lock")),
        ),
    }
}
