//! A view that is built anew beside the one that serves, and takes its place.

use es_core::store::{Progress, Slot, ViewTable};
use rusqlite::{Connection, params};

use crate::projection::progress;
use crate::view;

/// Goes on with the one that is there, or begins.
pub(crate) fn begin(connection: &Connection, table: &ViewTable, parts: u32) -> rusqlite::Result<()> {
    let (projection, version) = (table.projection(), table.version);
    let found = progress(connection, &projection, version)?;
    if found.len() != parts as usize || !view::open(connection, table)? {
        drop_version(connection, &projection, version)?;
        view::open(connection, table)?;
    }
    for Slot { projection, version, part, parts } in Slot::all_of(&projection, version, parts) {
        let insert = "insert or ignore into projections (projection, version, part, parts) values (?1, ?2, ?3, ?4)";
        connection.prepare_cached(insert)?.execute(params![projection, version, part, parts])?;
    }
    Ok(())
}

/// Whether it took the place of the one that serves.
pub(crate) fn finish(connection: &Connection, beside: &ViewTable, serving: &ViewTable) -> rusqlite::Result<bool> {
    let (from, to, version) = (beside.projection(), serving.projection(), serving.version);
    let (built, replaced) = (progress(connection, &from, version)?, progress(connection, &to, version)?);
    if !Progress::may_replace(&built, &replaced) {
        return Ok(false);
    }
    let token: i64 = connection.query_row("select max(token) + 1 from projections where version = ?1", [version], |row| row.get(0))?;
    drop_version(connection, &to, version)?;
    let rename = "update projections set projection = ?2, token = ?4, holder = null, held_until = 0 where projection = ?1 and version = ?3";
    connection.execute(rename, params![from, to, version, token])?;
    connection.execute("update parked set projection = ?2 where projection = ?1 and version = ?3", params![from, to, version])?;
    connection.execute("update views set view = ?2 where view = ?1 and version = ?3", params![from, to, version])?;
    // whatever of the user's names the table that is gone for a moment
    connection.pragma_update(None, "legacy_alter_table", true)?;
    let renamed = connection.execute(&format!("alter table {} rename to {}", beside.table(), serving.table()), []);
    connection.pragma_update(None, "legacy_alter_table", false)?;
    renamed.map(|_| true)
}

/// Its checkpoints, what it parked, its table.
pub(crate) fn drop_version(connection: &Connection, projection: &str, version: u32) -> rusqlite::Result<()> {
    for table in ["projections", "parked"] {
        connection.execute(&format!("delete from {table} where projection = ?1 and version = ?2"), params![projection, version])?;
    }
    if connection.execute("delete from views where view = ?1 and version = ?2", params![projection, version])? > 0 {
        connection.execute(&format!("drop table if exists {}", ViewTable::named(projection, version)), [])?;
    }
    Ok(())
}

/// The versions that serve.
pub(crate) fn versions(connection: &Connection, projection: &str) -> rusqlite::Result<Vec<u32>> {
    let mut select = connection.prepare_cached("select distinct version from projections where projection = ?1 order by version")?;
    select.query_map([projection], |row| row.get(0))?.collect()
}
