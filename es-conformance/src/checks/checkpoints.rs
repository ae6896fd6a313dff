//! How far readers have come.

use es_core::Position;
use es_core::store::{CheckpointStore, EventStore};

use crate::checks::contents::hostile;
use crate::given::{all, at_once, events, parcel, to};
use crate::place::Place;
use crate::run::Outcome;

pub(crate) async fn a_checkpoint_begins_at_the_start(place: Place) -> Outcome {
    let store = place.open().await?;
    store.append(to(&parcel("p-1")?, events("Scanned", 3)?)).await?;
    assert_eq!(store.checkpoint("revenue").await?, Position::START);
    Ok(())
}

pub(crate) async fn a_checkpoint_comes_back_as_it_was_saved(place: Place) -> Outcome {
    let store = place.open().await?;
    for position in [1, 2, 3_000_000_000, 1 << 50, 7] {
        store.save_checkpoint("revenue", Position(position)).await?;
        assert_eq!(store.checkpoint("revenue").await?, Position(position));
    }
    Ok(())
}

pub(crate) async fn a_checkpoint_may_be_set_back_to_the_start(place: Place) -> Outcome {
    let store = place.open().await?;
    store.save_checkpoint("revenue", Position(90)).await?;
    store.save_checkpoint("revenue", Position::START).await?;
    assert_eq!(store.checkpoint("revenue").await?, Position::START);
    Ok(())
}

pub(crate) async fn checkpoints_of_other_names_stay_as_they_are(place: Place) -> Outcome {
    let store = place.open().await?;
    for (position, name) in (1..).zip(hostile()) {
        store.save_checkpoint(&name, Position(position)).await?;
    }
    for (position, name) in (1..).zip(hostile()) {
        assert_eq!(store.checkpoint(&name).await?, Position(position), "{name:?}");
    }
    assert_eq!((store.head().await?, all(&store).await?.len()), (Position::START, 0), "checkpoints are no events");
    Ok(())
}

pub(crate) async fn checkpoints_are_saved_by_many_at_once(place: Place) -> Outcome {
    let store = place.open().await?;
    let readers = (0..32).map(|reader| {
        let (store, name) = (store.clone(), format!("reader-{reader}"));
        async move {
            for position in 1..=10 {
                store.save_checkpoint(&name, Position(position)).await?;
                assert_eq!(store.checkpoint(&name).await?, Position(position));
            }
            Outcome::Ok(())
        }
    });
    at_once(readers).await?.into_iter().collect()
}
