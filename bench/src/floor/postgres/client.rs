//! A connection with its statements, and JSON as the server has it.

use std::error::Error;
use std::ops::Deref;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{NoTls, Statement};

use crate::Result;

/// Prepares all of the statements.
pub(super) struct Client {
    client: tokio_postgres::Client,
    pub(super) read_stream: Statement,
    pub(super) stream_version: Statement,
    pub(super) insert_event: Statement,
    pub(super) insert_events: Statement,
    pub(super) read_all: Statement,
    pub(super) read_tagged: Statement,
    pub(super) insert_tagged: Statement,
    pub(super) lock: Statement,
}

impl Deref for Client {
    type Target = tokio_postgres::Client;

    fn deref(&self) -> &Self::Target {
        &self.client
    }
}

impl Client {
    pub(super) async fn connect(url: &str) -> Result<Self> {
        let client = connect(url).await?;
        // as es-postgres sets it: plans are made once
        client.batch_execute("set plan_cache_mode = force_generic_plan; set jit = off").await?;
        Ok(Self {
            read_stream: client.prepare(include_str!("../sql/postgres/read_stream.sql")).await?,
            stream_version: client.prepare(include_str!("../sql/postgres/stream_version.sql")).await?,
            insert_event: client.prepare(include_str!("../sql/postgres/insert_event.sql")).await?,
            insert_events: client.prepare(include_str!("../sql/postgres/insert_events.sql")).await?,
            read_all: client.prepare(include_str!("../sql/postgres/read_all.sql")).await?,
            read_tagged: client.prepare(include_str!("../sql/postgres/read_tagged.sql")).await?,
            insert_tagged: client.prepare(include_str!("../sql/postgres/insert_tagged.sql")).await?,
            lock: client.prepare("select pg_advisory_xact_lock(1)").await?,
            client,
        })
    }
}

pub(super) async fn set_up(url: &str) -> Result<()> {
    Ok(connect(url).await?.batch_execute(include_str!("../sql/postgres/schema.sql")).await?)
}

async fn connect(url: &str) -> Result<tokio_postgres::Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    // it ends with the client, which hears of every error
    tokio::spawn(connection);
    Ok(client)
}

/// JSON as text, written or to be read.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl ToSql for Json<String> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::JSON
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Json<Vec<u8>> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw.to_vec()))
    }

    fn accepts(of: &Type) -> bool {
        *of == Type::JSON
    }
}
