//! `#[derive(Id)]`: a newtype that is printed, parsed, stored and tagged as what it holds.

mod expand;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Path, Type};

use crate::attr::{Keys, bodies, each_key, set, value};
use crate::errors::Errors;

/// An id type.
struct Id<'a> {
    input: &'a DeriveInput,
    inner: &'a Type,
    krate: Option<Path>,
}

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::new();
    let krate = krate(input, &mut errors);
    is_not_generic(input, &mut errors);
    let inner = inner(input, &mut errors);
    let body = match inner {
        Some(inner) if input.generics.params.is_empty() => expand::all(&Id { input, inner, krate }),
        _ => TokenStream::new(),
    };
    let errors = errors.finish();
    quote!(#errors #body)
}

fn krate(input: &DeriveInput, errors: &mut Errors) -> Option<Path> {
    let table = Keys { attribute: "id", place: "a struct", keys: &[("crate", "crate = path")], elsewhere: (&[], "") };
    let mut krate = None;
    for body in bodies(&input.attrs, "id", errors) {
        each_key(body, &table, errors, |key, input, errors| {
            set(&mut krate, key, value(input)?, errors);
            Ok(())
        });
    }
    krate
}

// struct Reference<T>(T);
fn is_not_generic(input: &DeriveInput, errors: &mut Errors) {
    if !input.generics.params.is_empty() {
        errors.error(&input.generics.params, "an id is not generic: it is stored as one type\nhelp: write a newtype for each kind of id");
    }
}

// struct AccountId { bank: u32, number: u32 }
fn inner<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Option<&'a Type> {
    if let Data::Struct(data) = &input.data
        && let Fields::Unnamed(fields) = &data.fields
        && let (Some(only), 1) = (fields.unnamed.first(), fields.unnamed.len())
    {
        return Some(&only.ty);
    }
    let ident = &input.ident;
    errors.error(ident, format!("an id is a newtype over a `Uuid`, a `String` or an integer\nhelp: write `struct {ident}(Uuid);`"));
    None
}
