//! A disk that takes no more: the commit itself goes wrong.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod given;

use std::process::Command;

use es_core::store::{Append, AppendError, EventStore, PageSize};
use es_core::{ExpectedVersion, Position, Query};
use es_sqlite::SqliteStore;
use given::{account, deposited, folder};

const FILE: &str = "ES_SQLITE_TEST_FILE";

/// Appends until the file may not grow any more, and says how many were acknowledged.
async fn fill(file: std::ffi::OsString) {
    let store = SqliteStore::open(file).await.unwrap();
    let mut acknowledged = 0;
    let failed = loop {
        match store.append(Append::to(account(1), ExpectedVersion::Exact(acknowledged), vec![deposited(5)])).await {
            Ok(_) => acknowledged += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(failed, AppendError::OutcomeUnknown(_)), "{failed:?}");
    // a conflict is still told apart, and readers still read
    let late = store.append(Append::to(account(1), ExpectedVersion::Exact(0), vec![deposited(5)])).await;
    assert!(matches!(late, Err(AppendError::Conflict(_))), "{late:?}");
    assert!(store.head().await.unwrap().0 >= acknowledged);
    println!("acknowledged {acknowledged}");
}

#[test]
fn an_append_whose_commit_fails_has_an_unknown_outcome_and_the_others_stay() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    if let Some(file) = std::env::var_os(FILE) {
        return runtime.block_on(fill(file));
    }
    let folder = folder();
    let same_test = std::env::current_exe().unwrap();
    // 1 MiB, and an error in place of the signal that goes with it
    let limited = r#"trap '' XFSZ; ulimit -f 2048; exec "$0" an_append_whose_commit_fails --nocapture"#;
    let output = Command::new("sh").args(["-c", limited]).arg(same_test).env(FILE, folder.file()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let acknowledged: u64 = said.lines().find_map(|line| line.split_once("acknowledged ")?.1.parse().ok()).unwrap();
    assert!(acknowledged > 10, "{said}");

    runtime.block_on(async {
        let store = SqliteStore::open(folder.file()).await.unwrap();
        let stored = store.stream_version(&account(1)).await.unwrap();
        // the last one, whose outcome was unknown, is there or not
        assert!(stored == acknowledged || stored == acknowledged + 1, "{acknowledged} acknowledged, {stored} stored");
        let next = store.append(Append::to(account(1), ExpectedVersion::Exact(stored), vec![deposited(5)])).await.unwrap();
        assert_eq!(next.position, Some(Position(stored + 1)));
        let page = store.read(&Query::all(), Position(stored), PageSize::default()).await.unwrap();
        assert_eq!(page.events[0].version, stored + 1);
    });
}
