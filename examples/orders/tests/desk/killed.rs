//! Imports that are killed and started again, or run at the same time.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::program::{ITEMS, ITEMS_HEADER, ORDERS, ORDERS_HEADER, PAYMENTS, PAYMENTS_HEADER, Place};

const COUNT: usize = 1500;

/// So many orders that an import takes a while: each of five steps, an item and two payments.
fn many(place: &Place) -> PathBuf {
    let (mut orders, mut items, mut payments) = (format!("{ORDERS_HEADER}\n"), format!("{ITEMS_HEADER}\n"), format!("{PAYMENTS_HEADER}\n"));
    for n in 0..COUNT {
        let day = 1 + n % 28;
        let times = ["08:00:00", "09:30:00", "13:00:00", "20:00:00"].map(|time| format!("2023-05-{day:02} {time}")).join(",");
        let status = if n % 3 == 0 { "canceled" } else { "delivered" };
        writeln!(orders, "o-{n},c-{n},{status},{times},2023-06-30 00:00:00").unwrap();
        writeln!(items, "o-{n},1,p-{n},s-1,2023-06-01 00:00:00,19.99,5.0").unwrap();
        writeln!(payments, "o-{n},1,voucher,1,10.00\no-{n},2,credit_card,2,14.99").unwrap();
    }
    let folder = place.path("many");
    fs::create_dir_all(&folder).unwrap();
    for (name, text) in [(ORDERS, orders), (ITEMS, items), (PAYMENTS, payments)] {
        fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// Starts an import, and kills it once the store has this many events. Whether it was still at work then.
fn killed_at(place: &Place, folder: &str, events: u64) -> bool {
    let mut import = place.command(&["import", folder]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while import.try_wait().unwrap().is_none() && place.head() < events {
        thread::sleep(Duration::from_millis(1));
    }
    let at_work = import.try_wait().unwrap().is_none();
    let _ = import.kill();
    import.wait().unwrap();
    at_work
}

#[test]
fn an_import_that_was_killed_and_repeated_ends_as_one_that_ran_through() {
    let undisturbed = Place::new();
    let folder = many(&undisturbed);
    let answer = undisturbed.import(&folder);
    assert_eq!(answer.code, 0, "{answer:?}");
    let expected = undisturbed.events();
    let total: u64 = expected.values().map(|events| events.len() as u64).sum();

    let place = Place::new();
    let mut killed = 0;
    for part in 0..6 {
        // anywhere in each sixth of the way
        let at = 1 + part * total / 6 + fastrand::u64(..total / 6);
        killed += usize::from(killed_at(&place, folder.to_str().unwrap(), at));
    }
    assert!(killed >= 3, "only {killed} of 6 imports were killed at work");
    let last = place.import(&folder);
    assert_eq!(last.code, 0, "{last:?}");

    let events = place.events();
    assert_eq!(events.len(), COUNT);
    for (stream, expected) in &expected {
        assert_eq!(&events[stream], expected, "{stream}");
    }
}

#[test]
fn two_imports_at_once_add_each_step_once() {
    let alone = Place::new();
    let folder = many(&alone);
    alone.import(&folder);

    let place = Place::new();
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| place.import(&folder));
        let second = scope.spawn(|| place.import(&folder));
        (first.join().unwrap(), second.join().unwrap())
    });
    assert_eq!((first.code, second.code), (0, 0), "{first:?} {second:?}");

    // neither goes on to a step before the one before it is stored, by whichever of the two
    assert_eq!(place.events(), alone.events());
}
