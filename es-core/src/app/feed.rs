//! Events one after another, a page ahead of whoever reads them.

use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_util::StreamExt;
use futures_util::future::{self, BoxFuture, MaybeDone};

use crate::aggregate::Aggregate;
use crate::app::App;
use crate::app::repeat::decode_into;
use crate::error::ReadError;
use crate::event::EventSet;
use crate::query::{Clause, Query};
use crate::recorded::{Recorded, StoredEvent};
use crate::store::{PageSize, Store};
use crate::stream::{Position, StreamId};

/// Events in order: a [`Stream`] of `Result<T, ReadError>` that needs no other trait to be read.
///
/// It reads one page ahead, and holds no more than two: memory stays flat however many events there are.
#[must_use = "nothing is read until it is polled"]
pub struct Feed<T> {
    items: Pin<Box<dyn Stream<Item = Result<T, ReadError>> + Send>>,
}

impl<T: Send + 'static> Feed<T> {
    fn new(items: impl Stream<Item = Result<T, ReadError>> + Send + 'static) -> Self {
        Self { items: Box::pin(items) }
    }

    pub(crate) fn failed(error: ReadError) -> Self {
        Self::new(futures_util::stream::once(async { Err(error) }))
    }

    /// The next event; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T, ReadError>> {
        self.items.next().await
    }
}

impl<T> Stream for Feed<T> {
    type Item = Result<T, ReadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.items.as_mut().poll_next(context)
    }
}

impl<T> fmt::Debug for Feed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Feed")
    }
}

pub(crate) fn log<S: Store>(app: &App<S>, query: Query, after: Position, live: bool) -> Feed<StoredEvent> {
    Feed::new(Pages::new(Log { store: app.store.clone(), size: app.settings.page, query, after, live }))
}

pub(crate) fn history<S: Store, A: Aggregate>(app: &App<S>, stream: StreamId) -> Feed<Recorded<<A as EventSet>::Event>> {
    Feed::new(Pages::new(History::<S, A> { app: app.clone(), stream, next: 1, set: PhantomData }))
}

pub(crate) fn all<S: Store, A: Aggregate>(app: &App<S>, after: Position) -> Feed<Recorded<<A as EventSet>::Event>> {
    let query = Clause::new().category(A::NAME).into();
    let log = Log { store: app.store.clone(), size: app.settings.page, query, after, live: false };
    Feed::new(Pages::new(All::<S, A> { app: app.clone(), log, set: PhantomData }))
}

/// Where pages come from.
trait Source: Send + 'static {
    type Item: Send;

    /// The next page, and the source to ask for the one after it; `None` after the last.
    fn next_page(self) -> impl Future<Output = Result<(Vec<Self::Item>, Option<Self>), ReadError>> + Send
    where
        Self: Sized;
}

type NextPage<Src> = MaybeDone<BoxFuture<'static, Result<(Vec<<Src as Source>::Item>, Option<Src>), ReadError>>>;

/// The items of a source's pages; the next page is asked for as soon as the present one is there.
struct Pages<Src: Source> {
    present: VecDeque<Src::Item>,
    next: Option<NextPage<Src>>,
}

impl<Src: Source> Unpin for Pages<Src> {}

impl<Src: Source> Pages<Src> {
    fn new(source: Src) -> Self {
        Self { present: VecDeque::new(), next: Some(page_after(source)) }
    }

    /// Begins to fetch the next page, if there is one to come. Whether it is there already is seen later.
    fn fetch(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.next.as_mut().map_or(Poll::Ready(()), |next| Pin::new(next).poll(context))
    }
}

fn page_after<Src: Source>(source: Src) -> NextPage<Src> {
    future::maybe_done(Box::pin(source.next_page()))
}

impl<Src: Source> Stream for Pages<Src> {
    type Item = Result<Src::Item, ReadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.present.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            ready!(self.fetch(context));
            let Some(mut page) = self.next.take() else { return Poll::Ready(None) };
            match Pin::new(&mut page).take_output() {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok((items, source))) => {
                    self.present = items.into();
                    self.next = source.map(page_after);
                    let _ = self.fetch(context);
                }
            }
        }
    }
}

/// All events of a store, by position.
struct Log<S> {
    store: S,
    size: PageSize,
    query: Query,
    after: Position,
    /// Whether to wait at the head for what is still to come.
    live: bool,
}

impl<S: Store> Source for Log<S> {
    type Item = StoredEvent;

    async fn next_page(mut self) -> Result<(Vec<StoredEvent>, Option<Self>), ReadError> {
        loop {
            let page = self.store.read(&self.query, self.after, self.size).await?;
            self.after = page.through;
            let ended = page.at_head && !self.live;
            if ended || !page.events.is_empty() {
                return Ok((page.events, (!ended).then_some(self)));
            }
            if page.at_head {
                self.store.wait_past(self.after).await?;
            }
        }
    }
}

/// The events of all aggregates of one type, by position.
struct All<S, A> {
    app: App<S>,
    log: Log<S>,
    set: PhantomData<fn() -> A>,
}

impl<S: Store, A: Aggregate> Source for All<S, A> {
    type Item = Recorded<<A as EventSet>::Event>;

    async fn next_page(mut self) -> Result<(Vec<Self::Item>, Option<Self>), ReadError> {
        self.app.names.check::<A>()?;
        let (stored, next) = self.log.next_page().await?;
        let events = decode_all::<A>(&stored)?;
        let Some(log) = next else { return Ok((events, None)) };
        self.log = log;
        Ok((events, Some(self)))
    }
}

fn decode_all<A: EventSet>(stored: &[StoredEvent]) -> Result<Vec<Recorded<A::Event>>, ReadError> {
    let mut events = Vec::with_capacity(stored.len());
    stored.iter().try_for_each(|event| decode_into::<A>(event, &mut events))?;
    Ok(events)
}

/// The events of one aggregate, by version.
struct History<S, A> {
    app: App<S>,
    stream: StreamId,
    next: u64,
    set: PhantomData<fn() -> A>,
}

impl<S: Store, A: Aggregate> Source for History<S, A> {
    type Item = Recorded<<A as EventSet>::Event>;

    async fn next_page(mut self) -> Result<(Vec<Self::Item>, Option<Self>), ReadError> {
        self.app.names.check::<A>()?;
        let size = self.app.settings.page;
        let stored = self.app.store.read_stream(&self.stream, self.next, size).await?;
        let events = decode_all::<A>(&stored)?;
        let ended = size.is_last(&stored);
        self.next += stored.len() as u64;
        Ok((events, (!ended).then_some(self)))
    }
}
