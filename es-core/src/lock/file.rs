//! `events.lock` and the samples beside it, as the test reads and writes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::cursor::Cursor;
use super::line;
use super::tree::Tree;

/// The lines of the file, in their order: by name, a type before the versions of an event.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct File {
    lines: BTreeMap<(String, Option<u32>), String>,
}

impl File {
    /// Reads the lines; of each that does not read, what is wrong.
    pub(super) fn parse(text: &str) -> (Self, Vec<String>) {
        let (mut file, mut problems) = (Self::default(), Vec::new());
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            match head(line).filter(|(_, _, shape)| Tree::parse(shape).is_some()) {
                None => problems.push(format!("events.lock, line {number} does not read: {line}")),
                Some((name, version, shape)) => {
                    if file.lines.insert((name, version), shape.to_owned()).is_some() {
                        problems.push(format!("events.lock, line {number} is there twice: {line}"));
                    }
                }
            }
        }
        (file, problems)
    }

    /// The line of a named type.
    pub(super) fn named(&self, name: &str) -> Option<&str> {
        self.lines.get(&(name.to_owned(), None)).map(String::as_str)
    }

    /// The line of an event's version.
    pub(super) fn version(&self, name: &str, version: u32) -> Option<&str> {
        self.lines.get(&(name.to_owned(), Some(version))).map(String::as_str)
    }

    /// Every version's name, number and line.
    pub(super) fn versions(&self) -> impl Iterator<Item = (&str, u32, &str)> {
        self.lines.iter().filter_map(|((name, version), line)| Some((name.as_str(), (*version)?, line.as_str())))
    }

    /// Every named type, with its line as a tree.
    pub(super) fn trees(&self) -> BTreeMap<String, Tree> {
        let types = self.lines.iter().filter(|((_, version), _)| version.is_none());
        types.filter_map(|((name, _), line)| Some((name.clone(), Tree::parse(line)?))).collect()
    }

    /// The lines of all named types.
    pub(super) fn types(&self) -> String {
        let types = self.lines.iter().filter(|((_, version), _)| version.is_none());
        types.map(|((name, _), shape)| format!("{} = {shape}\n", line::name(name))).collect()
    }

    pub(super) fn set(&mut self, name: &str, version: Option<u32>, shape: String) {
        self.lines.insert((name.to_owned(), version), shape);
    }

    /// Writes the file whole, or leaves it as it was.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let mut text = String::new();
        for ((name, version), shape) in &self.lines {
            let name = line::name(name);
            let _ = match version {
                Some(version) => writeln!(text, "{name} v{version} {shape}"),
                None => writeln!(text, "{name} = {shape}"),
            };
        }
        replace(path, &text)
    }
}

/// `OrderPlaced v1 {..}` or `Currency = ..`
fn head(line: &str) -> Option<(String, Option<u32>, &str)> {
    let mut line = Cursor::new(line);
    let name = line.name()?.text();
    let version = if line.eat("=") { None } else { Some(line.eat("v").then(|| line.number())??) };
    Some((name, version, line.rest().trim_end()))
}

/// Puts a file in the place of another in one step.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension(format!("new-{}", std::process::id()));
    fs::write(&new, text)?;
    fs::rename(&new, path).inspect_err(|_| drop(fs::remove_file(&new)))
}

/// One payload of each version, beside the file.
pub(super) struct Samples {
    folder: PathBuf,
}

impl Samples {
    pub(super) fn beside(lock: &Path) -> Self {
        Self { folder: lock.with_extension("lock.d") }
    }

    /// Where a version's sample lies, as the user sees it.
    pub(super) fn shown(name: &str, version: u32) -> String {
        format!("events.lock.d/{}", file_name(name, version))
    }

    pub(super) fn read(&self, name: &str, version: u32) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.folder.join(file_name(name, version))) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            other => other.map(Some),
        }
    }

    pub(super) fn write(&self, name: &str, version: u32, payload: &str) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        replace(&self.folder.join(file_name(name, version)), &format!("{payload}\n"))
    }

    /// Removes the samples of versions that have no line: what was deleted there was never stored.
    pub(super) fn keep_only(&self, file: &File) -> io::Result<()> {
        let kept: Vec<String> = file.versions().map(|(name, version, _)| file_name(name, version)).collect();
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".json") && !kept.contains(&name) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// `OrderPlaced.v1.json`; what not every file system takes is written `%20`.
fn file_name(name: &str, version: u32) -> String {
    let mut file = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') {
            file.push(char::from(byte));
        } else {
            let _ = write!(file, "%{byte:02x}");
        }
    }
    format!("{file}.v{version}.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_sorted_by_name_and_version_and_read_back() {
        let text = "Currency = \"Usd\" | \"Eur\"\nOrderPlaced v2 { total: i64 }\nOrderPlaced v10 {}\n\"a name\" v1 {}\n";
        let (file, problems) = File::parse(text);
        assert_eq!(problems, Vec::<String>::new());
        let folder = tempfile();
        let path = folder.join("events.lock");
        file.write(&path).unwrap();
        let written = fs::read_to_string(&path).unwrap();
        assert_eq!(written, text);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_line_that_does_not_read_is_named() {
        let (_, problems) = File::parse("Opened v1 {}\nOpened v1 { a: i64 }\nOpened { b }\n");
        assert_eq!(
            problems,
            ["events.lock, line 2 is there twice: Opened v1 { a: i64 }", "events.lock, line 3 does not read: Opened { b }"]
        );
    }

    #[test]
    fn samples_lie_under_names_that_every_file_system_takes() {
        assert_eq!(Samples::shown("order/placed now", 3), "events.lock.d/order%2fplaced%20now.v3.json");
    }

    fn tempfile() -> PathBuf {
        let folder = std::env::temp_dir().join(format!("es-lock-{}", uuid::Uuid::now_v7()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }
}
