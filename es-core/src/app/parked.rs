//! Events that a view or a projection could not take, seen from an application.

use std::collections::BTreeMap;
use std::future::IntoFuture;
use std::marker::PhantomData;

use futures_util::future::BoxFuture;

use crate::app::App;
use crate::error::ReadError;
use crate::projection::ReadModel;
use crate::recorded::StoredEvent;
use crate::store::{Mark, Parked, ParkedQuery, StoreError, ViewStore, parked};
use crate::stream::Position;

impl<S: ViewStore> App<S> {
    /// The events that a view, a projection or a reaction could not take, where its `on_error` is `park`; and those that wait behind
    /// them. Nothing is lost: they can be tried again, or given up.
    ///
    /// What is asked for here is done by the worker that keeps it, the next time that it renews its lease.
    pub fn parked<R: ReadModel>(&self) -> ParkedEvents<'_, S, R> {
        ParkedEvents { store: self.store(), of: PhantomData }
    }
}

/// The parked events of `R`: [`App::parked`].
#[derive(Debug)]
pub struct ParkedEvents<'a, S, R> {
    store: &'a S,
    of: PhantomData<fn() -> R>,
}

fn all<R: ReadModel>() -> ParkedQuery {
    ParkedQuery { projection: R::NAME.to_owned(), version: R::VERSION, limit: 100, ..ParkedQuery::default() }
}

impl<'a, S: ViewStore, R: ReadModel> ParkedEvents<'a, S, R> {
    /// Them in the order of the log, one for each key: up to 100, unless [`limit`](ListParked::limit) says otherwise.
    pub fn list(&self) -> ListParked<'a, S> {
        ListParked { store: self.store, query: all::<R>() }
    }

    /// One of them: the event as it is stored, and why it is parked, for each key that it belongs to. `None` where it is not parked.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn get(&self, position: Position) -> Result<Option<(StoredEvent, Vec<Parked>)>, ReadError> {
        let parked = self.at(position).await?;
        if parked.is_empty() {
            return Ok(None);
        }
        let event = parked::event(self.store, position).await?;
        Ok(Some((event, parked)))
    }

    /// Has an event tried again, and then those that wait behind it, in order. Of one that waits itself, all before it are tried first.
    /// How many keys that concerns: 0 where it is not parked.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn retry(&self, position: Position) -> Result<u64, ReadError> {
        self.retry_keys(self.at(position).await?.into_iter().map(|parked| parked.key)).await
    }

    /// Has all of them tried again. How many keys that concerns.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn retry_all(&self) -> Result<u64, ReadError> {
        let mut firsts = BTreeMap::new();
        parked::each(self.store, all::<R>(), |parked| {
            firsts.entry(parked.key).or_insert(parked.position);
        })
        .await?;
        self.mark(firsts.into_iter().collect(), Mark::Retry).await
    }

    /// Gives an event up: it never takes effect, and those that wait behind it are tried. How many keys that concerns: 0 where it is not
    /// parked.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn discard(&self, position: Position) -> Result<u64, ReadError> {
        let rows = self.at(position).await?.into_iter().map(|parked| (parked.key, parked.position));
        self.mark(rows.collect(), Mark::Discard).await
    }

    async fn at(&self, position: Position) -> Result<Vec<Parked>, StoreError> {
        self.store.parked(&ParkedQuery { position: Some(position), limit: u32::MAX, ..all::<R>() }).await
    }

    async fn retry_keys(&self, keys: impl Iterator<Item = String>) -> Result<u64, ReadError> {
        let mut firsts = Vec::new();
        for key in keys {
            let first = self.store.parked(&ParkedQuery { key: Some(key), limit: 1, ..all::<R>() }).await?;
            firsts.extend(first.into_iter().map(|first| (first.key, first.position)));
        }
        self.mark(firsts, Mark::Retry).await
    }

    async fn mark(&self, rows: Vec<(String, Position)>, mark: Mark) -> Result<u64, ReadError> {
        if rows.is_empty() {
            return Ok(0);
        }
        Ok(self.store.mark(R::NAME, R::VERSION, &rows, mark).await?)
    }
}

/// A list of parked events to be read; awaiting it gives them.
#[must_use = "nothing is read until it is awaited"]
#[derive(Debug)]
pub struct ListParked<'a, S> {
    store: &'a S,
    query: ParkedQuery,
}

impl<S> ListParked<'_, S> {
    /// Only those behind this one: the last one of the page before.
    pub fn after(mut self, last: &Parked) -> Self {
        self.query.after = Some((last.position, last.key.clone()));
        self
    }

    /// At most this many.
    pub fn limit(mut self, events: u32) -> Self {
        self.query.limit = events;
        self
    }
}

impl<'a, S: ViewStore> IntoFuture for ListParked<'a, S> {
    type Output = Result<Vec<Parked>, ReadError>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { Ok(self.store.parked(&self.query).await?) })
    }
}
