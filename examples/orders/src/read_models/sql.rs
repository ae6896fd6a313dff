//! What both databases understand, through their own drivers.

use std::future::Future;

use es_core::ProjectionError;
use es_postgres::sqlx::{self, PgConnection, Row};
use es_sqlite::rusqlite::{self, Connection, ToSql};

/// What is written about an order.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// A text.
    Text(&'a str),
    /// A number.
    Number(i64),
}

/// A connection. Arguments are `$1` and `$2`, in this order, on either database.
pub trait Sql: Send + 'static {
    /// Runs a statement about one order.
    fn run(&mut self, sql: &'static str, order: &str, value: Value<'_>) -> impl Future<Output = Result<(), ProjectionError>> + Send;

    /// Runs several statements without arguments.
    fn create(&mut self, sql: &'static str) -> impl Future<Output = Result<(), ProjectionError>> + Send;

    /// Reads a word and two numbers a row.
    fn rows(&mut self, sql: &'static str) -> impl Future<Output = Result<Vec<(String, i64, i64)>, ProjectionError>> + Send;
}

impl Sql for Connection {
    async fn run(&mut self, sql: &'static str, order: &str, value: Value<'_>) -> Result<(), ProjectionError> {
        let value: &dyn ToSql = match &value {
            Value::Text(text) => text,
            Value::Number(number) => number,
        };
        self.prepare_cached(sql)?.execute(rusqlite::params![order, value])?;
        Ok(())
    }

    async fn create(&mut self, sql: &'static str) -> Result<(), ProjectionError> {
        Ok(self.execute_batch(sql)?)
    }

    async fn rows(&mut self, sql: &'static str) -> Result<Vec<(String, i64, i64)>, ProjectionError> {
        let mut select = self.prepare(sql)?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

impl Sql for PgConnection {
    async fn run(&mut self, sql: &'static str, order: &str, value: Value<'_>) -> Result<(), ProjectionError> {
        let about = sqlx::query(sql).bind(order.to_owned());
        let about = match value {
            Value::Text(text) => about.bind(text.to_owned()),
            Value::Number(number) => about.bind(number),
        };
        about.execute(self).await?;
        Ok(())
    }

    async fn create(&mut self, sql: &'static str) -> Result<(), ProjectionError> {
        sqlx::raw_sql(sql).execute(self).await?;
        Ok(())
    }

    async fn rows(&mut self, sql: &'static str) -> Result<Vec<(String, i64, i64)>, ProjectionError> {
        let rows = sqlx::query(sql).fetch_all(self).await?;
        let row = |row: &sqlx::postgres::PgRow| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
        Ok(rows.iter().map(row).collect::<Result<_, sqlx::Error>>()?)
    }
}
