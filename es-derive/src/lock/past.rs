//! What is stored of each version that an event's fields read: the present one, and those before it.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{LitStr, Path, Type};

use crate::attr::{Krate, located};
use crate::case;
use crate::errors::Errors;
use crate::event::{Before, Event, Field, Past, Removed, UpcastFrom};
use crate::serde_attr::Serde;
use crate::shape;

/// A field as one version stores it.
pub(super) struct Stored<'a> {
    pub(super) name: LitStr,
    stored: StoredAs<'a>,
    pub(super) optional: bool,
    /// The version since which it is a tag.
    pub(super) tag: Option<u32>,
    pub(super) flatten: bool,
}

/// Where the compiler finds the field's shape.
enum StoredAs<'a> {
    Type(&'a Type),
    /// What `#[schema(as = Type)]` says of a removed field.
    Other(Box<Type>),
    /// In the argument of a function.
    Argument(&'a Path),
}

impl Stored<'_> {
    fn expand(&self, krate: &Krate) -> TokenStream {
        let Self { name, stored, .. } = self;
        let stored = match stored {
            StoredAs::Type(ty) => shape::stored(ty, false, krate),
            StoredAs::Other(ty) => shape::stored(ty, false, krate),
            StoredAs::Argument(path) => argument(path, krate),
        };
        let optional = self.optional.then(|| quote!(.optional()));
        let tag = self.tag.map(Literal::u32_unsuffixed).map(|since| quote!(.tag(#since)));
        let flatten = self.flatten.then(|| quote!(.flatten()));
        quote!(#krate::__private::Field::Plain(#name, #stored) #optional #tag #flatten)
    }
}

/// `with(path).stored`: the same call as where the version is read, so that what is wrong with the function is one error.
fn argument(path: &Path, krate: &Krate) -> TokenStream {
    let krate = located(krate, path.span());
    quote_spanned!(path.span()=> #krate::__private::with(#path).stored)
}

/// What `impl Event` says for the lock.
pub(crate) fn members(event: &Event, krate: &Krate) -> TokenStream {
    let package = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
    let versions: Vec<_> = (event.oldest_by_fields()..event.version()).map(|version| past(event, version, krate)).collect();
    let past = (!versions.is_empty()).then(|| quote!(const PAST: &'static [(u32, #krate::__private::Shape)] = &[#(#versions),*];));
    let past_type = past_type(event, krate);
    quote! {
        const PACKAGE: &'static str = #package;
        #past
        #past_type
    }
}

fn past_type(event: &Event, krate: &Krate) -> Option<TokenStream> {
    let Some(UpcastFrom::Type(past)) = &event.keys.upcast_from else { return None };
    let at = located(krate, past.span());
    let info = quote_spanned!(past.span()=> <__Past as #at::__private::Listed>::INFO);
    Some(quote! {
        fn past_type() -> ::core::option::Option<#krate::EventInfo> {
            ::core::option::Option::Some(#info)
        }
    })
}

/// `(1, Shape::Struct(&[..]))`
fn past(event: &Event, version: u32, krate: &Krate) -> TokenStream {
    let tag = event.serde.text("tag").map(|tag| shape::struct_tag(tag, &event.serde, &event.input.ident, krate));
    let fields = fields(event, version);
    let fields = fields.iter().map(|field| field.expand(krate));
    let version = Literal::u32_unsuffixed(version);
    quote!((#version, #krate::__private::Shape::Struct(&[#tag #(#fields),*])))
}

/// The fields of a version.
pub(super) fn fields<'a>(event: &'a Event, version: u32) -> Vec<Stored<'a>> {
    let own = event.fields().iter().filter(|field| shape::is_stored(&field.serde)).filter_map(|it| field(event, it, version));
    let removed = event.keys.removed.iter().filter(|it| it.was_in(version)).filter_map(|it| removed(event, it));
    own.chain(removed).collect()
}

fn field<'a>(event: &'a Event, field: &'a Field, version: u32) -> Option<Stored<'a>> {
    let ident = field.ident?;
    let rename_all = event.serde.rename_all();
    let tag = field.tag.as_ref().map(|tag| tag.since.map_or(1, |since| since.value)).filter(|since| *since <= version);
    match field.at(version) {
        Past::Absent(_) => None,
        Past::Unchanged { was } => Some(Stored {
            name: was.cloned().unwrap_or_else(|| field.serde.field_name(ident, rename_all.as_deref())),
            stored: StoredAs::Type(field.stored_type()),
            optional: shape::is_optional(&field.serde, &event.serde),
            tag,
            flatten: field.serde.has("flatten"),
        }),
        Past::Converted { was, from } => {
            let stored = match &field.chapters.get(from)?.before {
                Before::From(ty) => StoredAs::Type(ty),
                Before::With(path) => StoredAs::Argument(path),
                Before::Same | Before::Absent(..) => return None,
            };
            let name = was.cloned().unwrap_or_else(|| {
                let name = ident.unraw().to_string();
                LitStr::new(&rename_all.map_or(name.clone(), |rule| case::field(&rule, &name)), ident.span())
            });
            Some(Stored { name, stored, optional: false, tag, flatten: false })
        }
    }
}

fn removed<'a>(event: &'a Event, removed: &'a Removed) -> Option<Stored<'a>> {
    let serde = Serde::read(&removed.attrs);
    let stored_as = shape::stored_as(&removed.attrs, &mut Errors::new());
    shape::is_stored(&serde).then(|| Stored {
        name: serde.field_name(&removed.ident, event.serde.rename_all().as_deref()),
        stored: stored_as.map_or(StoredAs::Type(&removed.ty), |ty| StoredAs::Other(Box::new(ty))),
        optional: shape::is_optional(&serde, &Serde::default()),
        tag: None,
        flatten: serde.has("flatten"),
    })
}
