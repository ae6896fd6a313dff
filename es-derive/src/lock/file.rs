//! `events.lock` beside the user's `Cargo.toml`: read once for all events of a crate.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::line::{self, Hash, Parts};

/// The lines of the file.
#[derive(Default)]
pub(super) struct File {
    events: HashMap<String, Vec<EventLine>>,
    types: HashMap<String, TypeLine>,
    /// What is wrong with its lines.
    pub(super) errors: Vec<String>,
    told: AtomicBool,
}

/// The line of one version of an event.
pub(super) struct EventLine {
    pub(super) name: String,
    pub(super) version: u32,
    pub(super) line: String,
    pub(super) parts: Parts,
}

impl EventLine {
    /// Whether this version stored the field as a tag.
    pub(super) fn has_tag(&self, field: &str) -> bool {
        self.parts.fields.iter().any(|stored| stored.tag && stored.name == field)
    }
}

/// The line of a named type.
pub(super) struct TypeLine {
    pub(super) name: String,
    pub(super) line: String,
    parts: Parts,
    /// That of the line and of the types in it.
    hash: u64,
}

/// The file as it was read, and by what one sees that it is the same still.
struct Known {
    path: PathBuf,
    modified: Option<SystemTime>,
    len: u64,
    file: Arc<File>,
}

static KNOWN: Mutex<Option<Known>> = Mutex::new(None);

/// The file of the package that is being compiled; `None` where there is none.
pub(super) fn beside_the_manifest() -> Option<Arc<File>> {
    read(Path::new(&std::env::var_os("CARGO_MANIFEST_DIR")?).join("events.lock"))
}

fn read(path: PathBuf) -> Option<Arc<File>> {
    let metadata = path.metadata().ok()?;
    let (modified, len) = (metadata.modified().ok(), metadata.len());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known.as_ref().filter(|known| known.path == path && known.modified == modified && known.len == len) {
        return Some(Arc::clone(&known.file));
    }
    let file = Arc::new(match std::fs::read_to_string(&path) {
        Ok(text) => File::parse(&text),
        Err(error) => File { errors: vec![format!("events.lock cannot be read: {error}")], ..File::default() },
    });
    *known = Some(Known { path, modified, len, file: Arc::clone(&file) });
    Some(file)
}

impl File {
    pub(super) fn parse(text: &str) -> Self {
        let mut file = Self::default();
        let mut seen = HashMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            if ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].iter().any(|marker| line.starts_with(marker)) {
                file.errors.push(format!(
                    "events.lock, line {number}: a merge conflict\nhelp: keep the lines of both sides; of two lines for one version, the one that was stored"
                ));
                return file;
            }
            if !line.trim().is_empty() {
                file.add(number, line, &mut seen);
            }
        }
        let names: Vec<String> = file.types.keys().cloned().collect();
        let mut hashes = HashMap::new();
        for name in &names {
            file.hash_type(name, &mut hashes);
        }
        for (name, locked) in &mut file.types {
            locked.hash = hashes.get(name).copied().flatten().unwrap_or_default();
        }
        file
    }

    /// The hash of a type's line and of the types in it, which es-core computes of the real types. A field that holds the type itself
    /// tells its types by their names alone. A wrong hash costs time: what differs is compared in full.
    fn hash_type(&self, name: &str, known: &mut HashMap<String, Option<u64>>) -> Option<u64> {
        let locked = self.types.get(name)?;
        if let Some(hash) = known.get(name) {
            return *hash;
        }
        known.insert(name.to_owned(), None);
        let by_name: Vec<usize> = locked.parts.words.iter().filter(|word| word.name == name).map(|word| word.part).collect();
        let hash = hash(&locked.line, 0..locked.line.len(), &locked.parts, |word| {
            if by_name.contains(&word.part) { None } else { self.hash_type(&word.name, known) }
        });
        known.insert(name.to_owned(), Some(hash));
        Some(hash)
    }

    /// The hash of this part of an event's line, and of the types in it.
    pub(super) fn hash_within(&self, line: &EventLine, part: Range<usize>) -> u64 {
        hash(&line.line, part, &line.parts, |word| self.types.get(&word.name).map(|locked| locked.hash))
    }

    fn add(&mut self, number: u32, line: &str, seen: &mut HashMap<(String, Option<u32>), u32>) {
        let line::Line { name, version, shape, parts } = match line::parse(line) {
            Ok(line) => line,
            Err(problem) => {
                self.errors.push(format!(
                    "events.lock, line {number}: {problem}\nhelp: restore the line from version control; or, if none was ever stored, delete it and run `ES_LOCK=accept cargo test`"
                ));
                return;
            }
        };
        if let Some(first) = seen.insert((name.clone(), version), number) {
            let what = version.map_or_else(|| name.clone(), |version| format!("{name} v{version}"));
            self.errors.push(format!(
                "events.lock, line {number}: `{what}` has a line already, which is line {first}\nhelp: keep the one that was stored"
            ));
        }
        let line = shape.to_owned();
        match version {
            Some(version) => self.events.entry(name.clone()).or_default().push(EventLine { name, version, line, parts }),
            None => drop(self.types.insert(name.clone(), TypeLine { name, line, parts, hash: 0 })),
        }
    }

    /// What is wrong with the file, for the first event that asks: one mistake is one error.
    pub(super) fn tell_errors(&self) -> &[String] {
        if self.told.swap(true, Ordering::Relaxed) { &[] } else { &self.errors }
    }

    pub(super) fn versions_of(&self, name: &str) -> &[EventLine] {
        self.events.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn type_named(&self, name: &str) -> Option<&TypeLine> {
        self.types.get(name)
    }

    /// Adds the named types among these words, and those that they hold.
    pub(super) fn types_within<'a>(&'a self, parts: &Parts, held: &mut BTreeSet<&'a str>) {
        for locked in parts.words.iter().filter_map(|word| self.type_named(&word.name)) {
            if held.insert(&locked.name) {
                self.types_within(&locked.parts, held);
            }
        }
    }
}

/// The hash of a part of a line, each type's own hash after its name.
fn hash(line: &str, part: Range<usize>, parts: &Parts, mut of_type: impl FnMut(&line::Word) -> Option<u64>) -> u64 {
    let mut hash = Hash::new();
    let mut at = part.start;
    for word in parts.words.iter().filter(|word| (part.start..=part.end).contains(&word.end)) {
        if let Some(of_type) = of_type(word) {
            hash.put(line.as_bytes().get(at..word.end).unwrap_or_default());
            hash.put(&of_type.to_le_bytes());
            at = word.end;
        }
    }
    hash.put(line.as_bytes().get(at..part.end).unwrap_or_default());
    hash.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_again_once_it_has_changed() {
        let folder = std::env::temp_dir().join(format!("es-derive-lock-{}", std::process::id()));
        let (here, there) = (folder.join("here.lock"), folder.join("there.lock"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&here, "Opened v1 { cents: u8 }\n").unwrap();
        std::fs::write(&there, "Closed v1 { cents: u8 }\n").unwrap();

        let first = read(here.clone()).unwrap();
        assert_eq!(first.versions_of("Opened").len(), 1);
        assert!(Arc::ptr_eq(&first, &read(here.clone()).unwrap()), "it is read once for all events");
        assert_eq!(read(there).unwrap().versions_of("Closed").len(), 1, "another file of the same length");
        std::fs::write(&here, "Opened v1 { cents: u8 }\nOpened v2 { cents: u16 }\n").unwrap();
        let before = read(here.clone()).unwrap();
        assert_eq!(before.versions_of("Opened").len(), 2);
        std::fs::write(&here, [0xff, 0xfe]).unwrap();
        let unreadable = read(here).unwrap();
        assert!(unreadable.errors.iter().any(|error| error.starts_with("events.lock cannot be read: ")), "{:?}", unreadable.errors);
        assert!(read(folder.join("nowhere.lock")).is_none());
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_line_brings_the_types_that_it_holds() {
        let file = File::parse("A = { b: B }\nB = \"X\" [A]\nC = i64\n\nOpened v1 { a: A? }\nOpened v2 {}\n");
        assert_eq!(file.errors, Vec::<String>::new());
        let versions: Vec<u32> = file.versions_of("Opened").iter().map(|line| line.version).collect();
        assert_eq!(versions, [1, 2]);
        let mut held = BTreeSet::new();
        file.types_within(&file.versions_of("Opened")[0].parts, &mut held);
        assert_eq!(held.into_iter().collect::<Vec<_>>(), ["A", "B"]);
    }

    #[test]
    fn what_is_wrong_is_told_once_with_its_line() {
        let file = File::parse("Opened v1 {}\nnothing\nOpened v1 { a: i64 }\n");
        let errors = file.tell_errors();
        assert!(errors[0].starts_with("events.lock, line 2: expected ` = ` or a version at the end\nhelp: "), "{}", errors[0]);
        assert!(errors[1].starts_with("events.lock, line 3: `Opened v1` has a line already, which is line 1"), "{}", errors[1]);
        assert!(file.tell_errors().is_empty());
        let conflict = File::parse("<<<<<<< ours\nOpened v2 {}\n=======\n");
        assert_eq!(conflict.errors.len(), 1);
        assert!(conflict.errors[0].contains("line 1: a merge conflict"));
    }

    // es-core has the same test of the same types: were the two hashes not one, each check would compare in full, and take its time
    #[test]
    fn the_hash_of_lines_is_that_of_the_type() {
        let file = File::parse(
            "Currency = \"Usd\" | \"Eur\" u8\nMoney = { cents: i64, currency: Currency }\n\
             Tree = { money: Money, branches: {string: Tree} }\nPlanted v1 { all: [Tree?] }\n",
        );
        let line = &file.versions_of("Planted")[0];
        assert_eq!(file.hash_within(line, line.parts.fields[0].shape.clone()), 9_542_398_712_861_241_112);
    }
}
