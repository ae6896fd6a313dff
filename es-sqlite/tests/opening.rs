//! Whose file it is, how it is opened, and by how many at once.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod given;

use std::process::{Command, Stdio};

use es_core::ExpectedVersion;
use es_core::store::{Append, Durability, EventStore, StoreError};
use es_sqlite::{SqliteStore, Synchronous, rusqlite};
use given::{Folder, account, deposited, folder};

fn reason(error: StoreError) -> String {
    match error {
        StoreError::Refused { reason } => reason,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

fn pragma(folder: &Folder, name: &str) -> String {
    folder
        .raw()
        .query_row(&format!("pragma {name}"), [], |row| row.get::<_, rusqlite::types::Value>(0))
        .map(|value| format!("{value:?}"))
        .unwrap()
}

#[tokio::test]
async fn a_new_file_is_marked_as_ours_and_written_ahead() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    assert_eq!(store.durability(), Durability::Machine);
    assert_eq!(pragma(&folder, "journal_mode"), r#"Text("wal")"#);
    assert_eq!(pragma(&folder, "application_id"), format!("Integer({})", 0x6573_716C));
    let migrations = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/sql/migrations")).unwrap().count();
    assert_eq!(pragma(&folder, "user_version"), format!("Integer({migrations})"), "every migration file is listed");
}

#[tokio::test]
async fn normal_promises_the_death_of_the_process_and_no_more() {
    let folder = folder();
    let store = SqliteStore::builder(&folder.url()).synchronous(Synchronous::Normal).readers(1).connect().await.unwrap();
    assert_eq!(store.durability(), Durability::Process);
    store.append(Append::to(account(1), ExpectedVersion::NoStream, vec![deposited(5)])).await.unwrap();
}

#[tokio::test]
async fn every_form_of_the_url_names_the_same_file() {
    let folder = folder();
    let path = folder.file().display().to_string();
    SqliteStore::connect(&format!("sqlite:{path}")).await.unwrap().append(Append::unstreamed(vec![deposited(5)])).await.unwrap();
    let escaped = path.replace("bank", "%62ank");
    for url in [format!("sqlite://{path}"), format!("sqlite:{escaped}")] {
        let store = SqliteStore::connect(&url).await.unwrap();
        assert_eq!(store.head().await.unwrap().0, 1, "{url}");
    }
}

#[tokio::test]
async fn a_url_that_names_no_file_says_what_to_write() {
    for (url, advice) in [
        ("postgres://localhost/bank", "`sqlite:orders.db`"),
        ("sqlite::memory:", "`es_core::MemoryStore`"),
        ("sqlite:", "names no file"),
        ("sqlite:bank.db?mode=ro", "`SqliteStore::builder(url)`"),
        ("sqlite:100%.db", "`%25`"),
    ] {
        let reason = reason(SqliteStore::connect(url).await.unwrap_err());
        assert!(reason.contains(advice) && reason.contains(url), "{reason}");
    }
}

#[tokio::test]
async fn a_folder_that_is_missing_is_an_error_of_the_driver_with_the_path() {
    let folder = folder();
    let error = SqliteStore::open(folder.path().join("missing/bank.db")).await.unwrap_err();
    assert!(
        matches!(&error, StoreError::Backend { what: "opening the file", .. }) && error.to_string().contains("missing/bank.db"),
        "{error}"
    );
}

#[tokio::test]
async fn a_file_of_another_program_is_refused_and_left_as_it_is() {
    let folder = folder();
    folder.raw().execute_batch("create table customers (id integer primary key)").unwrap();
    let before = std::fs::read(folder.file()).unwrap();
    assert!(reason(SqliteStore::open(folder.file()).await.unwrap_err()).contains("1 tables"));
    assert_eq!(std::fs::read(folder.file()).unwrap(), before);

    folder.raw().execute_batch("drop table customers; pragma application_id = 0x0f055112").unwrap();
    assert!(reason(SqliteStore::open(folder.file()).await.unwrap_err()).contains("0xf055112"));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = folder();
    let text = "Dear diary, today the balance was not what it should have been. ".repeat(100);
    std::fs::write(folder.file(), &text).unwrap();
    assert!(reason(SqliteStore::open(folder.file()).await.unwrap_err()).contains("no SQLite database"));
    assert_eq!(std::fs::read_to_string(folder.file()).unwrap(), text);
}

#[tokio::test]
async fn a_file_of_a_newer_build_is_refused() {
    let folder = folder();
    drop(SqliteStore::open(folder.file()).await.unwrap());
    folder.raw().execute_batch("pragma user_version = 1000").unwrap();
    let error = SqliteStore::open(folder.file()).await.unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 1000, known } if known < 1000), "{error}");
}

#[tokio::test]
async fn a_file_that_lacks_the_last_migrations_gets_them_and_keeps_its_events() {
    let folder = folder();
    let store = SqliteStore::open(folder.file()).await.unwrap();
    store.append(Append::to(account(1), ExpectedVersion::NoStream, vec![deposited(5)])).await.unwrap();
    drop(store);
    let before = "drop table checkpoints; drop table projections; drop table workers; drop table views; drop table parked; \
                  pragma user_version = 6";
    folder.raw().execute_batch(before).unwrap();

    let store = SqliteStore::open(folder.file()).await.unwrap();
    assert_eq!(store.stream_version(&account(1)).await.unwrap(), 1);
    for table in ["checkpoints", "projections", "workers", "views", "parked"] {
        let count = folder.raw().query_row(&format!("select count(*) from {table}"), [], |row| row.get::<_, i64>(0));
        assert_eq!(count.unwrap(), 0, "{table}");
    }
}

#[tokio::test]
async fn the_users_own_tables_may_stand_beside_ours() {
    let folder = folder();
    drop(SqliteStore::open(folder.file()).await.unwrap());
    folder.raw().execute_batch("create table revenue (day text primary key, cents integer)").unwrap();
    SqliteStore::open(folder.file()).await.unwrap();
}

#[test]
fn processes_that_open_a_new_file_at_once_all_succeed() {
    const FILE: &str = "ES_SQLITE_TEST_FILE";
    if let Some(file) = std::env::var_os(FILE) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        return runtime.block_on(async {
            let store = SqliteStore::open(file).await.unwrap();
            store.append(Append::unstreamed(vec![deposited(5)])).await.unwrap();
        });
    }
    for _ in 0..10 {
        let folder = folder();
        let same_test = || {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args(["processes_that_open_a_new_file_at_once_all_succeed", "--exact", "--nocapture"]).env(FILE, folder.file());
            command.stdout(Stdio::null()).spawn().unwrap()
        };
        let openers: Vec<_> = (0..6).map(|_| same_test()).collect();
        // all have ended before the folder may be gone
        let ended: Vec<_> = openers.into_iter().map(|mut opener| opener.wait().unwrap().success()).collect();
        assert_eq!(ended, [true; 6]);
        let events: i64 = folder.raw().query_row("select max(position) from events", [], |row| row.get(0)).unwrap();
        assert_eq!(events, 6);
    }
}
