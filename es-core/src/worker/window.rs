//! The log as the projections of a worker read it: each page once, however many of them there are.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::query::Query;
use crate::recorded::StoredEvent;
use crate::store::{Page, PageSize, Store, StoreError};
use crate::stream::Position;

/// How many pages are kept for those who come a little later.
const PAGES: usize = 4;

pub(crate) struct Window<S> {
    store: S,
    query: Query,
    size: PageSize,
    pages: Mutex<VecDeque<(Position, Arc<Page>)>>,
}

/// A page from a position on.
#[derive(Clone)]
pub(crate) struct View {
    page: Arc<Page>,
    after: Position,
}

impl View {
    /// A page of one's own.
    pub(crate) fn of(page: Page) -> Self {
        Self { page: Arc::new(page), after: Position::START }
    }

    pub(crate) fn events(&self) -> &[StoredEvent] {
        let from = self.page.events.partition_point(|event| event.position <= self.after);
        &self.page.events[from..]
    }

    pub(crate) fn through(&self) -> Position {
        self.page.through
    }

    pub(crate) fn at_head(&self) -> bool {
        self.page.at_head
    }
}

impl<S: Store> Window<S> {
    pub(crate) fn new(store: S, query: Query, size: PageSize) -> Self {
        Self { store, query, size, pages: Mutex::default() }
    }

    /// The events after a position; without any at the head.
    pub(crate) async fn page(&self, after: Position) -> Result<View, StoreError> {
        // whoever asks for the same page waits for it here
        let mut pages = self.pages.lock().await;
        if let Some((_, page)) = pages.iter().find(|(from, page)| *from <= after && after < page.through) {
            return Ok(View { page: page.clone(), after });
        }
        let page = Arc::new(self.store.read(&self.query, after, self.size).await?);
        if page.through > after {
            pages.push_back((after, page.clone()));
            if pages.len() > PAGES {
                pages.pop_front();
            }
        }
        Ok(View { page, after })
    }

    pub(crate) async fn wait_past(&self, position: Position) -> Result<(), StoreError> {
        self.store.wait_past(position).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MemoryStore;
    use crate::store::{Append, EventStore, NewEvent};

    #[tokio::test]
    async fn who_comes_later_is_served_from_the_same_page_only_what_is_new_to_it() {
        let store = MemoryStore::new();
        let posted = |count| (0..count).map(|_| NewEvent::new("posted", 1, "{}").unwrap()).collect();
        store.append(Append::unstreamed(posted(5))).await.unwrap();
        let window = Window::new(store.clone(), Query::all(), PageSize::default());
        let positions = |view: &View| view.events().iter().map(|event| event.position.0).collect::<Vec<_>>();

        let first = window.page(Position(0)).await.unwrap();
        assert_eq!(positions(&first), [1, 2, 3, 4, 5]);
        store.append(Append::unstreamed(posted(2))).await.unwrap();
        let second = window.page(Position(2)).await.unwrap();
        assert_eq!((positions(&second), second.through()), (vec![3, 4, 5], Position(5)), "read once, for both");
        let third = window.page(Position(5)).await.unwrap();
        assert_eq!((positions(&third), third.at_head()), (vec![6, 7], true));
        assert_eq!(positions(&window.page(Position(7)).await.unwrap()), Vec::<u64>::new());
    }
}
