//! Reading a view's rows, and folding one without its table.

use std::future::IntoFuture;
use std::marker::PhantomData;

use futures_util::future::BoxFuture;

use crate::app::App;
use crate::error::ReadError;
use crate::store::{StoreError, ViewQuery, ViewRow, ViewStore, ViewTable};
use crate::view::column::{Filter, FilterOf};
use crate::view::{View, table};

/// The rows of the view `V`: [`App::view`](crate::App::view).
#[derive(Debug)]
pub struct Views<'a, S, V> {
    app: &'a App<S>,
    view: PhantomData<fn() -> V>,
}

impl<'a, S: ViewStore, V: View> Views<'a, S, V> {
    pub(crate) fn new(app: &'a App<S>) -> Self {
        Self { app, view: PhantomData }
    }

    /// The row of this key.
    ///
    /// # Errors
    /// [`ReadError`]; also when no worker has set the view up yet.
    pub async fn get(&self, key: &V::Key) -> Result<Option<V>, ReadError> {
        let table = serving::<S, V>(self.app, &[]).await?;
        let rows = self.app.store().rows(&table, vec![key.to_string()]).await?;
        rows.into_iter().next().map(|row| state::<V>(&table, &row)).transpose().map_err(ReadError::from)
    }

    /// The rows in byte order of their printed keys: up to 100, unless [`limit`](ListRows::limit) says otherwise.
    pub fn list(&self) -> ListRows<'a, S, V> {
        ListRows { app: self.app, query: ViewQuery { limit: 100, ..ViewQuery::default() }, view: PhantomData }
    }

    /// How many rows there are.
    pub fn count(&self) -> CountRows<'a, S, V> {
        CountRows { app: self.app, filters: Vec::new(), view: PhantomData }
    }
}

/// The table that serves: that of an earlier version, as long as this one is built beside it.
async fn serving<S: ViewStore, V: View>(app: &App<S>, filters: &[Filter]) -> Result<ViewTable, ReadError> {
    let (own, version) = (table::<V>(), app.serving::<V>().await?);
    // of an earlier one only those columns are known that somebody asks for
    let columns = if version == own.version || !filters.is_empty() { own.columns } else { &[] };
    Ok(ViewTable { version, columns, ..own })
}

fn state<V: View>(table: &ViewTable, row: &ViewRow) -> Result<V, StoreError> {
    serde_json::from_slice(&row.state).map_err(|error| match table.version == V::VERSION {
        true => StoreError::Corrupt { what: format!("a row `{}` of `{}` that does not decode: {error}", row.key, table.table()) },
        false => StoreError::Refused {
            reason: format!(
                "view `{}` version {} is still being built, and does not read the rows of version {}: wait for it ({error})",
                V::NAME,
                V::VERSION,
                table.version
            ),
        },
    })
}

/// A list of rows to be read; awaiting it gives keys and states.
#[must_use = "nothing is read until it is awaited"]
#[derive(Debug)]
pub struct ListRows<'a, S, V> {
    app: &'a App<S>,
    query: ViewQuery,
    view: PhantomData<fn() -> V>,
}

impl<S, V: View> ListRows<'_, S, V> {
    /// Only rows that this lets through; several must all do so.
    pub fn filter(mut self, filter: FilterOf<V>) -> Self {
        self.query.filters.push(filter.filter);
        self
    }

    /// Only rows behind this key: the last one of the page before.
    pub fn after(mut self, key: &V::Key) -> Self {
        self.query.after = Some(key.to_string());
        self
    }

    /// At most this many rows.
    pub fn limit(mut self, rows: u32) -> Self {
        self.query.limit = rows;
        self
    }
}

impl<'a, S: ViewStore, V: View> IntoFuture for ListRows<'a, S, V> {
    type Output = Result<Vec<(V::Key, V)>, ReadError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let table = serving::<S, V>(self.app, &self.query.filters).await?;
            let rows = self.app.store().list(&table, &self.query).await?;
            let parsed = rows.into_iter().map(|row| {
                let state = state::<V>(&table, &row)?;
                let what = || format!("a key `{}` in `{}` that its type does not read", row.key, table.table());
                let key = row.key.parse().map_err(|_| StoreError::Corrupt { what: what() })?;
                Ok((key, state))
            });
            parsed.collect()
        })
    }
}

/// Rows to be counted; awaiting it gives their number.
#[must_use = "nothing is counted until it is awaited"]
#[derive(Debug)]
pub struct CountRows<'a, S, V> {
    app: &'a App<S>,
    filters: Vec<Filter>,
    view: PhantomData<fn() -> V>,
}

impl<S, V: View> CountRows<'_, S, V> {
    /// Only rows that this lets through; several must all do so.
    pub fn filter(mut self, filter: FilterOf<V>) -> Self {
        self.filters.push(filter.filter);
        self
    }
}

impl<'a, S: ViewStore, V: View> IntoFuture for CountRows<'a, S, V> {
    type Output = Result<u64, ReadError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let table = serving::<S, V>(self.app, &self.filters).await?;
            Ok(self.app.store().count(&table, &self.filters).await?)
        })
    }
}
