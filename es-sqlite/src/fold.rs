//! A stream's events are folded where they are read: nothing is copied, and no thread waits for another between them.

use es_core::store::{FoldStream, PageSize, StoreError};
use es_core::{Position, StoredRef, StreamId};
use rusqlite::{Connection, Row, params};

use crate::SqliteStore;
use crate::error::failed;
use crate::pace::FEW;
use crate::reader::Reader;
use crate::row::{Room, integer, tags, text, unexpected};

const POSITION: usize = 0;
const VERSION: usize = 1;
const NAME: usize = 2;
const EVENT_VERSION: usize = 3;
const TAGS: usize = 4;
const PAYLOAD: usize = 5;

/// How much is folded at a time; between two times the reading thread serves others.
const PART: PageSize = PageSize { events: 10_000, bytes: 16 << 20 };

/// A stream on its way into a fold.
struct Folding<F> {
    stream: StreamId,
    /// The version to go on from; `None` after the last.
    next: Option<u64>,
    fold: F,
}

pub(crate) async fn fold<F: FoldStream>(store: &SqliteStore, stream: &StreamId, from: u64, fold: F) -> Result<F, StoreError> {
    let mut folding = Folding { stream: stream.clone(), next: Some(from), fold };
    let writer = store.threads.writer.clone();
    if writer.read_here(|reader| folding.part(&reader.connection, FEW)).is_none() {
        let first = move |reader: &mut Reader| writer.measured(|| folding.part(&reader.connection, FEW)).map(|()| folding);
        folding = store.read_with(first).await?;
    }
    while folding.next.is_some() {
        folding = store.read_with(move |reader| folding.part(&reader.connection, PART).map(|()| folding)).await?;
    }
    Ok(folding.fold)
}

impl<F: FoldStream> Folding<F> {
    /// Folds what fits into a part; after an error, too, it can go on where it stopped.
    fn part(&mut self, connection: &Connection, size: PageSize) -> Result<(), StoreError> {
        let Self { stream, next, fold } = self;
        let Some(from) = *next else { return Ok(()) };
        let reading = failed("reading a stream");
        let from = i64::try_from(from).unwrap_or(i64::MAX);
        let mut select = connection.prepare_cached(include_str!("sql/fold_stream.sql")).map_err(&reading)?;
        let mut rows = select.query(params![stream.category(), stream.id(), from]).map_err(&reading)?;
        let mut room = Room::new(size);
        while room.left() {
            let Some(row) = rows.next().map_err(&reading)? else {
                *next = None;
                return Ok(());
            };
            let tags = tags(row, TAGS)?;
            let event = event(row, stream, &tags)?;
            *next = Some(event.version + 1);
            room.take(event.payload.len());
            if fold.take(event).is_break() {
                *next = None;
                return Ok(());
            }
        }
        Ok(())
    }
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
