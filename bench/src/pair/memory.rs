//! The store in memory, beside a `Vec`.

use std::path::Path;

use es_core::MemoryStore;

use crate::Result;
use crate::floor::memory::MemoryFloor;
use crate::pair::Pair;
use crate::report::Target;

pub(crate) enum Memory {}

impl Pair for Memory {
    const NAME: &'static str = "memory";
    const IN_MEMORY: bool = true;
    type Store = MemoryStore;
    type Floor = MemoryFloor;
    type Group = MemoryFloor;

    async fn store(_: &Path) -> Result<MemoryStore> {
        Ok(MemoryStore::new())
    }

    async fn floor(_: &Path, cached: bool) -> Result<MemoryFloor> {
        Ok(MemoryFloor::new(cached))
    }

    async fn group(_: &Path, cached: bool) -> Result<MemoryFloor> {
        Ok(MemoryFloor::new(cached))
    }

    fn target(measured: &str) -> Option<Target> {
        match measured {
            "replay" => Some(Target::AtLeast(0.95)),
            "upcast" => Some(Target::AtLeast(0.85)),
            _ => None,
        }
    }
}
