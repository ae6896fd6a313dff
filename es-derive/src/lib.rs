//! The derive macros of `es-core`, which re-exports them: depend on that.
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable))]

mod aggregate;
mod attr;
mod case;
#[cfg(test)]
mod cases;
mod command;
mod errors;
mod event;
mod event_enum;
#[cfg(test)]
mod expansion;
mod id;
mod lock;
mod model;
mod on_error;
mod projection;
mod schema;
mod serde_attr;
mod shape;
mod view;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

#[doc = include_str!("../docs/event.md")]
#[proc_macro_derive(Event, attributes(event, schema, es))]
pub fn event(input: TokenStream) -> TokenStream {
    event::derive(&parse_macro_input!(input as DeriveInput)).into()
}

#[doc = include_str!("../docs/aggregate.md")]
#[proc_macro_derive(Aggregate, attributes(aggregate, schema, es))]
pub fn aggregate(input: TokenStream) -> TokenStream {
    aggregate::derive(&parse_macro_input!(input as DeriveInput)).into()
}

#[doc = include_str!("../docs/command.md")]
#[proc_macro_derive(Command, attributes(command, es))]
pub fn command(input: TokenStream) -> TokenStream {
    command::derive(&parse_macro_input!(input as DeriveInput)).into()
}

#[doc = include_str!("../docs/model.md")]
#[proc_macro_derive(DecisionModel, attributes(model, es))]
pub fn decision_model(input: TokenStream) -> TokenStream {
    model::derive(&parse_macro_input!(input as DeriveInput)).into()
}

#[doc = include_str!("../docs/id.md")]
#[proc_macro_derive(Id, attributes(id, es))]
pub fn id(input: TokenStream) -> TokenStream {
    id::derive(&parse_macro_input!(input as DeriveInput)).into()
}

#[doc = include_str!("../docs/schema.md")]
#[proc_macro_derive(Schema, attributes(schema, es))]
pub fn schema(input: TokenStream) -> TokenStream {
    schema::derive(&parse_macro_input!(input as DeriveInput)).into()
}

#[doc = include_str!("../docs/view.md")]
#[proc_macro_derive(View, attributes(view, schema, es))]
pub fn view(input: TokenStream) -> TokenStream {
    view::derive(&parse_macro_input!(input as DeriveInput)).into()
}

#[doc = include_str!("../docs/projection.md")]
#[proc_macro_derive(Projection, attributes(projection, es))]
pub fn projection(input: TokenStream) -> TokenStream {
    projection::derive(&parse_macro_input!(input as DeriveInput)).into()
}

#[doc = include_str!("../docs/reaction.md")]
#[proc_macro_derive(Reaction, attributes(reaction, es))]
pub fn reaction(input: TokenStream) -> TokenStream {
    projection::derive_reaction(&parse_macro_input!(input as DeriveInput)).into()
}
