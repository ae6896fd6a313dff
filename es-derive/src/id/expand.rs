//! What a newtype needs to be an id, as one would write it by hand.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::Id;

pub(super) fn all(id: &Id) -> TokenStream {
    let krate = crate::attr::krate(id.krate.clone());
    let new = is_called(id.inner, "Uuid").then(|| new(id, &krate));
    let text = text(id);
    let serde = serde(id, &krate);
    let stored = stored(id, &krate);
    quote! {
        const _: () = {
            #new
            #text
            #serde
            #stored
        };
    }
}

/// Whether a type is written under this name.
fn is_called(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

fn new(id: &Id, krate: &TokenStream) -> TokenStream {
    let (ident, vis) = (&id.input.ident, &id.input.vis);
    quote! {
        #[automatically_derived]
        impl #ident {
            /// A new id: a UUID of version 7, so that ids made later sort later.
            #[allow(dead_code, clippy::new_without_default)]
            #[must_use]
            #vis fn new() -> Self {
                Self(#krate::__private::uuid::Uuid::now_v7())
            }
        }
    }
}

/// `Display`, `FromStr` and the conversions.
fn text(id: &Id) -> TokenStream {
    let (ident, inner) = (&id.input.ident, id.inner);
    let from_str = is_called(inner, "String").then(|| {
        quote! {
            #[automatically_derived]
            impl ::core::convert::From<&str> for #ident {
                fn from(value: &str) -> Self {
                    Self(::core::convert::From::from(value))
                }
            }
        }
    });
    let display = quote_spanned!(inner.span()=> <#inner as ::core::fmt::Display>::fmt);
    let parse = quote_spanned!(inner.span()=> <#inner as ::core::str::FromStr>);
    quote! {
        #[automatically_derived]
        impl ::core::fmt::Display for #ident {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #display(&self.0, formatter)
            }
        }

        #[automatically_derived]
        impl ::core::str::FromStr for #ident {
            type Err = #parse::Err;

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                #parse::from_str(text).map(Self)
            }
        }

        #[automatically_derived]
        impl ::core::convert::From<#inner> for #ident {
            fn from(value: #inner) -> Self {
                Self(value)
            }
        }

        #[automatically_derived]
        impl ::core::convert::From<#ident> for #inner {
            fn from(id: #ident) -> Self {
                id.0
            }
        }

        #from_str
    }
}

/// serde as the inner value.
fn serde(id: &Id, krate: &TokenStream) -> TokenStream {
    let (ident, inner) = (&id.input.ident, id.inner);
    let serde = quote!(#krate::__private::serde);
    quote! {
        #[automatically_derived]
        impl #serde::Serialize for #ident {
            fn serialize<S: #serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                #serde::Serialize::serialize(&self.0, serializer)
            }
        }

        #[automatically_derived]
        impl<'de> #serde::Deserialize<'de> for #ident {
            fn deserialize<D: #serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                <#inner as #serde::Deserialize<'de>>::deserialize(deserializer).map(Self)
            }
        }
    }
}

/// Its shape, and its tag.
fn stored(id: &Id, krate: &TokenStream) -> TokenStream {
    let (ident, inner) = (&id.input.ident, id.inner);
    let shape = crate::shape::of(inner, krate);
    let add_to = quote_spanned!(inner.span().resolved_at(Span::call_site())=> <#inner as #krate::TagValue>::add_to);
    quote! {
        #[automatically_derived]
        impl #krate::Schema for #ident {
            const SHAPE: #krate::__private::Shape = #shape;
        }

        #[automatically_derived]
        impl #krate::TagValue for #ident {
            const KIND: #krate::__private::TagKind =
                #krate::__private::TagKind::one(::core::concat!(::core::module_path!(), "::", ::core::stringify!(#ident)));

            fn add_to(&self, key: &str, tags: &mut #krate::Tags) {
                #add_to(&self.0, key, tags);
            }
        }
    }
}
