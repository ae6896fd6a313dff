//! The shape of a type's own fields and variants.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{LitStr, Type};

use super::model::{Body, Field, Fields, Schema, Variant};
use crate::serde_attr::Serde;
use crate::shape::{self, StoredField};

/// How a type is stored.
pub(crate) struct Definition {
    pub(crate) shape: TokenStream,
    /// The same, its named types by their names alone; only for a type without a line of its own.
    pub(crate) by_name: Option<TokenStream>,
    /// The calls that define the named types which it holds.
    pub(crate) define: TokenStream,
    /// Whether it is stored as another type, and has no line of its own.
    pub(crate) inline: bool,
}

pub(crate) fn of(schema: &Schema, krate: &TokenStream) -> Definition {
    let told = |by_name| Told { krate, by_name };
    if let Some(ty) = stored_as(schema) {
        let by_name = Some(told(true).of(&ty));
        return Definition { shape: told(false).of(&ty), by_name, define: shape::define_all([&ty], krate), inline: true };
    }
    // a generic type has as many shapes as arguments, so it has no line of its own
    let inline = is_transparent(schema) || schema.input.generics.type_params().next().is_some();
    let by_name = inline.then(|| body(schema, told(true)));
    Definition { shape: body(schema, told(false)), by_name, define: shape::define_all(held(schema), krate), inline }
}

/// How the types within are told.
#[derive(Clone, Copy)]
struct Told<'a> {
    krate: &'a TokenStream,
    /// By their names alone.
    by_name: bool,
}

impl Told<'_> {
    fn of(self, ty: &Type) -> TokenStream {
        shape::of_field(ty, self.by_name, self.krate)
    }

    fn field(self, field: &Field) -> TokenStream {
        shape::of_field(field.stored_type(), self.by_name || field.by_name, self.krate)
    }
}

fn body(schema: &Schema, told: Told) -> TokenStream {
    let krate = told.krate;
    match &schema.body {
        Body::Struct(fields) => structure(schema, fields, told),
        Body::Enum(variants) => enumeration(schema, variants, told),
        Body::Union => quote!(#krate::__private::Shape::Struct(&[])),
    }
}

/// The type whose JSON this one has, where another one writes it: `as = Type`, or serde's `into = "Type"`.
fn stored_as(schema: &Schema) -> Option<Type> {
    schema.stored_as.clone().or_else(|| schema.serde.text("into")?.parse().ok())
}

/// Whether it is stored as what it holds; one that holds itself needs a line to be told.
fn is_transparent(schema: &Schema) -> bool {
    let Body::Struct(fields) = &schema.body else { return false };
    let is_one_value = schema.serde.has("transparent") || matches!(fields, Fields::Newtype(_) | Fields::Unit);
    is_one_value && !fields.all().iter().any(|field| field.by_name)
}

fn structure(schema: &Schema, fields: &Fields, told: Told) -> TokenStream {
    let krate = told.krate;
    if schema.serde.has("transparent")
        && let Some(field) = fields.all().iter().find(|field| shape::is_stored(&field.serde) && !is_phantom(field.ty))
    {
        return told.field(field);
    }
    let tag = schema.serde.text("tag").map(|tag| shape::struct_tag(tag, &schema.serde, &schema.input.ident, krate));
    match fields {
        Fields::Named(fields) => named(fields, &schema.serde, schema.serde.rename_all(), tag, told),
        _ => content(fields, &schema.serde, None, told).unwrap_or_else(|| quote!(#krate::__private::Shape::Scalar("null"))),
    }
}

fn is_phantom(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "PhantomData"))
}

fn named(fields: &[Field], container: &Serde, rename_all: Option<String>, tag: Option<TokenStream>, told: Told) -> TokenStream {
    let krate = told.krate;
    let fields = fields.iter().filter(|field| shape::is_stored(&field.serde)).map(|field| {
        let name = field.serde.field_name(&field.ident, rename_all.as_deref());
        let optional = shape::is_optional(&field.serde, container);
        let by_name = told.by_name || field.by_name;
        StoredField { name, ty: field.stored_type(), optional, tag: None, flatten: field.serde.has("flatten"), by_name }.expand(krate)
    });
    quote!(#krate::__private::Shape::Struct(&[#tag #(#fields),*]))
}

/// What a struct or a variant holds; `None` for a unit.
fn content(fields: &Fields, container: &Serde, rename_all: Option<String>, told: Told) -> Option<TokenStream> {
    match fields {
        Fields::Unit => None,
        Fields::Newtype(field) if shape::is_stored(&field.serde) => Some(told.field(field)),
        Fields::Newtype(_) => None,
        Fields::Tuple(fields) => {
            let parts = fields.iter().filter(|field| shape::is_stored(&field.serde)).map(|field| told.field(field));
            let krate = told.krate;
            Some(quote!(#krate::__private::Shape::Tuple(&[#(#parts),*])))
        }
        Fields::Named(fields) => Some(named(fields, container, rename_all, None, told)),
    }
}

fn enumeration(schema: &Schema, variants: &[Variant], told: Told) -> TokenStream {
    let krate = told.krate;
    let tagging = tagging(&schema.serde, krate);
    let rename_all = schema.serde.rename_all();
    let rename_all_fields = schema.serde.text("rename_all_fields").map(LitStr::value);
    let variants = variants.iter().filter(|variant| shape::is_stored(&variant.serde)).map(|variant| {
        let name = variant.serde.variant_name(variant.ident, rename_all.as_deref());
        let rename_fields = variant.serde.rename_all().or_else(|| rename_all_fields.clone());
        let content = match &variant.stored_as {
            Some(ty) => Some(told.of(ty)),
            None => content(&variant.fields, &Serde::default(), rename_fields, told),
        };
        let content = content.map_or_else(|| quote!(::core::option::Option::None), |shape| quote!(::core::option::Option::Some(#shape)));
        quote!(#krate::__private::Variant { name: #name, shape: #content })
    });
    quote!(#krate::__private::Shape::Enum(#tagging, &[#(#variants),*]))
}

fn tagging(serde: &Serde, krate: &TokenStream) -> TokenStream {
    let kind = match (serde.text("tag"), serde.text("content")) {
        _ if serde.has("untagged") => quote!(Untagged),
        (Some(tag), Some(content)) => quote!(Adjacent(#tag, #content)),
        (Some(tag), None) => quote!(Internal(#tag)),
        (None, _) => quote!(External),
    };
    quote!(#krate::__private::Tagging::#kind)
}

/// The types of everything that is stored.
fn held<'a>(schema: &'a Schema) -> Vec<&'a Type> {
    let stored = |fields: &'a Fields<'a>| {
        fields.all().iter().filter(|field| shape::is_stored(&field.serde) && !is_phantom(field.ty)).map(Field::stored_type)
    };
    match &schema.body {
        Body::Struct(fields) => stored(fields).collect(),
        Body::Enum(variants) => variants
            .iter()
            .filter(|variant| shape::is_stored(&variant.serde))
            .flat_map(|variant| match &variant.stored_as {
                Some(ty) => vec![ty],
                None => stored(&variant.fields).collect(),
            })
            .collect(),
        Body::Union => Vec::new(),
    }
}
