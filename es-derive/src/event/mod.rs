//! `#[derive(Event)]`: the name, the version, and how stored versions are read.

mod check;
mod decode;
mod expand;
mod history;
mod model;
mod parse;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::errors::Errors;
pub(crate) use history::Past;
pub(crate) use model::{Before, Event, Field, Removed, UpcastFrom};

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::new();
    let event = Event::from_syn(input, &mut errors);
    check::all(&event, &mut errors);
    let body = if errors.is_empty() { expand::all(&event) } else { expand::fallback(&event) };
    let errors = errors.finish();
    quote::quote!(#errors #body)
}
