//! A page that was read before it was asked for is the page that would be read now.
#![allow(missing_docs, clippy::unwrap_used)]

mod given;

use es_core::store::{Append, EventStore, Load, PageSize, SnapshotStore};
use es_core::{ExpectedVersion, Position, Query};
use es_sqlite::SqliteStore;
use given::{Folder, account, deposited, folder};

const TEN: PageSize = PageSize { events: 10, bytes: usize::MAX };

/// One thread reads, so that what was begun earlier is done when a later answer comes.
async fn store_with(folder: &Folder, events: i64) -> SqliteStore {
    let store = SqliteStore::builder(&folder.url()).readers(1).connect().await.unwrap();
    append(&store, events).await;
    store
}

async fn append(store: &SqliteStore, events: i64) {
    store.append(Append::to(account(1), ExpectedVersion::Any, (0..events).map(deposited).collect())).await.unwrap();
}

async fn until_it_was_read_ahead(store: &SqliteStore) {
    store.head().await.unwrap();
}

#[tokio::test]
async fn the_last_page_has_what_was_appended_meanwhile() {
    let folder = folder();
    let store = store_with(&folder, 15).await;
    let first = store.read(&Query::all(), Position::START, TEN).await.unwrap();
    assert_eq!((first.events.len(), first.through, first.at_head), (10, Position(10), false));
    until_it_was_read_ahead(&store).await;
    append(&store, 2).await;
    let second = store.read(&Query::all(), first.through, TEN).await.unwrap();
    assert_eq!((second.events.len(), second.through, second.at_head), (7, Position(17), true));
}

#[tokio::test]
async fn a_full_page_that_ended_at_the_head_knows_that_the_head_has_moved() {
    let folder = folder();
    let store = store_with(&folder, 20).await;
    let first = store.read(&Query::all(), Position::START, TEN).await.unwrap();
    until_it_was_read_ahead(&store).await;
    append(&store, 1).await;
    let second = store.read(&Query::all(), first.through, TEN).await.unwrap();
    assert_eq!((second.events.len(), second.through, second.at_head), (10, Position(20), false));
}

#[tokio::test]
async fn the_last_part_of_a_stream_has_what_was_appended_meanwhile() {
    let folder = folder();
    let store = store_with(&folder, 25).await;
    let load = Load { stream: account(1), from: 1, snapshot: true, key: Some("request-81".into()), size: TEN };
    let loaded = store.load(load).await.unwrap();
    assert_eq!(loaded.events.last().unwrap().version, 10);
    let second = store.read_stream(&account(1), 11, TEN).await.unwrap();
    assert_eq!((second[0].version, second.len()), (11, 10));
    until_it_was_read_ahead(&store).await;
    append(&store, 2).await;
    let third = store.read_stream(&account(1), 21, TEN).await.unwrap();
    assert_eq!(third.iter().map(|event| event.version).collect::<Vec<_>>(), (21..=27).collect::<Vec<_>>());
}

#[tokio::test]
async fn readers_that_take_turns_each_get_their_own_pages() {
    let folder = folder();
    let store = store_with(&folder, 60).await;
    let sizes = [3, 4, 5, 6, 7, 8].map(|events| PageSize { events, bytes: usize::MAX });
    let mut seen = sizes.map(|_| Vec::new());
    while seen.iter().any(|seen| seen.len() < 60) {
        for (size, seen) in sizes.iter().zip(&mut seen) {
            let after = Position(seen.len() as u64);
            let page = store.read(&Query::all(), after, *size).await.unwrap();
            seen.extend(page.events.iter().map(|event| event.position.0));
        }
    }
    assert!(seen.iter().all(|seen| seen.iter().copied().eq(1..=60)), "{seen:?}");
}
