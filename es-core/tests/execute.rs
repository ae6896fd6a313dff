//! Commands, from the call to what is stored.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod bank;

use bank::*;
use es_core::prelude::*;
use es_core::{ExecuteError, MemoryStore, Query};

fn bank() -> App<MemoryStore> {
    App::new(MemoryStore::new())
}

#[tokio::test]
async fn a_command_is_decided_stored_and_answered_with_the_state_after_it() {
    let app = bank();
    app.execute(open(1)).await.unwrap();
    let committed = app.execute(deposit(1, 250)).await.unwrap();
    assert_eq!(committed.state, Account { owner: "ann".into(), cents: 250, movements: 1 });
    assert_eq!((committed.version, committed.position), (2, Some(Position(2))));
    let loaded = app.load::<Account>(&1).await.unwrap();
    assert_eq!((loaded.state, loaded.version), (committed.state, 2));
}

#[tokio::test]
async fn what_is_answered_is_what_the_history_says() {
    let app = bank();
    app.execute(open(1)).actor("clerk-7").correlation_id("c-1").causation_id("m-7").header("tenant", "acme").await.unwrap();
    let committed = app.execute(withdraw(1, 0)).actor("clerk-8").await.unwrap();
    let mut history = app.history::<Account>(&1);
    let opened = history.next().await.unwrap().unwrap();
    assert_eq!(opened.metadata.actor.as_deref(), Some("clerk-7"));
    assert_eq!(opened.metadata.correlation_id.as_deref(), Some("c-1"));
    assert_eq!(opened.metadata.causation_id.as_deref(), Some("m-7"));
    assert_eq!(opened.metadata.headers["tenant"], "acme");
    assert_eq!(opened.tags, [Tag::new("owner", "ann").unwrap()]);
    let withdrawn = history.next().await.unwrap().unwrap();
    assert_eq!(format!("{withdrawn:?}"), format!("{:?}", committed.events[0]));
    assert!(history.next().await.is_none());
}

#[tokio::test]
async fn a_stream_that_must_be_new_or_exist_is_checked_before_the_handler() {
    let app = bank();
    assert!(matches!(app.execute(deposit(1, 5)).await, Err(ExecuteError::NotFound(stream)) if stream.id() == "1"));
    app.execute(open(1)).await.unwrap();
    assert!(matches!(app.execute(open(1)).await, Err(ExecuteError::AlreadyExists(_))));
}

#[tokio::test]
async fn a_refused_command_stores_nothing() {
    let app = bank();
    let refused = app.execute(withdraw(1, 5)).await.unwrap_err();
    assert!(matches!(refused, ExecuteError::Domain(Refused::Short(0))));
    assert_eq!(refused.to_string(), "there are only 0 cents");
    assert_eq!(app.load::<Account>(&1).await.unwrap().version, 0);
}

#[tokio::test]
async fn a_decision_to_do_nothing_has_no_position() {
    let app = bank();
    app.execute(open(1)).await.unwrap();
    let committed = app.execute(deposit(1, 0)).await.unwrap();
    assert_eq!((committed.version, committed.position, committed.events.len()), (1, None, 0));
}

#[tokio::test]
async fn the_version_that_a_client_has_seen_is_held_against_the_stream() {
    let app = bank();
    app.execute(open(1)).await.unwrap();
    let conflict = app.execute(deposit(1, 5)).expected(ExpectedVersion::Exact(7)).await.unwrap_err();
    assert_eq!(conflict.to_string(), "the stream has moved on: `account/1` has version 1, expected version 7");
    app.execute(deposit(1, 5)).expected(ExpectedVersion::Exact(1)).await.unwrap();
}

#[tokio::test]
async fn the_generated_command_enum_runs_as_it_comes_from_json() {
    let app = bank();
    for json in [r#"{"Open":{"account":1,"owner":"bob"}}"#, r#"{"Deposit":{"account":1,"cents":7}}"#] {
        let command: AccountCommand = serde_json::from_str(json).unwrap();
        app.execute(command).await.unwrap();
    }
    assert_eq!(app.load::<Account>(&1).await.unwrap().state.cents, 7);
    let twice: AccountCommand = open(1).into();
    assert!(matches!(app.execute(twice).await, Err(ExecuteError::AlreadyExists(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_writers_each_deposit_counts_once() {
    let app = bank().retries(1000);
    app.execute(open(1)).await.unwrap();
    let writers = (0..32).map(|_| {
        let app = app.clone();
        tokio::spawn(async move { app.execute(deposit(1, 1)).await.map(|committed| committed.version) })
    });
    let mut versions = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        versions.push(writer.await.unwrap().unwrap());
    }
    versions.sort();
    assert_eq!(versions, (2..=33).collect::<Vec<u64>>());
    assert_eq!(app.load::<Account>(&1).await.unwrap().state.cents, 32);
}

#[tokio::test]
async fn an_import_appends_without_a_command_and_keeps_its_own_time() {
    let app = bank();
    let time = "1999-12-31T23:59:59Z".parse().unwrap();
    let appended =
        app.append::<Account>(&1, events![Opened { owner: "eve".into() }, Deposited { cents: 5 }]).recorded_at(time).await.unwrap();
    assert_eq!((appended.version, appended.position), (2, Some(Position(2))));
    let opened = app.history::<Account>(&1).next().await.unwrap().unwrap();
    assert_eq!(opened.metadata.imported_at, Some(time));
    assert!(opened.recorded_at > time);
    let conflict = app.append::<Account>(&1, events![Opened { owner: "eve".into() }]).expected(ExpectedVersion::NoStream).await;
    assert!(matches!(conflict, Err(ExecuteError::Conflict(_))));
}

#[tokio::test]
async fn an_id_that_no_store_could_keep_is_refused_by_name() {
    #[derive(Aggregate, Debug, Default, Clone)]
    #[aggregate(id = String, events(Opened))]
    struct Shelf {}
    impl Apply<Opened> for Shelf {
        fn apply(&mut self, _: Opened) {}
    }
    let app = bank();
    let error = app.load::<Shelf>(&String::new()).await.unwrap_err();
    assert_eq!(error.to_string(), r#"a stream id has 1 to 512 bytes and no U+0000; this one is empty: """#);
    assert!(app.append::<Shelf>(&"x".repeat(513), events![Opened { owner: "eve".into() }]).await.is_err());
}

#[tokio::test]
async fn two_types_that_claim_one_name_are_refused_at_the_first_use() {
    mod other {
        use super::*;
        #[derive(Event, serde::Serialize, serde::Deserialize, Debug, Clone)]
        #[event(name = "PaidIn")]
        pub(super) struct Imposter {}
        #[derive(Aggregate, Debug, Default, Clone)]
        #[aggregate(id = u64, events(Imposter))]
        pub(super) struct Ledger {}
        impl Apply<Imposter> for Ledger {
            fn apply(&mut self, _: Imposter) {}
        }
    }
    let app = bank();
    app.execute(open(1)).await.unwrap();
    let error = app.load::<other::Ledger>(&1).await.unwrap_err().to_string();
    assert!(error.starts_with("event name `PaidIn` is used by two types"), "{error}");
}

#[tokio::test]
async fn a_float_that_json_cannot_hold_is_refused_before_anything_is_written() {
    #[derive(Event, serde::Serialize, serde::Deserialize, Debug, Clone)]
    struct Measured {
        celsius: f64,
    }
    #[derive(Aggregate, Debug, Default, Clone)]
    #[aggregate(id = u64, events(Measured))]
    struct Probe {
        last: f64,
    }
    impl Apply<Measured> for Probe {
        fn apply(&mut self, event: Measured) {
            self.last = event.celsius;
        }
    }
    let app = bank();
    let error = app.append::<Probe>(&1, events![Measured { celsius: 0.1 }, Measured { celsius: f64::NAN }]).await.unwrap_err();
    assert_eq!(error.to_string(), "`Measured` holds a float that is not finite, which JSON would store as null");
    assert!(app.read(Query::all(), Position::START).next().await.is_none());
    for celsius in [0.1, f64::MAX, 5e-324, 1.0 / 3.0] {
        app.append::<Probe>(&1, events![Measured { celsius }]).await.unwrap();
        assert_eq!(app.load::<Probe>(&1).await.unwrap().state.last, celsius);
    }
}

#[tokio::test]
async fn an_event_that_would_not_read_back_is_refused_before_anything_is_written() {
    #[derive(serde::Serialize, Debug, Clone, Copy, PartialEq)]
    struct Percent(u8);
    impl<'de> serde::Deserialize<'de> for Percent {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let percent = u8::deserialize(deserializer)?;
            if percent > 100 {
                return Err(serde::de::Error::custom("more than 100 percent"));
            }
            Ok(Self(percent))
        }
    }
    impl Schema for Percent {
        const SHAPE: es_core::schema::Shape = es_core::schema::Shape::Scalar("u8");
    }
    #[derive(Event, serde::Serialize, serde::Deserialize, Debug, Clone)]
    struct Reduced {
        by: Percent,
    }
    #[derive(Aggregate, Debug, Default, Clone)]
    #[aggregate(id = u64, events(Reduced))]
    struct Price {}
    impl Apply<Reduced> for Price {
        fn apply(&mut self, _: Reduced) {}
    }
    let app = bank();
    let error = app.append::<Price>(&1, events![Reduced { by: Percent(101) }]).await.unwrap_err().to_string();
    assert!(error.starts_with("what `Reduced` writes cannot be read back") && error.contains("more than 100 percent"), "{error}");
    assert_eq!(app.load::<Price>(&1).await.unwrap().version, 0);
}

#[tokio::test]
async fn services_are_asked_once_and_a_conflict_is_the_callers_to_decide() {
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Asks a rate from outside; while it does, somebody else deposits.
    struct Rates {
        asked: AtomicU32,
        rival: App<MemoryStore>,
    }
    #[derive(Command, Debug, Clone)]
    #[command(aggregate = Account)]
    struct Exchange {
        #[command(id)]
        account: u64,
        dollars: i64,
    }
    impl HandleWith<Exchange, Rates> for Account {
        async fn handle_with(&self, exchange: Exchange, rates: &Rates) -> Decision<Self> {
            if rates.asked.fetch_add(1, Ordering::SeqCst) == 0 {
                rates.rival.execute(deposit(exchange.account, 1)).await.unwrap();
            }
            emit![Deposited { cents: exchange.dollars * 90 }]
        }
    }
    let app = bank();
    app.execute(open(1)).await.unwrap();
    let rates = Rates { asked: AtomicU32::new(0), rival: app.clone() };
    let conflict = app.execute_with(Exchange { account: 1, dollars: 2 }, &rates).await;
    assert!(matches!(conflict, Err(ExecuteError::Conflict(_))));
    assert_eq!(rates.asked.load(Ordering::SeqCst), 1);

    let rates = Rates { asked: AtomicU32::new(0), rival: app.clone() };
    let committed = app.execute_with(Exchange { account: 1, dollars: 2 }, &rates).retries(1).await.unwrap();
    assert_eq!(rates.asked.load(Ordering::SeqCst), 2);
    assert_eq!(committed.state.cents, 182);
}

#[tokio::test]
async fn every_handler_without_services_runs_with_any() {
    let app = bank();
    app.execute_with(open(1), &"no service at all").await.unwrap();
    assert_eq!(app.load::<Account>(&1).await.unwrap().version, 1);
}
