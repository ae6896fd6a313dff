//! PostgreSQL by es-postgres, beside PostgreSQL by tokio-postgres alone.

use std::path::Path;

use es_postgres::PostgresStore;

use crate::Result;
use crate::floor::postgres::PostgresFloor;
use crate::pair::Pair;
use crate::report::Target;
use crate::server;

pub(crate) enum Postgres {}

/// Of the floor for many callers.
const CONNECTIONS: usize = 16;

impl Pair for Postgres {
    const NAME: &'static str = "postgres";
    const ON_A_SERVER: bool = true;
    type Store = PostgresStore;
    type Floor = PostgresFloor;
    type Group = PostgresFloor;

    async fn store(place: &Path) -> Result<PostgresStore> {
        Ok(PostgresStore::connect(&server::database(place, "framework").await?).await?)
    }

    // nothing is kept in memory: what that is worth is a part of what is measured
    async fn floor(place: &Path, _: bool) -> Result<PostgresFloor> {
        PostgresFloor::open(&server::database(place, "floor").await?, 1).await
    }

    async fn group(place: &Path, _: bool) -> Result<PostgresFloor> {
        PostgresFloor::open(&server::database(place, "group").await?, CONNECTIONS).await
    }

    fn target(measured: &str) -> Option<Target> {
        match measured {
            "commands" | "bulk_100" => Some(Target::AtLeast(0.9)),
            "commands_cached" => Some(Target::AtLeast(1.3)),
            "tasks_16_cached" => Some(Target::AtLeast(1.5)),
            "tasks_64_cached" => Some(Target::AtLeast(2.5)),
            "tasks_256_cached" => Some(Target::AtLeast(3.5)),
            "load" => Some(Target::AtMost(1.3)),
            "load_100" => Some(Target::AtMost(1.2)),
            "scan" => Some(Target::AtLeast(0.8)),
            "live_p50" => Some(Target::AtMost(3.0)),
            "live_p99" => Some(Target::AtMost(20.0)),
            "fenced_16" => Some(Target::AtLeast(0.85)),
            "overlapped_16" => Some(Target::AtLeast(10.0)),
            "overlapped_16x64" => Some(Target::AtLeast(3.0)),
            "inline" | "inline_16" | "inline_64" => Some(Target::AtMost(1.35)),
            "async_visible_p50" => Some(Target::AtMost(10.0)),
            "async_visible_p99" => Some(Target::AtMost(50.0)),
            "rss_scan" | "rss_load" => Some(Target::AtMost(1.1)),
            _ => None,
        }
    }
}
