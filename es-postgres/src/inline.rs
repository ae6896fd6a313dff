//! What read models make of an append, written in its transaction.

use std::collections::BTreeSet;
use std::sync::Arc;

use es_core::store::{
    Append, AppendError, Appended, Inline, InlineError, InlineRows, InlineWork, Kept, RowChange, StoreError, TableChanges, ViewTable,
};
use es_core::view::ColumnValue;
use es_core::{Position, ProjectionError};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Postgres};

use crate::append::{Answer, Prepared, answers, duplicate, own_fault, statement_of_all};
use crate::builder::Positions;
use crate::error::{PostgresError, code, database_error, is_lost, store_error};
use crate::query::array_literal;
use crate::row::{Json, bound};
use crate::{PostgresStore, flush, keys, view};

/// Read models that are kept, and what becomes of their rows.
pub(crate) struct Rows {
    kept: Arc<[Kept]>,
    tables: Vec<TableChanges>,
}

impl Rows {
    /// Whether both fit into one call: the same is kept, and no row is changed twice, whose second change has to see the first.
    pub(crate) fn goes_with(&self, other: &Self) -> bool {
        self.kept == other.kept && self.rows().is_disjoint(&other.rows())
    }

    fn rows(&self) -> BTreeSet<(&str, u32, &str)> {
        self.tables.iter().flat_map(|of| of.changes.iter().map(|change| (of.table.name, of.table.version, change.change.key()))).collect()
    }
}

/// The last arguments of `append_inline.sql`.
#[derive(Default)]
struct Arrays<'a> {
    t_write: Vec<String>,
    w_append: Vec<i32>,
    w_table: Vec<i32>,
    w_key: Vec<&'a str>,
    w_rests_on: Vec<Option<i64>>,
    w_state: Vec<Option<Json<'a>>>,
    w_columns: Vec<Option<String>>,
}

impl<'a> Arrays<'a> {
    fn push(&mut self, nth: i32, of: &'a TableChanges) {
        let write = view::write_function(&of.table);
        let known = self.t_write.iter().position(|known| *known == write);
        let at = known.unwrap_or_else(|| {
            self.t_write.push(write);
            self.t_write.len() - 1
        });
        for change in &of.changes {
            self.w_append.push(nth);
            self.w_table.push(i32::try_from(at + 1).unwrap_or(i32::MAX));
            self.w_key.push(change.change.key());
            self.w_rests_on.push(change.rests_on.map(|position| bound(position.0)));
            let row = match &change.change {
                RowChange::Put(row) => Some(row),
                RowChange::Delete(_) => None,
            };
            self.w_state.push(row.map(|row| Json(&row.state)));
            self.w_columns.push(row.map(|row| columns_literal(&row.columns)));
        }
    }
}

fn columns_literal(columns: &[ColumnValue]) -> String {
    let texts = columns.iter().map(|value| match value {
        ColumnValue::Null => None,
        ColumnValue::Text(text) => Some(text.clone()),
        ColumnValue::Integer(number) => Some(number.to_string()),
        ColumnValue::Real(number) => Some(format!("{number:e}")),
        ColumnValue::Boolean(truth) => Some(truth.to_string()),
    });
    let elements = texts.map(|text| text.map_or("null".into(), |text| array_literal([&*text]).trim_matches(['{', '}']).to_owned()));
    format!("{{{}}}", elements.collect::<Vec<_>>().join(","))
}

/// The call that appends a batch which keeps read models.
pub(crate) fn statement<'a>(
    sql: sqlx::SqlStr,
    batch: impl Iterator<Item = &'a Prepared> + Clone,
    positions: Positions,
) -> Query<'static, Postgres, PgArguments> {
    let mut arrays = Arrays::default();
    for (nth, prepared) in (1..).zip(batch.clone()) {
        prepared.rows.iter().flat_map(|rows| &rows.tables).for_each(|of| arrays.push(nth, of));
    }
    let kept = batch.clone().find_map(|prepared| prepared.rows.as_ref()).map_or(&[][..], |rows| &*rows.kept);
    let names = kept.iter().map(|kept| array_literal(kept.names.iter().copied()));
    // others that append are not seen before they have committed, nor is it told in which order they will
    let statement = statement_of_all(sql, batch, positions, positions == Positions::Fenced);
    statement
        .bind(kept.iter().map(|kept| kept.projection.clone()).collect::<Vec<_>>())
        .bind(kept.iter().map(|kept| i64::from(kept.version)).collect::<Vec<_>>())
        .bind(names.collect::<Vec<_>>())
        .bind(arrays.t_write)
        .bind(arrays.w_append)
        .bind(arrays.w_table)
        .bind(arrays.w_key)
        .bind(arrays.w_rests_on)
        .bind(arrays.w_state)
        .bind(arrays.w_columns)
}

/// Whether read models are the reason.
pub(crate) fn refusal(error: &sqlx::Error) -> Option<InlineError> {
    match code(error)? {
        "40E01" => Some(InlineError::Stale),
        "40E02" => Some(InlineError::Behind),
        _ => None,
    }
}

pub(crate) async fn append(store: &PostgresStore, append: Append, inline: Inline<PgConnection>) -> Result<Appended, InlineError> {
    let Inline { kept, rows, work, limit } = inline;
    let mut prepared = Prepared::new(append, store.shared.positions)?;
    let answer = match (rows, work) {
        (InlineRows::Known(tables), None) => {
            prepared.rows = Some(Rows { kept, tables });
            return answered(store, Arc::new(prepared)).await;
        }
        (InlineRows::Known(tables), work) => {
            prepared.rows = Some(Rows { kept, tables });
            Alone { store, prepared, late: None, work, limit }.append().await?
        }
        (late, work) => {
            prepared.rows = Some(Rows { kept, tables: Vec::new() });
            Alone { store, prepared, late: Some(late), work, limit }.append().await?
        }
    };
    Ok(answer)
}

/// Sends it with what else waits.
async fn answered(store: &PostgresStore, prepared: Arc<Prepared>) -> Result<Appended, InlineError> {
    loop {
        match store.appends.send(prepared.clone()).await? {
            Answer::Stored(appended) => return Ok(appended),
            Answer::Refused(error) => return Err(error.into()),
            Answer::Inline(error) => return Err(error),
            Answer::KeyUsed => {}
        }
        // unless the key was forgotten in between
        let key = prepared.key().unwrap_or_default();
        if let Some(record) = keys::select(&store.shared, key).await? {
            return Err(AppendError::KeyUsed(Box::new(record)).into());
        }
    }
}

/// An append in a transaction of its own: what becomes of rows is said when it is known where the events stand, or the user's projections
/// write, too, while all who append wait.
struct Alone<'a> {
    store: &'a PostgresStore,
    prepared: Prepared,
    late: Option<InlineRows>,
    work: Option<Box<dyn InlineWork<PgConnection>>>,
    limit: std::time::Duration,
}

const APPENDING: &str = "appending with a projection";

fn appending(error: sqlx::Error) -> InlineError {
    store_error(APPENDING, error).into()
}

impl Alone<'_> {
    async fn append(mut self) -> Result<Appended, InlineError> {
        let shared = &self.store.shared;
        let mut held = shared.projecting.reading(APPENDING).connection().await?;
        let done = self.run(&mut held).await;
        match &done {
            Ok(Appended { position: Some(head), .. }) => {
                flush::acknowledged(shared, *head);
                shared.wake.committed(*head);
                held.done(());
            }
            // after any other error its state is not known
            Ok(_) | Err(InlineError::Stale | InlineError::Behind | InlineError::Projection(_)) => held.done(()),
            Err(_) => {}
        }
        done
    }

    async fn run(&mut self, connection: &mut PgConnection) -> Result<Appended, InlineError> {
        let step = if self.work.is_some() { "open" } else { "" };
        let begin = format!("begin read write; set local es.step = '{step}'");
        let mut transaction = connection.begin_with(AssertSqlSafe(begin)).await.map_err(appending)?;
        let done = self.within(&mut transaction).await;
        if done.is_err() {
            transaction.rollback().await.map_err(appending)?;
            return done;
        }
        if self.work.is_some() {
            let closed = sqlx::query(self.store.shared.sql.close_step()).fetch_optional(&mut *transaction).await.map_err(appending)?;
            if closed.is_none() {
                transaction.rollback().await.map_err(appending)?;
                let ended = "a statement ended the transaction, which is the append's: leave `commit` and `rollback` to the store";
                return Err(InlineError::Projection(ProjectionError::new(ended)));
            }
        }
        let committed = transaction.commit().await.map_err(|error| {
            let refused = database_error(&error).is_some() && !is_lost(&error);
            let error = StoreError::backend("committing an append with a projection", PostgresError::from(error));
            if refused { error.into() } else { AppendError::OutcomeUnknown(error) }
        });
        committed?;
        done
    }

    async fn within(&mut self, connection: &mut PgConnection) -> Result<Appended, InlineError> {
        let shared = &self.store.shared;
        let batch = || std::iter::once(&self.prepared);
        let millis = self.limit.as_millis().clamp(1, i32::MAX as u128).to_string();
        let call = statement(shared.sql.append_alone(), batch(), shared.positions).bind(millis).fetch_one(&mut *connection).await;
        let told = match call.and_then(|row| answers(&row, batch())) {
            Ok(mut told) => told.pop(),
            Err(error) => return Err(refused(self.store, &self.prepared, error).await),
        };
        let appended = match told {
            Some(Answer::Stored(appended)) => appended,
            Some(Answer::Refused(error)) => return Err(error.into()),
            Some(Answer::KeyUsed) => return Err(key_used(self.store, &self.prepared).await),
            Some(Answer::Inline(error)) => return Err(error),
            None => return Err(appending(sqlx::Error::Protocol("an answer is missing".into()))),
        };
        if let Some(last) = appended.position {
            let late = self.late.as_mut().map(|late| late.at(&appended)).transpose()?;
            for of in late.iter().flatten() {
                write(connection, shared.schema.name(), of, last).await?;
            }
        }
        if let Some(work) = &mut self.work {
            work.run(&appended, connection).await.map_err(InlineError::Projection)?;
        }
        Ok(appended)
    }
}

async fn key_used(store: &PostgresStore, prepared: &Prepared) -> InlineError {
    match keys::select(&store.shared, prepared.key().unwrap_or_default()).await {
        Ok(Some(record)) => AppendError::KeyUsed(Box::new(record)).into(),
        Ok(None) => StoreError::Refused { reason: "the idempotency key was forgotten just now: try again".into() }.into(),
        Err(error) => error.into(),
    }
}

async fn refused(store: &PostgresStore, prepared: &Prepared, error: sqlx::Error) -> InlineError {
    if let Some(refused) = refusal(&error) {
        return refused;
    }
    let shared = &store.shared;
    let appends = || std::iter::once(&prepared.append);
    if let Ok(mut held) = shared.reads.reading("looking for an event id").connection().await
        && let Some(fault) = duplicate(shared.sql.duplicate_event(), &mut held, appends(), &error).await
    {
        return held.done(fault.into());
    }
    own_fault(appends(), &error).map_or_else(|| appending(error), InlineError::from)
}

/// Writes rows, if they are still as they were.
async fn write(connection: &mut PgConnection, schema: &str, of: &TableChanges, last: Position) -> Result<(), InlineError> {
    let mut arrays = Arrays::default();
    arrays.push(1, of);
    let sql = format!("select \"{schema}\".\"{}\"(1, $1, $2, $3, $4, $5, $6, $7)", view::write_function(&of.table));
    let written = sqlx::query(AssertSqlSafe(sql))
        .bind(vec![bound(last.0)])
        .bind(arrays.w_append)
        .bind(arrays.w_table)
        .bind(arrays.w_key)
        .bind(arrays.w_rests_on)
        .bind(arrays.w_state)
        .bind(arrays.w_columns)
        .execute(connection);
    written.await.map(drop).map_err(|error| refusal(&error).unwrap_or_else(|| appending(error)))
}

/// The function that writes rows with an append: see `append_inline_1`.
pub(crate) fn creating_write(schema: &str, table: &ViewTable) -> String {
    let (name, view) = (format!("\"{schema}\".\"{}\"", view::write_function(table)), format!("\"{schema}\".\"{}\"", table.table()));
    let columns = || (1..).zip(table.columns);
    let names: String = table.columns.iter().map(|(column, _)| format!(", {}", view::quoted(column))).collect();
    let values: String = columns().map(|(at, (_, kind))| format!(", w.c[{at}]::{}", view::element(*kind))).collect();
    let set: String =
        columns().map(|(at, (column, kind))| format!(", {} = w.c[{at}]::{}", view::quoted(column), view::element(*kind))).collect();
    format!(
        "create or replace function {name}(
             w_this int, w_last bigint[], w_append int[], w_table int[], w_key text[], w_rests_on bigint[], w_state json[], w_columns text[]
         ) returns void language plpgsql volatile as $$
         declare
             wrong bigint;
         begin
             with w as (
                 select u.key, u.rests_on, u.state, u.columns::text[] as c, w_last[u.append] as last
                   from unnest(w_append, w_table, w_key, w_rests_on, w_state, w_columns) u(append, tab, key, rests_on, state, columns)
                  where u.tab = w_this and w_last[u.append] is not null),
             gone as (delete from {view} v using w where w.state is null and v.key = w.key and v.last_position = w.rests_on returning 1),
             changed as (
                 update {view} v set last_position = w.last, state = w.state{set}
                   from w where w.state is not null and v.key = w.key and v.last_position = w.rests_on returning 1),
             made as (
                 insert into {view} (key, last_position, state{names})
                 select w.key, w.last, w.state{values} from w where w.state is not null and w.rests_on is null
                     on conflict (key) do nothing returning 1)
             select (select count(*) from w where w.state is not null or w.rests_on is not null)
                  - (select count(*) from gone) - (select count(*) from changed) - (select count(*) from made)
                  + (select count(*) from w join {view} v on v.key = w.key where w.state is null and w.rests_on is null)
               into wrong;
             if wrong <> 0 then
                 raise exception 'a row of {} has changed' using errcode = '40E01';
             end if;
         end $$",
        table.table()
    )
}
