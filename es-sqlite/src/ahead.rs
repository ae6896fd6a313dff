//! The next pages are read while the caller is busy with this one.
//!
//! Events don't change, so a page that was full when it was read is what would be read now. A page that reached the end is never
//! given: something may have been appended since.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use es_core::store::StoreError;
use tokio::sync::oneshot;

use crate::SqliteStore;
use crate::queue::Queue;
use crate::reader::{Reader, Task};

/// How many pages are kept for callers that may come for them; each has at most what one call may ask for.
const KEPT: usize = 12;
/// How many are read in one go, for a caller that has come for one before.
const AT_ONCE: usize = 3;

/// A page that can be asked for, one of a row of them.
pub(crate) trait Ask: Clone + PartialEq + Send + 'static {
    type Page: Send + 'static;

    fn read(&self, reader: &mut Reader) -> Result<Self::Page, StoreError>;

    /// What comes after this page; `None` if the page would be another once something is appended.
    fn next(&self, page: &Self::Page) -> Option<Self>;
}

/// A page that is being read, or that was.
type Coming<A> = oneshot::Receiver<Result<<A as Ask>::Page, StoreError>>;
type Answer<A> = oneshot::Sender<Result<<A as Ask>::Page, StoreError>>;

/// Pages that nobody has asked for yet.
pub(crate) struct Ahead<A: Ask>(Mutex<VecDeque<(A, Coming<A>)>>);

impl<A: Ask> Ahead<A> {
    pub(crate) fn new() -> Self {
        Self(Mutex::default())
    }

    fn pages(&self) -> MutexGuard<'_, VecDeque<(A, Coming<A>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes room for a page in place of the oldest one, unless it is there already.
    fn expect(&self, ask: &A) -> Option<Answer<A>> {
        let mut pages = self.pages();
        if pages.iter().any(|(kept, _)| kept == ask) {
            return None;
        }
        if pages.len() == KEPT {
            pages.pop_front();
        }
        let (answer, coming) = oneshot::channel();
        pages.push_back((ask.clone(), coming));
        Some(answer)
    }

    fn take(&self, ask: &A) -> Option<Coming<A>> {
        let mut pages = self.pages();
        let at = pages.iter().position(|(kept, _)| kept == ask)?;
        pages.remove(at).map(|(_, coming)| coming)
    }

    /// Reads a page, and those after it as long as no other caller waits for the thread.
    fn read(&self, reader: &mut Reader, mut ask: A, mut answer: Answer<A>, count: usize, queue: &Queue<Task>) {
        for left in (0..count).rev() {
            if answer.is_closed() {
                return;
            }
            let page = ask.read(reader);
            let next = page.as_ref().ok().and_then(|page| ask.next(page)).filter(|_| left > 0 && queue.is_empty());
            // before this page is given, so that its caller finds the next one
            let following = next.and_then(|next| Some((self.expect(&next)?, next)));
            let _ = answer.send(page);
            match following {
                Some(following) => (answer, ask) = following,
                None => return,
            }
        }
    }
}

impl SqliteStore {
    /// The page that was read for this, or one that is read now.
    pub(crate) async fn page<A: Ask>(&self, ahead: &Arc<Ahead<A>>, ask: A) -> Result<A::Page, StoreError> {
        if let Some(coming) = ahead.take(&ask)
            && let Ok(Ok(page)) = coming.await
            && let Some(next) = ask.next(&page)
        {
            self.read_ahead(ahead, next, AT_ONCE);
            return Ok(page);
        }
        let (page, next) = self
            .read_with(move |reader| {
                let page = ask.read(reader)?;
                let next = ask.next(&page);
                Ok((page, next))
            })
            .await?;
        next.into_iter().for_each(|next| self.read_ahead(ahead, next, 1));
        Ok(page)
    }

    /// Begins to read some pages that nobody has asked for.
    fn read_ahead<A: Ask>(&self, ahead: &Arc<Ahead<A>>, ask: A, count: usize) {
        let Some(answer) = ahead.expect(&ask) else { return };
        let (ahead, queue) = (ahead.clone(), self.threads.reads.clone());
        let task: Task = Box::new(move |reader| ahead.read(reader, ask, answer, count, &queue));
        // a store that is closed says so when the page is asked for
        let _ = self.threads.reads.push(task);
    }

    /// Begins to read what comes after a page that was read otherwise.
    pub(crate) fn read_on<A: Ask>(&self, ahead: &Arc<Ahead<A>>, ask: A) {
        self.read_ahead(ahead, ask, AT_ONCE);
    }
}
