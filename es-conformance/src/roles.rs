//! What the processes do that a check starts.

use std::time::Duration;

use es_core::store::{Append, AppendError, EventStore, NewEvent};
use es_core::{Position, Query, StreamId};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::checks::inline;
use crate::checks::workers::worker;
use crate::child::say;
use crate::factory::Handle;
use crate::given::{EVERYTHING, about, event, none_of, parcel, read, tag, tagged, to, won};
use crate::random::Random;
use crate::run::{Outcome, Stop};

/// Tasks that append at once in a process.
pub(crate) const WRITERS: u64 = 4;

pub(crate) async fn play(role: &str, count: usize, store: Handle) -> Outcome {
    match role {
        "append" => append(store, count).await,
        "count" => count_up(&store, count).await,
        "keys" => use_keys(&store, count).await,
        "once" => once(&store).await,
        "work" => Ok(worker(&store).run_until(std::future::pending::<()>()).await?),
        "pay" => pay_on(&store).await,
        _ => Err(Stop::broken(format!("there is no role {role}"))),
    }
}

/// Appends with read models that are kept inline, as long as it lives.
async fn pay_on(store: &Handle) -> Outcome {
    let app = inline::keeps(store);
    let mut payers = JoinSet::new();
    for writer in 0..WRITERS {
        let (app, mut random) = (app.clone(), Random::new(u64::from(std::process::id()) << 8 | writer));
        payers.spawn(async move {
            loop {
                if let Err(error) = inline::pay(&app, &mut random).await {
                    return Outcome::<()>::Err(error);
                }
                say("paid");
            }
        });
    }
    while let Some(ended) = payers.join_next().await {
        ended??;
    }
    Ok(())
}

/// Appends one event.
async fn once(store: &Handle) -> Outcome {
    store.append(to(&parcel("late")?, vec![event("Scanned")?])).await?;
    Ok(())
}

/// Appends as long as it lives, or `count` times a writer: groups of events under a key, to streams of its own and to a shared one.
/// Says `acked <key> <events>` after each.
async fn append(store: Handle, count: usize) -> Outcome {
    let rounds = if count == 0 { usize::MAX } else { count };
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        let own = parcel(format!("{}-{writer}", std::process::id()))?;
        let shared = parcel("shared")?;
        let mut random = Random::new(u64::from(std::process::id()) << 8 | writer);
        writers.spawn(async move {
            for _ in 0..rounds {
                let key = Uuid::now_v7().to_string();
                let stream = if random.chance(50) { &own } else { &shared };
                let events = 1 + random.below(20);
                store.append(group(stream, &key, events)?).await?;
                say(&format!("acked {key} {events}"));
            }
            Outcome::Ok(())
        });
    }
    while let Some(ended) = writers.join_next().await {
        ended??;
    }
    Ok(())
}

/// An append whose events tell that they belong together.
fn group(stream: &StreamId, key: &str, events: usize) -> Outcome<Append> {
    let events = (1..=events).map(|nth| {
        let payload = serde_json::json!({ "append": key, "nth": nth, "of": events });
        Ok(NewEvent::new("Scanned", 1, payload.to_string())?)
    });
    Ok(to(stream, events.collect::<Outcome<_>>()?).keyed(key, "Scan"))
}

/// Adds one to a counter `count` times, each time after having read all that was counted.
pub(crate) async fn count_up(store: &Handle, count: usize) -> Outcome {
    let counter = tag("counter", "c-1")?;
    let query = Query::from(about(&[&counter]));
    let (mut counted, mut lost) = (0, 0);
    while counted < count {
        let head = store.head().await?;
        let seen = read(store, &query, Position::START, EVERYTHING).await?.len();
        // so that others come in between
        tokio::time::sleep(Duration::from_micros(200)).await;
        let mut event = tagged("Counted", &[&counter])?;
        event.payload = serde_json::json!({ "count": seen + 1 }).to_string().into_bytes();
        if won(store.append(Append::unstreamed(vec![event]).when(none_of(&[&counter], head))).await)? {
            (counted, lost) = (counted + 1, 0);
        } else {
            lost += 1;
        }
        // each loss is another's gain
        assert!(lost < 500, "500 conflicts in a row, although nobody counts that far");
    }
    Ok(())
}

/// Uses the keys `0..count`, and says which of them were free.
async fn use_keys(store: &Handle, count: usize) -> Outcome {
    for key in 0..count {
        let append = to(&parcel(format!("k-{key}"))?, vec![event("Scanned")?]);
        match store.append(append.keyed(&key.to_string(), "Scan")).await {
            Ok(_) => say(&format!("stored {key}")),
            Err(AppendError::KeyUsed(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
