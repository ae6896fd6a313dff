//! All events in order of position, or those that a query selects.

use es_core::store::{Page, PageSize, StoreError};
use es_core::{Clause, Position, Query};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::failed;
use crate::query;
use crate::reader::Reader;
use crate::row::Room;

/// How many positions one call looks at, at most, when each event is looked at. A page may come back empty before the head, so
/// that no call takes long; rows come one by one in order, so a window needs no smaller start.
const SCANNED: u64 = 100_000;
/// How many positions one call skips over, at most, when the index of tags says where to look.
const SKIPPED: u64 = 4_000_000;

/// The position of the last event.
pub(crate) fn head(connection: &Connection) -> rusqlite::Result<Position> {
    let mut select = connection.prepare_cached(include_str!("sql/head.sql"))?;
    Ok(Position(select.query_row([], |row| row.get(0)).optional()?.unwrap_or(0)))
}

/// Events that a query selects, after a position.
pub(crate) struct Selection {
    pub(crate) query: Query,
    pub(crate) after: Position,
    pub(crate) size: PageSize,
}

impl Selection {
    /// Reads the head in the same snapshot.
    pub(crate) fn read(&self, reader: &mut Reader) -> Result<Page, StoreError> {
        let Self { ref query, after, size } = *self;
        reader.in_snapshot(|reader| {
            let head = head(&reader.connection).map_err(failed("reading the head"))?;
            if after >= head {
                return Ok(Page { events: Vec::new(), through: after, at_head: true });
            }
            match query.clauses() {
                None => scan(reader, None, Window { after, through: head, head }, size),
                Some(clauses) if clauses.iter().all(|clause| !clause.tags_asked().is_empty()) => {
                    tagged(reader, clauses, Window::new(after, SKIPPED, head), size)
                }
                Some(_) => scan(reader, Some(query), Window::new(after, SCANNED, head), size),
            }
        })
    }
}

/// What one call looks at.
struct Window {
    after: Position,
    through: Position,
    head: Position,
}

impl Window {
    fn new(after: Position, length: u64, head: Position) -> Self {
        Self { after, through: head.min(Position(after.0 + length)), head }
    }

    /// The page, which is full if it did not reach the end of the window.
    fn page(self, events: Vec<es_core::StoredEvent>, full: bool) -> Page {
        let last = events.last().filter(|_| full).map(|event| event.position);
        let through = last.unwrap_or(self.through);
        Page { events, through, at_head: through == self.head }
    }
}

/// Looks at each event of the window.
fn scan(reader: &mut Reader, query: Option<&Query>, window: Window, size: PageSize) -> Result<Page, StoreError> {
    let reading = failed("reading events");
    let asks_tags = query.and_then(Query::clauses).unwrap_or_default().iter().any(|clause| !clause.tags_asked().is_empty());
    let mut select = reader.connection.prepare_cached(include_str!("sql/read_all.sql")).map_err(&reading)?;
    let mut rows = select.query(params![window.after.0, window.through.0]).map_err(&reading)?;
    let mut room = Room::new(size);
    // what is selected may be few of many
    let mut events = match query {
        None => Vec::with_capacity(usize::try_from(window.through.0 - window.after.0).unwrap_or(usize::MAX).min(room.events()).min(1000)),
        Some(_) => Vec::new(),
    };
    while room.left() {
        let Some(row) = rows.next().map_err(&reading)? else { return Ok(window.page(events, false)) };
        if let Some(query) = query
            && !reader.decoder.is_selected(row, query, asks_tags)?
        {
            continue;
        }
        let event = reader.decoder.event(row)?;
        room.take(event.event.as_bytes().len());
        events.push(event);
    }
    Ok(window.page(events, true))
}

/// Asks the index of tags where to look.
fn tagged(reader: &mut Reader, clauses: &[Clause], window: Window, size: PageSize) -> Result<Page, StoreError> {
    let reading = failed("reading events by tag");
    let limit = size.events.max(1);
    let mut positions = Vec::new();
    for clause in clauses {
        positions.extend(query::positions(&reader.connection, clause, window.after, window.through, limit).map_err(&reading)?);
    }
    positions.sort_unstable();
    positions.dedup();

    let mut select = reader.connection.prepare_cached(include_str!("sql/read_event.sql")).map_err(&reading)?;
    let mut room = Room::new(size);
    let mut events = Vec::new();
    // each clause has found its first `limit`, so the first `limit` of all are among them
    for position in positions {
        if !room.left() {
            return Ok(window.page(events, true));
        }
        let mut rows = select.query([position]).map_err(&reading)?;
        let missing = || StoreError::Corrupt { what: format!("a tag of position {position}, which has no event") };
        let event = reader.decoder.event(rows.next().map_err(&reading)?.ok_or_else(missing)?)?;
        room.take(event.event.as_bytes().len());
        events.push(event);
    }
    let full = !room.left();
    Ok(window.page(events, full))
}
