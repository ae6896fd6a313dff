//! What the attributes of a stored type say.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, LitStr, Path, Type};

use crate::attr::{Keys, bodies, each_key, set, value};
use crate::errors::Errors;
use crate::serde_attr::Serde;
use crate::shape;

const KEYS: &[(&str, &str)] = &[("as", "as = Type"), ("name", "name = \"..\""), ("crate", "crate = path")];

/// A type that derives `Schema`.
pub(crate) struct Schema<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) serde: Serde,
    pub(crate) body: Body<'a>,
    pub(crate) stored_as: Option<Type>,
    name: Option<LitStr>,
    krate: Option<Path>,
}

pub(crate) enum Body<'a> {
    Struct(Fields<'a>),
    Enum(Vec<Variant<'a>>),
    Union,
}

pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) serde: Serde,
    pub(crate) stored_as: Option<Type>,
    pub(crate) fields: Fields<'a>,
}

pub(crate) enum Fields<'a> {
    Unit,
    Newtype(Box<Field<'a>>),
    Tuple(Vec<Field<'a>>),
    Named(Vec<Field<'a>>),
}

pub(crate) struct Field<'a> {
    pub(crate) ident: Ident,
    pub(crate) ty: &'a Type,
    pub(crate) serde: Serde,
    pub(crate) stored_as: Option<Type>,
    /// Whether its named types are told by their names alone, because it holds the type that holds it.
    pub(crate) by_name: bool,
}

impl<'a> Schema<'a> {
    pub(crate) fn from_syn(input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let table = Keys { attribute: "schema", place: "a type", keys: KEYS, elsewhere: (&[], "") };
        let (mut name, mut krate, mut stored_as) = (None, None, None);
        for body in bodies(&input.attrs, "schema", errors) {
            each_key(body, &table, errors, |key, input, errors| {
                match key.unraw().to_string().as_str() {
                    "as" => set(&mut stored_as, key, value(input)?, errors),
                    "name" => set(&mut name, key, value(input)?, errors),
                    _ => set(&mut krate, key, value(input)?, errors),
                }
                Ok(())
            });
        }
        let body = match &input.data {
            Data::Struct(data) => Body::Struct(fields(&data.fields, &input.ident, errors)),
            Data::Enum(data) => Body::Enum(data.variants.iter().map(|it| variant(it, &input.ident, errors)).collect()),
            Data::Union(_) => Body::Union,
        };
        // an aggregate's state has `#[aggregate(crate = path)]`; its derive knows the path
        Self { input, serde: Serde::read(&input.attrs), body, stored_as, name, krate }
    }

    pub(crate) fn krate(&self) -> TokenStream {
        crate::attr::krate(self.krate.clone())
    }

    /// The name of its line in the lock.
    pub(crate) fn name(&self) -> LitStr {
        let ident = &self.input.ident;
        self.name.clone().unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()))
    }
}

impl Field<'_> {
    pub(crate) fn stored_type(&self) -> &Type {
        self.stored_as.as_ref().unwrap_or(self.ty)
    }
}

/// Whether a type is written with this name, or with `Self`.
fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *name || ident == "Self",
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn variant<'a>(variant: &'a syn::Variant, holder: &Ident, errors: &mut Errors) -> Variant<'a> {
    Variant {
        ident: &variant.ident,
        serde: Serde::read(&variant.attrs),
        stored_as: shape::stored_as(&variant.attrs, errors),
        fields: fields(&variant.fields, holder, errors),
    }
}

fn fields<'a>(fields: &'a syn::Fields, holder: &Ident, errors: &mut Errors) -> Fields<'a> {
    let mut all: Vec<Field<'a>> = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let stored_as = shape::stored_as(&field.attrs, errors);
        let holds_holder = mentions(stored_as.as_ref().unwrap_or(&field.ty).to_token_stream(), holder);
        all.push(Field {
            ident: field.ident.clone().unwrap_or_else(|| quote::format_ident!("_{at}")),
            ty: &field.ty,
            serde: Serde::read(&field.attrs),
            stored_as,
            by_name: holds_holder || shape::is_by_name(&field.attrs),
        });
    }
    match fields {
        syn::Fields::Named(_) => Fields::Named(all),
        syn::Fields::Unit => Fields::Unit,
        syn::Fields::Unnamed(_) => match all.pop() {
            Some(only) if all.is_empty() => Fields::Newtype(Box::new(only)),
            last => Fields::Tuple(all.into_iter().chain(last).collect()),
        },
    }
}

impl<'a> Fields<'a> {
    pub(crate) fn all(&self) -> &[Field<'a>] {
        match self {
            Self::Unit => &[],
            Self::Newtype(field) => std::slice::from_ref(field),
            Self::Tuple(fields) | Self::Named(fields) => fields,
        }
    }
}
