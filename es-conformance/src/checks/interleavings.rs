//! Short histories of several handles on one store, some of whose steps are taken at once: what each of them is told is what one order
//! of all steps explains. A history that breaks a promise is made as short as it can be.

use std::time::Duration;

use es_core::store::{Append, AppendError, Appended, Durability, EventStore, PageSize};
use es_core::{App, AppendCondition, Clause, ExpectedVersion, Position, Query, StoredEvent, StreamId, Tag};
use futures_util::TryStreamExt;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::factory::{Handle, Promise};
use crate::given::{self, at_once, event, tag};
use crate::model::Model;
use crate::place::Place;
use crate::run::{self, Outcome, Stop};

const NAMES: [&str; 3] = ["Posted", "Scanned", "Lost"];
const HANDLES: usize = 3;
/// Histories of a store in memory, and of one that is not, unless `PROPTEST_CASES` says how many.
const CASES: [u32; 2] = [256, 64];
/// How long a subscription may take for what is there.
const PATIENCE: Duration = Duration::from_secs(60);

/// Some of what there are few of: streams, tags, keys.
type One = usize;

/// How far back from the last event a position is; nothing for the beginning.
type Back = Option<usize>;

#[derive(Debug, Clone)]
enum Step {
    Append(One, Draft),
    /// Several are sent at once, each through the handle that it names.
    Together(Vec<(One, Draft)>),
    Read(One, Vec<Choice>, Back, usize),
    /// Reads a stream and its version.
    Stream(One, One),
    Key(One, One),
    Subscribe(One, Choice, Back),
    /// Closes a handle, and opens another one in its place.
    Reopen(One),
}

/// An append, before it is known what the store holds.
#[derive(Debug, Clone)]
struct Draft {
    stream: Option<One>,
    expected: Expected,
    events: Vec<(One, Vec<One>)>,
    condition: Option<(Vec<Choice>, Back)>,
    key: Option<One>,
    /// It brings an event that is stored already.
    again: Option<One>,
}

#[derive(Debug, Clone, Copy)]
enum Expected {
    Right,
    Any,
    NoStream,
    Exists,
    Exact(u64),
}

/// A clause of a query.
#[derive(Debug, Clone)]
struct Choice {
    names: Vec<One>,
    tags: Vec<One>,
    category: bool,
}

fn choice(tags: usize) -> impl Strategy<Value = Choice> {
    // a condition is about tags, and not about categories
    let category = if tags == 0 { any::<bool>().boxed() } else { Just(false).boxed() };
    (vec(0..NAMES.len(), 0..3), vec(0..3_usize, tags..3), category).prop_map(|(names, tags, category)| Choice { names, tags, category })
}

fn back() -> impl Strategy<Value = Back> {
    option::weighted(0.7, 0..6_usize)
}

fn draft(at_least: usize) -> impl Strategy<Value = Draft> {
    let expected = prop_oneof![
        4 => Just(Expected::Right),
        2 => Just(Expected::Any),
        1 => Just(Expected::NoStream),
        1 => Just(Expected::Exists),
        1 => (0..6_u64).prop_map(Expected::Exact),
    ];
    let events = vec((0..NAMES.len(), vec(0..3_usize, 0..3)), at_least..4);
    let condition = option::weighted(0.4, (vec(choice(1), 1..3), back()));
    let (key, again) = (option::weighted(0.3, 0..4_usize), option::weighted(0.05, 0..6_usize));
    (option::weighted(0.8, 0..3_usize), expected, events, condition, key, again)
        .prop_map(|(stream, expected, events, condition, key, again)| Draft { stream, expected, events, condition, key, again })
}

fn step() -> impl Strategy<Value = Step> {
    let handle = || 0..HANDLES;
    prop_oneof![
        5 => (handle(), draft(0)).prop_map(|(handle, draft)| Step::Append(handle, draft)),
        4 => vec((handle(), draft(1)), 2..9).prop_map(Step::Together),
        2 => (handle(), vec(choice(0), 0..3), back(), 1..9_usize)
            .prop_map(|(handle, choices, back, page)| Step::Read(handle, choices, back, page)),
        1 => (handle(), 0..3_usize).prop_map(|(handle, stream)| Step::Stream(handle, stream)),
        1 => (handle(), 0..4_usize).prop_map(|(handle, key)| Step::Key(handle, key)),
        1 => (handle(), choice(0), back()).prop_map(|(handle, choice, back)| Step::Subscribe(handle, choice, back)),
        1 => handle().prop_map(Step::Reopen),
    ]
}

/// Where histories take place, one after the other.
#[derive(Clone)]
struct Stage {
    place: Place,
    /// Whether another handle is another connection to the same store, and no clone of the first.
    shared: bool,
    handles: Vec<Handle>,
}

impl Stage {
    async fn open(place: &Place) -> Outcome<Self> {
        let shared = place.promises(Promise::SharedPlace).await?;
        let mut stage = Self { place: place.clone(), shared, handles: vec![place.open().await?] };
        while stage.handles.len() < HANDLES {
            stage.handles.push(stage.another().await?);
        }
        Ok(stage)
    }

    /// Another handle.
    async fn another(&self) -> Outcome<Handle> {
        match self.shared {
            true => self.place.open().await,
            false => Ok(self.handles[0].clone()),
        }
    }
}

/// One history, on a part of the store that nobody else uses: its streams, tags and keys have names of their own, and it begins where
/// the store's head was.
struct History {
    stage: Stage,
    handles: Vec<Handle>,
    name: Uuid,
    base: Position,
    model: Model,
    subscriptions: JoinSet<Outcome<(Query, Position, Vec<StoredEvent>)>>,
    end: Uuid,
}

impl History {
    async fn begin(stage: &Stage) -> Outcome<Self> {
        let (stage, handles, base) = (stage.clone(), stage.handles.clone(), stage.handles[0].head().await?);
        let (name, end, subscriptions) = (Uuid::now_v7(), Uuid::now_v7(), JoinSet::new());
        Ok(Self { stage, handles, name, base, model: Model::default(), subscriptions, end })
    }

    async fn take(&mut self, step: Step) -> Outcome {
        match step {
            Step::Append(handle, draft) => {
                let append = self.append(&draft)?;
                let answer = self.handles[handle].append(append.clone()).await;
                self.model.take(append, answer)
            }
            Step::Together(drafts) => self.together(drafts).await,
            Step::Read(handle, choices, back, page) => {
                let query = Query::any(choices.iter().map(|choice| self.clause(choice)).collect::<Outcome<Vec<_>>>()?);
                let query = if choices.is_empty() { Query::all() } else { query };
                let after = self.position(back);
                let found = given::read(&self.handles[handle], &query, after, given::at_most(page)).await?;
                self.compare(&query, after, &found)
            }
            Step::Stream(handle, stream) => self.read_stream(handle, stream).await,
            Step::Key(handle, key) => {
                let (key, store) = (self.key(key), &self.handles[handle]);
                assert_eq!(store.key(&key).await?.as_ref(), self.model.keys.get(&key), "what is known of a key");
                Ok(())
            }
            Step::Subscribe(handle, choice, back) => {
                let query = Query::any([self.clause(&choice)?, Clause::new().names(["Closed"])]);
                let (store, after, end) = (self.handles[handle].clone(), self.position(back), self.end);
                self.subscriptions.spawn(async move { Ok((query.clone(), after, subscribed(&store, query, after, end).await?)) });
                Ok(())
            }
            Step::Reopen(handle) => {
                self.handles[handle] = self.stage.another().await?;
                Ok(())
            }
        }
    }

    async fn together(&mut self, drafts: Vec<(One, Draft)>) -> Outcome {
        let mut racers = Vec::new();
        for (handle, draft) in drafts {
            let (store, append) = (self.handles[handle].clone(), self.append(&draft)?);
            racers.push(async move { (append.clone(), store.append(append).await) });
        }
        let (mut stored, mut refused) = (Vec::<(Append, Appended)>::new(), Vec::<(Append, AppendError)>::new());
        for (append, answer) in at_once(racers).await? {
            match answer {
                Ok(appended) => stored.push((append, appended)),
                Err(error) => refused.push((append, error)),
            }
        }
        stored.sort_by_key(|(_, appended)| appended.first_position);
        // whoever was refused came before, between or after those that were stored
        refused.retain(|(append, error)| !self.model.explains(append, error));
        for (append, appended) in stored {
            self.model.take(append, Ok(appended))?;
            refused.retain(|(append, error)| !self.model.explains(append, error));
        }
        match refused.first() {
            None => Ok(()),
            Some((append, error)) => Err(Stop::broken(format!("nothing explains the answer {error:?} to {append:?}"))),
        }
    }

    async fn read_stream(&self, handle: One, stream: One) -> Outcome {
        let (store, stream) = (&self.handles[handle], self.stream(stream)?);
        let found = given::stream(store, &stream).await?;
        let due = self.model.events.iter().filter(|known| known.stream.as_ref() == Some(&stream));
        assert_eq!(found.len(), due.clone().count(), "the events of a stream");
        due.zip(&found).for_each(|(known, stored)| known.is(stored));
        assert_eq!(store.stream_version(&stream).await?, found.len() as u64, "the version of a stream");
        Ok(())
    }

    /// Closes the history, and looks at what its subscriptions have seen and what is there.
    async fn end(mut self) -> Outcome {
        let mut end = event("Closed")?;
        end.event_id = self.end;
        let append = Append::unstreamed(vec![end]);
        let answer = self.handles[0].append(append.clone()).await;
        self.model.take(append, answer)?;
        while let Some(seen) = self.subscriptions.join_next().await {
            let (query, after, seen) = seen??;
            self.compare(&query, after, &seen)?;
        }
        for store in &self.handles {
            self.compare(&Query::all(), self.base, &given::read(store, &Query::all(), self.base, PageSize::default()).await?)?;
        }
        Ok(())
    }

    fn compare(&self, query: &Query, after: Position, found: &[StoredEvent]) -> Outcome {
        let due = self.model.events.iter().filter(|known| known.position > after && self.model.selects(query, known));
        let positions: Vec<_> = due.clone().map(|known| known.position.0).collect();
        assert_eq!(given::positions(found), positions, "the events that {query:?} selects after {after}");
        due.zip(found).for_each(|(known, stored)| known.is(stored));
        Ok(())
    }

    fn append(&self, draft: &Draft) -> Outcome<Append> {
        let mut events = Vec::new();
        for (name, tags) in &draft.events {
            events.push(event(NAMES[*name])?.tagged(self.tags(tags)?));
        }
        if let (Some(back), Some(last)) = (draft.again, events.last_mut())
            && let Some(known) = self.model.events.iter().rev().nth(back)
        {
            last.event_id = known.event.event_id;
        }
        let mut append = match draft.stream {
            None => Append::unstreamed(events),
            Some(stream) => {
                let stream = self.stream(stream)?;
                let expected = match draft.expected {
                    Expected::Right => ExpectedVersion::Exact(self.model.version(&stream)),
                    Expected::Any => ExpectedVersion::Any,
                    Expected::NoStream => ExpectedVersion::NoStream,
                    Expected::Exists => ExpectedVersion::Exists,
                    Expected::Exact(version) => ExpectedVersion::Exact(version),
                };
                Append::to(stream, expected, events)
            }
        };
        if let Some((choices, back)) = &draft.condition {
            let clauses = choices.iter().map(|choice| self.clause(choice)).collect::<Outcome<Vec<_>>>()?;
            append = append.when(AppendCondition { query: Query::any(clauses), after: self.position(*back) });
        }
        Ok(match draft.key {
            Some(key) => append.keyed(&self.key(key), "Scan"),
            None => append,
        })
    }

    fn clause(&self, choice: &Choice) -> Outcome<Clause> {
        let clause = self.tags(&choice.tags)?.into_iter().fold(Clause::new(), Clause::tag);
        let clause = if choice.category { clause.category("parcel") } else { clause };
        Ok(match choice.names.is_empty() {
            true => clause,
            false => clause.names(choice.names.iter().map(|name| NAMES[*name])),
        })
    }

    fn stream(&self, one: One) -> Outcome<StreamId> {
        given::parcel(format!("{}-{one}", self.name))
    }

    fn tags(&self, ones: &[One]) -> Outcome<Vec<Tag>> {
        let mut ones = ones.to_vec();
        ones.sort_unstable();
        ones.dedup();
        ones.iter().map(|one| tag("depot", format!("{}-{one}", self.name))).collect()
    }

    fn key(&self, one: One) -> String {
        format!("{}-{one}", self.name)
    }

    fn position(&self, back: Back) -> Position {
        back.and_then(|back| self.model.events.iter().rev().nth(back)).map_or(self.base, |known| known.position)
    }
}

/// What a subscription is given up to the end.
async fn subscribed(store: &Handle, query: Query, after: Position, end: Uuid) -> Outcome<Vec<StoredEvent>> {
    let mut events = App::new((**store).clone()).subscribe(query, after);
    let mut seen = Vec::new();
    while seen.last().is_none_or(|event: &StoredEvent| event.event_id != end) {
        match tokio::time::timeout(PATIENCE, events.try_next()).await {
            Ok(event) => seen.extend(event?),
            Err(_) => return Err(Stop::broken(format!("a subscription after {after} has seen {} events, and not the end", seen.len()))),
        }
    }
    Ok(seen)
}

async fn live(stage: &Stage, steps: Vec<Step>) -> Outcome {
    let mut history = History::begin(stage).await?;
    for step in steps {
        history.take(step).await?;
    }
    history.end().await
}

fn config(durability: Durability) -> Config {
    let cases = CASES[usize::from(durability != Durability::Memory)];
    let cases = std::env::var(run::CASES).ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    Config { cases, failure_persistence: None, max_shrink_time: 30_000, ..Config::default() }
}

pub(crate) async fn random_interleavings_are_explained_by_a_model(place: Place) -> Outcome {
    let stage = Stage::open(&place).await?;
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&place.seed().to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config(stage.handles[0].durability()), TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    let runtime = tokio::runtime::Handle::current();
    let histories = tokio::task::spawn_blocking(move || {
        let run = |steps| match runtime.block_on(live(&stage, steps)) {
            Err(Stop::Broken { how, .. }) => Err(TestCaseError::fail(how)),
            _ => Ok(()),
        };
        runner.run(&vec(step(), 1..25), run).map_err(|error| error.to_string())
    });
    histories.await?.map_err(Stop::broken)
}
