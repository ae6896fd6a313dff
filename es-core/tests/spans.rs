//! Every command, append and load is a span.
//!
//! The only test of its program: `tracing` remembers per call site whether anyone listens, and a
//! test beside it that listens to nothing could be the first to get there.
#![allow(clippy::unwrap_used, reason = "a test")]

mod bank;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use bank::*;
use es_core::MemoryStore;
use es_core::prelude::*;
use tracing::span::{Attributes, Id as SpanId, Record};
use tracing::{Event as Logged, Metadata, Subscriber};

/// Keeps the names of spans.
#[derive(Clone, Default)]
struct Names {
    seen: Arc<Mutex<Vec<&'static str>>>,
    next: Arc<AtomicU64>,
}

impl Subscriber for Names {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("es_core")
    }
    fn new_span(&self, span: &Attributes<'_>) -> SpanId {
        self.seen.lock().unwrap().push(span.metadata().name());
        SpanId::from_u64(self.next.fetch_add(1, Ordering::SeqCst) + 1)
    }
    fn record(&self, _: &SpanId, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &SpanId, _: &SpanId) {}
    fn event(&self, _: &Logged<'_>) {}
    fn enter(&self, _: &SpanId) {}
    fn exit(&self, _: &SpanId) {}
}

#[tokio::test(flavor = "current_thread")]
async fn a_command_its_append_and_a_load_are_spans() {
    let names = Names::default();
    let guard = tracing::subscriber::set_default(names.clone());
    let app = App::new(MemoryStore::new());
    app.execute(open(1)).await.unwrap();
    app.load::<Account>(&1).await.unwrap();
    drop(guard);
    assert_eq!(*names.seen.lock().unwrap(), ["execute", "append", "load"]);
}
