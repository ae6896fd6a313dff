//! What `#[model(..)]` says, as it was written.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{DeriveInput, LitStr, Path, Token, Type};

use crate::attr::{Item, Keys, bodies, each_key, in_parentheses, set, value};
use crate::errors::Errors;

const KEYS: &[(&str, &str)] = &[("events", "events(Type, ..)"), ("tags", "tags(field: Type, ..)"), ("crate", "crate = path")];

/// A model type.
pub(crate) struct Model<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) events: Option<Vec<Item>>,
    pub(crate) tags: Option<Vec<Tag>>,
    pub(crate) krate: Option<Path>,
    /// Those that were written, whether or not they were understood.
    pub(crate) keys: Vec<Ident>,
}

/// `course_id: CourseId`
pub(crate) struct Tag {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

impl Parse for Tag {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        input.parse::<Token![:]>()?;
        Ok(Self { name, ty: input.parse()? })
    }
}

impl Tag {
    /// What stands before the colon in the store.
    pub(crate) fn key(&self) -> LitStr {
        LitStr::new(&self.name.unraw().to_string(), self.name.span())
    }
}

impl<'a> Model<'a> {
    pub(crate) fn from_syn(input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let mut model = Self { input, events: None, tags: None, krate: None, keys: Vec::new() };
        let table = Keys { attribute: "model", place: "a struct", keys: KEYS, elsewhere: (&[], "") };
        for body in bodies(&input.attrs, "model", errors) {
            each_key(body, &table, errors, |key, input, errors| {
                model.keys.push(key.clone());
                match key.unraw().to_string().as_str() {
                    "events" => set(&mut model.events, key, in_parentheses(input)?, errors),
                    "tags" => set(&mut model.tags, key, in_parentheses(input)?, errors),
                    _ => set(&mut model.krate, key, value(input)?, errors),
                }
                Ok(())
            });
        }
        model
    }

    pub(crate) fn krate(&self) -> TokenStream {
        crate::attr::krate(self.krate.clone())
    }

    /// Whether the list of this key lacks, or is empty; one that could not be read is an error that was told.
    pub(crate) fn lacks<T>(&self, key: &str, list: Option<&[T]>) -> bool {
        list.map_or_else(|| self.keys.iter().all(|written| written != key), <[T]>::is_empty)
    }

    pub(crate) fn events(&self) -> &[Item] {
        self.events.as_deref().unwrap_or_default()
    }

    pub(crate) fn tags(&self) -> &[Tag] {
        self.tags.as_deref().unwrap_or_default()
    }
}
