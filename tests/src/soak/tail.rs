//! What one reader has seen, over all the processes that it was.

use clap::ValueEnum;

use super::mark::{Key, Seen};

/// Which events a reader asks for.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Choice {
    /// All of them.
    All,
    /// Those of the soak's streams.
    Category,
    /// Those of one name.
    Name,
}

impl Choice {
    /// Readers take turns.
    pub(crate) fn of_reader(number: usize) -> Self {
        [Self::All, Self::Category, Self::Name][number % 3]
    }

    pub(crate) fn wants(self, event: &Seen) -> bool {
        match self {
            Self::All => true,
            Self::Category => event.stream.is_some(),
            Self::Name => super::mark::name(event.key.nth()) == super::mark::name(1),
        }
    }
}

/// A reader's own account: what came, and what of it came wrongly.
#[derive(Debug, Clone)]
pub(crate) struct Tail {
    pub(crate) choice: Choice,
    /// What was read at each position.
    read: Positions,
    /// The last version that was seen of each stream.
    versions: Vec<u64>,
    /// The position of the last event.
    last: u64,
    /// How far the reader has come: where it goes on when it is started again.
    pub(crate) through: u64,
    pub(crate) events: u64,
    pub(crate) repeated: u64,
    pub(crate) out_of_order: u64,
}

impl Tail {
    /// A reader that begins after `base`.
    pub(crate) fn new(choice: Choice, base: u64) -> Self {
        let read = Positions::after(base);
        Self { choice, read, versions: Vec::new(), last: base, through: base, events: 0, repeated: 0, out_of_order: 0 }
    }

    pub(crate) fn saw(&mut self, event: Seen) {
        self.events += 1;
        if self.read.get(event.position).is_some() {
            self.repeated += 1;
            return;
        }
        self.read.set(event.position, event.key);
        let later_was_seen = event.stream.is_some_and(|(stream, version)| {
            let last = slot(&mut self.versions, stream as usize);
            let later_was_seen = *last >= version;
            *last = version.max(*last);
            later_was_seen
        });
        if event.position < self.last || later_was_seen {
            self.out_of_order += 1;
        }
        self.last = event.position.max(self.last);
        self.through = event.position.max(self.through);
    }

    /// Nothing is left up to here.
    pub(crate) fn came_to(&mut self, position: u64) {
        self.through = position.max(self.through);
    }

    pub(crate) fn read(&self) -> &Positions {
        &self.read
    }
}

/// An event a position, for millions of positions.
#[derive(Debug, Clone)]
pub(crate) struct Positions {
    base: u64,
    keys: Vec<u64>,
}

impl Positions {
    pub(crate) fn after(base: u64) -> Self {
        Self { base, keys: Vec::new() }
    }

    pub(crate) fn get(&self, position: u64) -> Option<Key> {
        let at = position.checked_sub(self.base + 1)?;
        self.keys.get(at as usize).copied().filter(|key| *key != 0).map(Key)
    }

    /// Positions up to the base belong to others.
    pub(crate) fn set(&mut self, position: u64, key: Key) {
        if let Some(at) = position.checked_sub(self.base + 1) {
            *slot(&mut self.keys, at as usize) = key.0;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, Key)> {
        (self.base + 1..).zip(&self.keys).filter(|(_, key)| **key != 0).map(|(position, key)| (position, Key(*key)))
    }
}

fn slot(numbers: &mut Vec<u64>, at: usize) -> &mut u64 {
    if numbers.len() <= at {
        numbers.resize(at + 1, 0);
    }
    &mut numbers[at]
}

#[cfg(test)]
mod tests {
    use super::super::mark::AppendId;
    use super::*;

    fn event(position: u64, stream: Option<(u32, u64)>) -> Seen {
        Seen { position, key: Key::new(AppendId { writer: 1, append: position as u32 }, 1), stream }
    }

    fn tail(events: &[(u64, Option<(u32, u64)>)]) -> Tail {
        let mut tail = Tail::new(Choice::All, 100);
        events.iter().for_each(|(position, stream)| tail.saw(event(*position, *stream)));
        tail
    }

    #[test]
    fn what_comes_in_order_is_right() {
        let tail = tail(&[(101, Some((0, 1))), (102, None), (105, Some((0, 2))), (106, Some((1, 1)))]);
        assert_eq!((tail.events, tail.repeated, tail.out_of_order, tail.through), (4, 0, 0, 106));
        assert_eq!(tail.read().iter().map(|(position, _)| position).collect::<Vec<_>>(), [101, 102, 105, 106]);
    }

    #[test]
    fn what_comes_twice_is_repeated() {
        let tail = tail(&[(101, Some((0, 1))), (102, None), (102, None), (101, Some((0, 1)))]);
        assert_eq!((tail.repeated, tail.out_of_order), (2, 0));
    }

    #[test]
    fn what_comes_before_what_was_before_it_is_out_of_order() {
        assert_eq!(tail(&[(102, None), (101, None)]).out_of_order, 1);
        // positions are right, the stream's versions are not
        assert_eq!(tail(&[(101, Some((3, 2))), (102, Some((3, 1)))]).out_of_order, 1);
        // both at once is one event
        assert_eq!(tail(&[(102, Some((3, 2))), (101, Some((3, 1)))]).out_of_order, 1);
    }
}
