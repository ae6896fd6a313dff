//! Through pgbouncer in transaction mode: where it knows prepared statements all goes on, and where it doesn't the store is not opened.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

mod given;
mod not_run;
mod server;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use es_core::store::{AppendError, EventStore, StoreError};
use es_core::{ExpectedVersion, Position, Tag};
use es_postgres::{Commit, Positions, PostgresError, PostgresStore};
use given::{account, all, deposit, deposited, positions, send, take};
use server::Database;
use xtask::postgres::{Account, FOLDER};

/// A pgbouncer in front of the server of a URL. It ends with this value.
struct Pgbouncer {
    process: Child,
    port: u16,
    version: (u32, u32),
}

impl Pgbouncer {
    /// The program on PATH or where Debian puts it, and its version.
    fn find() -> Option<(PathBuf, (u32, u32))> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
        folders.map(|folder| folder.join("pgbouncer")).find_map(|program| {
            let said = Command::new(&program).arg("--version").stdin(Stdio::null()).output().ok()?;
            let said = String::from_utf8_lossy(&said.stdout).into_owned();
            let mut numbers = said.lines().next()?.strip_prefix("PgBouncer ")?.split('.').map_while(|number| number.parse().ok());
            Some((program, (numbers.next()?, numbers.next()?)))
        })
    }

    /// Starts it with two connections a database, or says that the test did not run.
    async fn start(url: &str) -> Option<Self> {
        let Some((program, version)) = Self::find() else {
            not_run::not_run("a pooler in transaction mode (install pgbouncer)");
            return None;
        };
        let account = Account::of_this_process().unwrap();
        let folder = PathBuf::from(std::env::var_os(FOLDER).expect("run the tests with `cargo xtask test`"));
        let folder = folder.join(format!("pgbouncer-{}", uuid::Uuid::now_v7().simple()));
        std::fs::create_dir(&folder).unwrap();
        account.own(&folder).unwrap();
        let (login, server) = url.strip_prefix("postgres://").unwrap().split_once('@').unwrap();
        let (user, password) = login.split_once(':').unwrap();
        let (host, port) = server.split_once('/').unwrap().0.split_once(':').unwrap();
        let statements = if version >= (1, 21) { "max_prepared_statements = 200\n" } else { "" };
        for _ in 0..20 {
            let own = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let config = format!(
                "[databases]\n* = host={host} port={port} user={user} password={password}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n\
                 listen_port = {own}\nunix_socket_dir =\nauth_type = any\npool_mode = transaction\ndefault_pool_size = 2\n\
                 max_client_conn = 500\n{statements}"
            );
            std::fs::write(folder.join("pgbouncer.ini"), config).unwrap();
            let mut command = account.command(&program, &folder);
            let mut process = command.args(["--quiet", "pgbouncer.ini"]).stderr(Stdio::null()).spawn().unwrap();
            let patience = Instant::now() + Duration::from_secs(60);
            while process.try_wait().unwrap().is_none() {
                if tokio::net::TcpStream::connect(("127.0.0.1", own)).await.is_ok() {
                    return Some(Self { process, port: own, version });
                }
                assert!(Instant::now() < patience, "pgbouncer takes no connections");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            // the port was taken meanwhile
        }
        panic!("pgbouncer does not start");
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://clerk@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Pgbouncer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A pooler that knows prepared statements.
async fn that_knows_statements(database: &Database) -> Option<Pgbouncer> {
    let pooler = Pgbouncer::start(&database.url()).await?;
    if pooler.version < (1, 21) {
        let (major, minor) = pooler.version;
        not_run::not_run(&format!("a store behind a pooler (pgbouncer is {major}.{minor}, it takes 1.21)"));
        return None;
    }
    Some(pooler)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_the_store_was_not_told_of_is_named() {
    let database = Database::create(server::fast()).await;
    let Some(pooler) = Pgbouncer::start(&database.url()).await else { return };
    let error = PostgresStore::connect(&pooler.url(database.name())).await.unwrap_err();
    let StoreError::Backend { source, .. } = &error else { panic!("{error:?}") };
    assert!(matches!(source.downcast_ref(), Some(PostgresError::Pooler(_))), "{error:?}");
    assert!(error.to_string().contains("open the store with `pooler(true)`"), "{error}");
    drop(pooler);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_mixes_up_statements_is_refused_every_time_and_nothing_is_set_up() {
    let database = Database::create(server::fast()).await;
    let Some(pooler) = Pgbouncer::start(&database.url()).await else { return };
    // without a pooler each statement has the client's own name, as behind one that doesn't know statements
    let urls = if pooler.version < (1, 21) { vec![database.url(), pooler.url(database.name())] } else { vec![database.url()] };
    for url in urls {
        for _ in 0..5 {
            let error = PostgresStore::builder(&url).pooler(true).connect().await.unwrap_err();
            let StoreError::Refused { reason } = &error else { panic!("{error:?}") };
            assert!(reason.contains("use pgbouncer 1.21 or newer with `max_prepared_statements` above 0"), "{reason}");
        }
    }
    let mut sql = database.connect().await;
    assert_eq!(given::number(&mut sql, "select count(*) from pg_namespace where nspname = 'es'").await, 0);
    drop((pooler, sql));
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_stores_share_two_connections_and_none_runs_what_another_has_prepared() {
    for (positions_of, commit) in [
        (Positions::Gapless, Commit::Plain),
        (Positions::Gapless, Commit::Overlapped),
        (Positions::Fenced, Commit::Plain),
        (Positions::Fenced, Commit::Overlapped),
    ] {
        let database = Database::create(server::fast()).await;
        let Some(pooler) = that_knows_statements(&database).await else { return };
        let open = async || {
            let builder = PostgresStore::builder(&pooler.url(database.name())).pooler(true).positions(positions_of).commit(commit);
            builder.patience(Duration::from_secs(60)).connect().await.unwrap()
        };
        let mut stores = Vec::new();
        for _ in 0..6 {
            stores.push(open().await);
        }
        // each looks for what the others append
        let waiting: Vec<_> =
            stores.iter().cloned().map(|store| tokio::spawn(async move { store.wait_past(Position(100)).await })).collect();
        let mut tasks = tokio::task::JoinSet::new();
        for (nth, store) in stores.iter().cloned().enumerate() {
            tasks.spawn(async move {
                let own = account(format!("own-{nth}"));
                for round in 0..20 {
                    let append = es_core::store::Append::to(own.clone(), ExpectedVersion::Exact(round), vec![deposited(1)]);
                    let key = format!("{nth}-{round}");
                    assert_eq!(store.append(append.keyed(&key, "Deposit")).await.unwrap().version, round + 1);
                    store.append(deposit("shared", 1)).await.unwrap();
                    assert_eq!(store.stream_version(&own).await.unwrap(), round + 1);
                    assert_eq!(store.key(&key).await.unwrap().unwrap().appended.version, round + 1);
                    match store.append(take(&Tag::new("seat", round).unwrap())).await {
                        Ok(_) | Err(AppendError::Conflict(_)) => {}
                        error => panic!("{error:?}"),
                    }
                }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
        for woken in waiting {
            woken.await.unwrap().unwrap();
        }
        let stored = all(&stores[0]).await;
        // one seat a round
        assert_eq!(stored.len(), 6 * 20 * 2 + 20);
        if positions_of == Positions::Gapless {
            assert_eq!(positions(&stored), (1..=stored.len() as u64).collect::<Vec<_>>());
        }
        send(&stores[1], deposit("last", 1)).await.unwrap().unwrap();
        drop((stores, pooler));
        database.drop().await;
    }
}
