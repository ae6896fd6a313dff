//! Racers who decide on models at the same time, on every store: as many win as there is room for, and nobody loses to a stranger.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::panic)]

mod school;
mod stores;

use std::future::Future;

use es_core::prelude::*;
use es_core::{AnyStore, ExecuteError, Query};
use futures_util::TryStreamExt;
use school::*;

const RACERS: u32 = 16;
const SEATS: u32 = 3;

async fn define(app: &App<AnyStore>, seats: u32) -> CourseId {
    let course_id = CourseId::new();
    app.execute(DefineCourse { course_id, seats }).await.unwrap();
    course_id
}

/// Starts all at once, and says who won; whoever did not was refused by the domain.
async fn race<F>(racers: impl IntoIterator<Item = F>) -> Vec<bool>
where
    F: Future<Output = Result<(), ExecuteError<EnrolError>>> + Send + 'static,
{
    let racers: Vec<_> = racers.into_iter().map(tokio::spawn).collect();
    let mut won = Vec::new();
    for racer in racers {
        won.push(match racer.await.unwrap() {
            Ok(()) => true,
            Err(ExecuteError::Domain(_)) => false,
            Err(error) => panic!("{error}"),
        });
    }
    won
}

/// Subscribes; tries again after a conflict as often as it takes, or not at all.
fn subscribe(
    app: &App<AnyStore>,
    course_id: CourseId,
    who: StudentId,
    retries: u32,
) -> impl Future<Output = Result<(), ExecuteError<EnrolError>>> + Send + 'static {
    let app = app.clone();
    async move { app.execute(Subscribe { course_id, who }).retries(retries).await.map(|_| ()) }
}

/// The subscriptions that are stored.
async fn stored(app: &App<AnyStore>) -> usize {
    let all: Vec<_> = app.read(Query::all(), Position::START).try_collect().await.unwrap();
    all.iter().filter(|event| &*event.name == "StudentSubscribed").count()
}

async fn of_16_racers_for_3_seats_3_win(app: App<AnyStore>) {
    for round in 1..=15 {
        let course = define(&app, SEATS).await;
        let won = race((0..RACERS).map(|_| subscribe(&app, course, StudentId::new(), 10_000))).await;
        assert_eq!(won.iter().filter(|won| **won).count(), SEATS as usize, "winners of round {round}");
        assert_eq!(stored(&app).await, round * SEATS as usize);
    }
}

/// Decides after the others have had time to read what it has read.
#[derive(Command, Debug, Clone)]
#[command(decides_on(CourseSeats { course_id }), events(StudentSubscribed), error = EnrolError)]
struct Ponder {
    course_id: CourseId,
    who: StudentId,
}

struct Pause;

impl HandleWith<Ponder, Pause> for CourseSeats {
    async fn handle_with(&self, ponder: Ponder, _: &Pause) -> Decision<Ponder> {
        for _ in 0..32 {
            tokio::task::yield_now().await;
        }
        ensure!(self.taken < self.capacity, EnrolError::Full(self.capacity));
        emit![StudentSubscribed { course_id: ponder.course_id, student_id: ponder.who }]
    }
}

async fn of_16_racers_who_ponder_3_win(app: App<AnyStore>) {
    for round in 1..=10 {
        let course_id = define(&app, SEATS).await;
        let racers = (0..RACERS).map(|_| {
            let (app, who) = (app.clone(), StudentId::new());
            async move { app.execute_with(Ponder { course_id, who }, &Pause).retries(10_000).await.map(|_| ()) }
        });
        let won = race(racers).await;
        assert_eq!(won.iter().filter(|won| **won).count(), SEATS as usize, "winners of round {round}");
        assert_eq!(stored(&app).await, round * SEATS as usize);
    }
}

async fn of_16_subscriptions_of_one_student_2_win(app: App<AnyStore>) {
    for round in 1..=10 {
        let ann = StudentId::new();
        let mut racers = Vec::new();
        for _ in 0..RACERS {
            racers.push(subscribe(&app, define(&app, 1).await, ann, 10_000));
        }
        let won = race(racers).await;
        assert_eq!(won.iter().filter(|won| **won).count(), COURSES as usize, "winners of round {round}");
        assert_eq!(stored(&app).await, round * COURSES as usize);
    }
}

/// Every student wants each of four courses, which have one seat each: all seats are taken, whoever gets them.
async fn seats_and_limits_hold_together(app: App<AnyStore>) {
    for round in 1..=10 {
        let mut courses = Vec::new();
        for _ in 0..4 {
            courses.push(define(&app, 1).await);
        }
        let students: [StudentId; 4] = std::array::from_fn(|_| StudentId::new());
        let app = &app;
        let racers = courses.iter().flat_map(|course| students.map(|student| subscribe(app, *course, student, 10_000)));
        let won = race(racers).await;
        for course in won.chunks(4) {
            assert_eq!(course.iter().filter(|won| **won).count(), 1, "winners of a seat in round {round}");
        }
        for student in 0..4 {
            let courses = won.iter().skip(student).step_by(4).filter(|won| **won).count();
            assert!(courses <= COURSES as usize, "a student got {courses} courses in round {round}");
        }
        assert_eq!(stored(app).await, round * 4);
    }
}

async fn what_is_about_other_things_never_conflicts(app: App<AnyStore>) {
    let mut courses = Vec::new();
    for _ in 0..RACERS {
        courses.push(define(&app, 10).await);
    }
    for _ in 0..10 {
        let won = race(courses.iter().map(|course| subscribe(&app, *course, StudentId::new(), 0))).await;
        assert!(won.iter().all(|won| *won));
    }
    assert_eq!(stored(&app).await, 10 * RACERS as usize);
}

/// Each race on each store.
macro_rules! races {
    ($($store:ident),*) => { $( mod $store {
        races! { @ $store: of_16_racers_for_3_seats_3_win, of_16_racers_who_ponder_3_win, of_16_subscriptions_of_one_student_2_win,
            seats_and_limits_hold_together,
            what_is_about_other_things_never_conflicts }
    } )* };
    (@ $store:ident: $($race:ident),*) => { $(
        #[tokio::test(flavor = "multi_thread")]
        async fn $race() {
            let (store, place) = crate::stores::$store().await;
            super::$race(es_core::App::new(store)).await;
            place.remove().await;
        }
    )* };
}
races!(memory, sqlite, postgres, postgres_fenced);
