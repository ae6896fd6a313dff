//! Bad rows, and files that are refused as a whole.

use std::fs;

use crate::program::{ITEMS, ORDERS, ORDERS_HEADER, PAYMENTS, Place, sample};

const GOOD: &str = "o-1,c-1,created,2023-01-01 10:00:00,,,,2023-01-20 00:00:00";

/// What is rejected, as `file:line reason`, in the order of the files.
fn reasons(place: &Place) -> Vec<String> {
    place.rejected().into_iter().map(|[file, line, reason, _]| format!("{file}:{line} {reason}")).collect()
}

#[test]
fn a_bad_order_is_rejected_with_its_line_and_the_rest_is_imported() {
    let place = Place::new();
    let answer = place.import(&place.files(
        &[
            GOOD,
            "o-2,c-2,lost,2023-01-01 10:00:00,,,,",
            "o-3,c-3,shipped,2023-02-30 10:00:00,,,,",
            "o-1,c-9,created,2023-01-02 10:00:00,,,,",
            "o-4,c-4,created",
            ",c-5,created,2023-01-01 10:00:00,,,,",
            "o-6,c-6,approved,2023-01-01 10:00:00,2023-01-01 24:30:00,,,",
            "o-7,c-7,created,2023-01-07 10:00:00,,,,",
        ],
        &[],
        &[],
    ));
    assert_eq!((answer.code, answer.out.as_str()), (1, "2 orders imported, 2 events added, 6 rows rejected: see rejects.csv\n"));
    let expected = [
        "`order_status` \"lost\" is no status",
        "`order_purchase_timestamp` \"2023-02-30 10:00:00\" is no time that a calendar has",
        "`order_id` o-1 occurs earlier in this file",
        "has 3 values where the header has 8 columns",
        "`order_id`: a stream id has 1 to 512 bytes",
        "`order_approved_at` \"2023-01-01 24:30:00\" is no time that a calendar has",
    ];
    let reasons = reasons(&place);
    assert_eq!(reasons.len(), expected.len(), "{reasons:#?}");
    for ((reason, expected), line) in reasons.iter().zip(expected).zip(3..) {
        assert!(reason.starts_with(&format!("{ORDERS}:{line} {expected}")), "{reason}");
    }
    assert_eq!(place.rejected()[0][3], "o-2,c-2,lost,2023-01-01 10:00:00,,,,");
    assert_eq!(place.events().into_keys().collect::<Vec<_>>(), ["order/o-1", "order/o-7"]);
}

#[test]
fn a_bad_item_or_payment_costs_that_row_only() {
    let place = Place::new();
    let answer = place.import(&place.files(
        &[GOOD, "o-2,c-2,lost,2023-01-01 10:00:00,,,,"],
        &[
            "o-1,1,p-1,s-1,2023-01-05 00:00:00,5.00,1.00",
            "o-1,1,p-1,s-1,2023-01-05 00:00:00,5.00,1.00",
            "o-1,2,p-1,s-1,2023-01-05 00:00:00,5.005,1.00",
            "o-1,3,p-1,s-1,2023-01-05 00:00:00,5.00,-1.00",
            "o-1,4,p-1,s-1,2023-00-05 00:00:00,5.00,1.00",
            "o-1,five,p-1,s-1,2023-01-05 00:00:00,5.00,1.00",
            "o-2,1,p-1,s-1,2023-01-05 00:00:00,5.00,1.00",
            "o-3,1,p-1,s-1,2023-01-05 00:00:00,5.00,1.00",
        ],
        &["o-1,1,voucher,1,ten", "o-1,2,voucher,1,6.00", "o-1,2,voucher,1,6.00", "o-1,3,voucher,1,1e3", "o-1,4,voucher,,1.00"],
    ));
    assert_eq!((answer.code, answer.out.as_str()), (1, "1 orders imported, 3 events added, 12 rows rejected: see rejects.csv\n"));
    let expected = [
        (ORDERS, 3, "`order_status` \"lost\" is no status"),
        (ITEMS, 3, "`order_item_id` 1 of order o-1 occurs earlier in this file"),
        (ITEMS, 4, "`price` \"5.005\" is no decimal with at most two places"),
        (ITEMS, 5, "`freight_value` \"-1.00\" is negative"),
        (ITEMS, 6, "`shipping_limit_date` \"2023-00-05 00:00:00\" is no time that a calendar has"),
        (ITEMS, 7, "`order_item_id` \"five\" is no whole number"),
        (ITEMS, 8, "its order o-2 was rejected: line 3 of the orders"),
        (ITEMS, 9, "its order o-3 is not among the orders"),
        (PAYMENTS, 2, "`payment_value` \"ten\" is no decimal with at most two places"),
        (PAYMENTS, 4, "`payment_sequential` 2 of order o-1 occurs earlier in this file"),
        (PAYMENTS, 5, "`payment_value` \"1e3\" is no decimal with at most two places"),
        (PAYMENTS, 6, "`payment_installments` \"\" is no whole number"),
    ];
    let reasons = reasons(&place);
    assert_eq!(reasons.len(), expected.len(), "{reasons:#?}");
    for (reason, (file, line, expected)) in reasons.iter().zip(expected) {
        assert!(reason.starts_with(&format!("{file}:{line} {expected}")), "{reason}");
    }
}

#[test]
fn a_row_that_was_mended_is_imported_the_next_time() {
    let place = Place::new();
    place.import(&place.files(&[GOOD], &[], &["o-1,1,voucher,1,1.00", "o-1,2,voucher,1,9,99"]));
    assert_eq!(place.rejected().len(), 1);
    let answer = place.import(&place.files(&[GOOD], &[], &["o-1,1,voucher,1,1.00", "o-1,2,voucher,1,9.99"]));
    assert_eq!((answer.code, answer.out.as_str()), (0, "1 orders imported, 1 events added\n"));
    assert!(place.rejected().is_empty(), "the rejects of the run before are gone");
}

#[test]
fn rejects_go_to_the_file_that_is_named() {
    let place = Place::new();
    let files = place.files(&[GOOD, "o-2"], &[], &[]);
    let answer = place.run(&["import", files.to_str().unwrap(), "--rejects", "bad.csv"]);
    assert!(answer.out.ends_with("1 rows rejected: see bad.csv\n"), "{answer:?}");
    assert!(place.path("bad.csv").exists() && !place.path("rejects.csv").exists());
}

#[test]
fn a_header_without_a_needed_column_refuses_the_run_before_anything_is_written() {
    for (name, column) in [(ORDERS, "order_status"), (ITEMS, "price"), (PAYMENTS, "payment_value")] {
        let place = Place::new();
        let files = place.files(&[GOOD, "bad"], &[], &[]);
        let text = fs::read_to_string(files.join(name)).unwrap();
        fs::write(files.join(name), text.replacen(column, "x", 1)).unwrap();
        let answer = place.import(&files);
        assert_eq!(answer.code, 2, "{answer:?}");
        assert!(answer.err.contains(&format!("{name} has no column {column}: nothing was imported")), "{answer:?}");
        assert!(!place.path("orders.db").exists() && !place.path("rejects.csv").exists());
    }
}

#[test]
fn a_file_that_is_missing_refuses_the_run() {
    let place = Place::new();
    let files = place.files(&[GOOD], &[], &[]);
    fs::remove_file(files.join(PAYMENTS)).unwrap();
    let answer = place.import(&files);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("a folder to import has"), "{answer:?}");
    assert!(!place.path("orders.db").exists());
}

#[test]
fn a_run_that_imports_nothing_says_so_with_its_status() {
    let place = Place::new();
    let answer = place.import(&place.files(&["o-1,c-1,lost,,,,,"], &[], &[]));
    assert_eq!((answer.code, answer.out.as_str()), (2, "0 orders imported, 0 events added, 1 rows rejected: see rejects.csv\n"));
}

#[test]
fn a_row_in_another_encoding_is_bad_and_the_next_is_read() {
    let place = Place::new();
    let files = place.files(&[], &[], &[]);
    let text = [ORDERS_HEADER.as_bytes(), b"\no-1,caf\xe9,created,,,,,\n", GOOD.replace("o-1", "o-2").as_bytes()].concat();
    fs::write(files.join(ORDERS), text).unwrap();
    assert_eq!(place.import(&files).code, 1);
    assert_eq!(reasons(&place), [format!("{ORDERS}:2 is not UTF-8")]);
}

#[test]
fn a_store_of_an_unknown_kind_is_refused_with_the_kinds_that_exist() {
    let place = Place::new();
    let sample = sample();
    for url in ["mysql://localhost/orders", "orders.db", "mongodb:orders"] {
        let answer = place.run(&["import", sample.to_str().unwrap(), "--store", url]);
        assert_eq!(answer.code, 2);
        assert!(answer.err.contains(&format!("no store opens `{url}`: the schemes are `sqlite:`")), "{answer:?}");
    }
}

#[test]
fn an_order_that_a_newer_desk_wrote_stops_the_import_which_goes_on_later() {
    let place = Place::new();
    place.append("o-1009", "OrderPlaced", 9, "{}");
    let answer = place.import(&sample());
    assert_eq!((answer.code, answer.out.as_str()), (3, ""));
    assert!(answer.err.contains("stopped at order `o-1009`"), "{answer:?}");
    assert!(answer.err.contains("newer than version 3 of this build: deploy the newer build first"), "{answer:?}");
    assert_eq!(place.run(&["status"]).code, 2);
}

#[test]
fn an_event_that_the_desk_does_not_know_is_never_passed_over() {
    let place = Place::new();
    place.import(&sample());
    place.append("o-1009", "OrderGiftWrapped", 1, "{}");
    for args in [&["status"][..], &["timeline", "o-1009"], &["show", "o-1009"]] {
        let answer = place.run(args);
        assert_eq!(answer.code, 2, "{answer:?}");
        assert!(answer.err.contains("`OrderGiftWrapped`"), "{answer:?}");
    }
}
