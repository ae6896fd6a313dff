//! What is held against the store in the end.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::ledger::Ledger;
use super::mark::{AppendId, Key, Seen};
use super::tail::{Positions, Tail};

/// How many findings are told one by one.
const TOLD: usize = 20;

/// What is in the store when all writers have ended.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) events: Vec<Seen>,
    /// How many events each append was of.
    pub(crate) sizes: HashMap<AppendId, u8>,
    /// The same events, read stream by stream.
    pub(crate) streams: BTreeMap<u32, Vec<Seen>>,
}

/// The counts, and the first findings in words.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) acknowledged: u64,
    pub(crate) appends: u64,
    pub(crate) refused: u64,
    pub(crate) read: u64,
    pub(crate) readers: usize,
    pub(crate) missed: u64,
    pub(crate) repeated: u64,
    pub(crate) out_of_order: u64,
    /// Events that were read or stored though there was nothing to store.
    pub(crate) unfounded: u64,
    findings: Vec<String>,
}

impl Verdict {
    pub(crate) fn new(ledger: &Ledger, tails: &[Tail], stored: &Stored) -> Self {
        let mut verdict = Self {
            acknowledged: ledger.events,
            appends: ledger.appends,
            refused: ledger.refused().len() as u64,
            read: tails.iter().map(|tail| tail.events).sum(),
            readers: tails.len(),
            repeated: ledger.doubly_given,
            ..Self::default()
        };
        let mut truth = Positions::after(stored.events.first().map_or(0, |event| event.position - 1));
        stored.events.iter().for_each(|event| truth.set(event.position, event.key));
        verdict.against_what_was_acknowledged(ledger, &truth);
        verdict.appends_are_whole(ledger, stored);
        verdict.streams_agree(stored);
        tails.iter().enumerate().for_each(|(reader, tail)| verdict.against_reader(reader, tail, stored, &truth));
        verdict
    }

    /// Whether there is nothing to object to.
    pub(crate) fn is_good(&self) -> bool {
        self.missed + self.repeated + self.out_of_order + self.unfounded == 0
    }

    fn find(&mut self, finding: impl FnOnce() -> String) {
        if self.findings.len() < TOLD {
            self.findings.push(finding());
        }
    }

    fn against_what_was_acknowledged(&mut self, ledger: &Ledger, truth: &Positions) {
        for (position, key) in ledger.acknowledged().iter().filter(|(position, key)| truth.get(*position) != Some(*key)) {
            self.missed += 1;
            self.find(|| format!("missed: {key} was acknowledged at position {position}, and is not there"));
        }
    }

    fn appends_are_whole(&mut self, ledger: &Ledger, stored: &Stored) {
        let mut counts: HashMap<AppendId, u8> = HashMap::with_capacity(stored.sizes.len());
        stored.events.iter().for_each(|event| {
            let count = counts.entry(event.key.append()).or_default();
            *count = count.saturating_add(1);
        });
        for (append, size) in &stored.sizes {
            let count = counts.get(append).copied().unwrap_or_default();
            self.missed += u64::from(size.saturating_sub(count));
            self.repeated += u64::from(count.saturating_sub(*size));
            if count != *size {
                self.find(|| format!("torn: {append} was of {size} events, and {count} are stored"));
            }
            if ledger.refused().contains(append) {
                self.unfounded += u64::from(count);
                self.find(|| format!("unfounded: {append} was refused, and {count} of its events are stored"));
            }
        }
    }

    fn streams_agree(&mut self, stored: &Stored) {
        let mut by_position: BTreeMap<u32, Vec<Seen>> = BTreeMap::new();
        for event in &stored.events {
            if let Some((stream, _)) = event.stream {
                by_position.entry(stream).or_default().push(*event);
            }
        }
        for stream in by_position.keys().chain(stored.streams.keys()).collect::<std::collections::BTreeSet<_>>() {
            let [positions, versions] = [&by_position, &stored.streams].map(|events| events.get(stream).map_or(&[][..], Vec::as_slice));
            let holes = versions.iter().zip(1..).filter(|(event, version)| event.stream != Some((*stream, *version))).count();
            self.out_of_order += holes as u64;
            if holes > 0 {
                self.find(|| format!("out of order: stream {stream} does not have the versions 1 to {}", versions.len()));
            }
            if positions != versions {
                self.missed += positions.len().abs_diff(versions.len()).max(1) as u64;
                let counts = (positions.len(), versions.len());
                self.find(|| format!("missed: stream {stream} has {} events by position and {} by version", counts.0, counts.1));
            }
        }
    }

    fn against_reader(&mut self, reader: usize, tail: &Tail, stored: &Stored, truth: &Positions) {
        self.repeated += tail.repeated;
        self.out_of_order += tail.out_of_order;
        if tail.repeated + tail.out_of_order > 0 {
            self.find(|| format!("reader {reader}: {} repeated, {} out of order", tail.repeated, tail.out_of_order));
        }
        for event in stored.events.iter().filter(|event| tail.choice.wants(event)) {
            if tail.read().get(event.position) != Some(event.key) {
                self.missed += 1;
                self.find(|| format!("missed: {} at position {}, by reader {reader}", event.key, event.position));
            }
        }
        for (position, key) in tail.read().iter().filter(|(position, key)| truth.get(*position) != Some(*key)) {
            self.unfounded += 1;
            self.find(|| format!("unfounded: reader {reader} saw {key} at position {position}, where it is not stored"));
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {} of {}", self.nth(), self.append())
    }
}

impl fmt::Display for AppendId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "append {} of writer {}", self.append, self.writer)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))?;
        writeln!(f, "acknowledged {:>12}  in {} appends", self.acknowledged, self.appends)?;
        writeln!(f, "refused      {:>12}  appends, which left nothing", self.refused)?;
        writeln!(f, "read         {:>12}  by {} readers", self.read, self.readers)?;
        writeln!(f, "missed       {:>12}", self.missed)?;
        writeln!(f, "repeated     {:>12}", self.repeated)?;
        write!(f, "out of order {:>12}", self.out_of_order)?;
        match self.unfounded {
            0 => Ok(()),
            unfounded => write!(f, "\nunfounded    {unfounded:>12}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tail::Choice;
    use super::*;

    /// Three appends: one acknowledged, of two events in a stream; one open, whose writer was killed; one refused.
    struct Books {
        ledger: Ledger,
        tail: Tail,
        stored: Stored,
    }

    fn append(number: u32) -> AppendId {
        AppendId { writer: 1, append: number }
    }

    fn event(position: u64, number: u32, nth: u8, stream: Option<(u32, u64)>) -> Seen {
        Seen { position, key: Key::new(append(number), nth), stream }
    }

    fn books() -> Books {
        let events = vec![event(11, 1, 1, Some((0, 1))), event(12, 1, 2, Some((0, 2))), event(13, 2, 1, None)];
        let mut ledger = Ledger::after(10);
        ledger.acknowledge(append(1), 2, 11);
        ledger.refuse(append(3));
        let streams = BTreeMap::from([(0, events[..2].to_vec())]);
        let sizes = HashMap::from([(append(1), 2), (append(2), 1)]);
        let mut tail = Tail::new(Choice::All, 10);
        events.iter().for_each(|event| tail.saw(*event));
        Books { ledger, tail, stored: Stored { events, sizes, streams } }
    }

    /// Missed, repeated, out of order, unfounded.
    fn counts(books: &Books) -> [u64; 4] {
        let verdict = Verdict::new(&books.ledger, std::slice::from_ref(&books.tail), &books.stored);
        assert_eq!(verdict.is_good(), verdict.findings.is_empty() && verdict.repeated == 0, "{verdict}");
        [verdict.missed, verdict.repeated, verdict.out_of_order, verdict.unfounded]
    }

    #[test]
    fn nothing_is_held_against_a_store_that_is_right() {
        assert_eq!(counts(&books()), [0; 4]);
    }

    #[test]
    fn an_acknowledged_append_that_is_gone_is_missed() {
        let mut books = books();
        books.ledger.acknowledge(append(9), 1, 14);
        assert_eq!(counts(&books), [1, 0, 0, 0]);
    }

    #[test]
    fn an_event_that_a_reader_did_not_see_is_missed_acknowledged_or_not() {
        let mut books = books();
        books.tail = Tail::new(Choice::All, 10);
        books.tail.saw(books.stored.events[0]);
        assert_eq!(counts(&books), [2, 0, 0, 0]);
    }

    #[test]
    fn a_reader_is_asked_only_for_what_it_chose() {
        let mut books = books();
        books.tail = Tail::new(Choice::Category, 10);
        books.stored.events[..2].iter().for_each(|event| books.tail.saw(*event));
        assert_eq!(counts(&books), [0; 4]);
        books.tail.choice = Choice::Name;
        assert_eq!(counts(&books), [1, 0, 0, 0]);
    }

    #[test]
    fn a_part_of_an_append_is_torn() {
        let mut books = books();
        books.stored.sizes.insert(append(2), 3);
        assert_eq!(counts(&books), [2, 0, 0, 0]);
    }

    #[test]
    fn an_append_that_is_stored_twice_is_repeated() {
        let mut books = books();
        let again = event(14, 2, 1, None);
        books.stored.events.push(again);
        books.tail.saw(again);
        assert_eq!(counts(&books), [0, 1, 0, 0]);
    }

    #[test]
    fn two_appends_at_one_position_are_repeated() {
        let mut books = books();
        books.ledger.acknowledge(append(2), 1, 13);
        books.ledger.acknowledge(append(2), 1, 13);
        assert_eq!(counts(&books), [0, 1, 0, 0]);
    }

    #[test]
    fn a_refused_append_that_is_stored_is_unfounded() {
        let mut books = books();
        books.ledger.refuse(append(2));
        assert_eq!(counts(&books), [0, 0, 0, 1]);
    }

    #[test]
    fn an_event_that_was_read_and_is_not_stored_is_unfounded() {
        let mut books = books();
        books.tail.saw(event(14, 7, 1, None));
        assert_eq!(counts(&books), [0, 0, 0, 1]);
    }

    #[test]
    fn a_stream_that_reads_otherwise_by_version_is_found() {
        let mut short = books();
        short.stored.streams.get_mut(&0).unwrap().pop();
        assert_eq!(counts(&short), [1, 0, 0, 0]);
        let mut holed = books();
        holed.stored.streams.get_mut(&0).unwrap()[1].stream = Some((0, 3));
        assert_eq!(counts(&holed), [1, 0, 1, 0]);
    }
}
