//! A stream's events are folded where they are read: nothing is copied, and no thread waits for another between them.

use es_core::store::{FoldStream, PageSize, StoreError};
use es_core::{Position, StoredRef, StreamId};
use rusqlite::{Connection, Row, params};

use crate::SqliteStore;
use crate::error::failed;
use crate::row::{Room, integer, tags, text, unexpected};

const POSITION: usize = 0;
const VERSION: usize = 1;
const NAME: usize = 2;
const EVENT_VERSION: usize = 3;
const TAGS: usize = 4;
const PAYLOAD: usize = 5;

/// How much is folded at a time; between two times the reading thread serves others.
const PART: PageSize = PageSize { events: 10_000, bytes: 16 << 20 };

pub(crate) async fn fold<F: FoldStream>(store: &SqliteStore, stream: &StreamId, from: u64, fold: F) -> Result<F, StoreError> {
    let (mut next, mut folded) = (Some(from), fold);
    while let Some(from) = next {
        let stream = stream.clone();
        (next, folded) = store
            .read_with(move |reader| {
                let mut fold = folded;
                part(&reader.connection, &stream, from, &mut fold).map(|next| (next, fold))
            })
            .await?;
    }
    Ok(folded)
}

/// Folds what fits into a part, and says from which version to go on, if there may be more.
fn part<F: FoldStream>(connection: &Connection, stream: &StreamId, from: u64, fold: &mut F) -> Result<Option<u64>, StoreError> {
    let reading = failed("reading a stream");
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let mut select = connection.prepare_cached(include_str!("sql/fold_stream.sql")).map_err(&reading)?;
    let mut rows = select.query(params![stream.category(), stream.id(), from]).map_err(&reading)?;
    let (mut room, mut last) = (Room::new(PART), 0);
    while room.left() {
        let Some(row) = rows.next().map_err(&reading)? else { return Ok(None) };
        let tags = tags(row, TAGS)?;
        let event = event(row, stream, &tags)?;
        last = event.version;
        room.take(event.payload.len());
        if fold.take(event).is_break() {
            return Ok(None);
        }
    }
    Ok(Some(last + 1))
}

fn event<'a>(row: &'a Row<'_>, stream: &'a StreamId, tags: &'a [es_core::Tag]) -> Result<StoredRef<'a>, StoreError> {
    Ok(StoredRef {
        stream: Some(stream),
        version: integer(row, VERSION)?,
        position: Position(integer(row, POSITION)?),
        name: std::str::from_utf8(text(row, NAME)?).map_err(|_| unexpected(row, NAME))?,
        event_version: integer(row, EVENT_VERSION)?,
        payload: text(row, PAYLOAD)?,
        tags,
    })
}
