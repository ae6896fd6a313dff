//! A tag that an event has since a later version: no model is read by it before the events stored earlier have it, too.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::panic)]

mod stores;

use es_core::prelude::*;
use es_core::store::{Append, EventStore, NewEvent, Store};
use es_core::{AnyStore, BackfillError, ExecuteError, MemoryStore, Query};
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};

/// Stored as version 1 without the tag `reader`, and once under another name.
#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(version = 2, upcast_from = 1, renamed_from = "BookTaken")]
struct Lent {
    #[event(tag)]
    book: String,
    #[event(tag, since = 2)]
    reader: Option<String>,
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
struct Returned {
    #[event(tag)]
    book: String,
    #[event(tag)]
    reader: Option<String>,
}

#[derive(DecisionModel, Debug, Clone, Default)]
#[model(events(Lent, Returned), tags(reader: String))]
struct Shelf {
    books: u32,
}

impl Apply<Lent> for Shelf {
    fn apply(&mut self, _: Lent) {
        self.books += 1;
    }
}

impl Apply<Returned> for Shelf {
    fn apply(&mut self, _: Returned) {
        self.books -= 1;
    }
}

#[derive(Debug, PartialEq, thiserror::Error)]
#[error("a reader has at most {0} books")]
struct Enough(u32);

/// Lends a book to who has less than three.
#[derive(Command, Debug, Clone)]
#[command(decides_on(Shelf { reader }), events(Lent), error = Enough)]
struct Lend {
    book: String,
    reader: String,
}

impl Handle<Lend> for Shelf {
    fn handle(&self, lend: Lend) -> Decision<Lend> {
        ensure!(self.books < 3, Enough(3));
        emit![Lent { book: lend.book, reader: Some(lend.reader) }]
    }
}

fn lend(book: &str) -> Lend {
    Lend { book: book.to_owned(), reader: "ann".to_owned() }
}

/// As an earlier version of the program stored it.
fn version_1(name: &'static str, book: &str, reader: Option<&str>) -> NewEvent {
    let json = serde_json::json!({ "book": book, "reader": reader });
    NewEvent::new(name, 1, json.to_string()).unwrap().tagged([Tag::new("book", book).unwrap()])
}

/// Two books lent to Ann and one to nobody that is known.
async fn stored_earlier(store: &AnyStore) {
    let events =
        vec![version_1("BookTaken", "Emma", Some("ann")), version_1("Lent", "Ulysses", None), version_1("Lent", "Dracula", Some("ann"))];
    store.append(Append::unstreamed(events)).await.unwrap();
}

async fn tags(store: &AnyStore) -> Vec<Vec<String>> {
    let all: Vec<_> = App::new(store.clone()).read(Query::all(), Position::START).try_collect().await.unwrap();
    all.iter().map(|event| event.tags.iter().map(ToString::to_string).collect()).collect()
}

async fn a_model_is_refused_until_all_events_have_its_tags(store: AnyStore) {
    stored_earlier(&store).await;
    let app = App::new(store.clone());
    let refused = app.execute(lend("Persuasion")).await.unwrap_err();
    assert!(matches!(refused, ExecuteError::Tags(_)), "{refused}");
    assert_eq!(
        refused.to_string(),
        "`Lent` has the tag `reader` since version 2, and what was stored before may lack it: \
         run `backfill_tags::<tags_that_came_later::Lent>()` of the store once"
    );

    let done = store.backfill_tags::<Lent>().await.unwrap();
    assert_eq!((done.events, done.through), (2, Position(3)));
    let tagged: [&[&str]; 3] = [&["book:Emma", "reader:ann"], &["book:Ulysses"], &["book:Dracula", "reader:ann"]];
    assert_eq!(tags(&store).await, tagged);
    // the app that had refused goes on
    assert_eq!(app.execute(lend("Persuasion")).await.unwrap().state.books, 3);
    assert!(matches!(app.execute(lend("Middlemarch")).await, Err(ExecuteError::Domain(Enough(3)))));
    assert_eq!(App::new(store).execute(lend("Middlemarch")).await.unwrap_err().to_string(), "a reader has at most 3 books");
}

async fn a_second_run_goes_on_where_the_first_has_come(store: AnyStore) {
    stored_earlier(&store).await;
    assert_eq!(store.backfill_tags::<Lent>().await.unwrap().events, 2);
    assert_eq!(store.backfill_tags::<Lent>().await.unwrap().events, 0);
    // somebody had not stopped the earlier program
    store.append(Append::unstreamed(vec![version_1("Lent", "Emma", Some("bob"))])).await.unwrap();
    let done = store.backfill_tags::<Lent>().await.unwrap();
    assert_eq!((done.events, done.through), (1, Position(4)));
    assert_eq!(tags(&store).await[3], ["book:Emma", "reader:bob"]);
}

async fn a_run_over_many_pages_gives_each_event_its_tags(store: AnyStore) {
    for page in 0..5 {
        let events = (0..500).map(|nth| version_1("Lent", &format!("book-{page}-{nth}"), Some("ann"))).collect();
        store.append(Append::unstreamed(events)).await.unwrap();
    }
    let (one, other) = tokio::join!(store.backfill_tags::<Lent>(), store.backfill_tags::<Lent>());
    assert_eq!((one.unwrap().through, other.unwrap().through), (Position(2500), Position(2500)));
    assert!(tags(&store).await.iter().all(|tags| tags.len() == 2 && tags[1] == "reader:ann"));
    let refused = App::new(store).execute(lend("Emma")).await.unwrap_err();
    assert_eq!(refused.to_string(), "a reader has at most 3 books");
}

async fn what_does_not_decode_ends_the_run_and_the_next_goes_on(store: AnyStore) {
    stored_earlier(&store).await;
    let broken = NewEvent::new("Lent", 1, r#"{"book":7}"#).unwrap();
    store.append(Append::unstreamed(vec![broken])).await.unwrap();
    let error = store.backfill_tags::<Lent>().await.unwrap_err();
    assert!(matches!(error, BackfillError::Read(_)));
    assert!(error.to_string().starts_with("position 4, version 0: "), "{error}");
    // nothing says that it is done
    assert!(matches!(App::new(store).execute(lend("Emma")).await, Err(ExecuteError::Tags(_))));
}

async fn a_store_without_earlier_events_needs_no_run(store: AnyStore) {
    let app = App::new(store.clone());
    for (at, book) in (1..).zip(["Emma", "Dracula", "Ulysses"]) {
        assert_eq!(app.execute(lend(book)).await.unwrap().state.books, at);
    }
    assert_eq!(App::new(store).execute(lend("Persuasion")).await.unwrap_err().to_string(), "a reader has at most 3 books");
}

/// Each of these on each store.
macro_rules! on {
    ($($store:ident),*) => { $( mod $store {
        on! { @ $store: a_model_is_refused_until_all_events_have_its_tags, a_second_run_goes_on_where_the_first_has_come,
            a_run_over_many_pages_gives_each_event_its_tags, what_does_not_decode_ends_the_run_and_the_next_goes_on,
            a_store_without_earlier_events_needs_no_run }
    } )* };
    (@ $store:ident: $($test:ident),*) => { $(
        #[tokio::test]
        async fn $test() {
            let (store, place) = crate::stores::$store().await;
            super::$test(store).await;
            place.remove().await;
        }
    )* };
}
on!(memory, sqlite, postgres, postgres_fenced);

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(version = 2, upcast_from = 1, retired_into(Kept))]
struct Stamped {
    #[event(tag, since = 2)]
    reader: String,
}

impl Retired for Stamped {
    fn replace(self) -> Events<Self> {
        events![Kept { reader: self.reader }]
    }
}

#[derive(Event, Serialize, Deserialize, Debug, Clone)]
#[event(replaces(Stamped))]
struct Kept {
    #[event(tag)]
    reader: String,
}

#[derive(DecisionModel, Debug, Clone, Default)]
#[model(events(Kept), tags(reader: String))]
struct Drawer(u32);

impl Apply<Kept> for Drawer {
    fn apply(&mut self, _: Kept) {
        self.0 += 1;
    }
}

#[derive(Command, Debug, Clone)]
#[command(decides_on(Drawer { reader }), events(Kept))]
struct Keep {
    reader: String,
}

impl Handle<Keep> for Drawer {
    fn handle(&self, keep: Keep) -> Decision<Keep> {
        emit![Kept { reader: keep.reader }]
    }
}

#[tokio::test]
async fn a_retired_event_needs_its_tags_as_its_successor_does() {
    let store = MemoryStore::new();
    let stamped = NewEvent::new("Stamped", 1, r#"{"reader":"ann"}"#).unwrap();
    store.append(Append::unstreamed(vec![stamped])).await.unwrap();
    let app = App::new(store.clone());
    let refused = app.execute(Keep { reader: "ann".to_owned() }).await.unwrap_err();
    assert!(refused.to_string().starts_with("`Stamped` has the tag `reader` since version 2"), "{refused}");
    assert_eq!(store.backfill_tags::<Kept>().await.unwrap().events, 0);
    assert!(matches!(app.execute(Keep { reader: "ann".to_owned() }).await, Err(ExecuteError::Tags(_))));
    assert_eq!(store.backfill_tags::<Stamped>().await.unwrap().events, 1);
    assert_eq!(app.execute(Keep { reader: "ann".to_owned() }).await.unwrap().state.0, 2);
}
