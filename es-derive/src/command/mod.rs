//! `#[derive(Command)]`: what a command is decided on, and which stream it names.

mod check;
mod decides_on;
mod expand;
mod model;
mod on_models;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;
use model::Command;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::new();
    let command = Command::from_syn(input, &mut errors);
    check::all(&command, &mut errors);
    let body = if errors.is_empty() { expand::all(&command) } else { expand::fallback(&command) };
    let errors = errors.finish();
    quote::quote!(#errors #body)
}
