//! The shape of a type's fields, as generated code spells it.

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, LitStr, Type};

use crate::attr::{Keys, Root, bodies, each_key, hygienic, located, set, value};
use crate::errors::Errors;
use crate::serde_attr::Serde;

const KEYS: &[(&str, &str)] = &[("as", "as = Type"), ("by_name", "by_name")];

/// Reads `#[schema(by_name)]` on a field: its types hold the one that holds it.
pub(crate) fn is_by_name(attrs: &[syn::Attribute]) -> bool {
    bodies(attrs, "schema", &mut Errors::new())
        .into_iter()
        .flatten()
        .any(|token| matches!(token, TokenTree::Ident(key) if key == "by_name"))
}

/// Reads `#[schema(as = Type)]` on a field.
pub(crate) fn stored_as(attrs: &[syn::Attribute], errors: &mut Errors) -> Option<Type> {
    let keys = Keys { attribute: "schema", place: "a field", keys: KEYS, elsewhere: (&[("name", ""), ("crate", "")], "the type") };
    let mut ty = None;
    for body in bodies(attrs, "schema", errors) {
        each_key(body, &keys, errors, |key, input, errors| {
            if key == "as" {
                set(&mut ty, key, value(input)?, errors);
            }
            Ok(())
        });
    }
    ty
}

/// One stored field.
pub(crate) struct StoredField<'a> {
    pub(crate) name: LitStr,
    /// What it is stored as: its own type, or the one in `#[schema(as = Type)]`.
    pub(crate) ty: &'a Type,
    pub(crate) optional: bool,
    /// The event version since which it is a tag.
    pub(crate) tag: Option<u32>,
    pub(crate) flatten: bool,
    /// Whether its named types are told by their names alone.
    pub(crate) by_name: bool,
}

impl StoredField<'_> {
    /// `Field::Plain("till", <String as Schema>::STORED).tag(1)`
    pub(crate) fn expand(&self, krate: &impl Root) -> TokenStream {
        let (name, stored) = (&self.name, stored(self.ty, self.by_name, krate));
        let optional = self.optional.then(|| quote!(.optional()));
        let tag = self.tag.map(Literal::u32_unsuffixed).map(|since| quote!(.tag(#since)));
        let flatten = self.flatten.then(|| quote!(.flatten()));
        quote!(#krate::__private::Field::Plain(#name, #stored) #optional #tag #flatten)
    }
}

/// Whether this field is in the JSON at all.
pub(crate) fn is_stored(serde: &Serde) -> bool {
    !(serde.has("skip") || serde.has("skip_serializing") && serde.has("skip_deserializing"))
}

/// Whether serde may find the field absent.
pub(crate) fn is_optional(serde: &Serde, container: &Serde) -> bool {
    serde.has("default") || container.has("default")
}

/// That a type whose JSON is written by a function of the user's own says what it is stored as.
pub(crate) fn shape_is_known(field: &Ident, serde: &Serde, stored_as: Option<&Type>, errors: &mut Errors) {
    if let (None, Some((written, key))) = (stored_as, serde.first_of(&["with", "serialize_with"])) {
        errors.error(
            written,
            format!(
                "what `{field}` is stored as cannot be seen: serde writes it by `{key}`\n\
                help: add `#[schema(as = Type)]` with a type of the same JSON"
            ),
        );
    }
}

/// `<T as Schema>::SHAPE`, with an error on `T` where there is none.
pub(crate) fn of(ty: &Type, krate: &impl Root) -> TokenStream {
    let krate = located(krate, ty.span());
    quote_spanned!(ty.span()=> <#ty as #krate::Schema>::SHAPE)
}

/// The same, or `<T as Schema>::BY_NAME` where `T` holds the type that is being told of.
pub(crate) fn of_field(ty: &Type, by_name: bool, krate: &impl Root) -> TokenStream {
    let krate = located(krate, ty.span());
    if by_name { quote_spanned!(ty.span()=> <#ty as #krate::Schema>::BY_NAME) } else { of(ty, &krate) }
}

/// `<T as Schema>::STORED`, or `STORED_BY_NAME` where `T` holds the type that is being told of.
pub(crate) fn stored(ty: &Type, by_name: bool, krate: &impl Root) -> TokenStream {
    let krate = located(krate, ty.span());
    let stored = if by_name { "STORED_BY_NAME" } else { "STORED" };
    let stored = Ident::new(stored, ty.span());
    quote_spanned!(ty.span()=> <#ty as #krate::Schema>::#stored)
}

/// A number, a `bool` or a `char`: it holds no named type.
fn is_primitive(ty: &Type) -> bool {
    const PRIMITIVES: [&str; 16] =
        ["bool", "char", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64"];
    matches!(ty, Type::Path(path) if PRIMITIVES.iter().any(|name| path.path.is_ident(name)))
}

/// `<T as Schema>::define(types);` for every type, each once.
pub(crate) fn define_all<'a>(types: impl IntoIterator<Item = &'a Type>, krate: &impl Root) -> TokenStream {
    let mut seen = Vec::new();
    let mut calls = TokenStream::new();
    for ty in types.into_iter().filter(|ty| !is_primitive(ty)) {
        let text = quote!(#ty).to_string();
        if !seen.contains(&text) {
            seen.push(text);
            let krate = located(krate, ty.span());
            calls.extend(quote_spanned!(hygienic(ty.span())=> <#ty as #krate::Schema>::define(types);));
        }
    }
    calls
}

/// The field that `#[serde(tag = "..")]` adds to a struct: written always, read never.
pub(crate) fn struct_tag(tag: &LitStr, container: &Serde, ident: &Ident, krate: &impl Root) -> TokenStream {
    let name = container.variant_name(ident, None);
    quote! {
        #krate::__private::Field::Plain(#tag, const {
            &#krate::__private::Stored::new(#krate::__private::Shape::Enum(
                #krate::__private::Tagging::External,
                &[#krate::__private::Variant { name: #name, shape: ::core::option::Option::None }],
            ))
        })
        .optional(),
    }
}
