//! Whether a view says which rows an event changes: decided by the compiler, for each event by itself.
//!
//! By autoref specialization: of two methods of one name, the one that needs fewer references is taken where its bound holds.

use std::marker::PhantomData;

use crate::projection::ProjectionError;
use crate::recorded::Recorded;
use crate::view::{KeyOf, View};

/// The keys of the rows of `V` that an event `E` changes.
pub struct Keys<V, E>(PhantomData<fn() -> (V, E)>);

impl<V, E> Keys<V, E> {
    /// Something to call `keys` on.
    #[expect(clippy::new_without_default, reason = "only generated code makes one")]
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

/// `KeyOf` says.
pub trait KeysByView<R, E> {
    /// The printed keys.
    fn keys(&self, recorded: &Recorded<R>, event: &E) -> Result<Vec<String>, ProjectionError>;
}

impl<V: KeyOf<E>, R, E: Clone> KeysByView<R, E> for Keys<V, E> {
    fn keys(&self, recorded: &Recorded<R>, event: &E) -> Result<Vec<String>, ProjectionError> {
        let recorded = recorded.around(event.clone());
        Ok(V::keys(&recorded).into_iter().map(|key| key.to_string()).collect())
    }
}

/// The stream's id.
pub trait KeysByStream<R, E> {
    /// The printed keys.
    fn keys(&self, recorded: &Recorded<R>, event: &E) -> Result<Vec<String>, ProjectionError>;
}

impl<V: View, R, E> KeysByStream<R, E> for &Keys<V, E> {
    fn keys(&self, recorded: &Recorded<R>, _: &E) -> Result<Vec<String>, ProjectionError> {
        match &recorded.stream {
            Some(stream) => Ok(vec![stream.id().to_owned()]),
            None => Err(ProjectionError::new(format!(
                "`{}` belongs to no stream, and the key of view `{}` is the stream's id: write `key_from = field` or `impl KeyOf`",
                recorded.name,
                V::NAME
            ))),
        }
    }
}

/// What a view asks of an event `E` beside the event itself: by inherent constants, which are taken in place of a trait's where their bound
/// holds.
pub struct Asks<V, E>(PhantomData<fn() -> (V, E)>);

/// What holds where nothing is known.
pub trait AsksByDefault {
    /// It is applied with its record.
    const APPLIED: bool = true;
    /// Its keys are not looked for in its record.
    const KEYED: bool = false;
}

impl<V, E> AsksByDefault for Asks<V, E> {}

impl<V: crate::Apply<E>, E> Asks<V, E> {
    /// It is applied by itself.
    pub const APPLIED: bool = false;
}

impl<V: KeyOf<E>, E> Asks<V, E> {
    /// Its keys may be looked for in its record.
    pub const KEYED: bool = true;
}
