//! The rows of views: an ordinary table for each version of one, `view_order_summary_v1`, in the store's schema.

use es_core::Position;
use es_core::store::{Lease, RowChange, StoreError, ViewQuery, ViewRow, ViewTable};
use es_core::view::{ColumnType, ColumnValue, Comparison, Filter};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Postgres, Row};

use crate::connections::{Held, Stopped, read_on};
use crate::error::code;
use crate::row::{self, Json, bound};
use crate::sql::Schema;
use crate::{Shared, inline};

type Statement = Query<'static, Postgres, PgArguments>;

/// Makes the table and its indexes; `false` when there is one of another shape.
pub(crate) async fn open(shared: &Shared, held: &mut Held<'_>, table: &ViewTable) -> Result<bool, Stopped> {
    let mut transaction = held.begin().await?;
    let same = open_in(shared, &mut transaction, table).await?;
    transaction.commit().await?;
    Ok(same)
}

pub(crate) async fn open_in(shared: &Shared, transaction: &mut PgConnection, table: &ViewTable) -> Result<bool, sqlx::Error> {
    let fingerprint = table.fingerprint.cast_signed();
    let insert = sqlx::query(shared.sql.insert_view()).bind(table.projection()).bind(i64::from(table.version)).bind(fingerprint);
    let made = insert.execute(&mut *transaction).await?.rows_affected() == 1;
    if made {
        create(transaction, &shared.schema, table).await?;
    }
    let select = sqlx::query(shared.sql.select_view()).bind(table.projection()).bind(i64::from(table.version));
    let found: i64 = select.fetch_one(transaction).await?.try_get(0)?;
    Ok(found == fingerprint)
}

async fn create(connection: &mut PgConnection, schema: &Schema, table: &ViewTable) -> Result<(), sqlx::Error> {
    let name = named(schema, table);
    let columns = table.columns.iter().map(|(column, kind)| format!(", {} {}", quoted(column), declared(*kind)));
    let columns: String = columns.collect();
    let create = format!(
        "create table {name} (key text not null collate \"C\" primary key, last_position bigint not null{columns}, state json not null)"
    );
    connection.execute(AssertSqlSafe(create)).await?;
    for (column, _) in table.columns {
        connection.execute(AssertSqlSafe(format!("create index on {name} ({}, key)", quoted(column)))).await?;
    }
    connection.execute(AssertSqlSafe(inline::creating_write(schema.name(), table))).await?;
    Ok(())
}

pub(crate) fn named(schema: &Schema, table: &ViewTable) -> String {
    format!("\"{}\".\"{}\"", schema.name(), table.table())
}

/// The function that writes its rows with an append.
pub(crate) fn write_function(table: &ViewTable) -> String {
    format!("{}_write", table.table())
}

fn declared(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "text collate \"C\"",
        ColumnType::Integer => "bigint",
        ColumnType::Real => "double precision",
        ColumnType::Boolean => "boolean",
    }
}

pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn selected(table: &ViewTable) -> String {
    table.columns.iter().map(|(column, _)| format!("{}, ", quoted(column))).collect()
}

pub(crate) async fn rows(shared: &Shared, table: &ViewTable, keys: &[String]) -> Result<Vec<ViewRow>, StoreError> {
    let sql = format!("select key, last_position, {}state from {} where key = any ($1)", selected(table), named(&shared.schema, table));
    select(shared, table, || sqlx::query(AssertSqlSafe(sql.clone())).bind(keys.to_vec())).await
}

pub(crate) async fn list(shared: &Shared, table: &ViewTable, query: &ViewQuery) -> Result<Vec<ViewRow>, StoreError> {
    let mut conditions = conditions(&query.filters);
    let mut arguments = conditions.len();
    if query.after.is_some() {
        arguments += 1;
        conditions.push(format!("key > ${arguments}"));
    }
    let (columns, name, limit) = (selected(table), named(&shared.schema, table), arguments + 1);
    let sql = format!("select key, last_position, {columns}state from {name}{} order by key limit ${limit}", wherever(&conditions));
    select(shared, table, || {
        let bound = query.filters.iter().fold(sqlx::query(AssertSqlSafe(sql.clone())), bind);
        let bound = query.after.iter().fold(bound, |bound, after| bound.bind(after.clone()));
        bound.bind(i64::from(query.limit))
    })
    .await
}

pub(crate) async fn count(shared: &Shared, table: &ViewTable, filters: &[Filter]) -> Result<u64, StoreError> {
    let sql = format!("select count(*) from {}{}", named(&shared.schema, table), wherever(&conditions(filters)));
    let counted = fetch(shared, table, || filters.iter().fold(sqlx::query(AssertSqlSafe(sql.clone())), bind)).await?;
    counted.first().map_or(Ok(0), |row| row::integer(row, 0))
}

fn wherever(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(" and ")) }
}

/// One condition a filter, with an argument each.
fn conditions(filters: &[Filter]) -> Vec<String> {
    let condition = |(at, filter): (usize, &Filter)| {
        let (column, at) = (quoted(filter.column), at + 1);
        match (filter.comparison, &filter.value) {
            // nothing equals nothing
            (Comparison::Equal, ColumnValue::Null) => format!("{column} is null and ${at}::text is null"),
            (_, ColumnValue::Null) => format!("${at}::text is not null"),
            (Comparison::Equal, _) => format!("{column} = ${at}"),
            (Comparison::Less, _) => format!("{column} < ${at}"),
            (Comparison::AtMost, _) => format!("{column} <= ${at}"),
            (Comparison::Greater, _) => format!("{column} > ${at}"),
            (Comparison::AtLeast, _) => format!("{column} >= ${at}"),
        }
    };
    filters.iter().enumerate().map(condition).collect()
}

fn bind(statement: Statement, filter: &Filter) -> Statement {
    match filter.value.clone() {
        ColumnValue::Null => statement.bind(None::<String>),
        ColumnValue::Text(text) => statement.bind(text),
        ColumnValue::Integer(number) => statement.bind(number),
        ColumnValue::Real(number) => statement.bind(number),
        ColumnValue::Boolean(truth) => statement.bind(truth),
    }
}

async fn select(shared: &Shared, table: &ViewTable, statement: impl Fn() -> Statement) -> Result<Vec<ViewRow>, StoreError> {
    fetch(shared, table, statement).await?.iter().map(|row| parsed(row, table)).collect()
}

async fn fetch(shared: &Shared, table: &ViewTable, statement: impl Fn() -> Statement) -> Result<Vec<PgRow>, StoreError> {
    read_on!(shared.reads, "reading a view", |held| async {
        match statement().fetch_all(&mut *held).await {
            Err(error) if code(&error) == Some(NO_TABLE) => Err(StoreError::no_view(table).into()),
            Err(error) if code(&error) == Some(NO_COLUMN) => Err(StoreError::no_column(table).into()),
            rows => Ok(rows?),
        }
    })
}

const NO_TABLE: &str = "42P01";
const NO_COLUMN: &str = "42703";

fn parsed(row: &PgRow, table: &ViewTable) -> Result<ViewRow, StoreError> {
    let read = |error| StoreError::backend("reading a row of a view", error);
    let column = |(at, (_, kind)): (usize, &(_, ColumnType))| -> Result<ColumnValue, StoreError> {
        let value = match kind {
            ColumnType::Text => row.try_get::<Option<_>, _>(at + 2).map_err(read)?.map(ColumnValue::Text),
            ColumnType::Integer => row.try_get::<Option<_>, _>(at + 2).map_err(read)?.map(ColumnValue::Integer),
            ColumnType::Real => row.try_get::<Option<_>, _>(at + 2).map_err(read)?.map(ColumnValue::Real),
            ColumnType::Boolean => row.try_get::<Option<_>, _>(at + 2).map_err(read)?.map(ColumnValue::Boolean),
        };
        Ok(value.unwrap_or(ColumnValue::Null))
    };
    let columns = table.columns.iter().enumerate().map(column).collect::<Result<_, _>>()?;
    let (position, state) = (Position(row::integer(row, 1)?), row::bytes(row, table.columns.len() + 2)?.to_vec());
    Ok(ViewRow { key: row.try_get(0).map_err(read)?, position, columns, state })
}

/// Moves the checkpoint if the lease is still good, and writes what became of rows, in one statement; whether it did.
pub(crate) async fn advance(
    shared: &Shared,
    held: &mut PgConnection,
    (lease, through): (&Lease, Position),
    table: &ViewTable,
    changes: &[RowChange],
) -> Result<bool, sqlx::Error> {
    let (mut deleted, mut put) = (Vec::new(), Vec::new());
    for change in changes {
        match change {
            RowChange::Put(row) => put.push(row),
            RowChange::Delete(key) => deleted.push(key.as_str()),
        }
    }
    let moved = crate::projection::moving(sqlx::query(AssertSqlSafe(advancing(&shared.schema, table))), lease, through);
    let keys: Vec<&str> = put.iter().map(|row| row.key.as_str()).collect();
    let states: Vec<Json<'_>> = put.iter().map(|row| Json(&row.state)).collect();
    let positions: Vec<i64> = put.iter().map(|row| bound(row.position.0)).collect();
    let mut statement = moved.bind(deleted).bind(keys).bind(states).bind(positions);
    for (at, (_, kind)) in table.columns.iter().enumerate() {
        let values = put.iter().map(|row| row.columns.get(at));
        statement = match kind {
            ColumnType::Text => statement.bind(column(values, |value| match value {
                ColumnValue::Text(text) => Some(text.as_str()),
                _ => None,
            })),
            ColumnType::Integer => statement.bind(column(values, |value| match value {
                ColumnValue::Integer(number) => Some(*number),
                _ => None,
            })),
            ColumnType::Real => statement.bind(column(values, |value| match value {
                ColumnValue::Real(number) => Some(*number),
                _ => None,
            })),
            ColumnType::Boolean => statement.bind(column(values, |value| match value {
                ColumnValue::Boolean(truth) => Some(*truth),
                _ => None,
            })),
        };
    }
    Ok(statement.fetch_one(held).await?.try_get::<i64, _>(0)? == 1)
}

fn column<'a, T>(values: impl Iterator<Item = Option<&'a ColumnValue>>, of: impl Fn(&'a ColumnValue) -> Option<T>) -> Vec<Option<T>> {
    values.map(|value| value.and_then(&of)).collect()
}

/// The arguments 1 to 6 are those of `advance.sql`; then the keys that end, and the rows column by column.
fn advancing(schema: &Schema, table: &ViewTable) -> String {
    let (schema_name, name) = (schema.name(), named(schema, table));
    let names: String = table.columns.iter().map(|(column, _)| format!(", {}", quoted(column))).collect();
    let arrays: String = (11..).zip(table.columns).map(|(at, (_, kind))| format!(", ${at}::{}[]", element(*kind))).collect();
    let set: String = table.columns.iter().map(|(column, _)| format!(", {0} = excluded.{0}", quoted(column))).collect();
    format!(
        "with moved as (
             update \"{schema_name}\".projections set position = $6
              where projection = $1 and version = $2 and part = $3 and token = $4 and position = $5 returning 1),
         gone as (delete from {name} v using moved where v.key = any ($7)),
         put as (
             insert into {name} (key, state, last_position{names})
             select u.* from moved, unnest($8::text[], $9::json[], $10::bigint[]{arrays}) u
             on conflict (key) do update set state = excluded.state, last_position = excluded.last_position{set})
         select count(*) from moved"
    )
}

pub(crate) fn element(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "text",
        ColumnType::Integer => "bigint",
        ColumnType::Real => "double precision",
        ColumnType::Boolean => "boolean",
    }
}
