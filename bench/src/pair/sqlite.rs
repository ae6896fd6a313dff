//! SQLite by es-sqlite, beside SQLite by rusqlite alone.

use std::path::Path;

use es_sqlite::{SqliteStore, Synchronous};

use crate::Result;
use crate::floor::group::GroupCommit;
use crate::floor::sqlite::SqliteFloor;
use crate::pair::Pair;
use crate::report::Target;

pub(crate) enum Sqlite {}

impl Pair for Sqlite {
    const NAME: &'static str = "sqlite";
    type Store = SqliteStore;
    type Floor = SqliteFloor;
    type Group = GroupCommit;

    async fn store(place: &Path) -> Result<SqliteStore> {
        Ok(SqliteStore::open(place.join("framework.db")).await?)
    }

    async fn store_to_fill(place: &Path) -> Result<SqliteStore> {
        let file = place.join("framework.db");
        let url = format!("sqlite://{}", file.to_str().ok_or("the folder's name is not UTF-8")?);
        Ok(SqliteStore::builder(&url).synchronous(Synchronous::Normal).connect().await?)
    }

    async fn floor(place: &Path, cached: bool) -> Result<SqliteFloor> {
        SqliteFloor::open(&place.join("floor.db"), cached)
    }

    async fn group(place: &Path, cached: bool) -> Result<GroupCommit> {
        GroupCommit::open(&place.join("group.db"), cached)
    }

    fn target(measured: &str) -> Option<Target> {
        match measured {
            "commands" | "tasks_16" | "tasks_16_cached" => Some(Target::AtLeast(0.9)),
            "load" => Some(Target::AtMost(1.2)),
            "scan" => Some(Target::AtLeast(0.8)),
            "inline" | "inline_16" | "inline_64" => Some(Target::AtMost(1.35)),
            "async_visible_p50" => Some(Target::AtMost(10.0)),
            "async_visible_p99" => Some(Target::AtMost(50.0)),
            "rss_scan" | "rss_load" => Some(Target::AtMost(1.1)),
            _ => None,
        }
    }
}
