//! Views and projections of the user's own SQL, kept with every append.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::Path;
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_core::{ExecuteError, Query};
use es_sqlite::SqliteStore;
use es_sqlite::rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Posted {
    sender: String,
    grams: u32,
}

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(id = u32, events(Posted), apply = ignore)]
struct Parcel;

fn ignore(_: &mut Parcel, _: ParcelEvent) {}

#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "senders", key = String, key_from = sender, events(Posted))]
struct Sender {
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

const UPSERT: &str = "insert into grams values (?1, ?2) on conflict do update set grams = grams + excluded.grams";

impl Project<Posted, Connection> for Grams {
    async fn project(&self, event: &Recorded<Posted>, db: &mut Connection) -> Result<(), ProjectionError> {
        db.execute(UPSERT, params![event.sender, event.grams])?;
        match &*event.sender {
            "no" => return Err(ProjectionError::new("no such sender")),
            "commit" => db.execute_batch("commit")?,
            "rollback" => drop(db.execute("insert or rollback into grams values ('ann', 1)", [])),
            // it never ends
            "slow" => {
                let endless = "with recursive n(n) as (select 1 union all select n + 1 from n) select count(*) from n";
                db.query_row(endless, [], |_| Ok(()))?;
            }
            _ => {}
        }
        Ok(())
    }
}

async fn opened(path: &Path) -> App<SqliteStore> {
    let store = SqliteStore::open(path).await.unwrap();
    Connection::open(path).unwrap().execute_batch("create table if not exists grams (sender text primary key, grams int)").unwrap();
    App::new(store)
}

fn kept(app: &App<SqliteStore>) -> App<SqliteStore> {
    app.clone().inline(Sender::projection()).inline(Grams)
}

async fn post(app: &App<SqliteStore>, parcel: u32, sender: &str) -> Result<(), ExecuteError<std::convert::Infallible>> {
    app.append::<Parcel>(&parcel, events![Posted { sender: sender.into(), grams: parcel }]).await.map(drop)
}

/// Parcels of a sender in the view, grams in the table, events in the log.
async fn found(app: &App<SqliteStore>, path: &Path, sender: &str) -> (u32, u32, usize) {
    let row = app.view::<Sender>().get(&sender.to_owned()).await.unwrap();
    let grams = "select coalesce(sum(grams), 0) from grams where sender = ?1";
    let grams = Connection::open(path).unwrap().query_row(grams, [sender], |row| row.get(0)).unwrap();
    let (mut events, mut log) = (0, app.read(Query::all(), Position::START));
    while let Some(event) = log.next().await {
        event.unwrap();
        events += 1;
    }
    (row.map_or(0, |row| row.parcels), grams, events)
}

#[tokio::test]
async fn what_a_projection_writes_commits_with_the_events_or_fails_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parcels.db");
    let app = kept(&opened(&path).await).inline_limit(Duration::from_millis(300));
    post(&app, 5, "ann").await.unwrap();
    assert_eq!(found(&app, &path, "ann").await, (1, 5, 1));
    for sender in ["no", "commit", "rollback", "slow"] {
        let began = Instant::now();
        let refused = post(&app, 7, sender).await;
        assert!(matches!(refused, Err(ExecuteError::Projection(_))), "{sender}: {refused:?}");
        assert!(began.elapsed() < Duration::from_secs(60), "{sender} held up all who append");
        assert_eq!(found(&app, &path, sender).await, (0, 0, 1), "{sender}");
    }
    post(&app.inline_limit(Duration::MAX), 6, "ann").await.unwrap();
    assert_eq!(found(&kept(&opened(&path).await), &path, "ann").await, (2, 11, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_event_takes_effect_once_whoever_appends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("parcels.db");
    let lacking = opened(&path).await;
    post(&lacking, 1, "ann").await.unwrap();
    let apps = [kept(&lacking), kept(&opened(&path).await), kept(&lacking)];
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
    let grams = 1 + (0..9).flat_map(|writer| (0..10).map(move |parcel| 100 * writer + parcel)).sum::<u32>();
    assert_eq!(found(&apps[0], &path, "ann").await, (91, grams, 91));
}
