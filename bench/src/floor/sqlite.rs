//! SQLite by hand: one connection, one prepared statement each, called where it is needed.
//!
//! Schema and statements are copied from es-sqlite, whose files are no part of its public face: the same SQL without us.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, TransactionBehavior, params};
use uuid::Uuid;

use crate::Result;
use crate::bank::{Bank, Loaded, Totals};
use crate::floor::account::{Account, CATEGORY, Event};
use crate::floor::states::States;
use crate::plan::Op;

const HEAD: &str = include_str!("sql/head.sql");
const STREAM_VERSION: &str = include_str!("sql/stream_version.sql");
const INSERT_EVENT: &str = include_str!("sql/insert_event.sql");
const READ_STREAM: &str = include_str!("sql/read_stream.sql");
const READ_ALL: &str = include_str!("sql/read_all.sql");

/// The columns of both reading statements.
const VERSION: usize = 1;
const NAME: usize = 3;
const EVENT_VERSION: usize = 4;
const PAYLOAD: usize = 8;

/// Whoever calls does all of it: reads, decides, writes, commits.
#[derive(Clone)]
pub(crate) struct SqliteFloor {
    connection: Arc<Mutex<Connection>>,
    states: Arc<States>,
}

impl SqliteFloor {
    pub(crate) fn open(file: &Path, cached: bool) -> Result<Self> {
        let connection = connect(file)?;
        connection.execute_batch(include_str!("sql/schema.sql"))?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), states: Arc::new(States::new(cached)) })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a file with the pragmas that es-sqlite sets.
pub(super) fn connect(file: &Path) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = 67108864;
         pragma cache_size = -8192; pragma busy_timeout = 10000;",
    )?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Folds an account's events.
pub(super) fn load(connection: &Connection, account: u64) -> Result<(Account, u64)> {
    let mut select = connection.prepare_cached(READ_STREAM)?;
    let mut rows = select.query(params![CATEGORY, account.to_string(), 1])?;
    let (mut state, mut version) = (Account::default(), 0);
    while let Some(row) = rows.next()? {
        let (name, payload): (String, String) = (row.get(NAME)?, row.get(PAYLOAD)?);
        state.replay_any(&name, row.get(EVENT_VERSION)?, payload.as_bytes())?;
        let stored: u64 = row.get(VERSION)?;
        if stored != version + 1 {
            return Err(format!("account {account}: version {stored} where {} is due", version + 1).into());
        }
        version = stored;
    }
    Ok((state, version))
}

/// An event on its way into the table.
pub(super) struct NewRow {
    id: Uuid,
    name: &'static str,
    version: u32,
    payload: String,
}

impl NewRow {
    pub(super) fn new(event: &Event) -> Result<Self> {
        Ok(Self { id: Uuid::now_v7(), name: event.name(), version: event.version(), payload: event.encode()? })
    }
}

/// The statements of an append, and where the next event goes.
pub(super) struct Writer<'c> {
    head: CachedStatement<'c>,
    stream_version: CachedStatement<'c>,
    insert: CachedStatement<'c>,
}

/// The last position, and when the next event is recorded.
pub(super) struct Head {
    position: u64,
    recorded_at: i64,
}

impl<'c> Writer<'c> {
    pub(super) fn new(connection: &'c Connection) -> Result<Self> {
        let prepare = |sql| connection.prepare_cached(sql);
        Ok(Self { head: prepare(HEAD)?, stream_version: prepare(STREAM_VERSION)?, insert: prepare(INSERT_EVENT)? })
    }

    pub(super) fn head(&mut self) -> Result<Head> {
        let last = self.head.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (position, recorded_at) = last.unwrap_or((0, 0));
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?;
        Ok(Head { position, recorded_at: now.max(recorded_at) })
    }

    /// Appends to an account that has exactly `expected` events; `None`: however many.
    pub(super) fn append(&mut self, head: &mut Head, account: u64, expected: Option<u64>, rows: &[NewRow]) -> Result<()> {
        let id = account.to_string();
        let mut version: u64 = self.stream_version.query_row([CATEGORY, &id], |row| row.get(0)).optional()?.unwrap_or(0);
        if expected.is_some_and(|expected| expected != version) {
            return Err(format!("account {account} has version {version}").into());
        }
        for row in rows {
            head.position += 1;
            version += 1;
            self.insert.execute(params![
                head.position,
                row.id.as_bytes(),
                CATEGORY,
                id,
                version,
                row.name,
                row.version,
                head.recorded_at,
                None::<&str>,
                None::<&str>,
                row.payload,
            ])?;
        }
        Ok(())
    }
}

impl SqliteFloor {
    /// One append in a transaction of its own.
    fn write(&self, account: u64, expected: Option<u64>, rows: &[NewRow]) -> Result<()> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut writer = Writer::new(&transaction)?;
        let mut head = writer.head()?;
        writer.append(&mut head, account, expected, rows)?;
        drop(writer);
        transaction.commit()?;
        Ok(())
    }
}

/// A row as a reader of all events would keep it.
struct Recorded {
    position: u64,
    _version: Option<u64>,
    _id: Uuid,
    _name: String,
    _event_version: u32,
    _recorded_at: i64,
    _tags: Option<String>,
    _metadata: Option<String>,
    _category: Option<String>,
    _stream_id: Option<String>,
    event: Event,
}

impl Recorded {
    fn read(row: &Row<'_>) -> Result<Self> {
        let (name, event_version, payload): (String, u32, String) = (row.get(NAME)?, row.get(EVENT_VERSION)?, row.get(PAYLOAD)?);
        Ok(Self {
            position: row.get(0)?,
            _version: row.get(VERSION)?,
            _id: Uuid::from_bytes(row.get(2)?),
            event: Event::decode(&name, event_version, payload.as_bytes())?,
            _name: name,
            _event_version: event_version,
            _recorded_at: row.get(5)?,
            _tags: row.get(6)?,
            _metadata: row.get(7)?,
            _category: row.get(9)?,
            _stream_id: row.get(10)?,
        })
    }
}

/// Reads all events, each as a record of owned values.
pub(super) fn scan(connection: &Connection) -> Result<Totals> {
    let mut totals = Totals::default();
    let mut select = connection.prepare_cached(READ_ALL)?;
    let mut rows = select.query([0, i64::MAX])?;
    while let Some(row) = rows.next()? {
        // all of it is wanted, whatever the optimizer thinks
        let recorded = std::hint::black_box(Recorded::read(row)?);
        let (opened, cents) = recorded.event.effect();
        totals.take(recorded.position, opened, cents)?;
    }
    Ok(totals)
}

impl Bank for SqliteFloor {
    async fn execute(&self, account: u64, op: Op) -> Result<i64> {
        let (mut state, version) = match self.states.get(account) {
            Some(known) => known,
            None => load(&self.connection(), account)?,
        };
        let event = state.decide(account, version, op)?;
        self.write(account, Some(version), &[NewRow::new(&event)?])?;
        state.apply(event);
        self.states.keep(account, &state, version + 1);
        Ok(state.balance)
    }

    async fn append(&self, account: u64, ops: &[Op]) -> Result<()> {
        let rows = ops.iter().map(|op| NewRow::new(&Event::of(account, *op))).collect::<Result<Vec<_>>>()?;
        self.write(account, None, &rows)
    }

    async fn load(&self, account: u64) -> Result<Loaded> {
        let (state, version) = load(&self.connection(), account)?;
        Ok(Loaded { balance: state.balance, version })
    }

    async fn scan(&self) -> Result<Totals> {
        scan(&self.connection())
    }
}
