//! A stored state, believed only when it fits today's types and nothing has touched it.

use std::fmt::Write;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fingerprint::{fnv1a, once_for};
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

/// A state that can be stored beside its events.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored as a snapshot",
    label = "a snapshot is written and read by serde, and this state lacks `Serialize`, `Deserialize` or both",
    note = "write `#[derive(Serialize, Deserialize)]` on `{Self}`; or remove `snapshot(..)`"
)]
pub trait Storable: Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Storable for T {}

impl<T: Storable> SnapshotRule<T> {
    /// One snapshot every `every` events. `shape` is that of the state, and adds the named types that it holds.
    pub const fn new(every: u64, version: u32, shape: fn(&mut Types) -> Shape) -> Self {
        Self { every, version, shape, encode: |state| serde_json::to_vec(state), decode: |json| serde_json::from_slice(json) }
    }
}

impl<T: State> SnapshotRule<T> {
    /// What a stored state must have been made by; worked out once for each type.
    fn fingerprint(&self) -> u64 {
        once_for::<SnapshotRule<T>>(|| self.describe())
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
