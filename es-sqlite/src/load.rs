//! All that a decision on a stream needs, in one round trip and of one moment.

use es_core::store::{Load, LoadedStream, StoreError};

use crate::error::failed;
use crate::reader::Reader;
use crate::stream::Part;
use crate::{keys, snapshot};

pub(crate) fn load(reader: &mut Reader, load: &Load) -> Result<LoadedStream, StoreError> {
    let mut part = Part { stream: load.stream.clone(), from: load.from, size: load.size };
    if load.key.is_none() && !load.snapshot {
        // a statement is of one moment by itself
        return Ok(LoadedStream { events: part.read(reader)?, ..LoadedStream::default() });
    }
    reader.in_snapshot(|reader| {
        let key = match &load.key {
            Some(key) => keys::select(&reader.connection, key).map_err(failed("reading a key"))?,
            None => None,
        };
        let snapshot = match load.snapshot {
            true => snapshot::select(&reader.connection, &part.stream).map_err(failed("reading a snapshot"))?,
            false => None,
        };
        part.from = snapshot.as_ref().map_or(part.from, |snapshot| snapshot.version);
        Ok(LoadedStream { key, snapshot, events: part.read(reader)? })
    })
}
