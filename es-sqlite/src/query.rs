//! Clauses that name tags, as SQL over the index of tags.

use es_core::{AppendCondition, Clause, Position};
use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ToSql, params_from_iter};

/// The position of the first event that a decision would have had to know.
pub(crate) fn first_match(connection: &Connection, condition: &AppendCondition) -> rusqlite::Result<Option<Position>> {
    let mut first = None;
    for clause in condition.query.clauses().unwrap_or_default() {
        // no clause needs to look further than the first match of another
        let through = first.map_or(u64::MAX, |position: Position| position.0);
        let found = positions(connection, clause, condition.after, Position(through), 1)?;
        first = found.first().map(|position| Position(*position)).or(first);
    }
    Ok(first)
}

/// The positions of the first few events after `after` and up to `through` that match a clause which names at least one tag.
pub(crate) fn positions(
    connection: &Connection,
    clause: &Clause,
    after: Position,
    through: Position,
    limit: usize,
) -> rusqlite::Result<Vec<u64>> {
    let [tag, others @ ..] = clause.tags_asked() else { return Ok(Vec::new()) };
    let mut values: Vec<&dyn ToSql> = Vec::new();
    let (after, through, tag) = (Bound(after), Bound(through), tag.as_str());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    values.extend([&tag as &dyn ToSql, &after, &through, &limit]);
    let others: Vec<&str> = others.iter().map(|tag| tag.as_str()).collect();
    values.extend(clause.names_asked().unwrap_or_default().iter().map(|name| name as &dyn ToSql));
    values.extend(others.iter().map(|tag| tag as &dyn ToSql));
    let category = clause.category_asked();
    values.extend(category.iter().map(|category| category as &dyn ToSql));

    let sql = sql(clause.names_asked().map(<[_]>::len), others.len(), category.is_some());
    let mut select = connection.prepare_cached(&sql)?;
    let rows = select.query_map(params_from_iter(values), |row| row.get(0))?;
    rows.collect()
}

fn sql(names: Option<usize>, other_tags: usize, category: bool) -> String {
    let mut sql = "select t.position from event_tags t where t.tag = ? and t.position > ? and t.position <= ?".to_owned();
    let mut next = 5;
    // the limit is the fourth value, and stands last
    if let Some(names) = names {
        let places: Vec<String> = (next..next + names).map(|at| format!("?{at}")).collect();
        sql += &format!(" and t.name in ({})", places.join(", "));
        next += names;
    }
    for _ in 0..other_tags {
        sql += &format!(" and exists (select 1 from event_tags o where o.tag = ?{next} and o.position = t.position)");
        next += 1;
    }
    if category {
        sql += &format!(" and exists (select 1 from events e where e.position = t.position and e.category = ?{next})");
    }
    sql + " order by t.position limit ?4"
}

/// A position as SQLite's integers can hold it.
struct Bound(Position);

impl ToSql for Bound {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(i64::try_from(self.0.0).unwrap_or(i64::MAX).into())
    }
}
