//! Testing a domain without a store, and what a failed test says.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod bank;

use bank::*;
use es_core::prelude::*;
use es_core::testing::prelude::*;

fn rich() -> Events<Account> {
    events![Opened { owner: "ann".into() }, Deposited { cents: 100 }]
}

#[test]
fn given_what_happened_when_a_command_comes_then_this_is_decided() {
    given::<Account>(rich())
        .when(withdraw(1, 30))
        .then(events![Withdrawn { cents: 30 }])
        .then_state(|account| assert_eq!(account.cents, 70));
    given_nothing::<Account>().when(withdraw(1, 30)).then_error(Refused::Short(0));
    given::<Account>(rich()).when(deposit(1, 0)).then_nothing();
    given::<Account>(rich()).then_state(|account| assert_eq!(account.cents, 100));
}

#[test]
fn the_streams_own_rules_are_tested_too() {
    given::<Account>(rich()).when(open(1)).then_already_exists();
    given_nothing::<Account>().when(deposit(1, 5)).then_not_found();
}

#[tokio::test]
async fn a_handler_with_services_is_tested_alike() {
    given::<Account>(rich()).when_with(withdraw(1, 30), &()).await.then(events![Withdrawn { cents: 30 }]);
}

fn message(test: impl FnOnce() + std::panic::UnwindSafe) -> String {
    *std::panic::catch_unwind(test).unwrap_err().downcast::<String>().unwrap()
}

#[test]
fn a_failed_test_shows_what_differs_in_what_would_be_stored() {
    let message = message(|| {
        given::<Account>(rich()).when(withdraw(1, 30)).then(events![Withdrawn { cents: 31 }]);
    });
    let expected = "- expected, + decided\n  Withdrawn v1 {\n-   \"cents\": 31\n+   \"cents\": 30\n  }\n";
    assert_eq!(message, expected);
}

#[test]
fn a_failed_test_shows_the_error_that_came_instead() {
    let message = message(|| {
        given_nothing::<Account>().when(withdraw(1, 30)).then(events![Withdrawn { cents: 30 }]);
    });
    assert!(message.contains("+ error Short(0)"), "{message}");
    assert!(message.contains("- Withdrawn v1 {"), "{message}");
}
