//! What is kept in tables says what the events say.

use std::process::Stdio;

use es_sqlite::rusqlite::Connection;

use crate::program::{Place, sample};

/// Both reports, but for the line that says how far the tables are.
fn reports(place: &Place) -> (String, String) {
    let kept = place.ask(&["status", "--kept"]);
    let (totals, behind) = kept.split_once("\nevents that are not counted yet: ").unwrap();
    assert_eq!(behind, "0\n");
    (place.ask(&["status"]), totals.to_owned())
}

#[test]
fn tables_and_events_say_the_same_whenever_the_worker_has_run() {
    let place = Place::new();
    place.import(&sample());
    for _ in 0..2 {
        assert_eq!(place.ask(&["worker", "--until-caught-up"]), "");
        let (folded, kept) = reports(&place);
        assert_eq!(folded, kept);
    }
    // what comes later is caught up on, and nothing counts twice
    let row = "o-late,c-1,shipped,2023-04-01 10:00:00,,2023-04-02 10:00:00,,";
    place.import(&place.files(&[row], &[], &["o-late,1,voucher,1,50.00"]));
    place.ask(&["worker", "--until-caught-up"]);
    let (folded, kept) = reports(&place);
    assert_eq!(folded, kept);
    assert!(kept.contains("2023-04"), "{kept}");
}

#[test]
fn workers_in_processes_of_their_own_share_the_work() {
    let place = Place::new();
    place.import(&sample());
    let mut workers: Vec<_> = (0..3)
        .map(|_| {
            let mut worker = place.command(&["worker", "--until-caught-up"]);
            worker.spawn().unwrap()
        })
        .collect();
    for worker in &mut workers {
        assert!(worker.wait().unwrap().success());
    }
    let (folded, kept) = reports(&place);
    assert_eq!(folded, kept);
}

#[test]
fn a_rebuild_brings_back_what_is_lost_while_a_worker_goes_on_and_the_old_view_serves() {
    let place = Place::new();
    place.import(&sample());
    place.ask(&["worker", "--until-caught-up"]);
    let list = || place.ask(&["orders", "--limit", "100"]);
    let whole = list();
    Connection::open(place.path("orders.db")).unwrap().execute("delete from view_order_summary_v1", []).unwrap();
    let lost = list();
    assert_ne!(lost, whole);
    let mut worker = place.command(&["worker"]).spawn().unwrap();
    let mut rebuild = place.command(&["rebuild"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    while rebuild.try_wait().unwrap().is_none() {
        let seen = list();
        assert!(seen == lost || seen == whole, "neither the old rows nor the new ones:\n{seen}");
    }
    let rebuilt = rebuild.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8(rebuilt.stdout).unwrap(), String::from_utf8(rebuilt.stderr).unwrap());
    assert_eq!(out, "the view of the orders is built anew: 18 orders\n", "{err}");
    assert!(err.lines().next().unwrap().starts_with("position ") && err.contains(" events/s"), "{err}");
    assert_eq!(list(), whole);
    // the worker keeps the one that took the place
    let row = "o-late,c-1,shipped,2023-04-01 10:00:00,,2023-04-02 10:00:00,,";
    place.import(&place.files(&[row], &[], &["o-late,1,voucher,1,50.00"]));
    place.ask(&["worker", "--until-caught-up"]);
    assert!(list().contains("o-late"));
    worker.kill().unwrap();
    worker.wait().unwrap();
}

#[test]
fn orders_are_listed_from_their_view_page_by_page() {
    let place = Place::new();
    place.import(&sample());
    let answer = place.run(&["orders"]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("run a worker"), "{answer:?}");
    place.ask(&["worker", "--until-caught-up"]);
    let delivered = place.ask(&["orders", "--status", "delivered", "--limit", "100"]);
    let line = delivered.lines().find(|line| line.starts_with("o-1002 ")).unwrap();
    assert_eq!(line.split_whitespace().collect::<Vec<_>>(), ["o-1002", "delivered", "2023-01", "3", "154.20", "154.20"]);
    let ids = |list: &str| list.lines().skip(1).filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect::<Vec<_>>();
    let (mut seen, mut page) = (Vec::new(), ids(&place.ask(&["orders", "--limit", "5"])));
    while let Some(last) = page.last().cloned() {
        seen.append(&mut page);
        page = ids(&place.ask(&["orders", "--limit", "5", "--after", &last]));
    }
    assert_eq!(seen, ids(&place.ask(&["orders", "--limit", "1000"])));
    assert_eq!(seen.len(), 18);
}
