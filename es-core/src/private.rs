//! What generated code calls. No part of the public interface: it changes with every release.

mod check;

pub use serde;
pub use serde_json;
pub use uuid;

pub use crate::codec::{convert, convert_from, encode_unit, read, read_unit, unread, upcast, upcast_with, with};
pub use crate::command::{Answers, Asked, DecidedOn, Decides, stream_of};
pub use crate::error::unlisted;
pub use crate::event::Listed;
pub use crate::lock::check::locked;
pub use crate::model::{clause_of, fold_model};
pub use crate::projection::{Begins, reaction_key};
pub use crate::retired::{Replaced, RetiredInto, read_former};
pub use crate::schema::{Definition, Field, Shape, Stored, Tagging, Types, Variant};
pub use crate::snapshot::SnapshotRule;
pub use crate::tag::{TagInfo, TagKind};
pub use crate::view::{Asks, AsksByDefault, Keys, KeysByStream, KeysByView};
pub use check::{Modelled, Reads, Retirement, Upcast, listed_by};

/// What becomes of one event in a projection of the user's.
pub type Projected<'a> = std::pin::Pin<Box<dyn Future<Output = Result<(), crate::ProjectionError>> + Send + 'a>>;
