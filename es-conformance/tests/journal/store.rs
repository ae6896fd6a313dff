//! A store that anyone can read: a file with a line for each append. It is right unless it is told to be wrong.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use es_core::store::{
    Append, AppendError, Appended, CheckpointStore, Durability, EventStore, FoldStream, KeyRecord, Load, LoadedStream, NewEvent, Page,
    PageSize, Snapshot, SnapshotStore, StoreError,
};
use es_core::{Position, Query, StoredEvent, StoredRef, StreamId, Tag};
use tokio::sync::Notify;

use crate::flaw::Flaw;
use crate::log::{Entry, Line, Log, Room, pair};

#[derive(Clone)]
pub(crate) struct Journal {
    state: Arc<Mutex<State>>,
    appended: Arc<Notify>,
    place: PathBuf,
    flaw: Flaw,
}

pub(crate) struct State {
    file: File,
    /// How much of the file is in the log.
    read: u64,
    pub(crate) log: Log,
    /// Lines that are not written yet.
    buffered: Vec<u8>,
    conflicted: bool,
}

pub(crate) fn io(error: std::io::Error) -> StoreError {
    StoreError::backend("writing the journal", error)
}

impl Journal {
    pub(crate) fn open(place: &Path, flaw: Flaw) -> Result<Self, StoreError> {
        let file = File::options().create(true).append(true).read(true).open(place.join("journal")).map_err(io)?;
        let state = State { file, read: 0, log: Log::default(), buffered: Vec::new(), conflicted: false };
        let journal = Self { state: Arc::new(Mutex::new(state)), appended: Arc::default(), place: place.to_owned(), flaw };
        journal.begin(&mut journal.state())?;
        Ok(journal)
    }

    pub(crate) fn place(&self) -> &Path {
        &self.place
    }

    pub(crate) fn flaw(&self) -> Flaw {
        self.flaw
    }

    fn begin(&self, state: &mut State) -> Result<(), StoreError> {
        self.catch_up(state)?;
        if !state.log.events.is_empty() {
            state.log.skipped = match self.flaw {
                Flaw::CounterLags => -1,
                Flaw::CounterJumps => 10,
                _ => 0,
            };
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Reads the lines that others have written.
    fn catch_up(&self, state: &mut State) -> Result<(), StoreError> {
        if state.file.metadata().map_err(io)?.len() <= state.read {
            return Ok(());
        }
        let mut lines = String::new();
        state.file.seek(SeekFrom::Start(state.read)).map_err(io)?;
        state.file.read_to_string(&mut lines).map_err(io)?;
        // a line without an end was cut off by a kill, or is still being written
        for line in lines.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            state.read += line.len() as u64;
            let line = serde_json::from_str(line).map_err(|error| StoreError::backend("reading the journal", error))?;
            state.log.apply(line, self.flaw);
        }
        Ok(())
    }

    /// The log, with all that was written up to now.
    fn read_log<T>(&self, read: impl FnOnce(&Log) -> T) -> Result<T, StoreError> {
        let mut state = self.state();
        if self.flaw != Flaw::StaleReads {
            state.file.lock_shared().map_err(io)?;
            let caught_up = self.catch_up(&mut state);
            state.file.unlock().map_err(io)?;
            caught_up?;
        }
        Ok(read(&state.log))
    }

    /// Does something while nobody else writes.
    pub(crate) fn write<T, E: From<StoreError>>(&self, write: impl FnOnce(&mut State) -> Result<T, E>) -> Result<T, E> {
        let mut state = self.state();
        if self.flaw != Flaw::NoFileLock {
            state.file.lock().map_err(io)?;
        }
        let done = self.locked(&mut state, write);
        state.file.unlock().map_err(io)?;
        match self.flaw {
            Flaw::WakesOne => self.appended.notify_one(),
            _ => self.appended.notify_waiters(),
        }
        done
    }

    fn locked<T, E: From<StoreError>>(&self, state: &mut State, write: impl FnOnce(&mut State) -> Result<T, E>) -> Result<T, E> {
        if self.flaw != Flaw::Cached {
            self.catch_up(state)?;
            match self.flaw {
                Flaw::NoFileLock => std::thread::sleep(Duration::from_micros(200)),
                // whoever died here left a line without an end
                _ => state.file.set_len(state.read).map_err(io)?,
            }
        }
        write(state)
    }

    fn line(&self, state: &mut State, line: Line) -> Result<(), StoreError> {
        let mut text = serde_json::to_vec(&line).map_err(|error| StoreError::backend("writing a line", error))?;
        text.push(b'\n');
        state.read += text.len() as u64;
        state.log.apply(line, self.flaw);
        state.buffered.extend(text);
        if self.flaw != Flaw::Buffered || state.buffered.len() > 3_000 {
            let text = std::mem::take(&mut state.buffered);
            state.file.write_all(&text).map_err(io)?;
        }
        Ok(())
    }

    /// Everything that could speak against an append.
    pub(crate) fn checked(&self, state: &mut State, append: &Append) -> Result<(), AppendError> {
        let flaw = self.flaw;
        let used = || {
            let scope = append.key.as_ref()?;
            let known = state.log.keys.get(&scope.key)?;
            let elsewhere = flaw == Flaw::KeyPerStream && known.stream != append.stream;
            (flaw != Flaw::NoKeys && !elsewhere).then(|| AppendError::KeyUsed(Box::new(known.clone())))
        };
        let version = || state.log.version_conflict(append, flaw).map(AppendError::Conflict);
        let condition = || state.log.condition_conflict(append, flaw).map(AppendError::Conflict);
        let wrong = match flaw {
            Flaw::KeyAfterVersion => version().or_else(used).or_else(condition),
            _ => used().or_else(version).or_else(condition),
        };
        if let Some(error) = wrong {
            state.conflicted = true;
            return Err(error);
        }
        if flaw == Flaw::ConflictSpreads && std::mem::take(&mut state.conflicted) {
            return Err(StoreError::Closed.into());
        }
        for (nth, event) in append.events.iter().enumerate() {
            let again = append.events[..nth].iter().any(|other| other.event_id == event.event_id);
            if (again || state.log.knows(event)) && flaw != Flaw::EventIdTwice {
                return Err(StoreError::duplicate_event(event.event_id).into());
            }
            if flaw != Flaw::AnyBytes {
                let json: Result<serde::de::IgnoredAny, _> = serde_json::from_slice(&event.payload);
                json.map_err(|error| StoreError::not_json(&event.name, error))?;
            }
        }
        Ok(())
    }

    /// Where an append is to stand that was found to be right.
    pub(crate) fn planned(&self, state: &State, append: &Append) -> Appended {
        let (first, count) = (state.log.last_position() + 1, append.events.len() as u64);
        let version = append.stream.as_ref().map_or(0, |stream| state.log.version(stream) + count);
        Appended::new(Position(first), count, version, self.now(state))
    }

    fn store(&self, state: &mut State, append: &Append) -> Result<Appended, StoreError> {
        let at = self.now(state);
        self.store_at(state, append, at)
    }

    pub(crate) fn store_at(&self, state: &mut State, append: &Append, at: DateTime<Utc>) -> Result<Appended, StoreError> {
        let events = match self.flaw {
            Flaw::HalfAppend => &append.events[..append.events.len().div_ceil(2)],
            _ => &append.events,
        };
        let first = state.log.last_position() + 1;
        let entries: Vec<Entry> = (first..).zip(events).map(|(position, event)| self.entry(position, event)).collect();
        let key = append.key.as_ref().map(|scope| (scope.key.clone(), scope.command.clone()));
        let key = key.filter(|_| !(self.flaw == Flaw::NoEmptyKey && events.is_empty()));
        let stream = append.stream.as_ref().map(|stream| pair(&self.named(stream)));
        let line = |events, key| Line::Append { stream: stream.clone(), events, at, metadata: (*append.metadata).clone(), key };
        let count = entries.len() as u64;
        match self.flaw {
            Flaw::WrittenOneByOne => {
                for entry in entries {
                    self.line(state, line(vec![entry], None))?;
                    std::thread::sleep(Duration::from_millis(1));
                }
            }
            Flaw::KeyWrittenLater => self.line(state, line(entries, None))?,
            _ => self.line(state, line(entries, key.clone()))?,
        }
        let version = append.stream.as_ref().map_or(0, |stream| state.log.version(&self.named(stream)));
        if let (Flaw::KeyWrittenLater | Flaw::WrittenOneByOne, Some(key)) = (self.flaw, key) {
            std::thread::sleep(Duration::from_millis(1));
            self.line(state, Line::Key { stream: stream.clone(), key, first, count, version, at })?;
        }
        Ok(Appended::new(Position(first), count, version, at))
    }

    fn now(&self, state: &State) -> DateTime<Utc> {
        let now = match self.flaw {
            Flaw::Nanoseconds => Utc::now(),
            _ => Utc::now().trunc_subsecs(6),
        };
        match self.flaw {
            Flaw::NoClock => DateTime::UNIX_EPOCH,
            Flaw::ClockGoesBack => now - TimeDelta::milliseconds(state.read as i64 % 7),
            _ => state.log.events.last().map_or(now, |last| now.max(last.recorded_at)),
        }
    }

    fn entry(&self, position: u64, event: &NewEvent) -> Entry {
        let text = String::from_utf8_lossy(&event.payload).into_owned();
        let payload = match self.flaw {
            Flaw::Reformatted => serde_json::from_str(&text).map_or(text, |json: serde_json::Value| json.to_string()),
            _ => text,
        };
        let mut tags: Vec<String> = event.tags.iter().map(|tag| self.text(tag.as_str())).collect();
        if self.flaw == Flaw::SortedTags {
            tags.sort();
        }
        let version = if self.flaw == Flaw::SmallEventVersion { event.version & 0x7fff_ffff } else { event.version };
        Entry { position, id: event.event_id, name: self.text(&event.name), version, payload, tags }
    }

    fn text(&self, text: &str) -> String {
        match self.flaw {
            Flaw::ShortTexts => text.chars().take(255).collect(),
            _ => text.to_owned(),
        }
    }

    /// The name that a stream is stored under.
    fn named(&self, stream: &StreamId) -> StreamId {
        let (category, id) = match self.flaw {
            Flaw::JoinedName => (String::from("all"), format!("{}/{}", stream.category(), stream.id())),
            Flaw::NoCase => (stream.category().to_lowercase(), stream.id().to_lowercase()),
            Flaw::ShortTexts => (self.text(stream.category()), self.text(stream.id())),
            _ => return stream.clone(),
        };
        StreamId::from_stored(category.into(), id.into())
    }

    /// Lets go of the lock between the check of one thing and the store.
    async fn append_unlocked(&self, append: Append) -> Result<Appended, AppendError> {
        let mut first = append.clone();
        let mut then = append.clone();
        match self.flaw {
            Flaw::VersionUnlocked => then.expected = es_core::ExpectedVersion::Any,
            Flaw::ConditionUnlocked => then.condition = None,
            Flaw::EventIdUnlocked => {}
            _ => then.key = None,
        }
        if self.flaw != Flaw::EventIdUnlocked {
            first.events.clear();
        }
        self.write(|state| self.checked(state, &first))?;
        tokio::time::sleep(Duration::from_micros(500)).await;
        self.write(|state| {
            if self.flaw != Flaw::EventIdUnlocked {
                self.checked(state, &then)?;
            }
            Ok(self.store(state, &append)?)
        })
    }

    fn append_key_first(&self, state: &mut State, append: Append) -> Result<Appended, AppendError> {
        let (mut key, mut keyless) = (append.clone(), append);
        key.events.clear();
        keyless.key = None;
        if key.key.is_some() {
            self.store(state, &key)?;
        }
        self.checked(state, &keyless)?;
        Ok(self.store(state, &keyless)?)
    }

    async fn append_event_by_event(&self, append: Append) -> Result<Appended, AppendError> {
        self.write(|state| self.checked(state, &append))?;
        let mut appended = None;
        for event in append.events.clone() {
            let one = Append::to(append.stream.clone().unwrap(), es_core::ExpectedVersion::Any, vec![event]);
            appended = Some(self.write(|state| self.store(state, &one))?);
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        appended.ok_or_else(|| StoreError::Closed.into())
    }

    async fn append_and_show_later(&self, append: Append) -> Result<Appended, AppendError> {
        let first = append.clone();
        let appended = self.write(|state| {
            self.checked(state, &first)?;
            let appended = self.store(state, &first)?;
            let (from, to) = (appended.first_position.unwrap_or_default().0, appended.position.unwrap_or_default().0);
            state.log.hidden.extend(from..=to);
            Ok::<_, AppendError>(appended)
        })?;
        let (journal, done) = (self.clone(), appended.clone());
        let show = async move {
            let pause = done.position.unwrap_or_default().0 % 5;
            tokio::time::sleep(Duration::from_micros(pause * 500)).await;
            let range = done.first_position.unwrap_or_default().0..=done.position.unwrap_or_default().0;
            journal.state().log.hidden.retain(|position| !range.contains(position));
        };
        match self.flaw {
            Flaw::LateAcknowledged => drop(tokio::spawn(show)),
            _ => show.await,
        }
        Ok(appended)
    }
}

impl EventStore for Journal {
    type Connection = ();

    fn durability(&self) -> Durability {
        Durability::Process
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        if self.flaw != Flaw::Unchecked {
            append.check()?;
        }
        let mut append = append;
        append.stream = append.stream.map(|stream| self.named(&stream));
        match self.flaw {
            Flaw::VersionUnlocked | Flaw::ConditionUnlocked | Flaw::KeyUnlocked | Flaw::EventIdUnlocked => {
                self.append_unlocked(append).await
            }
            Flaw::EventByEvent => self.append_event_by_event(append).await,
            Flaw::LatePublish | Flaw::LateAcknowledged => self.append_and_show_later(append).await,
            Flaw::KeyOfFailure => self.write(|state| self.append_key_first(state, append)),
            _ => self.write(|state| {
                self.checked(state, &append).inspect_err(|_| {
                    if self.flaw == Flaw::HoleyPositions {
                        state.log.skipped += append.events.len() as i64;
                    }
                })?;
                Ok(self.store(state, &append)?)
            }),
        }
    }

    async fn read_stream(&self, stream: &StreamId, from: u64, size: PageSize) -> Result<Vec<StoredEvent>, StoreError> {
        let stream = self.named(stream);
        self.read_log(|log| {
            let mut room = Room::new(size, self.flaw);
            let first = if self.flaw == Flaw::StreamExclusive { from.saturating_add(1) } else { from };
            let of_stream = log.shown().filter(|event| event.stream.as_ref() == Some(&stream) && event.version >= first);
            let page = of_stream.take_while(|event| {
                let fits = room.left();
                if fits {
                    room.take(event);
                }
                fits
            });
            let page: Vec<StoredEvent> = page.cloned().collect();
            let last = log.events.last().filter(|_| page.is_empty() && self.flaw == Flaw::EndRepeats);
            page.into_iter().chain(last.cloned()).collect()
        })
    }

    async fn fold_stream<F: FoldStream>(&self, stream: &StreamId, from: u64, mut fold: F) -> Result<F, StoreError> {
        let from = if self.flaw == Flaw::FoldFromStart { 1 } else { from };
        let size = PageSize { events: usize::MAX, bytes: usize::MAX };
        for event in &self.read_stream(stream, from, size).await? {
            let mut event = StoredRef::from(event);
            if self.flaw == Flaw::FoldWithoutTags {
                event.tags = &[];
            }
            let taken = match self.flaw {
                Flaw::FoldSwallowsPanics => catch_unwind(AssertUnwindSafe(|| fold.take(event))).unwrap_or(ControlFlow::Break(())),
                _ => fold.take(event),
            };
            if taken.is_break() && self.flaw != Flaw::FoldGoesOn {
                break;
            }
        }
        Ok(fold)
    }

    async fn read(&self, query: &Query, after: Position, size: PageSize) -> Result<Page, StoreError> {
        self.read_log(|log| self.page(log, query, after, size))
    }

    async fn stream_version(&self, stream: &StreamId) -> Result<u64, StoreError> {
        self.read_log(|log| log.version(&self.named(stream)))
    }

    async fn head(&self) -> Result<Position, StoreError> {
        self.read_log(|log| if self.is_at_1(log) { Position(1) } else { log.head() })
    }

    async fn wait_past(&self, position: Position) -> Result<(), StoreError> {
        if self.flaw == Flaw::LostWakeup || self.flaw == Flaw::WakesOne && self.head().await? <= position {
            self.appended.notified().await;
            return Ok(());
        }
        while self.head().await? <= position {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    async fn key(&self, key: &str) -> Result<Option<KeyRecord>, StoreError> {
        self.read_log(|log| log.keys.get(key).cloned())
    }

    async fn add_tags(&self, tags: &[(Position, Vec<Tag>)]) -> Result<(), StoreError> {
        let texts = |tags: &[Tag]| tags.iter().map(|tag| tag.as_str().to_owned()).collect();
        let tags: Vec<(Position, Vec<String>)> = tags.iter().map(|(position, tags)| (*position, texts(tags))).collect();
        self.write(|state| {
            let is_known = |(position, _): &(Position, Vec<String>)| state.log.events.iter().any(|event| event.position == *position);
            if self.flaw == Flaw::TagsStrict && !tags.iter().all(is_known) {
                return Err(StoreError::Refused { reason: "no such event".to_owned() });
            }
            self.line(state, Line::Tags { tags })
        })
    }

    async fn prune_keys(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let before = if self.flaw == Flaw::PrunesAll { DateTime::<Utc>::MAX_UTC } else { before };
        self.write(|state| {
            let all = state.log.keys.len();
            self.line(state, Line::Prune { before })?;
            Ok((all - state.log.keys.len()) as u64)
        })
    }
}

impl Journal {
    fn is_at_1(&self, log: &Log) -> bool {
        self.flaw == Flaw::EmptyAt1 && log.events.is_empty()
    }

    fn page(&self, log: &Log, query: &Query, after: Position, size: PageSize) -> Page {
        let (mut events, mut room, mut through) = (Vec::new(), Room::new(size, self.flaw), after);
        for event in log.shown().filter(|event| event.position > after) {
            for _ in 0..log.times(query, event, self.flaw) {
                if !room.left() {
                    let through = if self.flaw == Flaw::ThroughTooFar { log.head() } else { through };
                    return Page { events, through, at_head: self.flaw == Flaw::AlwaysAtHead };
                }
                if self.flaw == Flaw::LargeSkipped && event.event.as_bytes().len() > size.bytes {
                    continue;
                }
                room.take(event);
                events.push(event.clone());
                through = event.position;
            }
            if self.flaw != Flaw::StuckCursor {
                through = event.position;
            }
        }
        if self.is_at_1(log) {
            through = Position(1);
        }
        let at_head = self.flaw == Flaw::AlwaysAtHead || self.flaw == Flaw::StuckCursor || through >= log.head();
        Page { events, through, at_head }
    }
}

impl SnapshotStore for Journal {
    async fn snapshot(&self, stream: &StreamId) -> Result<Option<Snapshot>, StoreError> {
        let empty = || Snapshot { version: 0, fingerprint: 0, checksum: 0, payload: Vec::new() };
        let kept = self.read_log(|log| log.snapshots.get(&self.kept(stream)).cloned())?;
        Ok(if self.flaw == Flaw::EmptySnapshot { Some(kept.unwrap_or_else(empty)) } else { kept })
    }

    async fn save_snapshot(&self, stream: &StreamId, snapshot: Snapshot) -> Result<(), StoreError> {
        self.write(|state| {
            let Snapshot { version, mut fingerprint, checksum, payload } = snapshot;
            if self.flaw == Flaw::SmallFingerprint {
                fingerprint &= i64::MAX as u64;
            }
            let stream = self.kept(stream);
            if self.flaw == Flaw::SnapshotInMemory {
                state.log.snapshots.insert(stream, Snapshot { version, fingerprint, checksum, payload });
                return Ok(());
            }
            let payload = String::from_utf8_lossy(&payload).into_owned();
            self.line(state, Line::Snapshot { stream: pair(&stream), version, fingerprint, checksum, payload })
        })
    }

    async fn delete_snapshot(&self, stream: &StreamId) -> Result<(), StoreError> {
        self.write(|state| self.line(state, Line::NoSnapshot { stream: pair(&self.kept(stream)) }))
    }

    async fn load(&self, load: Load) -> Result<LoadedStream, StoreError> {
        let key = match &load.key {
            Some(key) => self.key(key).await?,
            None => None,
        };
        let snapshot = if load.snapshot || self.flaw == Flaw::SnapshotUnasked { self.snapshot(&load.stream).await? } else { None };
        let from = match (&snapshot, self.flaw) {
            (Some(snapshot), Flaw::LoadAfterSnapshot) => snapshot.version + 1,
            (Some(snapshot), Flaw::LoadIgnoresFuture) if snapshot.version > self.stream_version(&load.stream).await? => load.from,
            (Some(snapshot), _) => snapshot.version,
            (None, Flaw::LoadFromStart) => 1,
            (None, _) => load.from,
        };
        Ok(LoadedStream { key, snapshot, events: self.read_stream(&load.stream, from, load.size).await? })
    }
}

impl Journal {
    /// The name that a stream's snapshot is kept under.
    fn kept(&self, stream: &StreamId) -> StreamId {
        match self.flaw {
            Flaw::SnapshotPerCategory => StreamId::from_stored(stream.category().into(), "all".into()),
            _ => stream.clone(),
        }
    }
}

impl CheckpointStore for Journal {
    async fn checkpoint(&self, name: &str) -> Result<Position, StoreError> {
        self.read_log(|log| {
            let first = if self.flaw == Flaw::CheckpointAtHead { log.head() } else { Position::START };
            log.checkpoints.get(name).copied().unwrap_or(first)
        })
    }

    async fn save_checkpoint(&self, name: &str, position: Position) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(|state| {
            let known = state.log.checkpoints.get(&name).copied().unwrap_or_default();
            let position = if self.flaw == Flaw::CheckpointForward { position.max(known) } else { position };
            self.line(state, Line::Checkpoint { name, position })
        })
    }
}
