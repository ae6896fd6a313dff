//! Long sequences of what nobody thought of, compared with a model after every step.

use es_core::store::{Append, EventStore, NewEvent, PageSize};
use es_core::{AnyStore, AppendCondition, Clause, ExpectedVersion, Position, Query, Tag};

use crate::given::{at_most, event, parcel, read, stream, tag};
use crate::model::Model;
use crate::place::Place;
use crate::random::Random;
use crate::run::Outcome;

const NAMES: [&str; 4] = ["Posted", "Scanned", "Moved", "Lost"];
const STREAMS: usize = 5;

fn name(random: &mut Random) -> &'static str {
    NAMES[random.below(NAMES.len())]
}

fn tags(random: &mut Random, at_least: usize) -> Outcome<Vec<Tag>> {
    (0..at_least + random.below(3)).map(|_| tag("depot", random.below(4))).collect()
}

pub(crate) fn new_event(random: &mut Random) -> Outcome<NewEvent> {
    let mut tags = tags(random, 0)?;
    tags.dedup();
    Ok(event(name(random))?.tagged(tags))
}

/// A clause with at least this many tags.
pub(crate) fn clause(random: &mut Random, at_least: usize) -> Outcome<Clause> {
    let clause = tags(random, at_least)?.into_iter().fold(Clause::new(), Clause::tag);
    Ok(match random.below(3) {
        0 => clause,
        names => clause.names((0..names).map(|_| name(random)).collect::<Vec<_>>()),
    })
}

fn position(random: &mut Random, model: &Model) -> Position {
    match random.below(4) {
        0 => Position::START,
        1 => model.events.last().map_or(Position::START, |known| known.position),
        _ if model.events.is_empty() => Position::START,
        _ => random.pick(&model.events).position,
    }
}

fn append(random: &mut Random, model: &Model) -> Outcome<Append> {
    let mut group = (0..random.below(5)).map(|_| new_event(random)).collect::<Outcome<Vec<_>>>()?;
    if random.chance(5) && !model.events.is_empty() && !group.is_empty() {
        let last = group.len() - 1;
        group[last].event_id = random.pick(&model.events).event.event_id;
    }
    let mut append = match random.chance(20) {
        true => Append::unstreamed(group),
        false => {
            let stream = parcel(random.below(STREAMS))?;
            let version = model.version(&stream);
            let expected = match random.below(6) {
                0 => ExpectedVersion::NoStream,
                1 => ExpectedVersion::Exists,
                2 => ExpectedVersion::Exact(random.below(20) as u64),
                3 => ExpectedVersion::Any,
                _ => ExpectedVersion::Exact(version),
            };
            Append::to(stream, expected, group)
        }
    };
    if random.chance(30) {
        let clauses = (0..1 + random.below(2)).map(|_| clause(random, 1)).collect::<Outcome<Vec<_>>>()?;
        append = append.when(AppendCondition { query: Query::any(clauses), after: position(random, model) });
    }
    if random.chance(25) {
        append = append.keyed(&format!("request-{}", random.below(30)), name(random));
    }
    Ok(append)
}

fn query(random: &mut Random) -> Outcome<Query> {
    let clauses = (0..random.below(4)).map(|_| {
        let clause = clause(random, 0)?;
        Ok(if random.chance(20) { clause.category("parcel") } else { clause })
    });
    let clauses = clauses.collect::<Outcome<Vec<_>>>()?;
    Ok(if random.chance(10) { Query::all() } else { Query::any(clauses) })
}

fn page_size(random: &mut Random) -> PageSize {
    match random.chance(50) {
        true => at_most(1 + random.below(20)),
        false => PageSize { events: 1 + random.below(20), bytes: 1 + random.below(40) },
    }
}

/// The query selects in the store what it selects in the model.
async fn compare(store: &AnyStore, model: &Model, query: &Query, after: Position, size: PageSize) -> Outcome {
    let due: Vec<_> = model.events.iter().filter(|known| known.position > after && model.selects(query, known)).collect();
    let found = read(store, query, after, size).await?;
    assert_eq!(found.len(), due.len(), "events that {query:?} selects after {after}, in pages of {size:?}");
    due.iter().zip(&found).for_each(|(known, stored)| known.is(stored));
    Ok(())
}

/// Appends at random for so many steps; the store's answers are the model's.
async fn grow(store: &AnyStore, model: &mut Model, random: &mut Random, steps: usize) -> Outcome {
    for _ in 0..steps {
        let append = append(random, model)?;
        let answer = store.append(append.clone()).await;
        model.take(append, answer)?;
        let head = model.events.last().map_or(Position::START, |known| known.position);
        assert_eq!(store.head().await?, head, "the head");
    }
    Ok(())
}

pub(crate) async fn random_appends_do_what_a_model_says(place: Place) -> Outcome {
    let (store, mut random, mut model) = (place.open().await?, place.random(), Model::default());
    for _ in 0..20 {
        grow(&store, &mut model, &mut random, 30).await?;
        compare(&store, &model, &Query::all(), Position::START, PageSize::default()).await?;
        for id in 0..STREAMS {
            let parcel = parcel(id)?;
            let (known, version) = (model.version(&parcel), store.stream_version(&parcel).await?);
            assert_eq!((version, stream(&store, &parcel).await?.len() as u64), (known, known), "`{parcel}`");
        }
        for key in (0..30).map(|key| format!("request-{key}")) {
            assert_eq!(store.key(&key).await?.as_ref(), model.keys.get(&key), "{key}");
        }
    }
    Ok(())
}

pub(crate) async fn random_queries_select_what_a_model_says(place: Place) -> Outcome {
    let (store, mut random, mut model) = (place.open().await?, place.random(), Model::default());
    for _ in 0..5 {
        grow(&store, &mut model, &mut random, 40).await?;
        for _ in 0..60 {
            let (query, after, size) = (query(&mut random)?, position(&mut random, &model), page_size(&mut random));
            compare(&store, &model, &query, after, size).await?;
        }
    }
    Ok(())
}

pub(crate) async fn random_conditions_refuse_what_a_model_says(place: Place) -> Outcome {
    let (store, mut random, mut model) = (place.open().await?, place.random(), Model::default());
    for _ in 0..300 {
        let clauses = (0..1 + random.below(3)).map(|_| clause(&mut random, 1)).collect::<Outcome<Vec<_>>>()?;
        let condition = AppendCondition { query: Query::any(clauses), after: position(&mut random, &model) };
        let append = Append::unstreamed(vec![new_event(&mut random)?]).when(condition);
        let answer = store.append(append.clone()).await;
        model.take(append, answer)?;
    }
    compare(&store, &model, &Query::all(), Position::START, PageSize::default()).await
}
