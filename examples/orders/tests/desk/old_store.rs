//! A store that an older desk wrote: events as versions 1 and 2, and one under its former name.

use std::fs;

use crate::program::{Place, sample};

fn desk() -> Place {
    let place = Place::new();
    fs::copy(sample().join("2019.db"), place.path("orders.db")).unwrap();
    place
}

#[test]
fn the_file_holds_what_todays_types_no_longer_write() {
    let stored: Vec<(String, u32)> = desk().events().into_values().flatten().map(|(name, version, ..)| (name, version)).collect();
    for old in [("OrderPlaced", 1), ("OrderPlaced", 2), ("PaymentReceived", 1), ("OrderShipped", 1)] {
        assert!(stored.iter().any(|(name, version)| (name.as_str(), *version) == old), "{old:?} is not in {stored:?}");
    }
}

#[test]
fn an_old_store_is_counted() {
    let status = desk().ask(&["status"]);
    for line in ["shipped             1", "delivered           1", "canceled            1", "total               3"] {
        assert!(status.contains(line), "{status}");
    }
    for line in [
        "2019-03             1             52.50",
        "2019-12             1             99.90",
        "2020-01             1             19.99",
        "total               3            172.39",
    ] {
        assert!(status.contains(line), "{status}");
    }
}

#[test]
fn an_old_timeline_is_told_in_todays_words() {
    let timeline = desk().ask(&["timeline", "o-2019-1"]);
    let lines: Vec<&str> = timeline.lines().collect();
    for (line, parts) in [
        (3, ["2019-03-04 00:00:00", "OrderPlaced", "by customer c-anna; status created (stored as OrderPlaced v1)"]),
        (5, ["2019-03-06 08:30:00", "HandedToCarrier", "status shipped (stored as OrderShipped v1)"]),
        (8, ["-", "PaymentReceived", "payment 1: 52.50 by boleto, installments: 1 (stored as PaymentReceived v1)"]),
    ] {
        assert!(parts.iter().all(|part| lines[line].contains(part)), "{parts:?} in line {line} of {timeline}");
    }
}

#[test]
fn an_old_order_takes_new_steps() {
    let place = desk();
    let row = "o-2019-2,c-ben,delivered,2019-12-30 00:00:00,,2020-01-02 10:00:00,2020-01-07 09:00:00,";
    let payments = ["o-2019-2,1,voucher,1,10.00", "o-2019-2,2,credit_card,3,89.90"];
    let answer = place.import(&place.files(&[row], &[], &payments));
    assert_eq!(answer.out, "1 orders imported, 1 events added\n");
    assert!(place.ask(&["show", "o-2019-2"]).contains("status    delivered\n"));
}
