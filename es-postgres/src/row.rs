//! A row of the events table becomes an event.

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use es_core::store::StoreError;
use es_core::{Metadata, Payload, Position, StoredEvent, StreamId, Tag};
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgRow, PgTypeInfo, PgValueRef};
use sqlx::{Encode, Postgres, Row, Type, ValueRef};
use uuid::Uuid;

/// The columns that every statement which reads events selects, in this order.
const POSITION: usize = 0;
const VERSION: usize = 1;
const EVENT_ID: usize = 2;
const NAME: usize = 3;
const EVENT_VERSION: usize = 4;
const RECORDED_AT: usize = 5;
const TAGS: usize = 6;
const METADATA: usize = 7;
const PAYLOAD: usize = 8;
/// These two only where the stream is not known beforehand.
const CATEGORY: usize = 9;
const STREAM_ID: usize = 10;

/// JSON as it is bound: its bytes, which the server checks.
#[derive(Clone, Copy)]
pub(crate) struct Json<'a>(pub(crate) &'a [u8]);

impl Type<Postgres> for Json<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(114))
    }
}

impl PgHasArrayType for Json<'_> {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(199))
    }
}

impl<'q> Encode<'q, Postgres> for Json<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.extend_from_slice(self.0);
        Ok(IsNull::No)
    }

    fn size_hint(&self) -> usize {
        self.0.len()
    }
}

/// A position or a version as the server's integers can hold it: what is larger is larger than all that there is.
pub(crate) fn bound(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What an event has that says nothing of who caused it.
static NO_METADATA: LazyLock<Arc<Metadata>> = LazyLock::new(Arc::default);

/// Turns rows into events. What many rows have in common is kept once.
pub(crate) struct Decoder {
    names: Interned,
    categories: Interned,
    stream_ids: Interned,
    metadata: Option<(Vec<u8>, Arc<Metadata>)>,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self { names: Interned::new(32), categories: Interned::new(16), stream_ids: Interned::new(1), metadata: None }
    }

    /// An event of a stream that is known.
    pub(crate) fn event_of(&mut self, row: &PgRow, stream: &StreamId) -> Result<StoredEvent, StoreError> {
        self.build(row, Some(stream.clone()))
    }

    /// An event of any stream, or of none.
    pub(crate) fn event(&mut self, row: &PgRow) -> Result<StoredEvent, StoreError> {
        let stream = match value(row, CATEGORY)?.is_null() {
            true => None,
            false => Some(StreamId::from_stored(self.categories.get(row, CATEGORY)?, self.stream_ids.get(row, STREAM_ID)?)),
        };
        self.build(row, stream)
    }

    fn build(&mut self, row: &PgRow, stream: Option<StreamId>) -> Result<StoredEvent, StoreError> {
        let version = match stream {
            Some(_) => integer(row, VERSION)?,
            None => 0,
        };
        Ok(StoredEvent::from_row(
            Position(integer(row, POSITION)?),
            stream,
            version,
            Uuid::from_slice(bytes(row, EVENT_ID)?).map_err(|_| unexpected(row, EVENT_ID))?,
            self.names.get(row, NAME)?,
            integer(row, EVENT_VERSION)?,
            Payload::new(bytes(row, PAYLOAD)?.to_vec()),
            tags(row, TAGS)?,
            recorded_at(row, RECORDED_AT)?,
            self.metadata(row)?,
        ))
    }

    fn metadata(&mut self, row: &PgRow) -> Result<Arc<Metadata>, StoreError> {
        let Some(json) = optional_bytes(row, METADATA)? else { return Ok(NO_METADATA.clone()) };
        // the events of one append share theirs
        if let Some((_, metadata)) = self.metadata.as_ref().filter(|(last, _)| last == json) {
            return Ok(metadata.clone());
        }
        let metadata: Arc<Metadata> = serde_json::from_slice(json).map(Arc::new).map_err(|_| unexpected(row, METADATA))?;
        self.metadata = Some((json.to_vec(), metadata.clone()));
        Ok(metadata)
    }
}

/// Texts that come again and again, each allocated once as long as it is among the last few.
struct Interned {
    recent: Vec<Arc<str>>,
    last: usize,
    capacity: usize,
}

impl Interned {
    fn new(capacity: usize) -> Self {
        Self { recent: Vec::new(), last: 0, capacity }
    }

    fn get(&mut self, row: &PgRow, at: usize) -> Result<Arc<str>, StoreError> {
        let bytes = bytes(row, at)?;
        if let Some(last) = self.recent.get(self.last).filter(|last| last.as_bytes() == bytes) {
            return Ok(last.clone());
        }
        if let Some(found) = self.recent.iter().position(|text| text.as_bytes() == bytes) {
            self.last = found;
            return Ok(self.recent[found].clone());
        }
        let text: Arc<str> = std::str::from_utf8(bytes).map_err(|_| unexpected(row, at))?.into();
        if self.recent.len() < self.capacity {
            self.last = self.recent.len();
            self.recent.push(text.clone());
        } else {
            self.last = (self.last + 1) % self.capacity;
            self.recent[self.last] = text.clone();
        }
        Ok(text)
    }
}

fn value(row: &PgRow, at: usize) -> Result<PgValueRef<'_>, StoreError> {
    row.try_get_raw(at).map_err(|error| StoreError::backend("reading a column", error))
}

pub(crate) fn optional_bytes(row: &PgRow, at: usize) -> Result<Option<&[u8]>, StoreError> {
    Ok(value(row, at)?.as_bytes().ok())
}

pub(crate) fn bytes(row: &PgRow, at: usize) -> Result<&[u8], StoreError> {
    optional_bytes(row, at)?.ok_or_else(|| unexpected(row, at))
}

pub(crate) fn integer<N: TryFrom<i64>>(row: &PgRow, at: usize) -> Result<N, StoreError> {
    optional_integer(row, at)?.ok_or_else(|| unexpected(row, at))
}

pub(crate) fn optional_integer<N: TryFrom<i64>>(row: &PgRow, at: usize) -> Result<Option<N>, StoreError> {
    let Some(bytes) = optional_bytes(row, at)? else { return Ok(None) };
    let number = bytes.try_into().ok().map(i64::from_be_bytes).and_then(|number| N::try_from(number).ok());
    number.map(Some).ok_or_else(|| unexpected(row, at))
}

/// Microseconds between 1970 and 2000, where PostgreSQL begins to count.
const EPOCH: i64 = 946_684_800_000_000;

pub(crate) fn recorded_at(row: &PgRow, at: usize) -> Result<DateTime<Utc>, StoreError> {
    let since_2000: i64 = integer(row, at)?;
    since_2000.checked_add(EPOCH).and_then(DateTime::from_timestamp_micros).ok_or_else(|| unexpected(row, at))
}

pub(crate) fn tags(row: &PgRow, at: usize) -> Result<Vec<Tag>, StoreError> {
    match optional_bytes(row, at)? {
        None => Ok(Vec::new()),
        Some(array) => parse_tags(array).ok_or_else(|| unexpected(row, at)),
    }
}

/// An array of texts in the server's binary form: dimensions, whether there are nulls, the type; length and first index; then each
/// text after its length.
fn parse_tags(array: &[u8]) -> Option<Vec<Tag>> {
    let (dimensions, mut rest) = number(array)?;
    if dimensions == 0 {
        return Some(Vec::new());
    }
    (_, rest) = number(rest)?;
    (_, rest) = number(rest)?;
    let (count, mut rest) = number(rest)?;
    (_, rest) = number(rest)?;
    let mut tags = Vec::with_capacity(count.min(rest.len()));
    for _ in 0..count {
        let (length, text) = number(rest)?;
        let (text, after) = text.split_at_checked(length)?;
        tags.push(Tag::parse(std::str::from_utf8(text).ok()?).ok()?);
        rest = after;
    }
    Some(tags)
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((usize::try_from(i32::from_be_bytes(*number)).ok()?, rest))
}

#[cold]
pub(crate) fn unexpected(row: &PgRow, at: usize) -> StoreError {
    let name = row.columns().get(at).map_or("?", |column| sqlx::Column::name(column)).to_owned();
    let position = optional_bytes(row, POSITION).ok().flatten().and_then(|bytes| bytes.try_into().ok()).map_or(0, i64::from_be_bytes);
    StoreError::Corrupt { what: format!("an event at position {position} whose column `{name}` is not what this library writes") }
}
