//! Reading a view's rows, and folding one without its table.

use std::future::IntoFuture;
use std::marker::PhantomData;

use futures_util::future::BoxFuture;

use crate::error::ReadError;
use crate::store::{StoreError, ViewQuery, ViewRow, ViewStore};
use crate::view::column::FilterOf;
use crate::view::{View, table};

/// The rows of the view `V`: [`App::view`](crate::App::view).
#[derive(Debug)]
pub struct Views<'a, S, V> {
    store: &'a S,
    view: PhantomData<fn() -> V>,
}

impl<'a, S: ViewStore, V: View> Views<'a, S, V> {
    pub(crate) fn new(store: &'a S) -> Self {
        Self { store, view: PhantomData }
    }

    /// The row of this key.
    ///
    /// # Errors
    /// [`ReadError`]; also when no worker has set the view up yet.
    pub async fn get(&self, key: &V::Key) -> Result<Option<V>, ReadError> {
        let rows = self.store.rows(&table::<V>(), vec![key.to_string()]).await?;
        rows.into_iter().next().map(|row| state::<V>(&row)).transpose().map_err(ReadError::from)
    }

    /// The rows in byte order of their printed keys: up to 100, unless [`limit`](ListRows::limit) says otherwise.
    pub fn list(&self) -> ListRows<'a, S, V> {
        ListRows { store: self.store, query: ViewQuery { limit: 100, ..ViewQuery::default() }, view: PhantomData }
    }

    /// How many rows there are.
    pub fn count(&self) -> CountRows<'a, S, V> {
        CountRows { store: self.store, filters: Vec::new(), view: PhantomData }
    }
}

fn state<V: View>(row: &ViewRow) -> Result<V, StoreError> {
    serde_json::from_slice(&row.state).map_err(|error| StoreError::Corrupt {
        what: format!("a row `{}` of `{}` that does not decode: {error}", row.key, table::<V>().table()),
    })
}

/// A list of rows to be read; awaiting it gives keys and states.
#[must_use = "nothing is read until it is awaited"]
#[derive(Debug)]
pub struct ListRows<'a, S, V> {
    store: &'a S,
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
            let rows = self.store.list(&table::<V>(), &self.query).await?;
            let parsed = rows.into_iter().map(|row| {
                let state = state::<V>(&row)?;
                let what = || format!("a key `{}` in `{}` that its type does not read", row.key, table::<V>().table());
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
    store: &'a S,
    filters: Vec<crate::view::Filter>,
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
        Box::pin(async move { Ok(self.store.count(&table::<V>(), &self.filters).await?) })
    }
}
