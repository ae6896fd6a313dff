//! `#[derive(DecisionModel)]`: the events that it reads, and the tags by which they are found.

mod check;
mod expand;
#[expect(clippy::module_inception, reason = "what was written, as in every other derive")]
mod model;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;
use model::Model;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::new();
    let model = Model::from_syn(input, &mut errors);
    check::all(&model, &mut errors);
    let body = if errors.is_empty() { expand::all(&model) } else { expand::fallback(&model) };
    let errors = errors.finish();
    quote::quote!(#errors #body)
}
