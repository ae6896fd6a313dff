//! What the desk answers about one order, now and then.

use crate::program::{Place, sample};

/// The sample, imported.
fn desk() -> Place {
    let place = Place::new();
    place.import(&sample());
    place
}

/// A report without the times of the store, which differ from run to run.
fn without_recorded_times(report: &str) -> String {
    // 07:17:14.903650, after its date
    let is_time = |word: &&str| word.len() == 15 && word.as_bytes()[8] == b'.';
    let mut text = String::new();
    for line in report.lines() {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        if let Some(at) = words.iter().position(is_time) {
            words.drain(at - 1..=at);
        }
        text.push_str(&words.join(" "));
        text.push('\n');
    }
    text
}

#[test]
fn a_timeline_tells_each_event_with_its_times_and_what_it_changed() {
    let timeline = desk().ask(&["timeline", "o-1003"]);
    let expected = "\
order o-1003

version happened recorded event what changed
1 2023-01-15 22:05:13 OrderPlaced by customer c-chloe, delivery promised for 2023-02-06 00:00:00; status created
2 2023-01-17 14:00:00 HandedToCarrier status shipped
3 2023-01-18 10:30:00 OrderApproved status stays shipped
4 2023-01-23 19:12:02 OrderDelivered status delivered
5 - ItemAdded item 1: p-kettle of seller s-north, 89.99 and 11.40 freight
6 - PaymentReceived payment 1: 101.39 by boleto, installments: 1
";
    assert_eq!(without_recorded_times(&timeline), expected);
}

#[test]
fn steps_that_a_later_file_dates_stand_before_those_without_a_date() {
    let place = Place::new();
    let row = |status: &str, shipped: &str| format!("o-1,c-1,{status},2023-01-01 10:00:00,,{shipped},,");
    place.import(&place.files(&[&row("processing", "")], &[], &[]));
    place.import(&place.files(&[&row("shipped", "2023-01-03 10:00:00")], &[], &[]));
    let timeline = place.ask(&["timeline", "o-1"]);
    let versions: Vec<&str> = timeline.lines().skip(3).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(versions, ["1", "3", "2"]);
    assert!(timeline.contains("status stays shipped"), "{timeline}");
}

#[test]
fn an_order_is_shown_as_it_is() {
    let expected = "\
order o-1002
status    delivered
customer  c-ben
promised  2023-01-31 00:00:00
  created      2023-01-07 18:30:00
  approved     2023-01-08 02:15:09
  shipped      2023-01-10 13:41:55
  delivered    2023-01-17 16:20:08
item 1          120.00 +      15.10 freight  p-lamp of seller s-east
item 2            7.50 +       2.05 freight  p-bulb of seller s-east
item 3            7.50 +       2.05 freight  p-bulb of seller s-east
total           154.20
payment 1        50.00  voucher, installments: 1
payment 2       104.20  credit_card, installments: 6
paid            154.20
";
    assert_eq!(desk().ask(&["show", "o-1002"]), expected);
}

#[test]
fn an_order_is_shown_as_it_was_in_the_world() {
    let place = desk();
    let at = |time: &str| place.ask(&["show", "o-1002", "--at", time]);
    assert!(at("2023-01-10 13:41:54").contains("status    approved\n"));
    assert!(at("2023-01-10 13:41:55").contains("status    shipped\n"));
    assert!(at("2023-01-10 14:41:54+01:00").contains("status    approved\n"));
    assert!(at("2023-01-31").contains("status    delivered\n"));
    assert!(at("2023-01-31").ends_with("not counted: events without a business time: 5\n"));
    assert!(at("2023-01-01").contains("nothing had happened yet\n"));
}

#[test]
fn an_order_is_shown_as_the_store_knew_it() {
    let place = Place::new();
    let row = |status: &str, approved: &str| format!("o-1,c-1,{status},2023-01-01 10:00:00,{approved},,,");
    place.import(&place.files(&[&row("created", "")], &[], &[]));
    place.import(&place.files(&[&row("approved", "2023-01-01 11:00:00")], &[], &[]));
    let timeline = place.ask(&["timeline", "o-1"]);
    let recorded: Vec<&str> = timeline.lines().skip(3).map(|line| &line[30..56]).collect();
    let shown = |args: &[&str]| place.ask(&[&["show", "o-1", "--recorded-at"], args].concat());
    assert!(shown(&[recorded[0]]).contains("status    created\n"));
    assert!(shown(&[recorded[1]]).contains("status    approved\n"));
    assert!(shown(&["2023-01-02"]).contains("nothing had happened yet\n"));
    // both: what was known then of what had happened by then
    assert!(shown(&[recorded[0], "--at", "2023-01-05"]).contains("status    created\n"));
    assert!(shown(&[recorded[1], "--at", "2023-01-05"]).contains("status    approved\n"));
}

#[test]
fn an_order_that_is_not_there_is_an_error() {
    let place = desk();
    for args in [&["timeline", "o-9"][..], &["show", "o-9"], &["show", "o-9", "--at", "2023-01-01"]] {
        let answer = place.run(args);
        assert_eq!((answer.code, answer.err.as_str()), (2, "orders: there is no order `o-9` in the store\n"));
    }
}

#[test]
fn a_report_makes_no_store() {
    let place = Place::new();
    let answer = place.run(&["status"]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("there is no store at `sqlite:orders.db`"), "{answer:?}");
    assert!(!place.path("orders.db").exists());
}

#[test]
fn a_time_that_is_none_is_refused() {
    let answer = desk().run(&["show", "o-1002", "--at", "yesterday"]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("is no time that a calendar has"), "{answer:?}");
}
