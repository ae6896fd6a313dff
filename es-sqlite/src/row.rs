//! A row of the events table becomes an event.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use es_core::store::{PageSize, StoreError};
use es_core::{Metadata, Payload, Position, Query, StoredEvent, StreamId, Tag};
use rusqlite::Row;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
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

/// Bytes that are stored as text: known to be UTF-8, or of no concern.
pub(crate) struct Text<'a>(pub(crate) &'a [u8]);

impl ToSql for Text<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(self.0)))
    }
}

/// What is left of a page.
pub(crate) struct Room {
    events: usize,
    bytes: usize,
}

impl Room {
    pub(crate) fn new(size: PageSize) -> Self {
        Self { events: size.events.max(1), bytes: size.bytes.max(1) }
    }

    pub(crate) fn left(&self) -> bool {
        self.events > 0 && self.bytes > 0
    }

    /// At most so many events.
    pub(crate) fn events(&self) -> usize {
        self.events
    }

    pub(crate) fn take(&mut self, bytes: usize) {
        self.events -= 1;
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

/// Turns rows into events. What many rows have in common is kept once.
pub(crate) struct Decoder {
    names: Interned,
    categories: Interned,
    stream_ids: Interned,
    metadata: (Vec<u8>, Arc<Metadata>),
    recorded_at: (i64, DateTime<Utc>),
    no_metadata: Arc<Metadata>,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        let no_metadata = Arc::<Metadata>::default();
        Self {
            names: Interned::new(32),
            categories: Interned::new(16),
            stream_ids: Interned::new(1),
            metadata: (Vec::new(), no_metadata.clone()),
            recorded_at: (0, DateTime::UNIX_EPOCH),
            no_metadata,
        }
    }

    /// An event of a stream that is known.
    pub(crate) fn event_of(&mut self, row: &Row<'_>, stream: &StreamId) -> Result<StoredEvent, StoreError> {
        self.build(row, Some(stream.clone()))
    }

    /// An event of any stream, or of none.
    pub(crate) fn event(&mut self, row: &Row<'_>) -> Result<StoredEvent, StoreError> {
        let stream = match self.category(row)? {
            Some(category) => Some(StreamId::from_stored(category, self.stream_ids.get(row, STREAM_ID)?)),
            None => None,
        };
        self.build(row, stream)
    }

    /// Whether a query is about this row; its tags are read only if the query asks for some.
    pub(crate) fn is_selected(&mut self, row: &Row<'_>, query: &Query, tags_asked: bool) -> Result<bool, StoreError> {
        let category = self.category(row)?;
        let name = self.names.get(row, NAME)?;
        let tags = if tags_asked { tags(row, TAGS)? } else { Vec::new() };
        Ok(query.selects(category.as_deref(), &name, &tags))
    }

    fn category(&mut self, row: &Row<'_>) -> Result<Option<Arc<str>>, StoreError> {
        match column(row, CATEGORY)? {
            ValueRef::Null => Ok(None),
            _ => self.categories.get(row, CATEGORY).map(Some),
        }
    }

    fn build(&mut self, row: &Row<'_>, stream: Option<StreamId>) -> Result<StoredEvent, StoreError> {
        let version = match stream {
            Some(_) => integer(row, VERSION)?,
            None => 0,
        };
        Ok(StoredEvent::from_row(
            Position(integer(row, POSITION)?),
            stream,
            version,
            event_id(row)?,
            self.names.get(row, NAME)?,
            integer(row, EVENT_VERSION)?,
            Payload::new(text(row, PAYLOAD)?.to_vec()),
            tags(row, TAGS)?,
            self.recorded_at(row)?,
            self.metadata(row)?,
        ))
    }

    fn recorded_at(&mut self, row: &Row<'_>) -> Result<DateTime<Utc>, StoreError> {
        let micros = integer(row, RECORDED_AT)?;
        // the events of one transaction share theirs
        if self.recorded_at.0 != micros {
            let time = DateTime::from_timestamp_micros(micros).ok_or_else(|| unexpected(row, RECORDED_AT))?;
            self.recorded_at = (micros, time);
        }
        Ok(self.recorded_at.1)
    }

    fn metadata(&mut self, row: &Row<'_>) -> Result<Arc<Metadata>, StoreError> {
        let ValueRef::Text(json) = column(row, METADATA)? else { return Ok(self.no_metadata.clone()) };
        // the events of one append share theirs
        if self.metadata.0 != json {
            let metadata = serde_json::from_slice(json).map_err(|_| unexpected(row, METADATA))?;
            self.metadata = (json.to_vec(), Arc::new(metadata));
        }
        Ok(self.metadata.1.clone())
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

    fn get(&mut self, row: &Row<'_>, at: usize) -> Result<Arc<str>, StoreError> {
        let bytes = text(row, at)?;
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

fn column<'a>(row: &'a Row<'_>, at: usize) -> Result<ValueRef<'a>, StoreError> {
    row.get_ref(at).map_err(|error| StoreError::backend("reading a column", error))
}

pub(crate) fn text<'a>(row: &'a Row<'_>, at: usize) -> Result<&'a [u8], StoreError> {
    match column(row, at)? {
        ValueRef::Text(bytes) => Ok(bytes),
        _ => Err(unexpected(row, at)),
    }
}

pub(crate) fn integer<N: TryFrom<i64>>(row: &Row<'_>, at: usize) -> Result<N, StoreError> {
    match column(row, at)? {
        ValueRef::Integer(value) => N::try_from(value).map_err(|_| unexpected(row, at)),
        _ => Err(unexpected(row, at)),
    }
}

fn event_id(row: &Row<'_>) -> Result<Uuid, StoreError> {
    match column(row, EVENT_ID)? {
        ValueRef::Blob(bytes) => Uuid::from_slice(bytes).map_err(|_| unexpected(row, EVENT_ID)),
        _ => Err(unexpected(row, EVENT_ID)),
    }
}

pub(crate) fn tags(row: &Row<'_>, at: usize) -> Result<Vec<Tag>, StoreError> {
    let ValueRef::Text(json) = column(row, at)? else { return Ok(Vec::new()) };
    let tags: Vec<Cow<'_, str>> = serde_json::from_slice(json).map_err(|_| unexpected(row, at))?;
    tags.iter().map(|tag| Tag::parse(tag).map_err(|_| unexpected(row, at))).collect()
}

#[cold]
pub(crate) fn unexpected(row: &Row<'_>, at: usize) -> StoreError {
    let name = row.as_ref().column_name(at).unwrap_or("?").to_owned();
    let position = row.get::<_, i64>(POSITION).unwrap_or_default();
    StoreError::Corrupt { what: format!("an event at position {position} whose column `{name}` is not what this library writes") }
}
