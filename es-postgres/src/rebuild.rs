//! A view that is built anew beside the one that serves, and takes its place.

use es_core::store::{Progress, StoreError, ViewTable};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};

use crate::Shared;
use crate::connections::{Held, Stopped};
use crate::error::code;
use crate::projection::found;
use crate::view;

/// How long the table is waited for in which somebody still reads: others wait behind it.
const PATIENCE: &str = "1s";

/// Goes on with the one that is there, or begins.
pub(crate) async fn begin(shared: &Shared, held: &mut Held<'_>, table: &ViewTable, parts: u32) -> Result<(), Stopped> {
    let (projection, version) = (table.projection(), i64::from(table.version));
    let mut transaction = held.begin().await?;
    let slots = sqlx::query(shared.sql.lock_slots()).bind(vec![projection.clone()]).bind(version).fetch_all(&mut *transaction).await?;
    if slots.len() != parts as usize || !view::open_in(shared, &mut transaction, table).await? {
        forget(shared, &mut transaction, &projection, table.version).await?;
        view::open_in(shared, &mut transaction, table).await?;
    }
    let insert = sqlx::query(shared.sql.insert_slots()).bind(&projection).bind(version).bind(i64::from(parts));
    insert.execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(())
}

/// Whether it took the place of the one that serves; not where somebody reads that for long: then it is tried again.
pub(crate) async fn finish(shared: &Shared, held: &mut Held<'_>, beside: &ViewTable, serving: &ViewTable) -> Result<bool, Stopped> {
    match replace(shared, held, beside, serving).await {
        Err(Stopped::Driver(error)) if matches!(code(&error), Some("55P03" | "40P01")) => Ok(false),
        finished => finished,
    }
}

async fn replace(shared: &Shared, held: &mut Held<'_>, beside: &ViewTable, serving: &ViewTable) -> Result<bool, Stopped> {
    let (from, to, version) = (beside.projection(), serving.projection(), i64::from(beside.version));
    let mut transaction = held.begin().await?;
    transaction.execute(AssertSqlSafe(format!("set local lock_timeout = '{PATIENCE}'"))).await?;
    // the tables before the rows, as whoever writes to them
    for table in [serving, beside] {
        let name = view::named(&shared.schema, table);
        let exists = sqlx::query("select to_regclass($1) is not null").bind(&name).fetch_one(&mut *transaction).await?;
        if exists.try_get(0)? {
            transaction.execute(AssertSqlSafe(format!("lock table {name} in access exclusive mode"))).await?;
        }
    }
    let lock = sqlx::query(shared.sql.lock_slots()).bind(vec![from.clone(), to.clone()]).bind(version);
    let rows = lock.fetch_all(&mut *transaction).await?;
    let (mut built, mut replaced, mut token) = (Vec::new(), Vec::new(), 0);
    for row in &rows {
        let lease = found(row)?.lease;
        token = lease.token.max(token);
        let of = if lease.slot.is_beside() { &mut built } else { &mut replaced };
        of.push(Progress { slot: lease.slot, position: lease.position });
    }
    if !Progress::may_replace(&built, &replaced) {
        transaction.rollback().await?;
        return Ok(false);
    }
    forget(shared, &mut transaction, &to, serving.version).await?;
    let replace = sqlx::query(shared.sql.replace_slots()).bind(&from).bind(&to).bind(version).bind(crate::row::bound(token + 1));
    replace.execute(&mut *transaction).await?;
    let rename = format!("alter table {} rename to \"{}\"", view::named(&shared.schema, beside), serving.table());
    transaction.execute(AssertSqlSafe(rename)).await?;
    transaction.commit().await?;
    Ok(true)
}

pub(crate) async fn drop_version(shared: &Shared, held: &mut Held<'_>, projection: &str, version: u32) -> Result<(), Stopped> {
    let mut transaction = held.begin().await?;
    forget(shared, &mut transaction, projection, version).await?;
    transaction.commit().await?;
    Ok(())
}

/// Its table, what it parked, its checkpoints.
async fn forget(shared: &Shared, transaction: &mut PgConnection, projection: &str, version: u32) -> Result<(), sqlx::Error> {
    let drop_view = sqlx::query(shared.sql.drop_view()).bind(projection).bind(i64::from(version));
    if drop_view.execute(&mut *transaction).await?.rows_affected() > 0 {
        let table = format!("drop table if exists \"{}\".\"{}\"", shared.schema.name(), ViewTable::named(projection, version));
        transaction.execute(AssertSqlSafe(table)).await?;
    }
    let drop_slots = sqlx::query(shared.sql.drop_slots()).bind(projection).bind(i64::from(version));
    drop_slots.execute(transaction).await?;
    Ok(())
}

pub(crate) async fn versions(shared: &Shared, held: &mut Held<'_>, projection: &str) -> Result<Vec<u32>, Stopped> {
    let rows = sqlx::query(shared.sql.select_versions()).bind(projection).fetch_all(&mut **held).await?;
    Ok(rows.iter().map(|row| crate::row::integer(row, 0)).collect::<Result<_, StoreError>>()?)
}
