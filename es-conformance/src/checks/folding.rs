//! A fold is handed what a stream holds.

use std::ops::ControlFlow;

use es_core::store::{EventStore, FoldStream, NewEvent};
use es_core::{AnyStore, StoredRef, StreamId};
use futures_util::FutureExt;

use crate::given::{event, events, parcel, stream, tag, to};
use crate::place::Place;
use crate::run::Outcome;

/// Everything that a fold is told of an event, in words.
#[derive(Default)]
struct Told {
    events: Vec<String>,
    /// How many it wants; 0 for all.
    wanted: usize,
}

impl FoldStream for Told {
    fn take(&mut self, event: StoredRef<'_>) -> ControlFlow<()> {
        self.events.push(format!("{event:?}"));
        if self.events.len() == self.wanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

async fn told(store: &AnyStore, stream: &StreamId, from: u64, wanted: usize) -> Outcome<Vec<String>> {
    Ok(store.fold_stream(stream, from, Told { events: Vec::new(), wanted }).await?.events)
}

/// What it must be told, from the events as they are read.
async fn read(store: &AnyStore, of: &StreamId) -> Outcome<Vec<String>> {
    Ok(stream(store, of).await?.iter().map(|event| format!("{:?}", StoredRef::from(event))).collect())
}

pub(crate) async fn a_fold_takes_what_the_stream_holds_in_order(place: Place) -> Outcome {
    let (store, scanned) = (place.open().await?, parcel("p-1")?);
    let (depot, van) = (tag("depot", "Åbo \"3\"")?, tag("van", 7)?);
    let tagged = |event: NewEvent| event.tagged([depot.clone(), van.clone()]);
    for _ in 0..3 {
        let group = events("Scanned", 4_100)?.into_iter().enumerate();
        let group = group.map(|(nth, event)| if nth % 1_000 == 7 { tagged(event) } else { event }).collect();
        store.append(to(&scanned, group)).await?;
        store.append(to(&parcel("p-2")?, vec![NewEvent::new("Moved", 3, "\"\u{1f4e6}\"".as_bytes().to_vec())?])).await?;
    }
    for of in [scanned, parcel("p-2")?, parcel("nobody")?] {
        let (folded, read) = (told(&store, &of, 1, 0).await?, read(&store, &of).await?);
        assert_eq!(folded.len(), read.len(), "`{of}`");
        assert!(folded == read, "`{of}` is folded as something else than it is read as");
    }
    Ok(())
}

pub(crate) async fn a_fold_begins_at_the_version_that_is_asked_for(place: Place) -> Outcome {
    let (store, scanned) = (place.open().await?, parcel("p-1")?);
    store.append(to(&scanned, events("Scanned", 5)?)).await?;
    let read = read(&store, &scanned).await?;
    for from in 1..=5 {
        assert_eq!(told(&store, &scanned, from, 0).await?, read[from as usize - 1..], "from {from}");
    }
    assert_eq!(told(&store, &scanned, 6, 0).await?, [""; 0], "after the last");
    assert_eq!(told(&store, &scanned, u64::MAX, 0).await?, [""; 0], "far after the last");
    Ok(())
}

pub(crate) async fn a_fold_that_wants_no_more_is_given_no_more(place: Place) -> Outcome {
    let (store, scanned) = (place.open().await?, parcel("p-1")?);
    store.append(to(&scanned, events("Scanned", 2_500)?)).await?;
    for wanted in [1, 2, 999, 1_000, 1_001, 2_000, 2_499, 2_500] {
        assert_eq!(told(&store, &scanned, 1, wanted).await?.len(), wanted);
    }
    Ok(())
}

/// Panics at the second event.
struct Panics(bool);

impl FoldStream for Panics {
    fn take(&mut self, _: StoredRef<'_>) -> ControlFlow<()> {
        assert!(!self.0, "on purpose");
        self.0 = true;
        ControlFlow::Continue(())
    }
}

pub(crate) async fn a_panic_in_a_fold_is_its_callers_and_the_store_goes_on(place: Place) -> Outcome {
    let (store, scanned) = (place.open().await?, parcel("p-1")?);
    store.append(to(&scanned, events("Scanned", 3)?)).await?;
    for _ in 0..8 {
        let folding = std::panic::AssertUnwindSafe(store.fold_stream(&scanned, 1, Panics(false)));
        assert!(folding.catch_unwind().await.is_err(), "a panic of the fold is lost");
        store.append(to(&scanned, vec![event("Moved")?])).await?;
    }
    assert_eq!(told(&store, &scanned, 1, 0).await?, read(&store, &scanned).await?);
    Ok(())
}
