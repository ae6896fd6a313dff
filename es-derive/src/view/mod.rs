//! `#[derive(View)]`: a row's key, how events change it, and the columns that are indexed.

mod check;
mod expand;
mod model;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;
use model::View;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::new();
    let view = View::from_syn(input, &mut errors);
    check::all(&view, &mut errors);
    let body = if errors.is_empty() { expand::all(&view) } else { TokenStream::new() };
    let errors = errors.finish();
    quote::quote!(#errors #body)
}
