//! A stored state, believed only when it fits today's types and nothing has touched it.

use std::any::TypeId;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{PoisonError, RwLock};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::schema::{Shape, Types};
use crate::state::State;
use crate::store::Snapshot;
use crate::stream::StreamId;

/// When and how a state is stored.
#[doc(hidden)]
pub struct SnapshotRule<T> {
    pub(crate) every: u64,
    version: u32,
    shape: fn(&mut Types) -> Shape,
    encode: fn(&T) -> serde_json::Result<Vec<u8>>,
    decode: fn(&[u8]) -> serde_json::Result<T>,
}

impl<T: Serialize + DeserializeOwned> SnapshotRule<T> {
    /// One snapshot every `every` events. `shape` is that of the state, and adds the named types that it holds.
    pub const fn new(every: u64, version: u32, shape: fn(&mut Types) -> Shape) -> Self {
        Self { every, version, shape, encode: |state| serde_json::to_vec(state), decode: |json| serde_json::from_slice(json) }
    }
}

impl<T: State> SnapshotRule<T> {
    /// What a stored state must have been made by; worked out once for each type.
    fn fingerprint(&self) -> u64 {
        static KNOWN: RwLock<Option<HashMap<TypeId, u64>>> = RwLock::new(None);
        let of = TypeId::of::<T>();
        if let Some(known) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|known| known.get(&of)) {
            return *known;
        }
        let fingerprint = self.describe();
        KNOWN.write().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().insert(of, fingerprint);
        fingerprint
    }

    /// This state's shape, these events and versions, this `snapshot(version)`.
    fn describe(&self) -> u64 {
        let mut types = Types::default();
        let state = (self.shape)(&mut types);
        let mut text = format!("v{} {state}", self.version);
        for event in T::READS.iter().copied().flatten() {
            (event.define)(&mut types);
            let _ = write!(text, "\n{} v{} {}", event.name, event.version, event.schema);
        }
        for (name, shape) in types.iter() {
            let _ = write!(text, "\n{name} = {shape}");
        }
        fnv1a([text.as_bytes()])
    }

    /// Whether the events up to `version`, of which the last `appended` are new, are due to be kept as a state.
    pub(crate) fn is_due(&self, version: u64, appended: u64) -> bool {
        self.every > 0 && version / self.every > (version - appended) / self.every
    }

    pub(crate) fn take(&self, stream: &StreamId, version: u64, state: &T) -> serde_json::Result<Snapshot> {
        let fingerprint = self.fingerprint();
        let payload = (self.encode)(state)?;
        let checksum = checksum(stream, version, fingerprint, &payload);
        Ok(Snapshot { version, fingerprint, checksum, payload })
    }

    /// The state, or why it is not believed.
    pub(crate) fn read(&self, stream: &StreamId, snapshot: &Snapshot) -> Result<T, &'static str> {
        let fingerprint = self.fingerprint();
        if snapshot.fingerprint != fingerprint {
            return Err("fingerprint");
        }
        if snapshot.checksum != checksum(stream, snapshot.version, fingerprint, &snapshot.payload) {
            return Err("checksum");
        }
        (self.decode)(&snapshot.payload).map_err(|_| "decode")
    }
}

fn checksum(stream: &StreamId, version: u64, fingerprint: u64, payload: &[u8]) -> u64 {
    fnv1a([stream.category().as_bytes(), b"\0", stream.id().as_bytes(), &version.to_le_bytes(), &fingerprint.to_le_bytes(), payload])
}

/// FNV-1a, 64 bits: the same on every machine and in every release.
pub(crate) fn fnv1a<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    parts.into_iter().flatten().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
