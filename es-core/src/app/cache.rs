//! States of aggregates in memory, bounded by their number.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

use crate::stream::StreamId;

/// The states that are used most. A state may be stale: whoever decides on it learns so from the store.
pub(crate) struct Cache(Option<quick_cache::sync::Cache<(TypeId, StreamId), Cached>>);

#[derive(Clone)]
struct Cached {
    version: u64,
    state: Arc<dyn Any + Send + Sync>,
}

impl Cache {
    pub(crate) fn new(states: usize) -> Self {
        Self((states > 0).then(|| quick_cache::sync::Cache::new(states)))
    }

    /// The state that was kept last, with its version.
    pub(crate) fn get<T: Send + Sync + 'static>(&self, stream: &StreamId) -> Option<(Arc<T>, u64)> {
        let cached = self.0.as_ref()?.get(&(TypeId::of::<T>(), stream.clone()))?;
        Some((cached.state.downcast().ok()?, cached.version))
    }

    /// Keeps a state, unless a later one is kept already.
    pub(crate) fn put<T: Send + Sync + 'static>(&self, stream: &StreamId, state: Arc<T>, version: u64) {
        let Some(cache) = &self.0 else { return };
        let key = (TypeId::of::<T>(), stream.clone());
        if cache.peek(&key).is_none_or(|cached| cached.version < version) {
            cache.insert(key, Cached { version, state });
        }
    }

    pub(crate) fn forget<T: 'static>(&self, stream: &StreamId) {
        if let Some(cache) = &self.0 {
            cache.remove(&(TypeId::of::<T>(), stream.clone()));
        }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cache({} states)", self.0.as_ref().map_or(0, |cache| cache.len()))
    }
}
