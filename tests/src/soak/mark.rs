//! What an event of the soak says about itself.

use es_core::StoredEvent;
use serde::{Deserialize, Serialize};

/// The payload: which append it was a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// Which soak.
    pub(crate) run: u64,
    pub(crate) append: AppendId,
    /// 1, 2, .. `of`.
    pub(crate) nth: u8,
    /// How many events were appended together.
    pub(crate) of: u8,
}

/// The number of a writer process, and of its appends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct AppendId {
    pub(crate) writer: u32,
    pub(crate) append: u32,
}

/// An event's identity in 8 bytes, as millions of them are kept: 24 bits of writer, 32 of append, 8 of `nth`. Never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key(pub(crate) u64);

impl Key {
    pub(crate) fn new(append: AppendId, nth: u8) -> Self {
        Self(u64::from(append.writer & 0xff_ffff) << 40 | u64::from(append.append) << 8 | u64::from(nth))
    }

    pub(crate) fn nth(self) -> u8 {
        self.0 as u8
    }

    pub(crate) fn append(self) -> AppendId {
        AppendId { writer: (self.0 >> 40) as u32, append: (self.0 >> 8) as u32 }
    }
}

/// An event of this soak, as far as the books are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) position: u64,
    pub(crate) key: Key,
    /// The number of its stream and its version there; `None` where it belongs to none.
    pub(crate) stream: Option<(u32, u64)>,
}

/// What a reader sees in a stored event, and how many events were appended together; nothing if it is not of this soak.
pub(crate) fn seen(run: u64, event: &StoredEvent) -> Option<(Seen, u8)> {
    let mark: Mark = serde_json::from_slice(event.event.as_bytes()).ok().filter(|mark: &Mark| mark.run == run)?;
    let number = |id: &str| id.parse::<u32>().ok();
    let stream = event.stream.as_ref().and_then(|stream| Some((number(stream.id())?, event.version)));
    Some((Seen { position: event.position.0, key: Key::new(mark.append, mark.nth), stream }, mark.of))
}

/// The category of a soak's streams.
pub(crate) fn category(run: u64) -> String {
    format!("soak-{run:x}")
}

/// The name of an append's `nth` event: they take turns.
pub(crate) fn name(nth: u8) -> &'static str {
    if nth % 2 == 1 { "Sent" } else { "Received" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_holds_the_append_and_the_place_in_it() {
        let append = AppendId { writer: 0x12_3456, append: u32::MAX - 1 };
        let key = Key::new(append, 7);
        assert_eq!((key.append(), key.nth()), (append, 7));
    }
}
