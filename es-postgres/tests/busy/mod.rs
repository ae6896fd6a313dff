//! A store at work while something happens to its server: whatever was acknowledged is there, once, and readers see it once and in order.
#![allow(dead_code, reason = "no test needs all of it")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot begin fails")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use es_core::store::{Append, AppendError, Appended, EventStore, NewEvent, PageSize, StoreError};
use es_core::{ExpectedVersion, Position, Query, StoredEvent};
use es_postgres::{Commit, Positions, PostgresStore};
use sqlx::PgConnection;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::given::{account, number};

/// How long anything may take before it is taken for lost.
const PATIENCE: Duration = Duration::from_secs(90);
const WRITERS: usize = 4;
/// So many keys are looked at in the end, one by one.
const KEYS: usize = 200;

/// One way to open a store, in a schema of that name.
#[derive(Clone, Copy)]
pub(crate) struct Mode(pub(crate) &'static str, pub(crate) Positions, pub(crate) Commit);

pub(crate) const MODES: [Mode; 4] = [
    Mode("gapless", Positions::Gapless, Commit::Plain),
    Mode("overlapped", Positions::Gapless, Commit::Overlapped),
    Mode("fenced", Positions::Fenced, Commit::Plain),
    Mode("fenced_and_overlapped", Positions::Fenced, Commit::Overlapped),
];

impl Mode {
    pub(crate) async fn open(self, url: &str) -> PostgresStore {
        let builder = PostgresStore::builder(url).schema(self.0).positions(self.1).commit(self.2);
        builder.patience(Duration::from_secs(5)).connect().await.unwrap()
    }
}

/// Writers that settle every append with its key, and a reader that follows them.
pub(crate) struct Busy {
    pub(crate) mode: Mode,
    acknowledged: Arc<Mutex<HashMap<String, Appended>>>,
    stop: Arc<AtomicBool>,
    through: watch::Sender<Option<Position>>,
    writers: Vec<JoinHandle<()>>,
    reader: JoinHandle<()>,
    seen: Arc<Mutex<Vec<StoredEvent>>>,
}

impl Busy {
    pub(crate) async fn start(mode: Mode, url: &str) -> Self {
        let (writing, reading) = (mode.open(url).await, mode.open(url).await);
        let (acknowledged, seen) = (Arc::<Mutex<HashMap<_, _>>>::default(), Arc::<Mutex<Vec<_>>>::default());
        let (stop, through) = (Arc::<AtomicBool>::default(), watch::Sender::new(None));
        let writer = |writer| tokio::spawn(write(writing.clone(), writer, acknowledged.clone(), stop.clone()));
        let writers = (0..WRITERS).map(writer).collect();
        let reader = tokio::spawn(follow(reading, seen.clone(), through.subscribe()));
        Self { mode, acknowledged, stop, through, writers, reader, seen }
    }

    /// What was acknowledged so far.
    pub(crate) fn acknowledged(&self) -> HashMap<String, Appended> {
        self.acknowledged.lock().unwrap().clone()
    }

    /// What the reader has seen so far.
    pub(crate) fn seen(&self) -> Vec<StoredEvent> {
        self.seen.lock().unwrap().clone()
    }

    /// Returns when some more appends were acknowledged and read: the store goes on.
    pub(crate) async fn goes_on(&self) {
        let (acknowledged, seen) = (self.acknowledged().len() + 20, self.seen.lock().unwrap().len() + 20);
        let progress = async {
            while self.acknowledged().len() < acknowledged || self.seen.lock().unwrap().len() < seen {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let gone_on = tokio::time::timeout(PATIENCE, progress).await;
        assert!(gone_on.is_ok(), "{}: {} acknowledged and {} read, and no more", self.mode.0, acknowledged - 20, seen - 20);
    }

    /// Lets all come to their end, and looks at what is there. Returns what was acknowledged and stored.
    pub(crate) async fn end(self, url: &str) -> (HashMap<String, Appended>, Vec<StoredEvent>) {
        self.stop.store(true, Ordering::Relaxed);
        for writer in self.writers {
            tokio::time::timeout(PATIENCE, writer).await.unwrap().unwrap();
        }
        let store = self.mode.open(url).await;
        self.through.send_replace(Some(store.head().await.unwrap()));
        tokio::time::timeout(PATIENCE, self.reader).await.expect("the reader has come to the head").unwrap();
        let stored = crate::given::all(&store).await;
        let acknowledged = std::mem::take(&mut *self.acknowledged.lock().unwrap());
        assert!(*self.seen.lock().unwrap() == stored, "{}: the reader has seen something else than what is stored", self.mode.0);
        check(self.mode, &store, &acknowledged, &stored).await;
        (acknowledged, stored)
    }

    /// Stops where it is: the server is gone. Returns what was acknowledged, and what the reader had seen.
    pub(crate) async fn abandon(self) -> (HashMap<String, Appended>, Vec<StoredEvent>) {
        self.stop.store(true, Ordering::Relaxed);
        for task in self.writers.into_iter().chain([self.reader]) {
            task.abort();
            let _ = task.await;
        }
        (std::mem::take(&mut *self.acknowledged.lock().unwrap()), std::mem::take(&mut *self.seen.lock().unwrap()))
    }
}

/// Whatever was acknowledged is stored where it was said to be, nothing is stored twice or by halves, and all is in order.
pub(crate) async fn check(mode: Mode, store: &PostgresStore, acknowledged: &HashMap<String, Appended>, stored: &[StoredEvent]) {
    let mode = mode.0;
    let mut appends: HashMap<String, Vec<(u64, u64, u64)>> = HashMap::new();
    let mut versions: HashMap<_, u64> = HashMap::new();
    for pair in stored.windows(2) {
        assert!(pair[0].position < pair[1].position, "{mode}: {} before {}", pair[0].position, pair[1].position);
    }
    for event in stored {
        let version = versions.entry(event.stream.clone()).or_default();
        *version += 1;
        assert_eq!(event.version, *version, "{mode}: the version at {}", event.position);
        let payload: serde_json::Value = serde_json::from_slice(event.event.as_bytes()).unwrap();
        let part = (payload["nth"].as_u64().unwrap(), payload["of"].as_u64().unwrap(), event.position.0);
        appends.entry(payload["key"].as_str().unwrap().to_owned()).or_default().push(part);
    }
    for (key, parts) in &appends {
        let (of, first) = (parts[0].1, parts[0].2);
        let whole: Vec<_> = (1..=of).map(|nth| (nth, of, first + nth - 1)).collect();
        assert_eq!(parts, &whole, "{mode}: append {key} is stored twice or by halves");
    }
    for (nth, (key, appended)) in acknowledged.iter().enumerate() {
        let first = appends.get(key).map(|parts| Position(parts[0].2));
        assert_eq!(first, appended.first_position, "{mode}: append {key} was acknowledged, and is not there");
        if nth >= KEYS {
            continue;
        }
        assert_eq!(store.key(key).await.unwrap().map(|record| record.appended).as_ref(), Some(appended), "{mode}: the key of {key}");
    }
    if mode.starts_with("fenced") {
        return;
    }
    let positions = crate::given::positions(stored);
    assert_eq!(positions, (1..=positions.len() as u64).collect::<Vec<_>>(), "{mode}: positions without holes");
}

async fn write(store: PostgresStore, writer: usize, acknowledged: Arc<Mutex<HashMap<String, Appended>>>, stop: Arc<AtomicBool>) {
    for nth in 0.. {
        let key = format!("{writer}-{nth}");
        let of = 1 + nth % 3;
        let events = (1..=of).map(|nth| NewEvent::new("Deposited", 1, format!(r#"{{"key":"{key}","nth":{nth},"of":{of}}}"#)).unwrap());
        // some are to accounts that others use too
        let account = account(if nth % 2 == 0 { writer } else { WRITERS + nth % 3 });
        let append = Append::to(account, ExpectedVersion::Any, events.collect()).keyed(&key, "Deposit");
        let Some(appended) = settle(&store, &append, &stop).await else { return };
        acknowledged.lock().unwrap().insert(key, appended);
        if stop.load(Ordering::Relaxed) {
            return;
        }
    }
}

/// Appends until it is known to be stored, whatever happens on the way.
async fn settle(store: &PostgresStore, append: &Append, stop: &AtomicBool) -> Option<Appended> {
    loop {
        match store.append(append.clone()).await {
            Ok(appended) => return Some(appended),
            Err(AppendError::KeyUsed(record)) => return Some(record.appended),
            Err(AppendError::OutcomeUnknown(_) | AppendError::Store(StoreError::Backend { .. })) => {}
            Err(error) => panic!("{error:?}"),
        }
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Reads from where it is, whatever happens, until it is told how far to come.
async fn follow(store: PostgresStore, seen: Arc<Mutex<Vec<StoredEvent>>>, mut through: watch::Receiver<Option<Position>>) {
    let mut after = Position::START;
    loop {
        match store.read(&Query::all(), after, PageSize { events: 30, bytes: usize::MAX }).await {
            Ok(page) => {
                seen.lock().unwrap().extend(page.events);
                after = page.through;
                if through.borrow().is_some_and(|through| after >= through) {
                    return;
                }
                if page.at_head {
                    tokio::select! {
                        _ = store.wait_past(after) => {}
                        _ = through.changed() => {}
                    }
                }
            }
            Err(StoreError::Backend { .. }) => tokio::time::sleep(Duration::from_millis(10)).await,
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// The server's process that appends to this store just now.
pub(crate) async fn appending(connection: &mut PgConnection, schema: &str) -> i64 {
    let active = format!(
        "select coalesce(max(pid), 0)::bigint from pg_stat_activity where application_name = 'es-postgres' and state = 'active' \
         and query like '%\"{schema}\".append%'"
    );
    let found = async {
        loop {
            let pid = number(connection, &*active).await;
            if pid > 0 {
                return pid;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("nobody appends to {schema}"))
}
