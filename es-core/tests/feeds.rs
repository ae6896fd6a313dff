//! Reading, subscribing, and the past of one aggregate.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod bank;

use bank::*;
use es_core::prelude::*;
use es_core::store::{Append, EventStore, NewEvent};
use es_core::{AsOf, Clause, MemoryStore, Query, ReadError, StreamId};
use futures_util::{StreamExt, TryStreamExt};

async fn three_accounts() -> App<MemoryStore> {
    let app = App::new(MemoryStore::new());
    for account in 1..=3 {
        app.execute(open(account)).await.unwrap();
        app.execute(deposit(account, account as i64)).await.unwrap();
    }
    app
}

/// Events as an old build wrote them.
async fn old_events(app: &App<MemoryStore>, account: u64, events: &[(&'static str, u32, &str)]) {
    let stream = StreamId::new("account", account.to_string()).unwrap();
    let events = events.iter().map(|(name, version, json)| NewEvent::new(*name, *version, *json).unwrap()).collect();
    app.store().append(Append::to(stream, ExpectedVersion::Any, events)).await.unwrap();
}

#[tokio::test]
async fn a_read_ends_at_the_head_and_resumes_anywhere() {
    let app = three_accounts().await;
    for after in 0..=6 {
        let events: Vec<_> = app.read(Query::all(), Position(after)).try_collect().await.unwrap();
        let positions: Vec<u64> = events.iter().map(|event| event.position.0).collect();
        assert_eq!(positions, (after + 1..=6).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_query_chooses_by_name_category_and_tag() {
    let app = three_accounts().await;
    let count = async |query: Query| app.read(query, Position::START).count().await;
    assert_eq!(count(Clause::new().names(["Opened"]).into()).await, 3);
    assert_eq!(count(Clause::new().category("account").into()).await, 6);
    assert_eq!(count(Clause::new().category("order").into()).await, 0);
    assert_eq!(count(Clause::new().tag(Tag::new("owner", "ann").unwrap()).into()).await, 3);
    assert_eq!(count(Clause::new().events_of::<Account>().into()).await, 6);
    assert_eq!(count(Query::any([])).await, 0);
}

#[tokio::test]
async fn a_subscription_catches_up_and_then_goes_on_live() {
    let app = three_accounts().await;
    let mut feed = app.subscribe(Clause::new().names(["Deposited"]).into(), Position(2));
    assert_eq!(feed.next().await.unwrap().unwrap().position, Position(4));
    assert_eq!(feed.next().await.unwrap().unwrap().position, Position(6));
    let writer = {
        let app = app.clone();
        tokio::spawn(async move {
            tokio::task::yield_now().await;
            app.execute(open(9)).await.unwrap();
            app.execute(deposit(9, 90)).await.unwrap();
        })
    };
    let live = feed.next().await.unwrap().unwrap();
    writer.await.unwrap();
    assert_eq!(live.position, Position(8));
    assert_eq!(live.decode::<Account>().unwrap()[0].name.as_ref(), "Deposited");
}

#[tokio::test]
async fn a_stored_event_decodes_into_what_a_set_lists_and_nothing_else() {
    #[derive(Aggregate, Debug, Default, Clone)]
    #[aggregate(id = u64, events(Opened))]
    struct Owners {}
    impl Apply<Opened> for Owners {
        fn apply(&mut self, _: Opened) {}
    }
    let app = three_accounts().await;
    let mut feed = app.read(Query::all(), Position::START);
    let opened = feed.next().await.unwrap().unwrap();
    assert_eq!(opened.decode::<Owners>().unwrap().len(), 1);
    let deposited = feed.next().await.unwrap().unwrap();
    assert_eq!(deposited.decode::<Owners>().unwrap().len(), 0);
}

#[tokio::test]
async fn a_history_is_upcast_as_everywhere() {
    let app = App::new(MemoryStore::new());
    old_events(&app, 1, &[("Opened", 1, r#"{"owner":"old"}"#), ("PaidIn", 1, r#"{"amount":3}"#), ("Deposited", 2, r#"{"cents":4}"#)]).await;
    let events: Vec<_> = app.history::<Account>(&1).map_ok(|recorded| recorded.event).try_collect().await.unwrap();
    assert!(matches!(&events[1], AccountEvent::Deposited(Deposited { cents: 300 })));
    assert_eq!(app.load::<Account>(&1).await.unwrap().state.cents, 304);
    assert_eq!(app.execute(withdraw(1, 304)).await.unwrap().state.cents, 0);
}

#[tokio::test]
async fn an_event_that_does_not_decode_says_where_it_is_and_what_it_is() {
    let app = App::new(MemoryStore::new());
    old_events(&app, 1, &[("Opened", 1, r#"{"owner":"old"}"#), ("Deposited", 9, "{}")]).await;
    let expected = "stream `account/1`, position 2, version 2: `Deposited` is stored as version 9, newer than version 2 of this build: deploy \
                    the newer build first";
    assert_eq!(app.load::<Account>(&1).await.unwrap_err().to_string(), expected);
    assert_eq!(app.execute(deposit(1, 1)).await.unwrap_err().to_string(), expected);
    let mut history = app.history::<Account>(&1);
    let error = history.next().await.unwrap().unwrap_err();
    assert!(matches!(&error, ReadError::Decode { source, .. } if source.stored_version() == 9 && source.current_version() == 2));
    assert!(history.next().await.is_none(), "an error is the last item");
}

#[tokio::test]
async fn all_accounts_are_read_in_one_pass_upcast_and_from_any_position() {
    let app = three_accounts().await;
    old_events(&app, 4, &[("Opened", 1, r#"{"owner":"old"}"#), ("PaidIn", 1, r#"{"amount":3}"#)]).await;
    for after in 0..=8 {
        let events: Vec<_> = app.read_all::<Account>(Position(after)).try_collect().await.unwrap();
        assert_eq!(events.iter().map(|event| event.position.0).collect::<Vec<_>>(), (after + 1..=8).collect::<Vec<_>>());
        if let Some(last) = events.last() {
            assert!(matches!(&last.event, AccountEvent::Deposited(Deposited { cents: 300 })));
        }
    }
}

#[tokio::test]
async fn an_unlisted_event_in_a_stream_is_an_error_not_a_gap() {
    let app = App::new(MemoryStore::new());
    old_events(&app, 1, &[("Closed", 1, "{}")]).await;
    assert!(app.read_all::<Account>(Position::START).next().await.unwrap().is_err());
    let error = app.load::<Account>(&1).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "stream `account/1`, position 1, version 1: `Closed` version 1 is stored here, but the reader lists no event of this name"
    );
}

#[tokio::test]
async fn an_aggregate_is_read_as_it_was_by_version_position_and_time() {
    let app = App::new(MemoryStore::new());
    app.execute(open(1)).await.unwrap();
    let mut times = Vec::new();
    for cents in 1..=5 {
        let committed = app.execute(deposit(1, cents)).await.unwrap();
        times.push(committed.events[0].recorded_at);
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let at = async |as_of| app.load_at::<Account>(&1, as_of).await.map(|loaded| (loaded.version, loaded.state.cents)).unwrap();
    assert_eq!(at(AsOf::Version(0)).await, (0, 0));
    assert_eq!(at(AsOf::Version(3)).await, (3, 3));
    assert_eq!(at(AsOf::Version(99)).await, (6, 15));
    assert_eq!(at(AsOf::Time(times[2])).await, (4, 6));
    assert_eq!(at(AsOf::Position(Position(4))).await, (4, 6));
    assert_eq!(at(AsOf::Position(Position::START)).await, (0, 0));
    assert_eq!(at(AsOf::Time(times[0] - chrono::Duration::days(1))).await, (0, 0));
}

#[tokio::test]
async fn a_long_history_is_read_in_pages_without_a_hole() {
    let app = App::new(MemoryStore::new());
    let mut events = events![Opened { owner: "ann".into() }];
    for cents in 1..=2500 {
        events.push(Deposited { cents });
    }
    app.append::<Account>(&1, events).await.unwrap();
    let versions: Vec<u64> = app.history::<Account>(&1).map_ok(|event| event.version).try_collect().await.unwrap();
    assert_eq!(versions, (1..=2501).collect::<Vec<_>>());
    let positions: Vec<u64> = app.read(Query::all(), Position::START).map_ok(|event| event.position.0).try_collect().await.unwrap();
    assert_eq!(positions, (1..=2501).collect::<Vec<_>>());
    assert_eq!(app.load::<Account>(&1).await.unwrap().state.movements, 2500);
}
