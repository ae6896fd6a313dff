//! The README's first commands.

use crate::program::{Place, sample};

#[test]
fn the_sample_is_imported_whole() {
    let place = Place::new();
    let answer = place.import(&sample());
    assert_eq!(answer.code, 0, "{answer:?}");
    assert_eq!(answer.out, "18 orders imported, 95 events added\n");
    assert!(!place.path("rejects.csv").exists());
}

#[test]
fn the_sample_has_orders_of_every_status_and_adds_up() {
    let place = Place::new();
    place.import(&sample());
    let expected = "\
status         orders
created             2
approved            1
invoiced            2
processing          2
shipped             2
delivered           5
unavailable         2
canceled            2
total              18

purchased      orders              paid
2023-01             3            314.21
2023-02             3            621.30
2023-03            10          2,267.91
2023-04             2          1,187.40
total              18          4,390.82
";
    assert_eq!(place.ask(&["status"]), expected);
}

#[test]
fn importing_twice_adds_nothing() {
    let place = Place::new();
    place.import(&sample());
    let before = place.events();
    let answer = place.import(&sample());
    assert_eq!((answer.code, answer.out.as_str()), (0, "18 orders imported, 0 events added\n"));
    assert_eq!(place.events(), before);
}

#[test]
fn a_later_file_adds_the_steps_that_are_new() {
    let place = Place::new();
    let row = "o-1,c-1,approved,2023-01-01 10:00:00,2023-01-01 11:00:00,,,2023-01-20 00:00:00";
    place.import(&place.files(&[row], &["o-1,1,p-1,s-1,,5.00,1.00"], &["o-1,1,voucher,1,6.00"]));
    let row = "o-1,c-1,delivered,2023-01-01 10:00:00,2023-01-01 11:00:00,2023-01-02 09:00:00,2023-01-05 08:00:00,2023-01-20 00:00:00";
    let payments = ["o-1,1,voucher,1,6.00", "o-1,2,credit_card,1,2.00"];
    let answer = place.import(&place.files(&[row], &["o-1,1,p-1,s-1,,5.00,1.00"], &payments));
    assert_eq!(answer.out, "1 orders imported, 3 events added\n");
    let names: Vec<String> = place.events()["order/o-1"].iter().map(|(name, ..)| name.clone()).collect();
    let expected = ["OrderPlaced", "OrderApproved", "ItemAdded", "PaymentReceived", "HandedToCarrier", "OrderDelivered", "PaymentReceived"];
    assert_eq!(names, expected);
}

#[test]
fn steps_are_recorded_by_date_and_those_without_one_last() {
    let place = Place::new();
    place.import(&sample());
    let events = place.events();
    let names = |order: &str| events[order].iter().map(|(name, ..)| name.clone()).collect::<Vec<_>>();
    // the carrier had it before the payment was approved
    assert_eq!(names("order/o-1003")[..4], ["OrderPlaced", "HandedToCarrier", "OrderApproved", "OrderDelivered"]);
    // nobody wrote down when it arrived
    let undated = ["OrderPlaced", "OrderApproved", "HandedToCarrier", "ItemAdded", "PaymentReceived", "OrderDelivered"];
    assert_eq!(names("order/o-1004"), undated);
    // equal dates keep the order of the steps
    assert_eq!(names("order/o-1007")[..3], ["OrderPlaced", "OrderApproved", "HandedToCarrier"]);
}

#[test]
fn the_file_is_never_rejected_for_order_or_emptiness() {
    let place = Place::new();
    let orders = [
        // nothing but an id and a status; dates backwards; a payment of nothing
        "o-1,,created,,,,,",
        "o-2,c-2,delivered,2023-01-09 10:00:00,2023-01-08 10:00:00,2023-01-07 10:00:00,2023-01-06 10:00:00,2023-01-01 00:00:00",
    ];
    let answer = place.import(&place.files(&orders, &[], &["o-2,1,voucher,0,0.00"]));
    assert_eq!((answer.code, answer.out.as_str()), (0, "2 orders imported, 6 events added\n"));
    let status = place.ask(&["status"]);
    assert!(status.contains("\ncreated             1\n") && status.contains("\ndelivered           1\n"), "{status}");
    assert!(status.contains("\nunknown             1              0.00\n"), "{status}");
}
