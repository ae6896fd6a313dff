//! `#[derive(Projection)]`: the dispatch from a stored event to the user's `Project`.

mod expand;
mod model;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;
use model::Projection;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::new();
    let projection = Projection::from_syn(input, &mut errors);
    projection.check(&mut errors);
    let body = if errors.is_empty() { expand::all(&projection) } else { TokenStream::new() };
    let errors = errors.finish();
    quote::quote!(#errors #body)
}
