//! What is kept in tables says what the events say.

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
