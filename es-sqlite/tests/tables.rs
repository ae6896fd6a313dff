//! The tables are for everyone to read.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod given;

use chrono::Utc;
use es_core::store::{Append, EventStore, NewEvent, PageSize, StoreError};
use es_core::{Clause, ExpectedVersion, Position, Query, Tag};
use es_sqlite::SqliteStore;
use given::{account, deposited, folder};

#[tokio::test]
async fn events_are_plain_rows_with_json_in_them() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    let tagged = deposited(700).tagged([Tag::new("till", "main").unwrap(), Tag::new("clerk", "\"Ö\"").unwrap()]);
    store.append(Append::to(account("a"), ExpectedVersion::Any, vec![tagged, deposited(5)])).await.unwrap();
    store.append(Append::unstreamed(vec![deposited(1)])).await.unwrap();

    let raw = folder.raw();
    let sum = "select sum(payload ->> 'cents') from events where category = 'account' and metadata is null";
    assert_eq!(raw.query_row(sum, [], |row| row.get::<_, i64>(0)).unwrap(), 705);
    let clerk = "select t.value from events e, json_each(e.tags) t where e.position = 1 and t.value like 'clerk:%'";
    assert_eq!(raw.query_row(clerk, [], |row| row.get::<_, String>(0)).unwrap(), "clerk:\"Ö\"");
    let unstreamed = "select count(*) from events where category is null and stream_id is null and version is null and tags is null";
    assert_eq!(raw.query_row(unstreamed, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
}

#[tokio::test]
async fn a_row_that_this_library_does_not_write_is_named() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    store.append(Append::to(account("a"), ExpectedVersion::Any, vec![deposited(5)])).await.unwrap();
    folder.raw().execute_batch("update events set event_id = x'00' where position = 1").unwrap();
    let error = store.read(&Query::all(), Position::START, PageSize::default()).await.unwrap_err();
    let StoreError::Corrupt { what } = &error else { panic!("{error:?}") };
    assert!(what.contains("position 1") && what.contains("`event_id`"), "{what}");
}

#[tokio::test]
async fn a_reader_of_a_rare_event_gets_past_long_stretches_without_it() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    // more than one call looks at
    let copies = "insert into events (position, event_id, name, event_version, recorded_at, payload)
                  with recursive n(n) as (select 1 union all select n + 1 from n where n < 250000)
                  select n, randomblob(16), 'Ticked', 1, 0, '{}' from n";
    folder.raw().execute_batch(copies).unwrap();
    store.append(Append::unstreamed(vec![NewEvent::new("Rang", 1, "{}").unwrap()])).await.unwrap();

    let query = Query::from(Clause::new().names(["Rang"]));
    let (mut after, mut calls) = (Position::START, 0);
    let found = loop {
        let page = store.read(&query, after, PageSize::default()).await.unwrap();
        calls += 1;
        assert!(page.through > after, "no call stands still");
        after = page.through;
        if !page.events.is_empty() || page.at_head {
            break page;
        }
    };
    assert_eq!(found.events[0].position, Position(250_001));
    assert!(found.at_head && calls > 1, "the work of one call is bounded");
}

#[tokio::test]
async fn keys_are_forgotten_over_more_than_one_transaction() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    let keys = "insert into append_keys (key, command, version, recorded_at)
                with recursive n(n) as (select 1 union all select n + 1 from n where n < 25000)
                select 'old ' || n, 'Deposit', 0, n from n";
    folder.raw().execute_batch(keys).unwrap();
    let before = Utc::now();
    store.append(Append::unstreamed(vec![deposited(1)]).keyed("new", "Deposit")).await.unwrap();
    assert_eq!(store.prune_keys(before).await.unwrap(), 25_000);
    assert!(store.key("new").await.unwrap().is_some() && store.key("old 7").await.unwrap().is_none());
}
