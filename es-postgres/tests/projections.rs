//! Projections of the user's own SQL: each event takes effect once, whatever their statements say and whoever is killed.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod server;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use es_core::prelude::*;
use es_core::store::{Claim, Slot, Step, ViewStore, Work};
use es_core::{Health, ReadError, ReadModel, WaitError, Worker};
use es_postgres::PostgresStore;
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use server::{Database, run_all};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Posted {
    sender: String,
    grams: i64,
}

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u32, events(Posted), apply = ignore)]
struct Parcel;

fn ignore(_: &mut Parcel, _: ParcelEvent) {}

/// Grams by sender, in a table of its own; and statements that it should not run, once.
#[derive(Projection, Default)]
#[projection(name = "grams", events(Posted))]
struct Grams {
    mischief: &'static [&'static str],
    done: AtomicBool,
}

impl Project<Posted, PgConnection> for Grams {
    async fn project(&self, event: &Recorded<Posted>, db: &mut PgConnection) -> Result<(), ProjectionError> {
        let upsert = "insert into grams as g values ($1, $2) on conflict (sender) do update set grams = g.grams + excluded.grams";
        sqlx::query(upsert).bind(&event.sender).bind(event.grams).execute(&mut *db).await?;
        if !self.mischief.is_empty() && !self.done.swap(true, Ordering::SeqCst) {
            // whatever these say, it goes on
            for statement in self.mischief {
                let _ = db.execute(*statement).await;
            }
            let _ = sqlx::query(upsert).bind("after mischief").bind(event.grams).execute(db).await;
        }
        Ok(())
    }
}

struct Running {
    stop: oneshot::Sender<()>,
    health: Health,
    task: JoinHandle<Result<(), ReadError>>,
}

impl Running {
    fn start(worker: Worker<PostgresStore>) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self { stop, health: worker.health(), task: tokio::spawn(worker.run_until(async { drop(stopped.await) })) }
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }

    /// The first error that it meets.
    async fn error(&self) -> String {
        let error = async {
            loop {
                match self.health.stuck(Duration::ZERO).pop().and_then(|stuck| stuck.error) {
                    Some(error) => break error,
                    None => tokio::time::sleep(Duration::from_millis(1)).await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, error).await.unwrap()
    }
}

async fn opened() -> (Database, App<PostgresStore>) {
    let database = Database::create(server::fast()).await;
    run_all(&mut database.connect().await, "create table grams (sender text primary key, grams bigint not null)").await;
    let app = App::new(PostgresStore::connect(&database.url()).await.unwrap());
    (database, app)
}

async fn post(app: &App<PostgresStore>, parcel: u32, sender: &str) -> Position {
    let events = events![Posted { sender: sender.into(), grams: i64::from(parcel) }];
    app.append::<Parcel>(&parcel, events).await.unwrap().position.unwrap()
}

async fn grams(database: &Database) -> Vec<(String, i64)> {
    let select = sqlx::query("select sender, grams from grams order by sender");
    let rows = select.fetch_all(&mut database.connect().await).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test]
async fn a_statement_that_would_end_the_transaction_is_an_error_and_nothing_is_written() {
    for mischief in [
        &["commit"][..],
        &["commit and chain"],
        &["end", "begin"],
        &["rollback"],
        &["rollback and chain"],
        &["rollback", "begin"],
        &["abort", "insert into grams values ('alone', 1)"],
        &["prepare transaction 'mine'"],
        &["set constraints all immediate", "commit"],
        &["savepoint mine", "commit"],
        &["do $$ begin commit; end $$"],
        &["rollback; insert into grams values ('alone', 1); begin"],
        &["select 1 / 0"],
    ] {
        let (database, app) = opened().await;
        let last = post(&app, 1, "ann").await;
        let worker = Running::start(Worker::new(&app).add(Grams { mischief, ..Grams::default() }));
        let error = worker.error().await;
        assert!(error.contains("ended the transaction") || error.contains("projection"), "{mischief:?}: {error}");
        // the second time it behaves
        app.wait_for::<Grams>(last, PATIENCE).await.unwrap();
        assert_eq!(grams(&database).await, [("ann".to_owned(), 1)], "{mischief:?}");
        worker.end().await;
        drop(app);
        database.drop().await;
    }
}

#[tokio::test]
async fn a_transaction_within_the_step_is_a_savepoint() {
    #[derive(Projection)]
    #[projection(name = "halves", events(Posted))]
    struct Halves;

    impl Project<Posted, PgConnection> for Halves {
        async fn project(&self, event: &Recorded<Posted>, db: &mut PgConnection) -> Result<(), ProjectionError> {
            let insert = "insert into grams values ($1, $2)";
            let mut kept = db.begin().await?;
            sqlx::query(insert).bind(&event.sender).bind(event.grams).execute(&mut *kept).await?;
            kept.commit().await?;
            let mut given_up = db.begin().await?;
            sqlx::query(insert).bind("nobody").bind(event.grams).execute(&mut *given_up).await?;
            given_up.rollback().await?;
            Ok(())
        }
    }

    let (database, app) = opened().await;
    let last = post(&app, 1, "ann").await;
    let worker = Running::start(Worker::new(&app).add(Halves));
    app.wait_for::<Halves>(last, PATIENCE).await.unwrap();
    assert_eq!(grams(&database).await, [("ann".to_owned(), 1)]);
    worker.end().await;
    drop(app);
    database.drop().await;
}

#[tokio::test]
async fn what_a_projection_appends_is_of_the_event_s_request_and_caused_by_it() {
    #[derive(Projection)]
    #[projection(name = "returns", events(Posted))]
    struct Returns(App<PostgresStore>);

    impl Project<Posted, PgConnection> for Returns {
        async fn project(&self, event: &Recorded<Posted>, _: &mut PgConnection) -> Result<(), ProjectionError> {
            if event.sender == "ann" {
                post(&self.0, 2, "ann again").await;
            }
            Ok(())
        }
    }

    let (database, app) = opened().await;
    let posted = events![Posted { sender: "ann".into(), grams: 1 }];
    app.append::<Parcel>(&1, posted).correlation_id("request-1").await.unwrap();
    let worker = Running::start(Worker::new(&app).add(Returns(app.clone())));
    app.wait_for::<Returns>(Position(2), PATIENCE).await.unwrap();
    let mut log = app.read(es_core::Query::all(), Position::START);
    let (first, second) = (log.next().await.unwrap().unwrap(), log.next().await.unwrap().unwrap());
    assert_eq!(second.metadata.correlation_id.as_deref(), Some("request-1"));
    assert_eq!(second.metadata.causation_id, Some(first.event_id.to_string()));
    worker.end().await;
    drop((app, log));
    database.drop().await;
}

#[tokio::test]
async fn what_was_written_before_an_event_that_fails_is_undone_with_the_checkpoint() {
    let (database, app) = opened().await;
    run_all(&mut database.connect().await, "alter table grams add check (grams < 10)").await;
    post(&app, 4, "ann").await;
    post(&app, 5, "ann").await;
    let last = post(&app, 6, "ann").await;
    let worker = Running::start(Worker::new(&app).add(Grams::default()));
    assert!(worker.error().await.contains("position 3"), "it says which event");
    app.wait_for::<Grams>(Position(2), PATIENCE).await.unwrap();
    assert_eq!(grams(&database).await, [("ann".to_owned(), 9)]);
    let waited = app.wait_for::<Grams>(last, Duration::from_millis(50)).await;
    assert!(matches!(waited, Err(WaitError::Timeout { reached: Position(2), .. })), "{waited:?}");
    worker.end().await;
    drop(app);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_that_are_killed_and_connections_that_are_cut_leave_each_event_s_effect_once() {
    let (database, app) = opened().await;
    let start = async || {
        let app = App::new(PostgresStore::connect(&database.url()).await.unwrap());
        Running::start(Worker::new(&app).add(Grams::default()).lease(Duration::from_millis(300)))
    };
    let mut workers = vec![start().await, start().await];
    let (mut expected, mut last) = (0, Position::START);
    let mut admin = database.connect().await;
    for parcel in 1..=300_u32 {
        last = post(&app, parcel, "ann").await;
        expected += i64::from(parcel);
        match parcel % 60 {
            // one dies without a word
            20 => {
                workers.remove(0).task.abort();
                workers.push(start().await);
            }
            // whoever is in a step loses its connection
            40 => {
                let cut = "select pg_terminate_backend(pid) from pg_stat_activity where state = 'idle in transaction' and datname = current_database()";
                admin.execute(AssertSqlSafe(cut)).await.unwrap();
            }
            _ => {}
        }
    }
    app.wait_for::<Grams>(last, PATIENCE).await.unwrap();
    assert_eq!(grams(&database).await, [("ann".to_owned(), expected)]);
    for worker in workers {
        worker.end().await;
    }
    drop(app);
    database.drop().await;
}

/// Writes, falls asleep in the middle of the step, and writes again.
struct Sleepy(Arc<Notify>);

impl Work<PgConnection> for Sleepy {
    fn run<'a>(&'a mut self, db: &'a mut PgConnection) -> BoxFuture<'a, Result<(), ProjectionError>> {
        Box::pin(async move {
            db.execute("insert into grams values ('asleep', 1)").await?;
            self.0.notified().await;
            db.execute("insert into grams values ('awake', 1)").await?;
            Ok(())
        })
    }
}

/// A client that stops in the middle of a step, and renews nothing, is what a paused process is to the server.
#[tokio::test]
async fn whoever_is_paused_in_a_step_is_taken_over_from_and_writes_nothing_when_it_wakes() {
    let (database, app) = opened().await;
    let last = post(&app, 1, "ann").await;
    let slot = Slot { projection: Grams::NAME.into(), version: Grams::VERSION, part: 0, parts: 1 };
    let claim = Claim { worker: uuid::Uuid::now_v7(), slots: vec![slot], lasts: Duration::from_millis(300) };
    let lease = app.store().claim(&claim).await.unwrap().remove(0);
    let (wake, store) = (Arc::new(Notify::new()), app.store().clone());
    let step = Step { work: Some(Box::new(Sleepy(wake.clone())) as _), ..Step::new(lease, last) };
    let asleep = tokio::spawn(async move { store.advance(step).await });

    let other = App::new(PostgresStore::connect(&database.url()).await.unwrap());
    let successor = Running::start(Worker::new(&other).add(Grams::default()).lease(Duration::from_millis(300)));
    app.wait_for::<Grams>(last, PATIENCE).await.unwrap();
    wake.notify_one();
    asleep.await.unwrap().unwrap_err();
    assert_eq!(grams(&database).await, [("ann".to_owned(), 1)]);
    successor.end().await;
    drop((app, other));
    database.drop().await;
}
