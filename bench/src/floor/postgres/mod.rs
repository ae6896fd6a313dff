//! PostgreSQL by hand: tokio-postgres, one prepared statement an operation, one commit a command.
//!
//! Columns and indexes are those of es-postgres; positions come from a sequence, as most people would have them.

mod client;
mod transfers;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use futures_util::TryStreamExt;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::Result;
use crate::bank::{Bank, Loaded, Totals};
use crate::floor::account::{Account, CATEGORY, Event};
use crate::plan::Op;
use client::{Client, Json};

/// Some connections; each call has one of them to itself.
#[derive(Clone)]
pub(crate) struct PostgresFloor {
    shared: Arc<Shared>,
}

struct Shared {
    permits: Semaphore,
    idle: Mutex<Vec<Client>>,
}

/// A connection, until it is dropped.
struct Held<'a> {
    shared: &'a Shared,
    client: Option<Client>,
    _permit: SemaphorePermit<'a>,
}

impl Held<'_> {
    fn client(&self) -> Result<&Client> {
        Ok(self.client.as_ref().ok_or("the connection was given back")?)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if let Some(client) = self.client.take() {
            self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner).push(client);
        }
    }
}

impl PostgresFloor {
    /// Makes the tables in an empty database, and connects.
    pub(crate) async fn open(url: &str, connections: usize) -> Result<Self> {
        client::set_up(url).await?;
        let mut clients = Vec::new();
        for _ in 0..connections {
            clients.push(Client::connect(url).await?);
        }
        Ok(Self { shared: Arc::new(Shared { permits: Semaphore::new(connections), idle: Mutex::new(clients) }) })
    }

    async fn held(&self) -> Result<Held<'_>> {
        let permit = self.shared.permits.acquire().await?;
        let client = self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Ok(Held { shared: &self.shared, client, _permit: permit })
    }

    /// Stores the event of this version without a look at what is there.
    pub(crate) async fn insert(&self, account: u64, version: u64, op: Op) -> Result<()> {
        insert(self.held().await?.client()?, account, version, &Event::of(account, op)).await
    }
}

async fn insert(client: &Client, account: u64, version: u64, event: &Event) -> Result<()> {
    let (id, payload) = (Uuid::now_v7(), Json(event.encode()?));
    let (version, event_version) = (i64::try_from(version)?, i64::from(event.version()));
    let account = account.to_string();
    // a version that is there already is an error
    let stored =
        client.execute(&client.insert_event, &[&version, &id, &event_version, &event.name(), &CATEGORY, &account, &payload]).await?;
    if stored == 1 { Ok(()) } else { Err("an event was not stored".into()) }
}

async fn load(client: &Client, account: u64) -> Result<(Account, u64)> {
    let (mut state, mut version) = (Account::default(), 0);
    for row in client.query(&client.read_stream, &[&CATEGORY, &account.to_string()]).await? {
        let Json::<Vec<u8>>(payload) = row.try_get(3)?;
        state.replay_any(row.try_get(1)?, u32::try_from(row.try_get::<_, i64>(2)?)?, &payload)?;
        let stored = u64::try_from(row.try_get::<_, i64>(0)?)?;
        if stored != version + 1 {
            return Err(format!("account {account}: version {stored} where {} is due", version + 1).into());
        }
        version = stored;
    }
    Ok((state, version))
}

/// A row as a reader of all events would keep it.
struct Recorded {
    position: u64,
    _version: Option<i64>,
    _id: Uuid,
    _name: String,
    _event_version: u32,
    _recorded_at: SystemTime,
    _tags: Option<Vec<String>>,
    _metadata: Option<Json<Vec<u8>>>,
    _category: Option<String>,
    _stream_id: Option<String>,
    event: Event,
}

impl Recorded {
    fn read(row: &Row) -> Result<Self> {
        let (name, Json::<Vec<u8>>(payload)): (String, _) = (row.try_get(3)?, row.try_get(8)?);
        let event_version = u32::try_from(row.try_get::<_, i64>(4)?)?;
        Ok(Self {
            position: u64::try_from(row.try_get::<_, i64>(0)?)?,
            _version: row.try_get(1)?,
            _id: row.try_get(2)?,
            event: Event::decode(&name, event_version, &payload)?,
            _name: name,
            _event_version: event_version,
            _recorded_at: row.try_get(5)?,
            _tags: row.try_get(6)?,
            _metadata: row.try_get(7)?,
            _category: row.try_get(9)?,
            _stream_id: row.try_get(10)?,
        })
    }
}

impl Bank for PostgresFloor {
    async fn execute(&self, account: u64, op: Op) -> Result<i64> {
        let held = self.held().await?;
        let client = held.client()?;
        let (mut state, version) = load(client, account).await?;
        let event = state.decide(account, version, op)?;
        insert(client, account, version + 1, &event).await?;
        state.apply(event);
        Ok(state.balance)
    }

    async fn append(&self, account: u64, ops: &[Op]) -> Result<()> {
        let held = self.held().await?;
        let client = held.client()?;
        let account_id = account.to_string();
        let last = client.query_opt(&client.stream_version, &[&CATEGORY, &account_id]).await?;
        let version: i64 = last.map_or(Ok(0), |row| row.try_get(0))?;
        let events: Vec<Event> = ops.iter().map(|op| Event::of(account, *op)).collect();
        let ids: Vec<Uuid> = events.iter().map(|_| Uuid::now_v7()).collect();
        let versions: Vec<i64> = events.iter().map(|event| i64::from(event.version())).collect();
        let names: Vec<&str> = events.iter().map(Event::name).collect();
        let payloads = events.iter().map(|event| event.encode().map(Json)).collect::<Result<Vec<_>>>()?;
        client.execute(&client.insert_events, &[&version, &CATEGORY, &account_id, &ids, &versions, &names, &payloads]).await?;
        Ok(())
    }

    async fn load(&self, account: u64) -> Result<Loaded> {
        let (state, version) = load(self.held().await?.client()?, account).await?;
        Ok(Loaded { balance: state.balance, version })
    }

    async fn scan(&self) -> Result<Totals> {
        let held = self.held().await?;
        let client = held.client()?;
        let mut totals = Totals::default();
        let nothing: [&(dyn ToSql + Sync); 0] = [];
        let mut rows = std::pin::pin!(client.query_raw(&client.read_all, nothing).await?);
        while let Some(row) = rows.try_next().await? {
            // all of it is wanted, whatever the optimizer thinks
            let recorded = std::hint::black_box(Recorded::read(&row)?);
            let (opened, cents) = recorded.event.effect();
            totals.take(recorded.position, opened, cents)?;
        }
        Ok(totals)
    }
}
