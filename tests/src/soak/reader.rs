//! A process that follows the store until it is asked to end or killed.

use std::fmt::Write;
use std::time::Duration;

use es_core::store::{EventStore, Page, PageSize, StoreError};
use es_core::{AnyStore, Clause, Position, Query};
use fastrand::Rng;

use super::Result;
use super::mark::{self, Seen, category, seen};
use super::plan::{Flaw, Plan, Reading};
use super::process::{asked_to_end, say};
use super::tail::Choice;

/// How often in a row a store may fail before its reader gives up.
const PATIENCE: u32 = 200;

impl Choice {
    fn query(self, run: u64) -> Query {
        match self {
            Self::All => Query::all(),
            Self::Category => Query::from(Clause::new().category(&category(run))),
            Self::Name => Query::from(Clause::new().names([mark::name(1)])),
        }
    }
}

/// Reads and says what came: `event POSITION KEY STREAM VERSION` (`-` for none), and `through POSITION` after each page.
pub(crate) async fn read(plan: &Plan, reading: Reading) -> Result {
    let mut end = asked_to_end();
    let store = plan.open().await?;
    let query = reading.choice.query(reading.run);
    let mut after = Position(reading.after);
    let mut random = Rng::new();
    let mut failures = 0;
    loop {
        tokio::select! {
            _ = end.changed() => return Ok(()),
            page = next(&store, &query, after, &mut random) => match page {
                Ok(page) => {
                    failures = 0;
                    after = page.through;
                    say(&lines(reading.run, &page, plan.flaw, &mut random));
                }
                Err(error) => {
                    failures += 1;
                    if failures == PATIENCE {
                        return Err(error.into());
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        }
    }
}

/// The next page that has something to say: now and then a small one, now and then late.
async fn next(store: &AnyStore, query: &Query, after: Position, random: &mut Rng) -> std::result::Result<Page, StoreError> {
    if random.u8(..100) < 5 {
        tokio::time::sleep(Duration::from_micros(random.u64(..20_000))).await;
    }
    let events = if random.u8(..100) < 20 { random.usize(1..10) } else { random.usize(100..2_000) };
    loop {
        let page = store.read(query, after, PageSize { events, ..PageSize::default() }).await?;
        if page.through > after {
            return Ok(page);
        }
        store.wait_past(after).await?;
    }
}

fn lines(run: u64, page: &Page, flaw: Option<Flaw>, random: &mut Rng) -> String {
    let mut events: Vec<Seen> = page.events.iter().filter_map(|event| seen(run, event)).map(|(seen, _)| seen).collect();
    if let Some(flaw) = flaw {
        spoil(&mut events, flaw, random);
    }
    let mut lines = String::with_capacity(events.len() * 40);
    for event in events {
        let _ = match event.stream {
            Some((stream, version)) => writeln!(lines, "event {} {} {stream} {version}", event.position, event.key.0),
            None => writeln!(lines, "event {} {} - 0", event.position, event.key.0),
        };
    }
    let _ = writeln!(lines, "through {}", page.through);
    lines
}

/// Does to every page what a reader must not.
fn spoil(events: &mut Vec<Seen>, flaw: Flaw, random: &mut Rng) {
    if events.len() < 2 {
        return;
    }
    let at = random.usize(1..events.len());
    match flaw {
        Flaw::Skips => drop(events.remove(at)),
        Flaw::Repeats => events.insert(at, events[at]),
        Flaw::Swaps => events.swap(at - 1, at),
        Flaw::Lies => {}
    }
}
