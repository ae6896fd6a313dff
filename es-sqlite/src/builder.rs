//! From a URL to an open store.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use es_core::store::{Durability, StoreError};
use rusqlite::{Connection, OpenFlags};

use crate::SqliteStore;
use crate::error::failed;
use crate::migrate::migrate;
use crate::pace::SHORT;
use crate::threads::Threads;

/// KiB, negative: 2 MiB if nothing is said, less than a long stream whose events lie far apart.
const CACHE: i64 = -8192;

/// When a commit counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// When it is on the disk: an acknowledged append survives the loss of power.
    #[default]
    Full,
    /// When the operating system has it: an acknowledged append survives the death of the process, but the last ones may be lost
    /// with the power. The file stays whole.
    Normal,
}

impl Synchronous {
    pub(crate) fn durability(self) -> Durability {
        match self {
            Self::Full => Durability::Machine,
            Self::Normal => Durability::Process,
        }
    }

    fn pragma(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Normal => "normal",
        }
    }
}

/// How a store is opened. Made by [`SqliteStore::builder`].
#[derive(Debug, Clone)]
#[must_use = "nothing is opened before `connect`"]
pub struct Builder {
    path: Result<PathBuf, String>,
    pub(crate) synchronous: Synchronous,
    pub(crate) readers: usize,
    pub(crate) patience: Duration,
    /// How long a caller's own thread may be kept.
    pub(crate) short: Duration,
}

impl Builder {
    pub(crate) fn new(path: Result<PathBuf, String>) -> Self {
        let readers = std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 4);
        Self { path, synchronous: Synchronous::Full, readers, patience: Duration::from_secs(10), short: SHORT }
    }

    /// When a commit counts as done; [`Synchronous::Full`] if nothing is said.
    pub fn synchronous(mut self, synchronous: Synchronous) -> Self {
        self.synchronous = synchronous;
        self
    }

    /// How many threads read at the same time, at least one; as many as the machine has cores, 2 to 4, if nothing is said.
    pub fn readers(mut self, readers: usize) -> Self {
        self.readers = readers.max(1);
        self
    }

    /// How long a write waits while another process writes, a day at most; 10 seconds if nothing is said.
    pub fn busy_timeout(mut self, patience: Duration) -> Self {
        // SQLite counts milliseconds in 31 bits
        self.patience = patience.min(Duration::from_secs(86_400));
        self
    }

    /// Opens the file, which is created if there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a URL of another form, and for a file that is no event store; [`StoreError::Newer`] for one
    /// that a newer build wrote; [`StoreError::Backend`] when the file cannot be opened.
    pub async fn connect(self) -> Result<SqliteStore, StoreError> {
        let durability = self.synchronous.durability();
        let opening = Arc::new(self);
        let threads = Threads::start(opening.clone()).await?;
        Ok(SqliteStore { projecting: Arc::default(), opening, threads: Arc::new(threads), durability })
    }

    /// The connection that writes: it comes first, and migrates.
    pub(crate) fn write_connection(&self) -> Result<Connection, StoreError> {
        let mut connection = self.connection()?;
        migrate(&mut connection, self.patience)?;
        let setting = failed("setting up the write connection");
        connection.pragma_update(None, "synchronous", self.synchronous.pragma()).map_err(&setting)?;
        // what a burst of appends made of the log is given back when it has been copied
        connection.pragma_update(None, "journal_size_limit", 64 << 20).map_err(&setting)?;
        connection.pragma_update(None, "cache_size", CACHE).map_err(&setting)?;
        Ok(connection)
    }

    /// A connection that only reads.
    pub(crate) fn read_connection(&self) -> Result<Connection, StoreError> {
        let connection = self.connection()?;
        let setting = failed("setting up a read connection");
        connection.pragma_update(None, "query_only", true).map_err(&setting)?;
        connection.pragma_update(None, "cache_size", CACHE).map_err(&setting)?;
        Ok(connection)
    }

    fn connection(&self) -> Result<Connection, StoreError> {
        let path = self.path.as_ref().map_err(|reason| StoreError::Refused { reason: reason.clone() })?;
        // each connection is used by one thread at a time
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(failed("opening the file"))?;
        connection.busy_timeout(self.patience).map_err(failed("opening the file"))?;
        connection.set_prepared_statement_cache_capacity(64);
        Ok(connection)
    }
}

/// The path in `sqlite:orders.db`, `sqlite://orders.db`, `sqlite:///var/orders.db`.
pub(crate) fn path_of(url: &str) -> Result<PathBuf, String> {
    let Some(rest) = url.strip_prefix("sqlite:") else {
        return Err(format!("`{url}` is no URL of a SQLite store: write `sqlite:orders.db`, or open a path with `SqliteStore::open`"));
    };
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    if matches!(rest, ":memory:" | "") {
        return Err(format!(
            "`{url}` names no file, and the threads of a store share one: take `es_core::MemoryStore`, or a file in a temporary folder"
        ));
    }
    if let Some((_, parameters)) = rest.split_once('?') {
        return Err(format!("`{url}` has the parameters `{parameters}`: settings are said to `SqliteStore::builder(url)`"));
    }
    decode(rest).ok_or_else(|| format!("`{url}` has a `%` that is not followed by the two hex digits of a byte: write `%25`"))
}

/// A path that SQLite takes as one: it knows URLs, too, which begin with `file:`.
pub(crate) fn plain(path: &Path) -> PathBuf {
    match path.to_string_lossy() {
        text if text.starts_with("file:") || text.starts_with(":memory:") || text.is_empty() => Path::new(".").join(path),
        _ => path.to_owned(),
    }
}

/// `%20` and the like.
fn decode(text: &str) -> Option<PathBuf> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok().map(|text| plain(Path::new(&text)))
}
