//! A store that goes on in another server: from a dump, and on a standby that takes its primary's place.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod busy;
mod given;
mod server;

use busy::{Busy, MODES, check};
use es_core::store::{EventStore, PageSize};
use es_core::{Position, Query, StoredEvent};
use es_postgres::PostgresStore;
use given::{all, deposit, number, until};
use xtask::postgres::{Account, Cluster, DURABLE, THROWAWAY};

/// What a reader sees that goes on from a position.
async fn after(store: &PostgresStore, position: Position) -> Vec<StoredEvent> {
    let (mut events, mut at) = (Vec::new(), position);
    loop {
        let page = store.read(&Query::all(), at, PageSize { events: 7, bytes: usize::MAX }).await.unwrap();
        events.extend(page.events);
        at = page.through;
        if page.at_head {
            return events;
        }
    }
}

/// Appends go on after what is there.
async fn goes_on(store: &PostgresStore, stored: &[StoredEvent]) {
    let appended = store.append(deposit(1, 5).keyed("after the move", "Deposit")).await.unwrap();
    assert!(appended.position > stored.last().map(|event| event.position));
    assert_eq!(after(store, stored.last().unwrap().position).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_of_a_store_at_work_is_whole_in_another_server_and_readers_go_on_there() {
    let [mut old, mut new] = ["old", "new"].map(|name| Cluster::of_test(name, THROWAWAY).unwrap());
    old.start().unwrap();
    new.start().unwrap();
    let (from, to) = (old.url("postgres"), new.url("postgres"));
    let mut stores = Vec::new();
    for mode in MODES {
        stores.push(Busy::start(mode, &from).await);
        stores.last().unwrap().goes_on().await;
    }
    let before: Vec<_> = stores.iter().map(|store| (store.acknowledged(), store.seen())).collect();
    let dump = new.data().with_file_name("dump");
    let dumped = tokio::task::spawn_blocking(move || {
        let mut pg_dump = old.command("pg_dump");
        pg_dump.args(["--format=custom", "--file"]).arg(&dump).arg(&from);
        Account::output(pg_dump).unwrap();
        let mut pg_restore = new.command("pg_restore");
        pg_restore.args(["--exit-on-error", "--dbname"]).arg(&to).arg(&dump);
        Account::output(pg_restore).unwrap();
        (old, new)
    });
    let (old, new) = dumped.await.unwrap();
    for (store, (acknowledged, seen)) in stores.into_iter().zip(before) {
        let mode = store.mode;
        let (_, original) = store.end(&old.url("postgres")).await;
        let moved = mode.open(&new.url("postgres")).await;
        let stored = all(&moved).await;
        check(mode, &moved, &acknowledged, &stored).await;
        // nothing is there that was not, and all that a reader had seen before
        assert!(
            stored
                .iter()
                .all(|event| original.binary_search_by_key(&event.position, |event| event.position).is_ok_and(|at| original[at] == *event))
        );
        assert_eq!(stored[..seen.len()], seen, "{}", mode.0);
        assert_eq!(after(&moved, seen.last().unwrap().position).await, stored[seen.len()..], "{}", mode.0);
        goes_on(&moved, &stored).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_synchronous_standby_that_takes_over_has_all_that_was_acknowledged_or_read() {
    let mut primary = Cluster::of_test("primary", DURABLE).unwrap();
    primary.start().unwrap();
    let url = primary.url("postgres");
    let mut standby = primary.standby("standby").unwrap();
    standby.start().unwrap();
    primary.set("synchronous_standby_names", "'standby'").unwrap();
    let mut sql = server::connect(&url).await;
    number(&mut sql, "select pg_reload_conf()::int::bigint").await;
    until("the standby is synchronous", || async {
        let mut look = server::connect(&url).await;
        number(&mut look, "select count(*) from pg_stat_replication where sync_state = 'sync'").await == 1
    })
    .await;
    let mut stores = Vec::new();
    for mode in MODES {
        stores.push(Busy::start(mode, &url).await);
    }
    for store in &stores {
        store.goes_on().await;
    }
    primary.kill().unwrap();
    let mut left = Vec::new();
    for store in stores {
        left.push((store.mode, store.abandon().await));
    }
    let standby = tokio::task::spawn_blocking(move || {
        standby.promote().unwrap();
        standby
    });
    let standby = standby.await.unwrap();
    for (mode, (acknowledged, seen)) in left {
        let store = mode.open(&standby.url("postgres")).await;
        let stored = all(&store).await;
        check(mode, &store, &acknowledged, &stored).await;
        assert!(stored.len() >= seen.len() && stored[..seen.len()] == seen, "{}: something was read that is not there", mode.0);
        assert_eq!(after(&store, seen.last().unwrap().position).await, stored[seen.len()..], "{}", mode.0);
        goes_on(&store, &stored).await;
    }
}
