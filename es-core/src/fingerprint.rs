//! What stored data was made by, as a number: worked out once for each type, the same on every machine.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// The fingerprint that belongs to `T`, by `describe` the first time that it is asked for.
pub(crate) fn once_for<T: 'static>(describe: impl FnOnce() -> u64) -> u64 {
    static KNOWN: RwLock<Option<HashMap<TypeId, u64>>> = RwLock::new(None);
    let of = TypeId::of::<T>();
    if let Some(known) = KNOWN.read().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|known| known.get(&of)) {
        return *known;
    }
    let fingerprint = describe();
    KNOWN.write().unwrap_or_else(PoisonError::into_inner).get_or_insert_default().insert(of, fingerprint);
    fingerprint
}

/// FNV-1a, 64 bits: the same on every machine and in every release.
pub(crate) fn fnv1a<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    parts.into_iter().flatten().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
