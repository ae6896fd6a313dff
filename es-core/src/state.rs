//! What a command is decided on: an aggregate, a model, or a tuple of models.

use crate::command::Answers;
use crate::error::DecodeError;
use crate::event::{EventInfo, EventSet};
use crate::query::Clause;
use crate::recorded::StoredRef;
use crate::snapshot::SnapshotRule;
use crate::stream::StreamId;

/// A state that decides: it is folded from the events within a [`Boundary`].
///
/// The derives of aggregates and models implement it; tuples of models have it from their parts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an aggregate nor a decision model",
    label = "commands are decided on types with `#[derive(Aggregate)]` or `#[derive(DecisionModel)]`"
)]
pub trait State: Default + Clone + Send + Sync + 'static {
    /// The events that it reads, one list a part: an aggregate and a model have one part, a tuple one for each model.
    const READS: &'static [&'static [EventInfo]];
    /// When it is stored beside its events; `None`: never.
    #[doc(hidden)]
    const SNAPSHOT: Option<SnapshotRule<Self>> = None;

    /// Folds a stored event into the state. `clauses` are those of the boundary, one a part; none for a stream. A part passes over what
    /// its clause does not match.
    ///
    /// # Errors
    /// [`DecodeError`] for an event that today's type does not read.
    fn fold(&mut self, event: StoredRef<'_>, clauses: &[Clause]) -> Result<(), DecodeError>;
}

/// Which events a decision rests on.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Boundary {
    /// Those of one stream, to which the decision is appended.
    Stream(StreamId),
    /// Those that carry certain tags, wherever they are.
    Tags {
        /// One a part of the state.
        clauses: Vec<Clause>,
        /// Where the decision is appended; `None`: the events belong to no stream.
        stream: Option<StreamId>,
    },
}

impl Boundary {
    /// Where the decision is appended; `None`: its events belong to no stream.
    pub const fn stream(&self) -> Option<&StreamId> {
        match self {
            Self::Stream(stream) => Some(stream),
            Self::Tags { stream, .. } => stream.as_ref(),
        }
    }
}

macro_rules! tuple {
    ($($model:ident $at:tt),*) => {
        impl<$($model: State),*> State for ($($model,)*) {
            const READS: &'static [&'static [EventInfo]] = &[$($model::READS[0]),*];

            fn fold(&mut self, event: StoredRef<'_>, clauses: &[Clause]) -> Result<(), DecodeError> {
                $( if let Some(clause) = clauses.get($at) {
                    self.$at.fold(event, std::slice::from_ref(clause))?;
                } )*
                Ok(())
            }
        }

        impl<Asking: EventSet, $($model),*> Answers<Asking> for ($($model,)*) {
            type Emits = Asking;
        }
    };
}
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
