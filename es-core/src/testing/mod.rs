//! Tests of a domain, without a store: given what happened, when a command comes, then this is decided.
//!
//! ```
//! use es_core::prelude::*;
//! use es_core::testing::prelude::*;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Event, Serialize, Deserialize, Debug, Clone)]
//! # struct Reserved { seats: u32 }
//! # #[derive(Aggregate, Debug, Default, Clone)]
//! # #[aggregate(id = String, error = SoldOut, events(Reserved))]
//! # struct Show { reserved: u32 }
//! # #[derive(Debug, thiserror::Error)]
//! # #[error("sold out")]
//! # struct SoldOut;
//! # impl Apply<Reserved> for Show {
//! #     fn apply(&mut self, event: Reserved) { self.reserved += event.seats; }
//! # }
//! # #[derive(Command, Debug, Clone)]
//! # #[command(aggregate = Show)]
//! # struct Reserve { #[command(id)] show: String, seats: u32 }
//! # impl Handle<Reserve> for Show {
//! #     fn handle(&self, reserve: Reserve) -> Decision<Self> {
//! #         ensure!(self.reserved + reserve.seats <= 100, SoldOut);
//! #         emit![Reserved { seats: reserve.seats }]
//! #     }
//! # }
//!
//! given::<Show>(events![Reserved { seats: 97 }])
//!     .when(Reserve { show: "hamlet".into(), seats: 2 })
//!     .then(events![Reserved { seats: 2 }])
//!     .then_state(|show| assert_eq!(show.reserved, 99));
//!
//! given::<Show>(events![Reserved { seats: 97 }])
//!     .when(Reserve { show: "hamlet".into(), seats: 4 })
//!     .then_error(SoldOut);
//! ```
//!
//! Events go through encode and decode on their way, and what would be stored is compared: no `PartialEq` is asked of them.
//!
//! # Models, views and projections
//!
//! What rests on more than one stream starts from a history: [`given_history`]. A view is asked for a row, and a projection writes through
//! a connection of its store, as it does at work.
//!
//! ```
//! # use es_core::MemoryStore;
//! # use es_core::prelude::*;
//! # use es_core::testing::prelude::*;
//! # use serde::{Deserialize, Serialize};
//! # #[derive(Event, Serialize, Deserialize, Debug, Clone)]
//! # struct Reserved { seats: u32 }
//! #[derive(View, Debug, Clone, Default, Serialize, Deserialize)]
//! #[view(key = String, events(Reserved))]
//! struct Seats {
//!     taken: u32,
//! }
//! # impl Apply<Reserved> for Seats { fn apply(&mut self, event: Reserved) { self.taken += event.seats; } }
//!
//! given_history(history![Reserved { seats: 97 }, Reserved { seats: 2 }]).view::<Seats>(&"hamlet".into()).is(Seats { taken: 99 });
//! ```

mod given;
mod history;
mod row;
mod shown;
mod then;

pub use given::{Given, given, given_nothing};
pub use history::{GivenHistory, History, given_history};
pub use row::GivenRow;
pub use then::Outcome;

/// What a test of a domain imports, beside [`es_core::prelude`](crate::prelude).
pub mod prelude {
    pub use super::{given, given_history, given_nothing};
    pub use crate::history;
}
