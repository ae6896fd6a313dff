//! A stream is read for what it adds up to: its events are folded where they are read, page by page.

use std::any::Any;
use std::ops::ControlFlow;

use futures_util::future;

use crate::recorded::{StoredEvent, StoredRef};
use crate::store::{EventStore, PageSize, StoreError};
use crate::stream::StreamId;

/// What the events of a stream are folded into. A store may run it on a thread of its own.
pub trait FoldStream: Send + 'static {
    /// Takes the next event; `Break` wants no more.
    fn take(&mut self, event: StoredRef<'_>) -> ControlFlow<()>;
}

/// What a store does that has no better way: reads pages, the next one while the present one is folded.
pub(super) async fn fold_pages<S: EventStore, F: FoldStream>(
    store: &S,
    stream: &StreamId,
    from: u64,
    mut fold: F,
) -> Result<F, StoreError> {
    let size = PageSize::default();
    let mut events = store.read_stream(stream, from, size).await?;
    while let Some(from) = size.following(&events) {
        // joined in this order, the next page is asked for before the present one is folded
        let (page, folded) = future::join(store.read_stream(stream, from, size), async { take_all(&mut fold, events) }).await;
        if folded.is_break() {
            return Ok(fold);
        }
        events = page?;
    }
    let _ = take_all(&mut fold, events);
    Ok(fold)
}

fn take_all<F: FoldStream>(fold: &mut F, events: Vec<StoredEvent>) -> ControlFlow<()> {
    events.iter().try_for_each(|event| fold.take(event.into()))
}

/// A fold whose type is hidden, and can be had again.
pub(super) trait ErasedFold: FoldStream {
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl<F: FoldStream> ErasedFold for F {
    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// Not an `ErasedFold` itself, so that there is one way only to get the fold back.
pub(super) struct BoxedFold(pub(super) Box<dyn ErasedFold>);

impl FoldStream for BoxedFold {
    fn take(&mut self, event: StoredRef<'_>) -> ControlFlow<()> {
        self.0.take(event)
    }
}
