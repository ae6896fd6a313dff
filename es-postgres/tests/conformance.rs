//! The store is held to the suite, in each of its orders.
#![allow(missing_docs, clippy::unwrap_used)]

mod server;

use std::path::Path;

use es_conformance::{Factory, Promise};
use es_core::store::StoreError;
use es_postgres::{Builder, Commit, Positions, PostgresStore};
use sqlx::{AssertSqlSafe, Executor};

/// Opens a store in a database that is named for the place.
struct On(fn(Builder) -> Builder, &'static [Promise]);

fn database(place: &Path) -> String {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' }).collect::<String>()
        + &name.chars().map(|letter| if letter.is_ascii_uppercase() { '1' } else { '0' }).collect::<String>()
}

impl Factory for On {
    type Store = PostgresStore;

    async fn open(&self, place: &Path) -> Result<PostgresStore, StoreError> {
        let (server, name) = (server::fast(), database(place));
        let created = place.join("created");
        if !created.exists() {
            let mut connection = server::connect(&server).await;
            // of several that come at once, one creates it, and the others wait for that and are refused
            let _ = connection.execute(AssertSqlSafe(format!("create database {name}"))).await;
            std::fs::write(created, "").map_err(|error| StoreError::backend("marking the place", error))?;
        }
        self.0(PostgresStore::builder(&server::with_database(&server, &name))).connect().await
    }

    fn not_promised(&self) -> &'static [Promise] {
        self.1
    }

    async fn disturb(&self, place: &Path) {
        let mut connection = server::connect(&server::fast()).await;
        let terminate = "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1";
        sqlx::query(terminate).bind(database(place)).execute(&mut connection).await.unwrap();
    }

    async fn remove(&self, place: &Path) {
        let mut connection = server::connect(&server::fast()).await;
        let _ = connection.execute(AssertSqlSafe(format!("drop database if exists {} with (force)", database(place)))).await;
    }
}

const FENCED: &[Promise] = &[Promise::GaplessPositions, Promise::TimeFollowsPosition];

mod gapless {
    use super::*;

    es_conformance::suite!(On(|builder| builder, &[]));
}

mod overlapped {
    use super::*;

    es_conformance::suite!(On(|builder| builder.commit(Commit::Overlapped), &[]));
}

mod fenced {
    use super::*;

    es_conformance::suite!(On(|builder| builder.positions(Positions::Fenced), FENCED));
}

mod fenced_and_overlapped {
    use super::*;

    es_conformance::suite!(On(|builder| builder.positions(Positions::Fenced).commit(Commit::Overlapped), FENCED));
}
