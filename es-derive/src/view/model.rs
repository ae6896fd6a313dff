//! What `#[view(..)]` says, as it was written.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Field, LitStr, Path, Type};

use crate::attr::{Item, Keys, Number, bodies, each_key, in_parentheses, set, value};
use crate::case;
use crate::errors::Errors;
use crate::on_error::OnError;

const ON_TYPE: &[(&str, &str)] = &[
    ("name", "name = \"..\""),
    ("version", "version = 1"),
    ("key", "key = Type"),
    ("key_from", "key_from = field"),
    ("events", "events(Type, ..)"),
    ("delete_on", "delete_on(Type, ..)"),
    ("on_error", "on_error = park"),
    ("retries", "retries = 8"),
    ("crate", "crate = path"),
];
const ON_FIELD: &[(&str, &str)] = &[("index", "index")];

/// A view type.
pub(crate) struct View<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) name: Option<LitStr>,
    pub(crate) version: Option<Number>,
    pub(crate) key: Option<Type>,
    pub(crate) key_from: Option<Ident>,
    pub(crate) events: Option<Vec<Item>>,
    pub(crate) delete_on: Vec<Item>,
    pub(crate) on_error: OnError,
    pub(crate) krate: Option<Path>,
    /// The fields marked `#[view(index)]`.
    pub(crate) columns: Vec<(Ident, &'a Field)>,
}

impl<'a> View<'a> {
    pub(crate) fn from_syn(input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let mut view = Self {
            input,
            name: None,
            version: None,
            key: None,
            key_from: None,
            events: None,
            delete_on: Vec::new(),
            on_error: OnError::default(),
            krate: None,
            columns: Vec::new(),
        };
        let table = Keys { attribute: "view", place: "a struct", keys: ON_TYPE, elsewhere: (ON_FIELD, "a field") };
        for body in bodies(&input.attrs, "view", errors) {
            each_key(body, &table, errors, |key, input, errors| {
                match key.unraw().to_string().as_str() {
                    "name" => set(&mut view.name, key, value(input)?, errors),
                    "version" => set(&mut view.version, key, Number::parse(input, errors)?, errors),
                    "key" => set(&mut view.key, key, value(input)?, errors),
                    "key_from" => set(&mut view.key_from, key, value(input)?, errors),
                    "events" => set(&mut view.events, key, in_parentheses(input)?, errors),
                    "delete_on" => view.delete_on.extend(in_parentheses(input)?),
                    "on_error" | "retries" => view.on_error.read(key, input, errors)?,
                    _ => set(&mut view.krate, key, value(input)?, errors),
                }
                Ok(())
            });
        }
        if let Data::Struct(data) = &input.data {
            view.read_columns(&data.fields, errors);
        }
        view
    }

    fn read_columns(&mut self, fields: &'a syn::Fields, errors: &mut Errors) {
        let table = Keys { attribute: "view", place: "a field", keys: ON_FIELD, elsewhere: (ON_TYPE, "the struct") };
        for field in fields {
            for body in bodies(&field.attrs, "view", errors) {
                each_key(body, &table, errors, |key, _, errors| {
                    match &field.ident {
                        Some(ident) => self.columns.push((ident.clone(), field)),
                        None => errors.error(key, "an indexed column needs a name\nhelp: name the fields of the struct"),
                    }
                    Ok(())
                });
            }
        }
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

    /// All that it follows: those that change a row, then those that end it.
    pub(crate) fn all_events(&self) -> Vec<Item> {
        self.events.iter().flatten().chain(&self.delete_on).cloned().collect()
    }
}
