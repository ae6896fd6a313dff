//! Models: states that are folded from the events that carry certain tags, wherever those are.

use crate::error::{DecodeError, EncodeError};
use crate::event::stored_names;
use crate::query::Clause;
use crate::recorded::StoredRef;
use crate::retired::{ReadStored, read_former_about};
use crate::state::State;
use crate::stream::StreamId;
use crate::tag::Tags;

/// A state that decides on what is about certain things: it is folded from the events that it lists and that carry all of its tags.
///
/// Derived by [`#[derive(DecisionModel)]`](macro@crate::DecisionModel). A command names the models that it is decided on, each with
/// its tags, in `#[command(decides_on(..))]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a decision model",
    label = "this type has no `#[derive(DecisionModel)]`",
    note = "write `#[derive(DecisionModel, Debug, Clone, Default)]` and `#[model(events(..), tags(..))]` on `{Self}`",
    note = "or, if it is an aggregate, write `#[command(aggregate = {Self})]`"
)]
pub trait DecisionModel: State {
    /// What one of them is about: a struct with a field for each tag.
    type Tags<'a>;

    /// Which events it is folded from: those that it lists, under all the names that they are stored under, with these tags.
    ///
    /// # Errors
    /// [`EncodeError::Text`] for a tag outside the limits.
    fn clause(tags: Self::Tags<'_>) -> Result<Clause, EncodeError>;
}

/// The events of the model `M` that carry these tags.
pub fn clause_of<M: State>(tags: Tags) -> Result<Clause, EncodeError> {
    let names = M::READS.iter().flat_map(|events| stored_names(events));
    Ok(tags.finish()?.into_iter().fold(Clause::new().names(names), Clause::tag))
}

/// Folds an event that the model's clause is about, and passes over every other: a decision may emit what its model does not read.
///
/// `apply` knows the present names. A retired event is about one thing or several, and each of its parts perhaps about some of
/// them: those that do not carry the model's tags themselves are skipped.
pub fn fold_model<M: State>(event: StoredRef<'_>, clauses: &[Clause], apply: ReadStored<'_>) -> Result<(), DecodeError> {
    let Some(clause) = clauses.first().filter(|clause| clause.selects(event.stream.map(StreamId::category), event.name, event.tags)) else {
        return Ok(());
    };
    let (name, version, payload) = (event.name, event.event_version, event.payload);
    match apply(name, version, payload) {
        Err(error) if error.is_unlisted() => {
            let listed = M::READS.first().copied().unwrap_or_default();
            read_former_about(clause.tags_asked(), listed, &[], name, version, payload, apply)
        }
        done => done,
    }
}
