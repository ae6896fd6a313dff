//! What `#[projection(..)]` or `#[reaction(..)]` says, as it was written.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::{DeriveInput, LitStr, Path};

use crate::attr::{Item, Keys, Number, bodies, each_key, have_names_of_their_own, in_parentheses, set, value};
use crate::case;
use crate::errors::Errors;
use crate::on_error::OnError;

const OF_A_PROJECTION: &[(&str, &str)] = &[
    ("name", "name = \"..\""),
    ("version", "version = 1"),
    ("events", "events(Type, ..)"),
    ("on_error", "on_error = park"),
    ("retries", "retries = 8"),
    ("crate", "crate = path"),
];
const OF_A_REACTION: &[(&str, &str)] = &[
    ("name", "name = \"..\""),
    ("events", "events(Type, ..)"),
    ("from", "from = start"),
    ("on_error", "on_error = park"),
    ("retries", "retries = 8"),
    ("crate", "crate = path"),
];

/// What follows events: into tables, or out into the world.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Projection,
    Reaction,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Projection => "projection",
            Self::Reaction => "reaction",
        }
    }

    fn keys(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Projection => OF_A_PROJECTION,
            Self::Reaction => OF_A_REACTION,
        }
    }
}

/// A type that follows events.
pub(crate) struct Projection<'a> {
    pub(crate) kind: Kind,
    pub(crate) input: &'a DeriveInput,
    name: Option<LitStr>,
    version: Option<Number>,
    events: Option<Vec<Item>>,
    /// Where a reaction begins: `start` or `head`.
    from: Option<Ident>,
    pub(crate) on_error: OnError,
    krate: Option<Path>,
}

impl<'a> Projection<'a> {
    pub(crate) fn from_syn(kind: Kind, input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let on_error = OnError::default();
        let mut projection = Self { kind, input, name: None, version: None, events: None, from: None, on_error, krate: None };
        let table = Keys { attribute: kind.name(), place: "a type", keys: kind.keys(), elsewhere: (&[], "") };
        for body in bodies(&input.attrs, kind.name(), errors) {
            each_key(body, &table, errors, |key, input, errors| {
                match key.unraw().to_string().as_str() {
                    "name" => set(&mut projection.name, key, value(input)?, errors),
                    "version" => set(&mut projection.version, key, Number::parse(input, errors)?, errors),
                    "events" => set(&mut projection.events, key, in_parentheses(input)?, errors),
                    "from" => set(&mut projection.from, key, value(input)?, errors),
                    "on_error" | "retries" => projection.on_error.read(key, input, errors)?,
                    _ => set(&mut projection.krate, key, value(input)?, errors),
                }
                Ok(())
            });
        }
        projection
    }

    pub(crate) fn check(&self, errors: &mut Errors) {
        let (ident, kind) = (&self.input.ident, self.kind.name());
        // a key that was not understood is not missing besides
        if self.events.is_none() && errors.is_empty() {
            errors.error(ident, format!("`{ident}` does not list its events\nhelp: add `events(..)` to `#[{kind}(..)]`"));
        }
        if !self.input.generics.params.is_empty() {
            errors.error(&self.input.generics, format!("`{ident}` is generic; a {kind} is not\nhelp: write one for each type"));
        }
        have_names_of_their_own("events", self.events(), errors);
        self.begins_somewhere(errors);
        self.on_error.check(errors);
    }

    // #[reaction(from = beginning, ..)]
    fn begins_somewhere(&self, errors: &mut Errors) {
        if let Some(from) = self.from.as_ref().filter(|from| *from != "start" && *from != "head") {
            errors.error(from, format!("a reaction does not begin at `{from}`\nhelp: write `from = start` or `from = head`, the default"));
        }
    }

    /// Whether a reaction answers the events of the past, too.
    pub(crate) fn is_from_start(&self) -> bool {
        self.from.as_ref().is_some_and(|from| from == "start")
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
