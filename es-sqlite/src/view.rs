//! The rows of views: an ordinary table for each version of one, `view_order_summary_v1`.

use es_core::Position;
use es_core::store::{RowChange, StoreError, ViewQuery, ViewRow, ViewTable};
use es_core::view::{ColumnType, ColumnValue, Comparison, Filter};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use uuid::Uuid;

use crate::error::store_error;

/// Makes the table and its indexes; `false` when there is one of another shape.
pub(crate) fn open(connection: &Connection, table: &ViewTable) -> rusqlite::Result<bool> {
    let select = "select fingerprint from views where view = ?1 and version = ?2";
    let found = connection.query_row(select, params![table.projection(), table.version], |row| row.get::<_, i64>(0)).optional()?;
    if let Some(found) = found {
        return Ok(found == table.fingerprint.cast_signed());
    }
    let name = table.table();
    let columns = table.columns.iter().map(|(column, kind)| format!(", {} {}", quoted(column), declared(*kind)));
    let create = format!(
        "create table {name} (key text not null primary key, last_position integer not null{}, state text not null) strict",
        columns.collect::<String>()
    );
    connection.execute(&create, [])?;
    for (column, _) in table.columns {
        // one that is built beside keeps the names of its indexes when it takes the other's place
        let unique = if table.beside { format!("_{}", Uuid::now_v7().simple()) } else { String::new() };
        let index = quoted(&format!("{name}_{column}{unique}"));
        connection.execute(&format!("create index {index} on {name} ({}, key)", quoted(column)), [])?;
    }
    let insert = "insert into views (view, version, fingerprint) values (?1, ?2, ?3)";
    connection.execute(insert, params![table.projection(), table.version, table.fingerprint.cast_signed()])?;
    Ok(true)
}

fn declared(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Text => "text",
        ColumnType::Integer | ColumnType::Boolean => "integer",
        ColumnType::Real => "real",
    }
}

/// Not in double quotes, in which SQLite takes a column that there is not for a text.
fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn selected(table: &ViewTable) -> String {
    table.columns.iter().map(|(column, _)| format!("{}, ", quoted(column))).collect()
}

pub(crate) fn rows(connection: &Connection, table: &ViewTable, keys: &[String]) -> Result<Vec<ViewRow>, StoreError> {
    let sql = format!(
        "select key, last_position, {}state from {} where key in (select value from json_each(?1))",
        selected(table),
        table.table()
    );
    let keys = serde_json::to_string(keys).map_err(|error| StoreError::backend("writing keys as JSON", error))?;
    read(connection, table, &sql, [Value::Text(keys)])
}

pub(crate) fn list(connection: &Connection, table: &ViewTable, query: &ViewQuery) -> Result<Vec<ViewRow>, StoreError> {
    let (mut conditions, mut arguments) = conditions(&query.filters);
    if let Some(after) = &query.after {
        arguments.push(Value::Text(after.clone()));
        conditions.push(format!("key > ?{}", arguments.len()));
    }
    arguments.push(Value::Integer(query.limit.into()));
    let limit = arguments.len();
    let sql = format!(
        "select key, last_position, {}state from {}{} order by key limit ?{limit}",
        selected(table),
        table.table(),
        wherever(&conditions)
    );
    read(connection, table, &sql, arguments)
}

pub(crate) fn count(connection: &Connection, table: &ViewTable, filters: &[Filter]) -> Result<u64, StoreError> {
    let (conditions, arguments) = conditions(filters);
    let sql = format!("select count(*) from {}{}", table.table(), wherever(&conditions));
    let count = connection.prepare_cached(&sql).and_then(|mut count| count.query_row(params_from_iter(arguments), |row| row.get(0)));
    count.map_err(|error| said(table, error))
}

fn wherever(conditions: &[String]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" where {}", conditions.join(" and ")) }
}

fn conditions(filters: &[Filter]) -> (Vec<String>, Vec<Value>) {
    let condition = |(at, filter): (usize, &Filter)| {
        let compared = match filter.comparison {
            // nothing equals nothing
            Comparison::Equal => "is",
            Comparison::Less => "<",
            Comparison::AtMost => "<=",
            Comparison::Greater => ">",
            Comparison::AtLeast => ">=",
        };
        format!("{} {compared} ?{}", quoted(filter.column), at + 1)
    };
    (filters.iter().enumerate().map(condition).collect(), filters.iter().map(|filter| value(&filter.value)).collect())
}

fn read(
    connection: &Connection,
    table: &ViewTable,
    sql: &str,
    arguments: impl IntoIterator<Item = Value>,
) -> Result<Vec<ViewRow>, StoreError> {
    let read = || {
        let mut select = connection.prepare_cached(sql)?;
        let rows = select.query_map(params_from_iter(arguments), |row| parsed(row, table))?;
        rows.collect::<rusqlite::Result<Vec<_>>>()
    };
    read().map_err(|error| said(table, error))
}

fn parsed(row: &Row<'_>, table: &ViewTable) -> rusqlite::Result<ViewRow> {
    let column = |(at, (_, kind)): (usize, &(_, ColumnType))| -> rusqlite::Result<ColumnValue> {
        Ok(match (row.get_ref(at + 2)?, kind) {
            (ValueRef::Text(text), _) => ColumnValue::Text(String::from_utf8_lossy(text).into_owned()),
            (ValueRef::Integer(number), ColumnType::Boolean) => ColumnValue::Boolean(number != 0),
            (ValueRef::Integer(number), _) => ColumnValue::Integer(number),
            (ValueRef::Real(number), _) => ColumnValue::Real(number),
            (ValueRef::Null | ValueRef::Blob(_), _) => ColumnValue::Null,
        })
    };
    let columns = table.columns.iter().enumerate().map(column).collect::<rusqlite::Result<_>>()?;
    let state = row.get::<_, String>(table.columns.len() + 2)?.into_bytes();
    Ok(ViewRow { key: row.get(0)?, position: Position(row.get(1)?), columns, state })
}

/// The position of a row, if there is one.
pub(crate) fn position(connection: &Connection, table: &ViewTable, key: &str) -> rusqlite::Result<Option<Position>> {
    let select = format!("select last_position from {} where key = ?1", table.table());
    connection.prepare_cached(&select)?.query_row([key], |row| row.get(0).map(Position)).optional()
}

/// Writes what became of rows.
pub(crate) fn change<'a>(
    connection: &Connection,
    table: &ViewTable,
    changes: impl IntoIterator<Item = &'a RowChange>,
) -> rusqlite::Result<()> {
    let name = table.table();
    let places: String = (0..table.columns.len()).map(|at| format!("?{}, ", at + 4)).collect();
    let put = format!("insert or replace into {name} (key, last_position, {}state) values (?1, ?3, {places}?2)", selected(table));
    let delete = format!("delete from {name} where key = ?1");
    for change in changes {
        match change {
            RowChange::Put(row) => {
                let state = Value::Text(String::from_utf8_lossy(&row.state).into_owned());
                let position = Value::Integer(row.position.0.cast_signed());
                let own = [Value::Text(row.key.clone()), state, position];
                let arguments = own.into_iter().chain(row.columns.iter().map(value));
                connection.prepare_cached(&put)?.execute(params_from_iter(arguments))?;
            }
            RowChange::Delete(key) => {
                connection.prepare_cached(&delete)?.execute([key])?;
            }
        }
    }
    Ok(())
}

fn value(value: &ColumnValue) -> Value {
    match value {
        ColumnValue::Null => Value::Null,
        ColumnValue::Text(text) => Value::Text(text.clone()),
        ColumnValue::Integer(number) => Value::Integer(*number),
        ColumnValue::Real(number) => Value::Real(*number),
        ColumnValue::Boolean(truth) => Value::Integer((*truth).into()),
    }
}

pub(crate) fn said(table: &ViewTable, error: rusqlite::Error) -> StoreError {
    match &error {
        rusqlite::Error::SqliteFailure(_, Some(message)) | rusqlite::Error::SqlInputError { msg: message, .. }
            if message.starts_with("no such table") =>
        {
            StoreError::no_view(table)
        }
        rusqlite::Error::SqliteFailure(_, Some(message)) | rusqlite::Error::SqlInputError { msg: message, .. }
            if message.starts_with("no such column") =>
        {
            StoreError::no_column(table)
        }
        _ => store_error("reading a view", error),
    }
}
