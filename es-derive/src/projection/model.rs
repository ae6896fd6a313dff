//! What `#[projection(..)]` says, as it was written.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::{DeriveInput, LitStr, Path};

use crate::attr::{Item, Keys, Number, bodies, each_key, have_names_of_their_own, in_parentheses, set, value};
use crate::case;
use crate::errors::Errors;
use crate::on_error::OnError;

const KEYS: &[(&str, &str)] = &[
    ("name", "name = \"..\""),
    ("version", "version = 1"),
    ("events", "events(Type, ..)"),
    ("on_error", "on_error = park"),
    ("retries", "retries = 8"),
    ("crate", "crate = path"),
];

/// A projection type.
pub(crate) struct Projection<'a> {
    pub(crate) input: &'a DeriveInput,
    name: Option<LitStr>,
    version: Option<Number>,
    events: Option<Vec<Item>>,
    pub(crate) on_error: OnError,
    krate: Option<Path>,
}

impl<'a> Projection<'a> {
    pub(crate) fn from_syn(input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let mut projection = Self { input, name: None, version: None, events: None, on_error: OnError::default(), krate: None };
        let table = Keys { attribute: "projection", place: "a type", keys: KEYS, elsewhere: (&[], "") };
        for body in bodies(&input.attrs, "projection", errors) {
            each_key(body, &table, errors, |key, input, errors| {
                match key.unraw().to_string().as_str() {
                    "name" => set(&mut projection.name, key, value(input)?, errors),
                    "version" => set(&mut projection.version, key, Number::parse(input, errors)?, errors),
                    "events" => set(&mut projection.events, key, in_parentheses(input)?, errors),
                    "on_error" | "retries" => projection.on_error.read(key, input, errors)?,
                    _ => set(&mut projection.krate, key, value(input)?, errors),
                }
                Ok(())
            });
        }
        projection
    }

    pub(crate) fn check(&self, errors: &mut Errors) {
        let ident = &self.input.ident;
        // a key that was not understood is not missing besides
        if self.events.is_none() && errors.is_empty() {
            errors.error(ident, format!("`{ident}` does not list its events\nhelp: add `events(..)` to `#[projection(..)]`"));
        }
        if !self.input.generics.params.is_empty() {
            errors.error(&self.input.generics, format!("`{ident}` is generic; a projection is not\nhelp: write one for each type"));
        }
        have_names_of_their_own("events", self.events(), errors);
        self.on_error.check(errors);
    }

    pub(crate) fn krate(&self) -> TokenStream {
        crate::attr::krate(self.krate.clone())
    }

    pub(crate) fn name(&self) -> LitStr {
        let ident = &self.input.ident;
        self.name.clone().unwrap_or_else(|| LitStr::new(&case::snake_words(&ident.unraw().to_string()), ident.span()))
    }

    pub(crate) fn version(&self) -> u32 {
        self.version.map_or(1, |version| version.value)
    }

    pub(crate) fn events(&self) -> &[Item] {
        self.events.as_deref().unwrap_or_default()
    }
}
