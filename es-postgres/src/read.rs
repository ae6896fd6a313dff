//! All events in order of position, or those that a query selects.

use es_core::store::{Page, PageSize, StoreError};
use es_core::{Clause, Position, Query, StoredEvent};
use sqlx::postgres::PgArguments;
use sqlx::{Postgres, Row};

use crate::Shared;
use crate::connections::{Held, Stopped, read_on};
use crate::page::{End, Room, collect};
use crate::query::{Clauses, that_match};
use crate::row::{self, Decoder, bound};
use crate::{fence, flush};

/// How many positions one statement looks at when each event is looked at: few at first, more as long as nothing is found.
const SCANNED: u64 = 10_000;
/// How many positions one call looks at, at most: then the page comes back empty, so that no call takes long.
const SCANNED_IN_ALL: u64 = 500_000;
/// How many positions one call skips over when the index of tags says where to look.
const SKIPPED: u64 = 4_000_000;

/// The position of the last event.
pub(crate) async fn head(shared: &Shared) -> Result<Position, StoreError> {
    read_on!(shared.reads, "reading the head", |held| async {
        let safe = fence::last_safe(shared, &mut held).await?;
        let head: i64 = sqlx::query(shared.sql.head()).bind(bound(safe)).fetch_one(&mut *held).await?.try_get(0)?;
        let head = Position(head.cast_unsigned());
        flush::through(shared, &mut held, Some(head)).await?;
        Ok(head)
    })
}

pub(crate) async fn read(shared: &Shared, query: &Query, after: Position, size: PageSize) -> Result<Page, StoreError> {
    let Some(clauses) = that_match(query) else {
        return read_on!(shared.reads, "reading events", |held| async {
            // what is known to be safe may be enough
            let known = fence::known(shared);
            let page = all(shared, &mut held, after, size, known).await?;
            let page = match page.at_head && known < u64::MAX {
                true => {
                    let safe = fence::last_safe(shared, &mut held).await?;
                    all(shared, &mut held, after, size, safe).await?
                }
                false => page,
            };
            flush::through(shared, &mut held, Some(page.through)).await?;
            Ok(page)
        });
    };
    if clauses.is_empty() {
        let through = head(shared).await?.max(after);
        return Ok(Page { events: Vec::new(), through, at_head: true });
    }
    let selection = Selection::new(&clauses);
    read_on!(shared.reads, "reading events of a query", |held| async {
        let safe = fence::last_safe(shared, &mut held).await?;
        let page = selected(shared, &mut held, &selection, (after, safe), size).await?;
        flush::through(shared, &mut held, Some(page.through)).await?;
        Ok(page)
    })
}

async fn all(shared: &Shared, held: &mut Held<'_>, after: Position, size: PageSize, safe: u64) -> Result<Page, Stopped> {
    let (mut room, mut events, mut decoder) = (Room::new(size), Vec::new(), Decoder::new());
    let mut through = after;
    loop {
        let rows = shared.sizes.rows(&room);
        let select = sqlx::query(shared.sql.read_all()).bind(bound(through.0)).bind(bound(rows as u64)).bind(bound(safe));
        let end = collect(held, select, (&mut room, &shared.sizes), &mut events, |row| decoder.event(row).map(Some)).await?;
        through = events.last().map_or(through, |event: &StoredEvent| event.position);
        match end {
            End::Complete(taken) if taken == rows => {}
            end => return Ok(Page { events, through, at_head: end != End::Full }),
        }
    }
}

/// What is looked for, and how.
enum Selection<'a> {
    /// Looks at each event.
    Clause { category: Option<&'a str>, names: Option<Vec<&'a str>> },
    /// The same.
    Clauses(Clauses<'a>),
    /// Asks the index of tags.
    Tagged(Clauses<'a>),
}

impl<'a> Selection<'a> {
    fn new(clauses: &[&'a Clause]) -> Self {
        if let [clause] = clauses
            && clause.tags_asked().is_empty()
        {
            let names = clause.names_asked().map(|names| names.iter().map(|name| &**name).collect());
            return Self::Clause { category: clause.category_asked(), names };
        }
        let mut columns = Clauses::default();
        clauses.iter().for_each(|clause| columns.push(clause));
        match clauses.iter().any(|clause| clause.tags_asked().is_empty()) {
            true => Self::Clauses(columns),
            false => Self::Tagged(columns),
        }
    }

    /// How many positions the first statement looks at, and all of a call together.
    fn windows(&self) -> (u64, u64) {
        match self {
            Self::Clause { .. } | Self::Clauses(_) => (SCANNED, SCANNED_IN_ALL),
            Self::Tagged(_) => (SKIPPED, SKIPPED),
        }
    }

    fn statement(
        &self,
        shared: &Shared,
        (after, through): (u64, u64),
        rows: usize,
        safe: u64,
    ) -> sqlx::query::Query<'_, Postgres, PgArguments> {
        let sql = match self {
            Self::Clause { .. } => shared.sql.read_clause(),
            Self::Clauses(_) => shared.sql.read_clauses(),
            Self::Tagged(_) => shared.sql.read_tagged(),
        };
        let statement = sqlx::query(sql).bind(bound(after)).bind(bound(through)).bind(bound(rows as u64)).bind(bound(safe));
        match self {
            Self::Clause { category, names } => statement.bind(*category).bind(names.as_deref()),
            Self::Clauses(clauses) | Self::Tagged(clauses) => statement.bind(&clauses.categories).bind(&clauses.names).bind(&clauses.tags),
        }
    }
}

async fn selected(
    shared: &Shared,
    held: &mut Held<'_>,
    selection: &Selection<'_>,
    (after, safe): (Position, u64),
    size: PageSize,
) -> Result<Page, Stopped> {
    let (mut room, mut events, mut decoder) = (Room::new(size), Vec::new(), Decoder::new());
    let (mut window, most) = selection.windows();
    let last_window_ends = after.0.saturating_add(most);
    let mut through = after.0;
    loop {
        let window_ends = through.saturating_add(window).min(last_window_ends);
        let rows = shared.sizes.rows(&room);
        let mut head = None;
        let statement = selection.statement(shared, (through, window_ends), rows, safe);
        let end = collect(held, statement, (&mut room, &shared.sizes), &mut events, |row| {
            if head.is_none() {
                head = Some(row::integer::<u64>(row, 0)?);
                return Ok(None);
            }
            decoder.event(row).map(Some)
        });
        let end = end.await?;
        let head = head.unwrap_or(through);
        let last = events.last().map_or(through, |event: &StoredEvent| event.position.0);
        match end {
            End::Full => return Ok(Page { events, through: Position(last), at_head: false }),
            // there may be more in this window
            End::Complete(taken) if taken == rows => through = last,
            End::Complete(_) => {
                through = window_ends.min(head).max(through);
                let at_head = through >= head;
                if at_head || !events.is_empty() || through == last_window_ends {
                    return Ok(Page { events, through: Position(through), at_head });
                }
                window = window.saturating_mul(4);
            }
        }
    }
}
