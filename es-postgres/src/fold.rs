//! A stream's events are folded as they come in: nothing is copied, and the server sends no more of each than a fold is told.

use es_core::store::{FoldStream, StoreError};
use es_core::{Position, StoredRef, StreamId, Tag};
use futures_util::TryStreamExt;
use sqlx::postgres::PgRow;

use crate::Shared;
use crate::connections::{Held, Stopped, read_on};
use crate::flush;
use crate::row::{bound, bytes, integer, tags, unexpected};

const POSITION: usize = 0;
const VERSION: usize = 1;
const NAME: usize = 2;
const EVENT_VERSION: usize = 3;
const TAGS: usize = 4;
const PAYLOAD: usize = 5;

/// How many events one statement reads: between two of them the server keeps nothing for a long stream.
const PART: u64 = 10_000;

/// How far a stream is folded: reading again goes on from there.
struct Folded {
    /// The version to go on from; `None` after the last.
    next: Option<u64>,
    last: Option<Position>,
}

pub(crate) async fn fold<F: FoldStream>(shared: &Shared, stream: &StreamId, from: u64, mut fold: F) -> Result<F, StoreError> {
    let mut folded = Folded { next: Some(from), last: None };
    read_on!(shared.reads, "folding a stream", |held| async {
        while let Some(from) = folded.next {
            part(shared, &mut held, (stream, from), &mut folded, &mut fold).await?;
        }
        // what a decision rests on is not taken back by a crash
        match folded.last {
            Some(last) => Ok(flush::through(shared, &mut held, Some(last)).await?),
            None => Ok(()),
        }
    })?;
    Ok(fold)
}

async fn part<F: FoldStream>(
    shared: &Shared,
    held: &mut Held<'_>,
    (stream, from): (&StreamId, u64),
    folded: &mut Folded,
    fold: &mut F,
) -> Result<(), Stopped> {
    let select = sqlx::query(shared.sql.fold_stream());
    let mut rows = select.bind(stream.category()).bind(stream.id()).bind(bound(from)).bind(bound(PART)).fetch(&mut **held);
    let mut taken = 0;
    while let Some(row) = rows.try_next().await? {
        let tags = tags(&row, TAGS)?;
        let event = event(&row, stream, &tags)?;
        (folded.next, folded.last) = (Some(event.version + 1), Some(event.position));
        taken += 1;
        if fold.take(event).is_break() {
            // the rest is not worth reading
            drop(rows);
            held.spoil();
            folded.next = None;
            return Ok(());
        }
    }
    if taken < PART {
        folded.next = None;
    }
    Ok(())
}

fn event<'a>(row: &'a PgRow, stream: &'a StreamId, tags: &'a [Tag]) -> Result<StoredRef<'a>, StoreError> {
    Ok(StoredRef {
        stream: Some(stream),
        version: integer(row, VERSION)?,
        position: Position(integer(row, POSITION)?),
        name: std::str::from_utf8(bytes(row, NAME)?).map_err(|_| unexpected(row, NAME))?,
        event_version: integer(row, EVENT_VERSION)?,
        payload: bytes(row, PAYLOAD)?,
        tags,
    })
}
