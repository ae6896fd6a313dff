//! A short soak of every store, and that a soak notices what it is there for.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

use es_postgres::sqlx::{self, AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

/// What a soak printed, and whether it was content.
struct Soak {
    said: String,
    good: bool,
}

impl Soak {
    fn run(store: &str, options: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_soak"));
        command.args(["--store", store, "--writers", "3"]).args(options.split_whitespace());
        let output = command.output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        Self { said, good: output.status.success() }
    }

    fn on_sqlite(options: &str) -> Self {
        let folder = TempDir::new().unwrap();
        Self::run(&format!("sqlite:{}", folder.path().join("soak.db").display()), options)
    }

    /// The number in the line that begins with `what`.
    fn count(&self, what: &str) -> u64 {
        let number = |line: &str| line.strip_prefix(what)?.split_whitespace().next()?.parse().ok();
        self.said.lines().find_map(number).unwrap_or_else(|| panic!("{what} is not counted: {}", self.said))
    }

    fn assert_nothing_lost(&self) {
        assert!(self.good, "{}", self.said);
        for what in ["missed", "repeated", "out of order"] {
            assert_eq!(self.count(what), 0, "{}", self.said);
        }
        for what in ["acknowledged", "refused", "read", "killed"] {
            assert!(self.count(what) > 0, "{}", self.said);
        }
    }
}

#[test]
fn nothing_is_lost_on_sqlite() {
    Soak::on_sqlite("--seconds 4 --kill-every 200").assert_nothing_lost();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_postgresql() {
    for (order, schema) in [("--positions gapless", "gapless"), ("--overlapped", "overlapped"), ("--positions fenced", "fenced")] {
        let database = Database::create().await;
        Soak::run(&database.url, &format!("--seconds 4 --kill-every 200 --schema {schema} {order}")).assert_nothing_lost();
        database.remove().await;
    }
}

#[test]
fn what_readers_and_writers_do_wrong_is_counted() {
    for (flaw, counted) in [("skips", "missed"), ("repeats", "repeated"), ("swaps", "out of order"), ("lies", "missed")] {
        let soak = Soak::on_sqlite(&format!("--seconds 1 --kill-every 0 --flaw {flaw}"));
        assert!(!soak.good, "{flaw}: {}", soak.said);
        for what in ["missed", "repeated", "out of order"] {
            assert_eq!(soak.count(what) > 0, what == counted, "{flaw}: {}", soak.said);
        }
    }
}

#[test]
fn a_store_that_is_not_known_is_named() {
    let soak = Soak::run("mongodb://somewhere", "--seconds 1");
    assert!(!soak.good);
    assert!(soak.said.contains("mongodb://somewhere"), "{}", soak.said);
}

/// A database of a test's own.
struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    async fn create() -> Self {
        let server = std::env::var("ES_TEST_DATABASE_URL")
            .expect("ES_TEST_DATABASE_URL is not set, which names a PostgreSQL server: run `cargo xtask test`");
        let name = format!("soak_{}", uuid::Uuid::now_v7().simple());
        run(&server, format!("create database {name}")).await;
        let (address, parameters) = server.split_once('?').map_or((server.as_str(), ""), |(address, rest)| (address, rest));
        let host_ends = address.find("://").map_or(0, |at| at + 3);
        let end = address[host_ends..].find('/').map_or(address.len(), |at| host_ends + at);
        let url = format!("{}/{name}?{parameters}", &address[..end]);
        Self { server, name, url }
    }

    /// A test that fails leaves it there to be looked at.
    async fn remove(self) {
        run(&self.server, format!("drop database {} with (force)", self.name)).await;
    }
}

async fn run(server: &str, sql: String) {
    let mut connection = PgConnection::connect(server).await.unwrap();
    sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
