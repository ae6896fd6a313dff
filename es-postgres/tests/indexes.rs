//! Nothing that runs again and again reads a whole table.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod given;
mod server;

use es_core::store::{Append, CheckpointStore, EventStore, Load, NewEvent, PageSize, Snapshot, SnapshotStore};
use es_core::{AppendCondition, Clause, ExpectedVersion, Position, Query, StreamId, Tag};
use es_postgres::{Positions, PostgresStore};
use given::{deposited, number, until};
use server::Database;
use sqlx::PgConnection;

/// A million events of 10,000 accounts in 5 categories; every tenth has a tag, every thousandth a rare one.
const MILLION: &str = "
    insert into es.events (position, version, recorded_at, event_id, event_version, name, category, stream_id, payload, tags)
    select n, (n - 1) / 10000 + 1, now() - interval '1 day' + n * interval '1 ms', gen_random_uuid(), 1, 'Event' || n % 7,
           'account' || n % 5, (n % 10000)::text, json_build_object('n', n),
           case when n % 1000 = 0 then array['tenth:' || n % 100, 'rare:yes'] when n % 10 = 0 then array['tenth:' || n % 100] end
      from generate_series(1, 1000000) n;
    insert into es.event_tags (position, tag, name) select position, t.tag, name from es.events, unnest(tags) t(tag);
    insert into es.append_keys (key, command, first_position, last_position, recorded_at)
    select 'key-' || n, 'Deposit', n, n, now() from generate_series(1, 100000) n;
    select setval('es.positions', 1000000);
    analyze es.events; analyze es.event_tags; analyze es.append_keys";

async fn full_reads(connection: &mut PgConnection) -> i64 {
    number(connection, "select sum(seq_scan)::bigint from pg_stat_user_tables where schemaname = 'es' and n_live_tup > 1000").await
}

fn queries() -> Vec<Query> {
    let (tenth, rare, none) = (Tag::new("tenth", 50).unwrap(), Tag::new("rare", "yes").unwrap(), Tag::new("no", "such").unwrap());
    let tagged = |tag: &Tag| Clause::new().tag(tag.clone());
    vec![
        Query::all(),
        Clause::new().category("account3").into(),
        Clause::new().category("nothing").into(),
        Clause::new().names(["Event3", "Event4"]).into(),
        Clause::new().names(["Nothing"]).into(),
        tagged(&rare).into(),
        tagged(&tenth).tag(rare.clone()).into(),
        tagged(&none).into(),
        tagged(&rare).names(["Event1"]).category("account0").into(),
        Query::any([tagged(&rare), tagged(&tenth), tagged(&none)]),
        Query::any([tagged(&rare), Clause::new().names(["Event3"]), Clause::new().category("account1").tag(tenth)]),
    ]
}

/// Uses the store in every way, from the beginning, the middle and the end.
async fn use_all(store: &PostgresStore) {
    let (stream, size) = (StreamId::new("account3", "4203").unwrap(), PageSize::default());
    for query in queries() {
        for after in [0, 500_000, 999_990, 2_000_000] {
            let page = store.read(&query, Position(after), PageSize { events: 100, ..size }).await.unwrap();
            assert!(page.through > Position(after) || page.at_head);
        }
    }
    assert_eq!(store.read_stream(&stream, 1, size).await.unwrap().len(), 100);
    assert_eq!(store.read_stream(&stream, 90, size).await.unwrap().len(), 11);
    assert_eq!((store.stream_version(&stream).await.unwrap(), store.head().await.unwrap()), (100, Position(1_000_000)));
    let snapshot = Snapshot { version: 95, fingerprint: 1, checksum: 1, payload: b"{}".to_vec() };
    store.save_snapshot(&stream, snapshot).await.unwrap();
    let load = Load { stream: stream.clone(), from: 1, snapshot: true, key: Some("key-777".into()), size };
    let loaded = store.load(load).await.unwrap();
    assert_eq!((loaded.events.len(), loaded.key.unwrap().appended.position), (6, Some(Position(777))));
    assert!(store.key("no-such-key").await.unwrap().is_none());
    store.save_checkpoint("reader", Position(5)).await.unwrap();
    store.wait_past(Position(10)).await.unwrap();
    store.status().await.unwrap();

    let condition = AppendCondition { query: Clause::new().tag(Tag::new("tenth", 50).unwrap()).into(), after: Position(999_999) };
    let tagged = NewEvent::new("Event1", 1, "{}").unwrap().tagged([Tag::new("tenth", 50).unwrap(), Tag::new("rare", "yes").unwrap()]);
    let append = Append::to(stream, ExpectedVersion::Exact(100), vec![tagged, deposited(1)]).when(condition).keyed("new", "Deposit");
    assert_eq!(store.append(append).await.unwrap().version, 102);
    let begin = Append::to(StreamId::new("account", "new").unwrap(), ExpectedVersion::NoStream, vec![deposited(1)]);
    assert_eq!(store.append(begin).await.unwrap().version, 1);
}

async fn nothing_reads_a_whole_table(positions: Positions) {
    let database = Database::create(server::fast()).await;
    let open = async || PostgresStore::builder(&database.url()).positions(positions).connections(2).connect().await.unwrap();
    drop(open().await);
    let mut sql = database.connect().await;
    server::run_all(&mut sql, MILLION).await;
    server::run_all(&mut sql, "select count(*) from es.events where payload::text like '%nothing%'").await;
    // a backend's numbers are there when it ends, at the latest
    let before = settled(&database).await;
    assert!(before > 0, "the server does not count what is read");

    let store = open().await;
    use_all(&store).await;
    drop(store);
    assert_eq!(settled(&database).await, before, "a table was read from end to end");
    database.drop().await;
}

/// The number of full reads, once all backends but this one have ended.
async fn settled(database: &Database) -> i64 {
    until("the store's connections have ended", || async {
        let mut look = database.connect().await;
        let others = "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'es-postgres'";
        number(&mut look, others).await == 0
    })
    .await;
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let mut look = database.connect().await;
    number(&mut look, "select 1::bigint from pg_stat_force_next_flush()").await;
    full_reads(&mut look).await
}

#[tokio::test]
async fn with_gapless_positions_nothing_reads_a_whole_table() {
    nothing_reads_a_whole_table(Positions::Gapless).await;
}

#[tokio::test]
async fn with_fenced_positions_nothing_reads_a_whole_table() {
    nothing_reads_a_whole_table(Positions::Fenced).await;
}
