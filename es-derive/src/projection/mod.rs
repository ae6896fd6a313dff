//! `#[derive(Projection)]` and `#[derive(Reaction)]`: the dispatch from a stored event to the user's `Project` or `React`.

mod expand;
mod model;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;
use model::{Kind, Projection};

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    derive_as(Kind::Projection, input)
}

pub(crate) fn derive_reaction(input: &DeriveInput) -> TokenStream {
    derive_as(Kind::Reaction, input)
}

fn derive_as(kind: Kind, input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::new();
    let projection = Projection::from_syn(kind, input, &mut errors);
    projection.check(&mut errors);
    let body = if errors.is_empty() { expand::all(&projection) } else { TokenStream::new() };
    let errors = errors.finish();
    quote::quote!(#errors #body)
}
