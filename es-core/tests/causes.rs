//! What answers an event says so: of which request it is, and what caused it.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test")]

use std::time::Duration;

use es_core::prelude::*;
use es_core::{MemoryStore, Metadata, Query, StoredEvent, Worker};
use serde::{Deserialize, Serialize};

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Posted;

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Billed;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Posted), apply = ignore)]
struct Parcel;

fn ignore(_: &mut Parcel, _: ParcelEvent) {}

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u64, events(Billed), commands(Bill), apply = charge)]
struct Invoice;

fn charge(_: &mut Invoice, _: InvoiceEvent) {}

#[derive(Command, Debug, Clone, Serialize, Deserialize)]
#[command(aggregate = Invoice)]
struct Bill {
    #[command(id)]
    parcel: u64,
}

impl Handle<Bill> for Invoice {
    fn handle(&self, _: Bill) -> Decision<Self> {
        emit![Billed]
    }
}

/// Bills each parcel, through the app.
#[derive(Projection)]
#[projection(events(Posted))]
struct Billing {
    app: App<MemoryStore>,
}

impl Project<Posted, ()> for Billing {
    async fn project(&self, posted: &Recorded<Posted>, _: &mut ()) -> Result<(), ProjectionError> {
        self.app.execute(Bill { parcel: posted.position.0 }).actor("billing").await?;
        Ok(())
    }
}

async fn log(app: &App<MemoryStore>) -> Vec<StoredEvent> {
    let (mut log, mut feed) = (Vec::new(), app.read(Query::all(), Position::START));
    while let Some(event) = feed.next().await {
        log.push(event.unwrap());
    }
    log
}

fn said(metadata: &Metadata) -> (Option<&str>, Option<&str>) {
    (metadata.correlation_id.as_deref(), metadata.causation_id.as_deref())
}

#[tokio::test]
async fn what_a_projection_does_through_the_app_is_of_the_event_s_request_and_caused_by_it() {
    let app = App::new(MemoryStore::new());
    app.append::<Parcel>(&1, events![Posted]).correlation_id("request-1").causation_id("click-9").await.unwrap();
    app.append::<Parcel>(&2, events![Posted]).await.unwrap();
    let billing = Worker::new(&app).add(Billing { app: app.clone() });
    let worker = tokio::spawn(billing.run_until(std::future::pending()));
    app.wait_for::<Billing>(Position(2), PATIENCE).await.unwrap();
    worker.abort();

    let log = log(&app).await;
    let caused = |event: &StoredEvent| {
        log.iter().find(|answer| *answer.name == *"Billed" && answer.stream.as_ref().unwrap().id() == event.position.to_string()).unwrap()
    };
    let (first, second) = (&log[0], &log[1]);
    let ids = [first.event_id.to_string(), second.event_id.to_string()];
    assert_eq!(said(&caused(first).metadata), (Some("request-1"), Some(&*ids[0])));
    assert_eq!(said(&caused(second).metadata), (Some(&*ids[1]), Some(&*ids[1])), "an event without a request begins one");
    assert_eq!(caused(first).metadata.actor.as_deref(), Some("billing"), "what the handler says besides stays");
    app.append::<Parcel>(&3, events![Posted]).await.unwrap();
    assert!(self::log(&app).await.last().unwrap().metadata.is_empty(), "outside a handler nothing is said");
}

#[tokio::test]
async fn who_follows_events_by_hand_says_it_in_one_call() {
    let app = App::new(MemoryStore::new());
    app.append::<Parcel>(&1, events![Posted]).correlation_id("request-1").await.unwrap();
    let mut feed = app.subscribe(Query::all(), Position::START);
    let posted = feed.next().await.unwrap().unwrap();
    app.execute(Bill { parcel: 1 }).caused_by(&posted).await.unwrap();
    let billed = feed.next().await.unwrap().unwrap();
    assert_eq!(said(&billed.metadata), (Some("request-1"), Some(&*posted.event_id.to_string())));
    app.append::<Invoice>(&1, events![Billed]).caused_by(&billed).correlation_id("another").await.unwrap();
    let again = feed.next().await.unwrap().unwrap();
    assert_eq!(said(&again.metadata), (Some("another"), Some(&*billed.event_id.to_string())), "what is said later counts");
}
