//! `#[derive(Aggregate)]`: the events it lists as an enum, the dispatch to `Apply`, the commands it handles.

mod check;
mod commands;
mod expand;
mod model;
mod snapshot;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;
use model::Aggregate;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::new();
    let aggregate = Aggregate::from_syn(input, &mut errors);
    check::all(&aggregate, &mut errors);
    // what was understood is expanded beside the errors: user code names the enums and their variants
    let body = if errors.is_empty() { expand::all(&aggregate) } else { expand::fallback(&aggregate) };
    let errors = errors.finish();
    quote::quote!(#errors #body)
}
