//! What is in the store in the end, read twice: by position and by stream.

use std::collections::{BTreeMap, HashMap};

use es_core::store::{EventStore, PageSize};
use es_core::{AnyStore, Position, Query, StreamId};

use super::Result;
use super::mark::{Seen, category, seen};
use super::verdict::Stored;

impl Stored {
    pub(crate) async fn read(store: &AnyStore, run: u64, base: Position, streams: u32) -> Result<Self> {
        let (mut events, mut sizes) = (Vec::new(), HashMap::new());
        let mut after = base;
        loop {
            let page = store.read(&Query::all(), after, PageSize { events: 5_000, bytes: 8 << 20 }).await?;
            for (event, of) in page.events.iter().filter_map(|event| seen(run, event)) {
                events.push(event);
                sizes.insert(event.key.append(), of);
            }
            if page.at_head {
                break;
            }
            after = page.through;
        }
        let mut by_stream = BTreeMap::new();
        for number in 0..streams.max(1) {
            let events = stream(store, run, number).await?;
            if !events.is_empty() {
                by_stream.insert(number, events);
            }
        }
        Ok(Self { events, sizes, streams: by_stream })
    }
}

async fn stream(store: &AnyStore, run: u64, number: u32) -> Result<Vec<Seen>> {
    let stream = StreamId::new(category(run), number.to_string())?;
    let mut events: Vec<Seen> = Vec::new();
    loop {
        let from = events.len() as u64 + 1;
        let page = store.read_stream(&stream, from, PageSize { events: 5_000, bytes: 8 << 20 }).await?;
        if page.is_empty() {
            return Ok(events);
        }
        events.extend(page.iter().filter_map(|event| seen(run, event)).map(|(seen, _)| seen));
    }
}
