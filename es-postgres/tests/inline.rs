//! Views and projections of the user's own SQL, kept with every append.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

mod server;

use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_core::{ExecuteError, Query};
use es_postgres::{Commit, Positions, PostgresStore};
use serde::{Deserialize, Serialize};
use server::{Database, run_all};
use sqlx::{Executor, PgConnection, Row};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Posted {
    sender: String,
    grams: i64,
}

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u32, events(Posted), apply = ignore)]
struct Parcel;

fn ignore(_: &mut Parcel, _: ParcelEvent) {}

#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "senders", key = String, key_from = sender, events(Posted))]
struct Sender {
    #[view(index)]
    parcels: u32,
}

impl Apply<Posted> for Sender {
    fn apply(&mut self, _: Posted) {
        self.parcels += 1;
    }
}

/// Grams by sender, in a table of its own; some senders are trouble.
#[derive(Projection)]
#[projection(name = "grams", events(Posted))]
struct Grams;

impl Project<Posted, PgConnection> for Grams {
    async fn project(&self, event: &Recorded<Posted>, db: &mut PgConnection) -> Result<(), ProjectionError> {
        let upsert = "insert into grams as g values ($1, $2) on conflict (sender) do update set grams = g.grams + excluded.grams";
        sqlx::query(upsert).bind(&event.sender).bind(event.grams).execute(&mut *db).await?;
        match &*event.sender {
            "no" => return Err(ProjectionError::new("no such sender")),
            "commit" => drop(db.execute("commit").await),
            "rollback" => drop(db.execute("rollback").await),
            "slow" => _ = db.execute("select pg_sleep(3600)").await?,
            "idle" => tokio::time::sleep(Duration::from_secs(3600)).await,
            _ => {}
        }
        Ok(())
    }
}

async fn opened(database: &Database, nth: usize) -> App<PostgresStore> {
    let builder = PostgresStore::builder(&database.url());
    let builder = match nth {
        0 => builder,
        1 => builder.commit(Commit::Overlapped),
        _ => builder.positions(Positions::Fenced),
    };
    App::new(builder.connect().await.unwrap())
}

async fn created() -> Database {
    let database = Database::create(server::fast()).await;
    run_all(&mut database.connect().await, "create table grams (sender text primary key, grams bigint not null)").await;
    database
}

fn kept(app: &App<PostgresStore>) -> App<PostgresStore> {
    app.clone().inline(Sender::projection()).inline(Grams)
}

async fn post(app: &App<PostgresStore>, parcel: u32, sender: &str) -> Result<(), ExecuteError<std::convert::Infallible>> {
    app.append::<Parcel>(&parcel, events![Posted { sender: sender.into(), grams: parcel.into() }]).await.map(drop)
}

/// Parcels of a sender in the view, grams in the table, events in the log.
async fn found(app: &App<PostgresStore>, database: &Database, sender: &str) -> (u32, i64, usize) {
    let row = app.view::<Sender>().get(&sender.to_owned()).await.unwrap();
    let grams = sqlx::query("select coalesce(sum(grams), 0)::bigint from grams where sender = $1").bind(sender);
    let grams = grams.fetch_one(&mut database.connect().await).await.unwrap().get(0);
    let (mut events, mut log) = (0, app.read(Query::all(), Position::START));
    while let Some(event) = log.next().await {
        event.unwrap();
        events += 1;
    }
    (row.map_or(0, |row| row.parcels), grams, events)
}

#[tokio::test]
async fn what_a_projection_writes_commits_with_the_events_or_fails_with_them() {
    for order in 0..3 {
        let database = created().await;
        let app = kept(&opened(&database, order).await).inline_limit(Duration::from_millis(300));
        post(&app, 5, "ann").await.unwrap();
        assert_eq!(found(&app, &database, "ann").await, (1, 5, 1));
        for sender in ["no", "commit", "rollback", "slow", "idle"] {
            let began = Instant::now();
            let refused = post(&app, 7, sender).await;
            assert!(refused.is_err(), "{order} {sender}: {refused:?}");
            assert!(began.elapsed() < Duration::from_secs(60), "{sender} held up all who append");
            assert_eq!(found(&app, &database, sender).await, (0, 0, 1), "{order} {sender}: {refused:?}");
        }
        post(&app, 6, "ann").await.unwrap();
        assert_eq!(found(&app, &database, "ann").await, (2, 11, 2));
        drop(app);
        database.drop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_takes_effect_once_whoever_appends() {
    for order in 0..3 {
        let database = created().await;
        let lacking = opened(&database, order).await;
        post(&lacking, 1, "ann").await.unwrap();
        let apps = [kept(&lacking), kept(&opened(&database, order).await), kept(&lacking)];
        let writers: Vec<_> = (0..9_u32)
            .map(|writer| {
                // some don't keep it
                let app = if writer % 4 == 3 { lacking.clone() } else { apps[writer as usize % 3].clone() };
                tokio::spawn(async move {
                    for parcel in 0..10 {
                        post(&app, 100 * writer + parcel, "ann").await.unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        apps[0].catch_up().await.unwrap();
        let grams = 1 + (0..9).flat_map(|writer| (0..10).map(move |parcel| i64::from(100 * writer + parcel))).sum::<i64>();
        assert_eq!(found(&apps[0], &database, "ann").await, (91, grams, 91), "{order}");
        drop((lacking, apps));
        database.drop().await;
    }
}
