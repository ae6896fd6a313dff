//! Views and projections in a file.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::collections::BTreeMap;
use std::time::Duration;

use es_core::prelude::*;
use es_core::store::StoreError;
use es_core::{ReadError, WaitError, Worker};
use es_sqlite::SqliteStore;
use es_sqlite::rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Posted {
    sender: String,
    grams: u32,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Delivered;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u32, events(Posted, Delivered), apply = ignore)]
struct Parcel;

fn ignore(_: &mut Parcel, _: ParcelEvent) {}

#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(key = u32, events(Posted), delete_on(Delivered))]
struct OnTheWay {
    #[view(index)]
    sender: Option<String>,
    #[view(index)]
    grams: u32,
    #[view(index)]
    heavy: bool,
}

impl Apply<Posted> for OnTheWay {
    fn apply(&mut self, posted: Posted) {
        self.sender = Some(posted.sender).filter(|sender| !sender.is_empty());
        self.grams = posted.grams;
        self.heavy = posted.grams > 20;
    }
}

/// Grams by sender, in a table of its own.
#[derive(Projection)]
#[projection(name = "grams", events(Posted))]
struct Grams {
    ends_the_transaction: bool,
}

impl Project<Posted, Connection> for Grams {
    async fn project(&self, event: &Recorded<Posted>, db: &mut Connection) -> Result<(), ProjectionError> {
        db.execute("create table if not exists grams (sender text primary key, grams int)", [])?;
        let upsert = "insert into grams values (?1, ?2) on conflict do update set grams = grams + excluded.grams";
        db.execute(upsert, params![event.sender, event.grams])?;
        tokio::time::sleep(Duration::from_micros(10)).await;
        if self.ends_the_transaction {
            db.execute_batch("commit")?;
        }
        Ok(())
    }
}

struct Running {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), ReadError>>,
}

impl Running {
    fn start(worker: Worker<SqliteStore>) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self { stop, task: tokio::spawn(worker.run_until(async { drop(stopped.await) })) }
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

async fn post(app: &App<SqliteStore>, parcel: u32, sender: &str) -> Position {
    let events = events![Posted { sender: sender.into(), grams: parcel }];
    app.append::<Parcel>(&parcel, events).await.unwrap().position.unwrap()
}

fn grams_in(path: &std::path::Path) -> BTreeMap<String, u64> {
    let connection = Connection::open(path).unwrap();
    let mut select = connection.prepare("select sender, grams from grams").unwrap();
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, u32>(1)?.into()))).unwrap();
    rows.map(Result::unwrap).collect()
}

#[tokio::test]
async fn rows_are_kept_filtered_counted_and_paged() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new(SqliteStore::open(folder.path().join("parcels.db")).await.unwrap());
    let mut last = None;
    for parcel in 10..40 {
        last = Some(post(&app, parcel, if parcel == 33 { "" } else { "ann" }).await);
    }
    let worker = Running::start(Worker::new(&app).add(OnTheWay::projection()));
    app.wait_for::<OnTheWay>(last, PATIENCE).await.unwrap();
    let view = app.view::<OnTheWay>();
    assert_eq!(view.get(&12).await.unwrap(), app.live::<OnTheWay>(&12).await.unwrap());
    assert_eq!(view.get(&41).await.unwrap(), None);
    assert_eq!(view.count().await.unwrap(), 30);
    assert_eq!(view.count().filter(OnTheWay::GRAMS.lt(20_u32)).filter(OnTheWay::GRAMS.ge(15_u32)).await.unwrap(), 5);
    assert_eq!(view.count().filter(OnTheWay::HEAVY.eq(true)).await.unwrap(), 19);
    assert_eq!(view.count().filter(OnTheWay::SENDER.eq(None)).await.unwrap(), 1);
    let page = view.list().filter(OnTheWay::SENDER.eq("ann".to_owned())).after(&30).limit(3).await.unwrap();
    assert_eq!(page.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [31, 32, 34]);
    let delivered = app.append::<Parcel>(&12, events![Delivered]).await.unwrap();
    app.wait_for::<OnTheWay>(delivered.position, PATIENCE).await.unwrap();
    assert_eq!(view.get(&12).await.unwrap(), None);
    worker.end().await;
}

#[tokio::test]
async fn a_projection_s_writes_and_its_checkpoint_are_one_transaction() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parcels.db");
    let app = App::new(SqliteStore::open(&path).await.unwrap());
    post(&app, 1, "ann").await;
    let last = post(&app, 2, "ann").await;

    let worker = Worker::new(&app).add(Grams { ends_the_transaction: true });
    let health = worker.health();
    let worker = Running::start(worker);
    let error = loop {
        match health.stuck(Duration::ZERO).pop().and_then(|stuck| stuck.error) {
            Some(error) => break error,
            None => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    };
    assert!(error.contains("not authorized"), "{error}");
    let waited = app.wait_for::<Grams>(Position(1), Duration::from_millis(50)).await;
    assert!(matches!(waited, Err(WaitError::Timeout { reached: Position::START, .. })), "{waited:?}");
    worker.end().await;
    assert_eq!(
        Connection::open(&path)
            .unwrap()
            .query_row("select count(*) from sqlite_schema where name = 'grams'", [], |row| row.get::<_, u32>(0))
            .unwrap(),
        0
    );

    let worker = Running::start(Worker::new(&app).add(Grams { ends_the_transaction: false }));
    app.wait_for::<Grams>(last, PATIENCE).await.unwrap();
    assert_eq!(grams_in(&path), BTreeMap::from([("ann".into(), 3)]));
    worker.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_of_several_stores_on_one_file_come_and_go_and_no_event_takes_effect_twice() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parcels.db");
    let app = App::new(SqliteStore::open(&path).await.unwrap());
    let start = async || {
        let app = App::new(SqliteStore::open(&path).await.unwrap());
        let worker = Worker::new(&app).add(Grams { ends_the_transaction: false }).add(OnTheWay::projection().parts(3));
        Running::start(worker.lease(Duration::from_millis(300)))
    };
    let mut workers = vec![start().await, start().await];
    let (mut expected, mut last) = (BTreeMap::new(), Position::START);
    for parcel in 1..=300_u32 {
        let sender = format!("sender {}", parcel % 7);
        last = post(&app, parcel, &sender).await;
        *expected.entry(sender).or_default() += u64::from(parcel);
        match parcel {
            // one dies without a word, one comes late
            100 => workers.remove(0).task.abort(),
            200 => workers.push(start().await),
            _ => {}
        }
    }
    app.wait_for::<Grams>(last, PATIENCE).await.unwrap();
    app.wait_for::<OnTheWay>(last, PATIENCE).await.unwrap();
    assert_eq!(grams_in(&path), expected);
    assert_eq!(app.view::<OnTheWay>().count().await.unwrap(), 300);
    for worker in workers {
        worker.end().await;
    }
}

#[tokio::test]
async fn a_view_that_no_worker_set_up_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::new(SqliteStore::open(folder.path().join("parcels.db")).await.unwrap());
    for error in [app.view::<OnTheWay>().get(&1).await.unwrap_err(), app.view::<OnTheWay>().count().await.unwrap_err()] {
        assert!(matches!(&error, ReadError::Store(StoreError::Refused { reason }) if reason.contains("run a worker")), "{error}");
    }
}
