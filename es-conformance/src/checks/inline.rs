//! Read models that are kept with each append: both, or neither, whoever else appends.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use es_core::prelude::*;
use es_core::store::{
    Append, AppendError, Appended, EventStore, Inline, InlineChange, InlineError, InlineRows, Kept, RowChange, TableChanges, ViewQuery,
    ViewRow, ViewStore,
};
use es_core::view::ColumnValue;
use es_core::{AnyStore, Conflict, Query, View};
use serde::{Deserialize, Serialize};

use crate::checks::leases::lease;
use crate::checks::views::{PARCELS, row};
use crate::factory::{Handle, Promise};
use crate::given::{at, at_once, event, events, parcel, to};
use crate::place::Place;
use crate::random::Random;
use crate::run::{Outcome, Stop};

const PATIENCE: Duration = Duration::from_secs(60);

/// Handles on one store: two, where the place can be opened twice.
async fn handles(place: &Place) -> Outcome<Vec<Handle>> {
    let mut stores = vec![place.open().await?];
    if place.needs(Promise::SharedPlace).await.is_ok() {
        stores.push(place.open().await?);
    }
    Ok(stores)
}

/// A store that keeps the parcels, which follow `Scanned`.
async fn keeping(store: &Handle) -> Outcome {
    store.open_view(&PARCELS).await?;
    lease(store, "parcels").await?;
    Ok(())
}

fn kept() -> Vec<Kept> {
    vec![Kept { projection: "parcels".into(), version: 1, names: vec!["Scanned"] }]
}

fn inline(rows: InlineRows) -> Inline<Infallible> {
    Inline { kept: kept().into(), rows, work: None, limit: Duration::from_secs(5) }
}

fn changes(changes: Vec<(RowChange, Option<u64>)>) -> Vec<TableChanges> {
    let change = |(change, rests_on): (RowChange, Option<u64>)| InlineChange { change, rests_on: rests_on.map(Position) };
    vec![TableChanges { table: PARCELS, changes: changes.into_iter().map(change).collect() }]
}

fn writing(rows: Vec<(RowChange, Option<u64>)>) -> Inline<Infallible> {
    inline(InlineRows::Known(changes(rows)))
}

/// A row, as a read model would put it: its position is for the store to say.
fn put(key: &str, grams: i64) -> RowChange {
    RowChange::Put(ViewRow { position: Position::START, ..row(key, grams) })
}

fn stored(key: &str, grams: i64, position: u64) -> ViewRow {
    ViewRow { position: Position(position), ..row(key, grams) }
}

async fn rows(store: &Handle) -> Outcome<Vec<ViewRow>> {
    Ok(store.list(&PARCELS, &ViewQuery { limit: u32::MAX, ..ViewQuery::default() }).await?)
}

async fn progress(store: &Handle) -> Outcome<Position> {
    let progress = store.progress("parcels", 1).await?;
    Ok(progress.iter().map(|part| part.position).min().unwrap_or_default())
}

fn scanned(parcel: &es_core::StreamId) -> Outcome<Append> {
    Ok(to(parcel, vec![event("Scanned")?]))
}

fn is_stale(outcome: Result<Appended, InlineError>) -> Outcome {
    match outcome {
        Err(InlineError::Stale) => Ok(()),
        other => Err(Stop::broken(format!("`InlineError::Stale` was due, not {other:?}"))),
    }
}

fn is_behind(outcome: Result<Appended, InlineError>) -> Outcome {
    match outcome {
        Err(InlineError::Behind) => Ok(()),
        other => Err(Stop::broken(format!("`InlineError::Behind` was due, not {other:?}"))),
    }
}

pub(crate) async fn rows_and_the_checkpoint_are_written_with_the_append(place: Place) -> Outcome {
    let store = place.open().await?;
    keeping(&store).await?;
    let one = parcel("p-1")?;
    let appended = store.append_inline(scanned(&one)?, writing(vec![(put("a", 1), None), (put("b", 2), None)])).await?;
    let first = appended.position.unwrap_or_default().0;
    assert_eq!(rows(&store).await?, [stored("a", 1, first), stored("b", 2, first)]);
    assert_eq!(progress(&store).await?, Position(first));

    let three = to(&one, events("Scanned", 3)?);
    let changed = vec![
        (put("a", 10), Some(first)),
        (RowChange::Delete("b".into()), Some(first)),
        (RowChange::Delete("c".into()), None),
        (put("d", 4), None),
    ];
    let appended = store.append_inline(three, writing(changed)).await?;
    let last = appended.position.unwrap_or_default().0;
    assert_eq!(appended.version, 4);
    assert_eq!(rows(&store).await?, [stored("a", 10, last), stored("d", 4, last)], "rows have the position of the append's last event");
    // without a row it is seen all the same
    let appended = store.append_inline(scanned(&one)?, writing(Vec::new())).await?;
    assert_eq!(Some(progress(&store).await?), appended.position);
    assert_eq!(store.stream_version(&one).await?, 5);
    Ok(())
}

pub(crate) async fn columns_of_every_kind_are_written_with_the_append(place: Place) -> Outcome {
    use ColumnValue::{Boolean, Integer, Null, Real, Text};
    let store = place.open().await?;
    keeping(&store).await?;
    let mut due = vec![
        ViewRow { key: "nothing".into(), position: Position::START, columns: vec![Null; 5], state: b"null".to_vec() },
        ViewRow {
            key: "limits".into(),
            position: Position::START,
            columns: vec![Text("NULL".into()), Integer(i64::MIN), Real(-0.1), Boolean(false), Integer(i64::MAX)],
            state: b"{ \"spaced\" : [1.10, \"\\u0000\"] }".to_vec(),
        },
    ];
    for text in crate::checks::contents::hostile() {
        let columns = vec![Text(text.clone()), Integer(1), Real(1e300), Boolean(true), Null];
        due.push(ViewRow { key: text, position: Position::START, columns, state: b"1".to_vec() });
    }
    let puts = due.iter().cloned().map(|row| (RowChange::Put(row), None)).collect();
    let appended = store.append_inline(scanned(&parcel("p-1")?)?, writing(puts)).await?;
    due.iter_mut().for_each(|row| row.position = appended.position.unwrap_or_default());
    due.sort_by(|one, other| one.key.cmp(&other.key));
    assert_eq!(rows(&store).await?, due);
    Ok(())
}

pub(crate) async fn an_append_that_is_refused_leaves_no_row(place: Place) -> Outcome {
    let store = place.open().await?;
    keeping(&store).await?;
    let one = parcel("p-1")?;
    let keyed = || Ok::<_, Stop>(scanned(&one)?.keyed("k-1", "Scan"));
    let appended = store.append_inline(keyed()?, writing(vec![(put("a", 1), None)])).await?;
    let first = appended.position.unwrap_or_default();
    let due = [stored("a", 1, first.0)];

    match store.append_inline(at(&one, 7, vec![event("Scanned")?]), writing(vec![(put("a", 2), Some(first.0))])).await {
        Err(InlineError::Append(AppendError::Conflict(Conflict::Version { actual: 1, .. }))) => {}
        other => return Err(Stop::broken(format!("a version conflict was due, not {other:?}"))),
    }
    match store.append_inline(keyed()?, writing(vec![(put("a", 3), Some(first.0)), (put("b", 3), None)])).await {
        Err(InlineError::Append(AppendError::KeyUsed(record))) => assert_eq!(record.appended, appended),
        other => return Err(Stop::broken(format!("`KeyUsed` was due, not {other:?}"))),
    }
    let mut no_json = event("Scanned")?;
    no_json.payload = b"{".to_vec();
    match store.append_inline(to(&one, vec![no_json]), writing(vec![(put("c", 4), None)])).await {
        Err(InlineError::Append(AppendError::Store(_))) => {}
        other => return Err(Stop::broken(format!("a payload that is not JSON was taken: {other:?}"))),
    }
    assert_eq!(rows(&store).await?, due);
    assert_eq!((progress(&store).await?, store.stream_version(&one).await?), (first, 1));
    Ok(())
}

pub(crate) async fn a_row_that_has_changed_refuses_the_append(place: Place) -> Outcome {
    let store = place.open().await?;
    keeping(&store).await?;
    let one = parcel("p-1")?;
    let first = store.append_inline(scanned(&one)?, writing(vec![(put("a", 1), None)])).await?.position.unwrap_or_default().0;
    let second = store.append_inline(scanned(&one)?, writing(vec![(put("a", 2), Some(first))])).await?.position.unwrap_or_default().0;
    for stale in [
        vec![(put("a", 3), Some(first))],
        vec![(put("a", 3), None)],
        vec![(put("a", 3), Some(second + 1))],
        vec![(put("missing", 3), Some(second))],
        vec![(RowChange::Delete("a".into()), Some(first))],
        vec![(RowChange::Delete("a".into()), None)],
        vec![(RowChange::Delete("missing".into()), Some(second))],
        // one of several is enough
        vec![(put("new", 3), None), (put("a", 3), Some(second)), (put("missing", 3), Some(1))],
    ] {
        is_stale(store.append_inline(scanned(&one)?, writing(stale)).await)?;
    }
    assert_eq!(rows(&store).await?, [stored("a", 2, second)]);
    assert_eq!((progress(&store).await?, store.stream_version(&one).await?), (Position(second), 2));
    store.append_inline(scanned(&one)?, writing(vec![(put("a", 3), Some(second))])).await?;
    Ok(())
}

pub(crate) async fn a_read_model_that_lacks_an_event_refuses_the_append(place: Place) -> Outcome {
    let store = place.open().await?;
    let one = parcel("p-1")?;
    store.open_view(&PARCELS).await?;
    is_behind(store.append_inline(scanned(&one)?, writing(vec![(put("a", 1), None)])).await)?;
    lease(&store, "parcels").await?;
    store.append_inline(scanned(&one)?, writing(vec![(put("a", 1), None)])).await?;
    // what it does not follow it does not lack
    let other = store.append(to(&one, vec![event("Weighed")?])).await?.position;
    store.append_inline(scanned(&one)?, writing(vec![(put("b", 1), None)])).await?;
    assert!(Some(progress(&store).await?) > other);

    let seen = progress(&store).await?;
    let unseen = store.append(scanned(&one)?).await?.position.unwrap_or_default();
    is_behind(store.append_inline(scanned(&one)?, writing(vec![(put("c", 1), None)])).await)?;
    is_behind(store.append_inline(to(&one, vec![event("Weighed")?]), writing(Vec::new())).await)?;
    assert_eq!((progress(&store).await?, store.head().await?), (seen, unseen), "nothing was written");
    let caught_up = lease(&store, "parcels").await?;
    store.advance(crate::checks::leases::written(caught_up, unseen.0, Some(PARCELS), vec![put("c", 1)])).await?;
    store.append_inline(scanned(&one)?, writing(vec![(put("d", 1), None)])).await?;
    Ok(())
}

pub(crate) async fn rows_that_are_said_late_know_where_the_events_stand(place: Place) -> Outcome {
    let store = place.open().await?;
    keeping(&store).await?;
    let one = parcel("p-1")?;
    store.append(to(&one, vec![event("Weighed")?])).await?;
    let said = std::sync::Arc::new(std::sync::Mutex::new(None));
    let told = said.clone();
    let late = InlineRows::Late(Box::new(move |appended: &Appended| {
        *told.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(appended.clone());
        Ok(changes(vec![(put("a", appended.version as i64), None)]))
    }));
    let appended = store.append_inline(to(&one, events("Scanned", 2)?), inline(late)).await?;
    assert_eq!(said.lock().map_err(|_| Stop::broken("poisoned"))?.as_ref(), Some(&appended), "it was told what the caller is told");
    assert_eq!(rows(&store).await?, [stored("a", 3, appended.position.unwrap_or_default().0)]);
    assert_eq!(Some(progress(&store).await?), appended.position);

    let stale = InlineRows::Late(Box::new(|_: &Appended| Ok(changes(vec![(put("a", 9), Some(1)), (put("b", 9), None)]))));
    is_stale(store.append_inline(scanned(&one)?, inline(stale)).await)?;
    let refusing = InlineRows::Late(Box::new(|_: &Appended| Err(InlineError::Projection(ProjectionError::new("no")))));
    match store.append_inline(scanned(&one)?, inline(refusing)).await {
        Err(InlineError::Projection(_)) => {}
        other => return Err(Stop::broken(format!("`InlineError::Projection` was due, not {other:?}"))),
    }
    assert_eq!((rows(&store).await?.len(), store.stream_version(&one).await?), (1, 3));
    Ok(())
}

pub(crate) async fn of_16_appends_on_one_row_one_wins(place: Place) -> Outcome {
    let stores = handles(&place).await?;
    keeping(&stores[0]).await?;
    let mut before = None;
    for round in 0..10_i64 {
        let racers = (0..16_usize).map(|racer| {
            let store = stores[racer % stores.len()].clone();
            async move {
                let own = parcel(format!("p-{racer}"))?;
                match store.append_inline(scanned(&own)?, writing(vec![(put("shared", round), before)])).await {
                    Ok(appended) => Ok(appended.position),
                    other => is_stale(other).map(|()| None),
                }
            }
        });
        let answers = at_once(racers).await?.into_iter().collect::<Outcome<Vec<_>>>()?;
        let won: Vec<u64> = answers.into_iter().flatten().map(|position| position.0).collect();
        let [position] = won[..] else { return Err(Stop::broken(format!("{} of 16 appends that rest on one row won", won.len()))) };
        assert_eq!(rows(&stores[0]).await?, [stored("shared", round, position)]);
        before = Some(position);
    }
    assert_eq!(stores[0].head().await?, progress(&stores[0]).await?, "who lost has stored nothing");
    Ok(())
}

pub(crate) async fn appends_that_are_sent_together_have_rows_of_their_own(place: Place) -> Outcome {
    let stores = handles(&place).await?;
    keeping(&stores[0]).await?;
    let taken = parcel("taken")?;
    let first = stores[0].append_inline(scanned(&taken)?, writing(vec![(put("taken", 0), None)])).await?.position.unwrap_or_default().0;
    for round in 0..4_u32 {
        let senders = (0..64_u32).map(|sender| {
            let (store, taken) = (stores[sender as usize % stores.len()].clone(), taken.clone());
            async move {
                let key = format!("{round}-{sender}");
                let stream = parcel(&key)?;
                let own = (put(&key, sender.into()), None);
                let outcome = match sender % 8 {
                    // these are refused, each for a reason of its own
                    1 => store.append_inline(at(&taken, 99, vec![event("Scanned")?]), writing(vec![own])).await,
                    2 => store.append_inline(scanned(&stream)?, writing(vec![own, (put("taken", 1), None)])).await,
                    3 => store.append_inline(scanned(&stream)?, writing(vec![own, (put("taken", 1), Some(first + 1))])).await,
                    // and these are not
                    _ => store.append_inline(to(&stream, events("Scanned", 1 + sender as usize % 3)?), writing(vec![own])).await,
                };
                Ok::<_, Stop>((sender, key, outcome))
            }
        });
        for answer in at_once(senders).await? {
            let (sender, key, outcome) = answer?;
            let found = stores[0].rows(&PARCELS, vec![key.clone()]).await?;
            match sender % 8 {
                1..=3 => assert_eq!((outcome.is_err(), found), (true, Vec::new()), "a row of an append that was refused: {key}"),
                _ => assert_eq!(found, [stored(&key, sender.into(), outcome?.position.unwrap_or_default().0)]),
            }
        }
    }
    assert_eq!(rows(&stores[0]).await?.iter().filter(|row| row.key == "taken").count(), 1);
    assert_eq!(stores[0].head().await?, progress(&stores[0]).await?);
    Ok(())
}

// the same, seen from an application

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Paid {
    account: u32,
    cents: i64,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Closed;

#[derive(Aggregate, Debug, Default, Clone)]
#[aggregate(name = "till", id = u32, events(Paid, Closed), apply = ignore)]
struct Till;

fn ignore(_: &mut Till, _: TillEvent) {}

/// What was paid at a till since it was opened.
#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "tills", key = u32, events(Paid), delete_on(Closed))]
struct Takings {
    #[view(index)]
    payments: u32,
    cents: i64,
}

impl Apply<Paid> for Takings {
    fn apply(&mut self, paid: Paid) {
        self.payments += 1;
        self.cents += paid.cents;
    }
}

/// What was paid into an account, at whatever till: a row that many change.
#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "accounts", key = u32, key_from = account, events(Paid))]
struct Account {
    payments: u32,
    cents: i64,
}

impl Apply<Paid> for Account {
    fn apply(&mut self, paid: Paid) {
        self.payments += 1;
        self.cents += paid.cents;
    }
}

/// Every payment, and the one before it, by where they stand.
#[derive(View, Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[view(name = "chain", key = String, events(Paid))]
struct Chain {
    length: u32,
    mark: u64,
}

impl KeyOf<Paid> for Chain {
    fn keys(paid: &Recorded<Paid>) -> impl IntoIterator<Item = String> {
        ["all".to_owned(), format!("{}", paid.position.0 % 3)]
    }
}

impl ApplyRecorded<Paid> for Chain {
    fn apply_recorded(&mut self, paid: Recorded<Paid>) {
        self.length += 1;
        self.mark =
            self.mark.wrapping_mul(31).wrapping_add(paid.position.0 ^ paid.version ^ paid.recorded_at.timestamp_micros().cast_unsigned());
    }
}

/// An app that keeps those views that are known before an append.
fn keeps_two(store: &Handle) -> App<AnyStore> {
    App::new((**store).clone()).inline(Takings::projection()).inline(Account::projection())
}

/// And one that keeps the other one, too.
pub(crate) fn keeps(store: &Handle) -> App<AnyStore> {
    keeps_two(store).inline(Chain::projection())
}

/// Something is paid, or a till is closed.
pub(crate) async fn pay(app: &App<AnyStore>, random: &mut Random) -> Outcome<u32> {
    let till = random.below(12) as u32;
    let paid = |random: &mut Random| Paid { account: random.below(3) as u32, cents: random.below(1000) as i64 };
    let events = match random.below(8) {
        0 => events![Closed],
        1 => events![paid(random), Closed, paid(random)],
        _ => events![paid(random)],
    };
    app.append::<Till>(&till, events).await?;
    Ok(till)
}

async fn rows_of<V: View>(app: &App<AnyStore>) -> Outcome<BTreeMap<String, V>> {
    let listed = app.view::<V>().list().limit(u32::MAX).await?;
    Ok(listed.into_iter().map(|(key, row)| (key.to_string(), row)).collect())
}

/// The rows of all three.
type Rows = (BTreeMap<String, Takings>, BTreeMap<String, Account>, BTreeMap<String, Chain>);

/// What folding the whole log gives, by hand.
async fn left_folds(app: &App<AnyStore>) -> Outcome<Rows> {
    let (mut takings, mut accounts, mut chain) = Rows::default();
    let mut log = app.read(Query::all(), Position::START);
    while let Some(event) = log.next().await {
        let event = event?;
        let till = event.stream.as_ref().map(|stream| stream.id().to_owned()).unwrap_or_default();
        if &*event.name == Closed::NAME {
            takings.remove(&till);
            continue;
        }
        let paid: Paid = serde_json::from_slice(event.event.as_bytes())?;
        takings.entry(till).or_default().apply(paid.clone());
        accounts.entry(paid.account.to_string()).or_default().apply(paid.clone());
        for key in ["all".to_owned(), (event.position.0 % 3).to_string()] {
            chain.entry(key).or_default().apply_recorded(event.clone().map(|_| paid.clone()));
        }
    }
    Ok((takings, accounts, chain))
}

/// All rows are left folds of the log, whose end their checkpoints have.
async fn are_left_folds(app: &App<AnyStore>) -> Outcome {
    let until = Instant::now() + PATIENCE;
    loop {
        let head = app.store().head().await?;
        let due = left_folds(app).await?;
        let mut seen = Vec::new();
        for name in ["tills", "accounts", "chain"] {
            seen.extend(app.store().progress(name, 1).await?.iter().map(|part| part.position));
        }
        let is_chained = seen.len() > 2;
        let chain = if is_chained { rows_of::<Chain>(app).await? } else { due.2.clone() };
        let found = (rows_of::<Takings>(app).await?, rows_of::<Account>(app).await?, chain);
        // an append of a process that is gone may still have been on its way
        if app.store().head().await? != head {
            assert!(Instant::now() < until, "nobody appends, and the head moves");
            continue;
        }
        assert_eq!(found, due, "the rows, and what the log adds up to");
        assert_eq!(seen, vec![head; 2 + usize::from(is_chained)], "the checkpoints of all, and the head");
        return Ok(());
    }
}

pub(crate) async fn a_view_kept_inline_is_seen_after_the_append(place: Place) -> Outcome {
    let store = place.open().await?;
    let (app, mut random) = (keeps(&store), place.random());
    for _ in 0..60 {
        let till = pay(&app, &mut random).await?;
        assert_eq!(
            app.view::<Takings>().get(&till).await?,
            app.live::<Takings>(&till).await?,
            "till {till} right after it was appended to"
        );
    }
    are_left_folds(&app).await
}

pub(crate) async fn views_kept_inline_equal_left_folds_whoever_appends_at_once(place: Place) -> Outcome {
    let (stores, mut random) = (handles(&place).await?, place.random());
    for keeps in [keeps_two, keeps] {
        // one that keeps more catches up on what was there before
        let apps: Vec<_> = stores.iter().map(keeps).chain([keeps(&stores[0])]).collect();
        let writers: Vec<_> = (0..12)
            .map(|writer| {
                let (app, mut random) = (apps[writer % apps.len()].clone(), random.fork());
                async move {
                    for _ in 0..15 {
                        pay(&app, &mut random).await?;
                    }
                    Outcome::Ok(())
                }
            })
            .collect();
        at_once(writers).await?.into_iter().collect::<Outcome>()?;
        are_left_folds(&apps[0]).await?;
    }
    Ok(())
}

pub(crate) async fn what_others_append_is_caught_up_on(place: Place) -> Outcome {
    let stores = handles(&place).await?;
    let (app, lacking, mut random) = (keeps(&stores[0]), App::new((*stores[stores.len() - 1]).clone()), place.random());
    // what was there before it was kept
    for _ in 0..30 {
        pay(&lacking, &mut random).await?;
    }
    app.catch_up().await?;
    are_left_folds(&app).await?;
    for _ in 0..10 {
        for _ in 0..random.below(4) {
            pay(&lacking, &mut random).await?;
        }
        pay(&app, &mut random).await?;
        are_left_folds(&app).await?;
    }
    // and while it is appended to by both
    let writers: Vec<_> = (0..6)
        .map(|writer| {
            let (app, mut random) = (if writer % 3 == 0 { lacking.clone() } else { app.clone() }, random.fork());
            async move {
                for _ in 0..15 {
                    pay(&app, &mut random).await?;
                }
                Outcome::Ok(())
            }
        })
        .collect();
    at_once(writers).await?.into_iter().collect::<Outcome>()?;
    let last = app.append::<Till>(&99, events![Closed]).await?.position;
    app.wait_for::<Takings>(last, PATIENCE).await?;
    let unseen = lacking.append::<Till>(&99, events![Paid { account: 1, cents: 1 }]).await?.position;
    app.wait_for::<Takings>(unseen, PATIENCE).await?;
    app.catch_up().await?;
    are_left_folds(&app).await
}

/// The checkpoints of all are at the head, although nobody has caught up.
async fn have_seen_all(store: &Handle) -> Outcome {
    let until = Instant::now() + PATIENCE;
    loop {
        let (head, mut seen) = (store.head().await?, Vec::new());
        for name in ["tills", "accounts", "chain"] {
            seen.extend(store.progress(name, 1).await?.iter().map(|part| part.position));
        }
        // an append of a process that is gone may still have been on its way
        if store.head().await? == head {
            assert_eq!(seen, [head; 3], "the checkpoints of all, and the head");
            return Ok(());
        }
        assert!(Instant::now() < until, "nobody appends, and the head moves");
    }
}

pub(crate) async fn a_view_kept_inline_has_seen_all_that_survives_a_kill(place: Place) -> Outcome {
    place.needs(Promise::Survival).await?;
    place.needs(Promise::SharedByProcesses).await?;
    let (store, mut random) = (place.open().await?, place.random());
    let app = keeps(&store);
    app.catch_up().await?;
    for _ in 0..6 {
        let mut processes = [place.start("pay", 0).await?, place.start("pay", 0).await?];
        let until = Instant::now() + PATIENCE;
        let before = store.head().await?;
        while store.head().await?.0 < before.0 + 1 + random.below(20) as u64 {
            assert!(Instant::now() < until, "processes that append did not");
            for process in &mut processes {
                process.next().await?;
            }
        }
        tokio::time::sleep(Duration::from_micros(random.next() % 20_000)).await;
        for process in processes {
            process.kill()?;
        }
        have_seen_all(&store).await?;
        pay(&app, &mut random).await?;
        are_left_folds(&app).await?;
    }
    Ok(())
}
