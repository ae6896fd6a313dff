//! Decisions over several things at once, as the derives write them.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::panic)]

mod school;

use es_core::prelude::*;
use es_core::testing::prelude::*;
use es_core::{Boundary, ExecuteError, MemoryStore};
use school::*;
use serde::{Deserialize, Serialize};

fn defined(course_id: CourseId, seats: u32) -> CourseDefined {
    CourseDefined { course_id, seats }
}

fn subscribed(course_id: CourseId, student_id: StudentId) -> StudentSubscribed {
    StudentSubscribed { course_id, student_id }
}

#[tokio::test]
async fn a_subscription_rests_on_the_course_and_on_the_student() {
    let app = App::new(MemoryStore::new());
    let [maths, latin, art] = std::array::from_fn(|_| CourseId::new());
    let [ann, bob] = std::array::from_fn(|_| StudentId::new());
    for course_id in [maths, latin, art] {
        app.execute(DefineCourse { course_id, seats: 1 }).await.unwrap();
    }
    let committed = app.execute(Subscribe { course_id: maths, who: ann }).await.unwrap();
    assert_eq!(committed.state, (CourseSeats { capacity: 1, taken: 1 }, StudentLoad { courses: 1 }));
    assert_eq!((committed.version, committed.position), (0, Some(Position(4))));
    assert!(matches!(&committed.events[0].event, SubscribeEvent::StudentSubscribed(event) if event.student_id == ann));

    let full = app.execute(Subscribe { course_id: maths, who: bob }).await;
    assert!(matches!(full, Err(ExecuteError::Domain(EnrolError::Full(1)))));
    app.execute(Subscribe { course_id: latin, who: ann }).await.unwrap();
    let busy = app.execute(Subscribe { course_id: art, who: ann }).await;
    assert!(matches!(busy, Err(ExecuteError::Domain(EnrolError::Busy(2)))));
}

#[tokio::test]
async fn what_a_command_emits_goes_to_the_stream_that_it_names() {
    let app = App::new(MemoryStore::new());
    let course_id = CourseId::new();
    let committed = app.execute(DefineCourse { course_id, seats: 3 }).await.unwrap();
    assert_eq!(committed.version, 1);
    let stream = committed.events[0].stream.clone().unwrap();
    assert_eq!((stream.category(), stream.id()), ("course", course_id.to_string().as_str()));
    assert_eq!(app.load::<Course>(&course_id).await.unwrap().state.seats, 3);

    let unstreamed = app.execute(Subscribe { course_id, who: StudentId::new() }).await.unwrap();
    assert_eq!(unstreamed.events[0].stream, None);
    assert_eq!(app.load::<Course>(&course_id).await.unwrap().version, 1);
}

#[test]
fn models_are_tested_from_a_history() {
    let (course_id, other) = (CourseId::new(), CourseId::new());
    let [ann, bob] = std::array::from_fn(|_| StudentId::new());
    let past = || history![defined(course_id, 2), defined(other, 9), subscribed(course_id, ann), subscribed(other, ann)];
    given_history(past())
        .when(Subscribe { course_id, who: bob })
        .then(events![subscribed(course_id, bob)])
        .then_state(|(seats, load)| assert_eq!((seats.taken, load.courses), (2, 1)));
    given_history(past()).when(Subscribe { course_id, who: ann }).then_error(EnrolError::Busy(2));
    given_history(history![]).when(Subscribe { course_id, who: ann }).then_error(EnrolError::Full(0));
    given_history(past()).when(DefineCourse { course_id, seats: 2 }).then_nothing();
}

#[tokio::test]
async fn models_decide_with_the_help_of_services() {
    #[derive(Command, Debug, Clone)]
    #[command(decides_on(CourseSeats { course_id }), events(StudentSubscribed), error = EnrolError)]
    struct Invite {
        course_id: CourseId,
    }
    impl HandleWith<Invite, StudentId> for CourseSeats {
        async fn handle_with(&self, invite: Invite, who: &StudentId) -> Decision<Invite> {
            ensure!(self.taken < self.capacity, EnrolError::Full(self.capacity));
            emit![subscribed(invite.course_id, *who)]
        }
    }
    let (course_id, who) = (CourseId::new(), StudentId::new());
    given_history(history![defined(course_id, 1)]).when_with(Invite { course_id }, &who).await.then(events![subscribed(course_id, who)]);
    let app = App::new(MemoryStore::new());
    app.execute(DefineCourse { course_id, seats: 1 }).await.unwrap();
    assert_eq!(app.execute_with(Invite { course_id }, &who).await.unwrap().state.taken, 1);
}

#[test]
fn a_clause_names_the_events_of_its_model_and_its_tags() {
    let (course_id, who) = (CourseId::new(), StudentId::new());
    let Boundary::Tags { clauses, stream: None } = Subscribe { course_id, who }.boundary().unwrap() else { panic!("not by tags") };
    let shown: Vec<_> = clauses.iter().map(|clause| (clause.names_asked().unwrap(), clause.tags_asked()[0].to_string())).collect();
    let names = |names: &[&str]| names.iter().map(|name| std::sync::Arc::from(*name)).collect::<Vec<_>>();
    assert_eq!(shown[0], (&names(&["CourseDefined", "StudentSubscribed"])[..], format!("course_id:{course_id}")));
    assert_eq!(shown[1], (&names(&["StudentSubscribed"])[..], format!("student_id:{who}")));
}

/// Money between accounts, whose events had other names and other forms before.
mod bank {
    use super::*;

    #[derive(Event, Serialize, Deserialize, Debug, Clone)]
    #[event(renamed_from = "PaidIn")]
    pub struct Deposited {
        #[event(tag)]
        pub account_id: u64,
        pub cents: i64,
    }

    /// Was one event about two accounts.
    #[derive(Event, Serialize, Deserialize, Debug, Clone)]
    #[event(retired_into(Left, Came))]
    pub struct Moved {
        #[event(tag)]
        pub account_id: Vec<u64>,
        pub cents: i64,
    }

    impl Retired for Moved {
        fn replace(self) -> Events<Self> {
            let (from, to) = (self.account_id[0], self.account_id[1]);
            events![Left { account_id: from, cents: self.cents }, Came { account_id: to, cents: self.cents }]
        }
    }

    #[derive(Event, Serialize, Deserialize, Debug, Clone)]
    #[event(replaces(Moved))]
    pub struct Left {
        #[event(tag)]
        pub account_id: u64,
        pub cents: i64,
    }

    #[derive(Event, Serialize, Deserialize, Debug, Clone)]
    #[event(replaces(Moved))]
    pub struct Came {
        #[event(tag)]
        pub account_id: u64,
        pub cents: i64,
    }

    #[derive(DecisionModel, Debug, Clone, Default, PartialEq)]
    #[model(events(Deposited, Left, Came), tags(account_id: u64))]
    pub struct Balance {
        pub cents: i64,
    }

    impl Apply<Deposited> for Balance {
        fn apply(&mut self, event: Deposited) {
            self.cents += event.cents;
        }
    }
    impl Apply<Left> for Balance {
        fn apply(&mut self, event: Left) {
            self.cents -= event.cents;
        }
    }
    impl Apply<Came> for Balance {
        fn apply(&mut self, event: Came) {
            self.cents += event.cents;
        }
    }

    /// Reads one part of the retired event only.
    #[derive(DecisionModel, Debug, Clone, Default, PartialEq)]
    #[model(events(Came), tags(account_id: u64))]
    pub struct Arrivals {
        pub count: u32,
    }

    impl Apply<Came> for Arrivals {
        fn apply(&mut self, _: Came) {
            self.count += 1;
        }
    }

    #[derive(Command, Debug, Clone)]
    #[command(
        decides_on(Balance { account_id: from }, Balance { account_id: to }, Arrivals { account_id: to }),
        events(Left, Came),
        error = Short
    )]
    pub struct Transfer {
        pub from: u64,
        pub to: u64,
        pub cents: i64,
    }

    #[derive(Debug, PartialEq, thiserror::Error)]
    #[error("there are only {0} cents")]
    pub struct Short(pub i64);

    impl Handle<Transfer> for (Balance, Balance, Arrivals) {
        fn handle(&self, transfer: Transfer) -> Decision<Transfer> {
            let Transfer { from, to, cents } = transfer;
            ensure!(self.0.cents >= cents, Short(self.0.cents));
            emit![Left { account_id: from, cents }, Came { account_id: to, cents }]
        }
    }
}

#[tokio::test]
async fn one_model_is_read_twice_with_other_tags() {
    use bank::*;
    given_history(history![Deposited { account_id: 1, cents: 50 }, Deposited { account_id: 2, cents: 7 }])
        .when(Transfer { from: 1, to: 2, cents: 20 })
        .then_state(|(from, to, arrivals)| assert_eq!((from.cents, to.cents, arrivals.count), (30, 27, 1)));
    given_history(history![Deposited { account_id: 2, cents: 50 }]).when(Transfer { from: 1, to: 2, cents: 20 }).then_error(Short(0));
}

#[tokio::test]
async fn a_retired_event_comes_part_by_part_to_the_things_that_the_parts_are_about() {
    use bank::*;
    given_history(history![Deposited { account_id: 1, cents: 50 }, Moved { account_id: vec![1, 2], cents: 20 }])
        .when(Transfer { from: 1, to: 2, cents: 30 })
        .then_state(|(from, to, arrivals)| assert_eq!((from.cents, to.cents, arrivals.count), (0, 50, 2)));
}

#[tokio::test]
async fn an_event_is_read_under_its_former_name() {
    use bank::*;
    use es_core::store::{Append, EventStore, NewEvent};
    let store = MemoryStore::new();
    let mut paid_in = NewEvent::new("PaidIn", 1, r#"{"account_id":1,"cents":50}"#).unwrap();
    paid_in.tags = vec![Tag::new("account_id", 1).unwrap()];
    store.append(Append::unstreamed(vec![paid_in])).await.unwrap();
    let committed = App::new(store).execute(Transfer { from: 1, to: 2, cents: 50 }).await.unwrap();
    assert_eq!(committed.state.0, Balance { cents: 0 });
}

#[tokio::test]
async fn a_tag_outside_the_limits_is_a_typed_error() {
    #[derive(Event, Serialize, Deserialize, Debug, Clone)]
    struct Named {
        #[event(tag)]
        name: String,
    }
    #[derive(DecisionModel, Debug, Clone, Default)]
    #[model(events(Named), tags(name: String))]
    struct Taken(bool);
    impl Apply<Named> for Taken {
        fn apply(&mut self, _: Named) {
            self.0 = true;
        }
    }
    #[derive(Command, Clone)]
    #[command(decides_on(Taken { name }), events(Named))]
    struct Name {
        name: String,
    }
    impl Handle<Name> for Taken {
        fn handle(&self, command: Name) -> Decision<Name> {
            if self.0 { emit![] } else { emit![Named { name: command.name }] }
        }
    }
    let app = App::new(MemoryStore::new());
    let refused = app.execute(Name { name: "x".repeat(600) }).await;
    assert!(matches!(refused, Err(ExecuteError::Encode(_))), "{refused:?}");
    assert_eq!(app.execute(Name { name: "ann".into() }).await.unwrap().events.len(), 1);
    assert_eq!(app.execute(Name { name: "ann".into() }).await.unwrap().events.len(), 0);
}
