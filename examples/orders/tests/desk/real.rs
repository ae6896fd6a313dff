//! Real orders, which are not shipped: `ES_TEST_DATA` names the folder that they are in.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use crate::program::Place;

/// The folder of the real orders; without it, says that a test has not run.
fn real_orders() -> Option<PathBuf> {
    if let Some(data) = env::var_os("ES_TEST_DATA") {
        return Some(PathBuf::from(data).join("orders-olist"));
    }
    let line = "NOT RUN: real orders (set ES_TEST_DATA)";
    println!("{line}");
    if let Some(path) = env::var_os("ES_NOT_RUN") {
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        writeln!(file, "{line}").unwrap();
    }
    None
}

#[test]
fn real_orders_are_imported_to_the_cent() {
    let Some(folder) = real_orders() else { return };
    let place = Place::new();
    let answer = place.import(&folder);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.out.starts_with("8,135 orders imported, "), "{answer:?}");

    let status = place.ask(&["status"]);
    for line in [
        "created             5",
        "approved            2",
        "invoiced          314",
        "processing        301",
        "shipped         1,107",
        "delivered       5,172",
        "unavailable       609",
        "canceled          625",
        "total           8,135",
        "total           8,135      1,428,602.81",
    ] {
        assert!(status.lines().any(|shown| shown == line), "no line {line:?} in\n{status}");
    }
    let months = status.lines().filter(|line| line.starts_with("20"));
    let cents = months.map(|line| line.rsplit(' ').next().unwrap().replace([',', '.'], "").parse::<u64>().unwrap());
    assert_eq!(cents.sum::<u64>(), 142_860_281);

    place.ask(&["worker", "--until-caught-up"]);
    let kept = place.ask(&["status", "--kept"]);
    assert_eq!(kept, status + "\nevents that are not counted yet: 0\n", "the tables, and the events");

    let answer = place.import(&folder);
    assert_eq!((answer.code, answer.out.as_str()), (0, "8,135 orders imported, 0 events added\n"));
}
