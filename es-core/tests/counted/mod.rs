//! What a metric counted meanwhile.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used, reason = "each test uses a part of it")]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use metrics::{Counter, CounterFn, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};

struct Counting {
    name: &'static str,
    count: Arc<Count>,
}

#[derive(Default)]
struct Count(AtomicU64);

impl CounterFn for Count {
    fn increment(&self, value: u64) {
        self.0.fetch_add(value, Ordering::SeqCst);
    }
    fn absolute(&self, value: u64) {
        self.0.store(value, Ordering::SeqCst);
    }
}

impl Recorder for Counting {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        if key.name() == self.name { Counter::from_arc(self.count.clone()) } else { Counter::noop() }
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

/// How much the counter `name` grew while the future ran.
pub async fn of(name: &'static str, future: impl Future<Output = ()>) -> u64 {
    value(future, name).await.1
}

/// What the future gave, and how much the counter `name` grew while it ran.
pub async fn value<T>(future: impl Future<Output = T>, name: &'static str) -> (T, u64) {
    let recorder = Counting { name, count: Arc::default() };
    let mut future = pin!(future);
    let output = std::future::poll_fn(|context: &mut Context<'_>| -> Poll<T> {
        metrics::with_local_recorder(&recorder, || future.as_mut().poll(context))
    });
    let output = output.await;
    (output, recorder.count.0.load(Ordering::SeqCst))
}
