//! A reader that follows the writers sees every event once, in order.

use std::collections::HashSet;
use std::time::Duration;

use es_core::store::{Append, EventStore, PageSize};
use es_core::{Clause, Position, Query, StoredEvent};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::factory::Handle;
use crate::given::{about, all, at, at_most, at_once, event, events, ids, in_order, parcel, read, tag, to, won};
use crate::place::Place;
use crate::random::Random;
use crate::run::{Outcome, Stop};

/// How long a reader waits for an event that is there.
const PATIENCE: Duration = Duration::from_secs(10);

/// Follows `query` until the event with this id.
pub(crate) fn follow(store: Handle, query: Query, after: Position, size: PageSize, last: Uuid) -> JoinHandle<Outcome<Vec<StoredEvent>>> {
    tokio::spawn(async move {
        let (mut seen, mut at): (Vec<StoredEvent>, _) = (Vec::new(), after);
        loop {
            let page = store.read(&query, at, size).await?;
            assert!(page.through >= at, "a reader at {at} is sent back to {}", page.through);
            assert!(page.events.iter().all(|event| event.position > at), "an event comes again, or too late");
            at = page.through;
            let ended = page.events.iter().any(|event| event.event_id == last);
            seen.extend(page.events);
            if ended {
                return Ok(seen);
            }
            if page.at_head {
                match tokio::time::timeout(PATIENCE, store.wait_past(at)).await {
                    Ok(woken) => woken?,
                    Err(_) => return Err(Stop::broken(format!("no end was seen after {at}, and waiting there does not end"))),
                }
            }
        }
    })
}

/// Eight writers with pauses, groups, and appends that fail; the acknowledged ids, and at last an event that ends it.
async fn write(store: &Handle, random: &mut Random, last: Uuid) -> Outcome<HashSet<Uuid>> {
    let writers = (0..8).map(|writer| {
        let (store, mut random) = (store.clone(), random.fork());
        async move { write_some(&store, writer, &mut random).await }
    });
    let acknowledged = at_once(writers).await?.into_iter().collect::<Outcome<Vec<_>>>()?.concat();
    let mut end = event("Closed")?.tagged([tag("depot", 1)?]);
    end.event_id = last;
    store.append(to(&parcel("end")?, vec![end])).await?;
    Ok(acknowledged.into_iter().chain([last]).collect())
}

async fn write_some(store: &Handle, writer: usize, random: &mut Random) -> Outcome<Vec<Uuid>> {
    let mut acknowledged = Vec::new();
    for _ in 0..60 {
        let group: Vec<_> = events("Scanned", 1 + random.below(4))?;
        let group: Vec<_> = match random.chance(30) {
            true => group.into_iter().map(|event| Ok(event.tagged([tag("depot", 1)?]))).collect::<Outcome<_>>()?,
            false => group,
        };
        let ids: Vec<Uuid> = group.iter().map(|event| event.event_id).collect();
        let hot = parcel(random.below(3))?;
        let append = match random.below(4) {
            0 => to(&hot, group),
            1 => at(&hot, store.stream_version(&hot).await?, group),
            2 => Append::unstreamed(group),
            _ => to(&parcel(format!("own-{writer}"))?, group),
        };
        // one of them fails where its fellows of the moment succeed
        let append = if random.chance(10) { at(&hot, 1 << 40, append.events) } else { append };
        if won(store.append(append).await)? {
            acknowledged.extend(ids);
        }
        if random.chance(60) {
            tokio::time::sleep(Duration::from_micros(random.next() % 2_000)).await;
        }
    }
    Ok(acknowledged)
}

/// What was seen is all that was acknowledged, and all that is stored.
fn nothing_missed(seen: &[StoredEvent], acknowledged: &HashSet<Uuid>, stored: &[StoredEvent]) {
    let once: HashSet<Uuid> = ids(seen).into_iter().collect();
    assert_eq!(once.len(), seen.len(), "an event was seen twice");
    let missed = acknowledged.difference(&once).count();
    assert_eq!(missed, 0, "of {} acknowledged events the reader missed {missed}", acknowledged.len());
    assert_eq!(ids(seen), ids(stored), "what the reader saw and what is stored differ");
}

pub(crate) async fn a_reader_behind_8_writers_sees_every_event_once_in_order(place: Place) -> Outcome {
    let (store, last) = (place.open().await?, Uuid::now_v7());
    let reader = follow(store.clone(), Query::all(), Position::START, PageSize::default(), last);
    let acknowledged = write(&store, &mut place.random(), last).await?;
    let seen = reader.await??;
    in_order(&seen);
    nothing_missed(&seen, &acknowledged, &all(&store).await?);
    Ok(())
}

pub(crate) async fn readers_with_pages_of_every_size_see_the_same(place: Place) -> Outcome {
    let (store, last) = (place.open().await?, Uuid::now_v7());
    let sizes = [at_most(1), at_most(2), at_most(13), PageSize { events: 50, bytes: 40 }];
    let readers = sizes.map(|size| follow(store.clone(), Query::all(), Position::START, size, last));
    let acknowledged = write(&store, &mut place.random(), last).await?;
    let stored = all(&store).await?;
    for reader in readers {
        nothing_missed(&reader.await??, &acknowledged, &stored);
    }
    Ok(())
}

pub(crate) async fn readers_with_a_query_see_all_that_it_selects(place: Place) -> Outcome {
    let (store, last) = (place.open().await?, Uuid::now_v7());
    let queries: [Query; 3] = [
        about(&[&tag("depot", 1)?]).into(),
        Clause::new().category("parcel").into(),
        Query::any([Clause::new().names(["Closed"]), about(&[&tag("depot", 1)?]).names(["Scanned"])]),
    ];
    let readers = queries.clone().map(|query| (query.clone(), follow(store.clone(), query, Position::START, at_most(5), last)));
    write(&store, &mut place.random(), last).await?;
    let stored = all(&store).await?;
    for (query, reader) in readers {
        let due: Vec<_> = stored.iter().filter(|event| query.matches(event)).cloned().collect();
        assert_eq!(ids(&reader.await??), ids(&due), "{query:?}");
    }
    Ok(())
}

pub(crate) async fn a_reader_that_stops_and_goes_on_misses_nothing(place: Place) -> Outcome {
    let (store, last) = (place.open().await?, Uuid::now_v7());
    let (reader, mut random) = (store.clone(), place.random());
    let mut pauses = random.fork();
    let follower = tokio::spawn(async move {
        let (mut seen, mut at) = (Vec::new(), Position::START);
        while seen.last().is_none_or(|event: &StoredEvent| event.event_id != last) {
            // a page, and then it is gone: all that is left is its position
            let page = reader.clone().read(&Query::all(), at, at_most(1 + pauses.below(500))).await?;
            at = page.through;
            seen.extend(page.events);
            tokio::time::sleep(Duration::from_micros(pauses.next() % 1_000)).await;
        }
        Outcome::Ok(seen)
    });
    let acknowledged = write(&store, &mut random, last).await?;
    let seen = tokio::time::timeout(PATIENCE, follower).await???;
    nothing_missed(&seen, &acknowledged, &all(&store).await?);
    Ok(())
}

pub(crate) async fn a_reader_may_begin_anywhere_while_others_write(place: Place) -> Outcome {
    let (store, last) = (place.open().await?, Uuid::now_v7());
    let starter = store.clone();
    let readers = tokio::spawn(async move {
        let mut readers = Vec::new();
        for _ in 0..10 {
            let head = starter.head().await?;
            readers.push((head, follow(starter.clone(), Query::all(), head, at_most(7), last)));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Outcome::Ok(readers)
    });
    write(&store, &mut place.random(), last).await?;
    let stored = all(&store).await?;
    for (head, reader) in readers.await?? {
        let due: Vec<_> = stored.iter().filter(|event| event.position > head).cloned().collect();
        assert_eq!(ids(&reader.await??), ids(&due), "after {head}");
    }
    Ok(())
}

pub(crate) async fn waiting_ends_at_once_if_there_is_an_event(place: Place) -> Outcome {
    let store = place.open().await?;
    let first = store.append(to(&parcel("p-1")?, vec![event("Posted")?])).await?.position.unwrap_or_default();
    wakes(&store, Position::START).await?;
    store.append(to(&parcel("p-1")?, vec![event("Scanned")?])).await?;
    wakes(&store, first).await
}

pub(crate) async fn waiting_ends_when_an_event_is_appended(place: Place) -> Outcome {
    let (store, parcel) = (place.open().await?, parcel("p-1")?);
    for _ in 0..20 {
        let (waiter, head) = (store.clone(), store.head().await?);
        let waiting = tokio::spawn(async move { waiter_past(&waiter, head).await });
        tokio::time::sleep(Duration::from_millis(2)).await;
        store.append(to(&parcel, vec![event("Scanned")?])).await?;
        waiting.await??;
    }
    Ok(())
}

pub(crate) async fn waiting_ends_for_all_who_wait(place: Place) -> Outcome {
    let store = place.open().await?;
    let waiting: Vec<_> = (0..64)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { waiter_past(&store, Position::START).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(5)).await;
    store.append(Append::unstreamed(vec![event("Closed")?])).await?;
    for waiting in waiting {
        waiting.await??;
    }
    Ok(())
}

pub(crate) async fn an_append_between_a_read_and_the_wait_is_not_slept_through(place: Place) -> Outcome {
    let (store, parcel, mut random) = (place.open().await?, parcel("p-1")?, place.random());
    for _ in 0..100 {
        let page = store.read(&Query::all(), store.head().await?, at_most(10)).await?;
        let (writer, parcel) = (store.clone(), parcel.clone());
        let append = tokio::spawn(async move { Outcome::Ok(writer.append(to(&parcel, vec![event("Scanned")?])).await?) });
        tokio::time::sleep(Duration::from_micros(random.next() % 1_500)).await;
        wakes(&store, page.through).await?;
        waiter_past(&store, page.through).await?;
        append.await??;
    }
    assert_eq!(read(&store, &Query::all(), Position::START, at_most(10)).await?.len(), 100);
    Ok(())
}

/// Waits until there is an event after `position`; a wait may end early, so it looks and waits again.
pub(crate) async fn waiter_past(store: &Handle, position: Position) -> Outcome {
    let waiting = async {
        while store.read(&Query::all(), position, at_most(1)).await?.events.is_empty() {
            store.wait_past(position).await?;
            tokio::task::yield_now().await;
        }
        Outcome::Ok(())
    };
    match tokio::time::timeout(PATIENCE, waiting).await {
        Ok(ended) => ended,
        Err(_) => Err(Stop::broken(format!("waiting past {position} did not end in {} s", PATIENCE.as_secs()))),
    }
}

async fn wakes(store: &Handle, position: Position) -> Outcome {
    match tokio::time::timeout(PATIENCE, store.wait_past(position)).await {
        Ok(ended) => Ok(ended?),
        Err(_) => Err(Stop::broken(format!("waiting past {position} did not end, although there is an event"))),
    }
}
