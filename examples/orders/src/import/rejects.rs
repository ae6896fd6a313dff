//! Bad rows: kept in a file of their own, with the reason.

use std::path::Path;
use std::{fs, io};

use crate::error::Error;
use crate::import::files::Format;

/// A row that was not imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// The file that it stands in.
    pub file: &'static str,
    /// The line that it begins in, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
    /// The row as it stands there.
    pub row: String,
}

impl Reject {
    pub(crate) fn new(format: &'static Format, line: u64, reason: String, row: &[u8]) -> Self {
        Self { file: format.name, line, reason, row: String::from_utf8_lossy(row).into_owned() }
    }
}

/// Writes the rejects of a run in place of those of the run before. Without rejects no file is made.
///
/// # Errors
/// [`Error::Rejects`] when it cannot be written.
pub fn write(path: &Path, rejects: &[Reject]) -> Result<(), Error> {
    if rejects.is_empty() && !path.exists() {
        return Ok(());
    }
    let failed = |source| Error::Rejects { path: path.to_owned(), source };
    let text = table(rejects).map_err(|error| failed(io::Error::other(error)))?;
    fs::write(path, text).map_err(failed)
}

fn table(rejects: &[Reject]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["file", "line", "reason", "row"])?;
    for Reject { file, line, reason, row } in rejects {
        writer.write_record([file, line.to_string().as_str(), reason, row])?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}
