//! The implementation of `Event`, as one would write it by hand.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::LitStr;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::decode;
use super::model::{Body, Event, UpcastFrom};
use crate::attr::{Item, Krate, hygienic, located, printed};
use crate::event_enum::EventEnum;
use crate::lock;
use crate::shape::{self, StoredField};

pub(super) fn all(event: &Event) -> TokenStream {
    let krate = event.krate();
    let ident = &event.input.ident;
    let (name, version) = (event.name(), Literal::u32_unsuffixed(event.version()));
    let schema = schema(event, &krate);
    let renamed_from = renamed_from(event);
    let replaces = replaces(event, &krate);
    let retired_const = event.keys.retired_into.as_ref().map(|_| {
        quote! {
            const RETIRED_INTO: ::core::option::Option<&'static [&'static str]> =
                ::core::option::Option::Some(<Self as #krate::__private::RetiredInto>::SUCCESSORS);
        }
    });
    let encode = matches!(event.body, Body::Unit).then(|| {
        quote! {
            #[inline]
            fn encode(&self) -> ::core::result::Result<::std::vec::Vec<u8>, #krate::EncodeError> {
                ::core::result::Result::Ok(#krate::__private::encode_unit())
            }
        }
    });
    let decode = decode::body(event);
    let tags = tags(event, &krate);
    let add_tags = add_tags(event, &krate);
    let retired = retired(event, &krate);
    let checks = checks(event, &krate);
    let (lock_members, lock_checks) = (lock::members(event, &krate), lock::checks(event, &krate));
    // by its name once: a type that is unknown is told as often as it is written
    let past = match &event.keys.upcast_from {
        Some(UpcastFrom::Type(past)) => Some(quote!(type __Past = #past;)),
        _ => None,
    };
    let body = quote! {
        #[automatically_derived]
        impl #krate::Event for #ident {
            const NAME: &'static str = #name;
            const VERSION: u32 = #version;
            const SCHEMA: #krate::__private::Shape = #schema;
            #renamed_from
            #replaces
            #retired_const
            #tags
            #lock_members

            #encode
            #decode
            #add_tags
        }
        #retired
        #checks
        #lock_checks
    };
    // only what has a name of its own needs a place of its own
    if past.is_none() && retired.is_none() { body } else { quote!(const _: () = { #past #body };) }
}

/// An implementation that lets the rest of the user's crate compile, beside the errors.
pub(super) fn fallback(event: &Event) -> TokenStream {
    if !event.input.generics.params.is_empty() || matches!(event.input.data, syn::Data::Union(_)) {
        return TokenStream::new();
    }
    let krate = event.krate();
    let ident = &event.input.ident;
    let (name, version) = (event.name(), event.version());
    let retired = retired(event, &krate);
    quote! {
        const _: () = {
            #[automatically_derived]
            impl #krate::Event for #ident {
                const NAME: &'static str = #name;
                const VERSION: u32 = #version;
                const SCHEMA: #krate::__private::Shape = #krate::__private::Shape::Struct(&[]);

                fn encode(&self) -> ::core::result::Result<::std::vec::Vec<u8>, #krate::EncodeError> {
                    ::core::result::Result::Ok(#krate::__private::encode_unit())
                }

                fn decode(version: u32, _: &[u8]) -> ::core::result::Result<Self, #krate::DecodeError> {
                    ::core::result::Result::Err(#krate::__private::unread::<Self>(version, 1))
                }
            }
            #retired
        };
    }
}

fn schema(event: &Event, krate: &Krate) -> TokenStream {
    if let Some(field) = event.transparent() {
        return shape::of(field.stored_type(), krate);
    }
    let fields = event.stored_fields().map(|(field, name)| {
        let optional = shape::is_optional(&field.serde, &event.serde);
        let tag = field.tag.as_ref().map(|tag| tag.since.map_or(1, |since| since.value));
        StoredField { name, ty: field.stored_type(), optional, tag, flatten: field.serde.has("flatten"), by_name: false }.expand(krate)
    });
    let tag = event.serde.text("tag").map(|tag| shape::struct_tag(tag, &event.serde, &event.input.ident, krate));
    quote!(#krate::__private::Shape::Struct(&[#tag #(#fields),*]))
}

fn renamed_from(event: &Event) -> Option<TokenStream> {
    let names = &event.keys.renamed_from;
    (!names.is_empty()).then(|| quote!(const RENAMED_FROM: &'static [&'static str] = &[#(#names),*];))
}

fn replaces(event: &Event, krate: &Krate) -> Option<TokenStream> {
    let replaced = event.keys.replaces.iter().map(|item| {
        let (path, krate) = (&item.path, located(krate, item.span()));
        quote_spanned!(item.span()=> #krate::__private::Replaced::of::<#path>())
    });
    (!event.keys.replaces.is_empty()).then(|| quote!(const REPLACES: &'static [#krate::__private::Replaced] = &[#(#replaced),*];))
}

/// What is known of its tags at compile time, for the models that read it.
fn tags(event: &Event, krate: &Krate) -> Option<TokenStream> {
    let tags: Vec<_> = each_tag(event, krate)
        .map(|Tagged { ty, key, since, krate, .. }| {
            let kind = quote_spanned!(hygienic(ty.span())=> <#ty as #krate::TagValue>::KIND);
            quote!(#krate::__private::TagInfo::new(#key, #kind, #since))
        })
        .collect();
    (!tags.is_empty()).then(|| quote!(const TAGS: &'static [#krate::__private::TagInfo] = &[#(#tags),*];))
}

/// A tagged field.
struct Tagged<'a> {
    ident: &'a Ident,
    ty: &'a syn::Type,
    key: LitStr,
    since: Literal,
    krate: Krate,
}

fn each_tag<'a>(event: &'a Event<'a>, krate: &'a Krate) -> impl Iterator<Item = Tagged<'a>> {
    event.fields().iter().filter_map(move |field| {
        let (ident, ty, tag) = (field.ident?, field.ty, field.tag.as_ref()?);
        let key = LitStr::new(&ident.unraw().to_string(), ident.span());
        let since = Literal::u32_unsuffixed(tag.since.map_or(1, |since| since.value));
        Some(Tagged { ident, ty, key, since, krate: located(krate, ty.span()) })
    })
}

fn add_tags(event: &Event, krate: &Krate) -> Option<TokenStream> {
    let calls: Vec<_> = each_tag(event, krate)
        .map(|Tagged { ident, ty, key, krate, .. }| {
            quote_spanned!(hygienic(ty.span())=> <#ty as #krate::TagValue>::add_to(&self.#ident, #key, tags);)
        })
        .collect();
    (!calls.is_empty()).then(|| {
        quote_spanned! {Span::mixed_site()=>
            fn add_tags(&self, tags: &mut #krate::Tags) {
                #(#calls)*
            }
        }
    })
}

/// What a retired event has besides: the set of its successors.
fn retired(event: &Event, krate: &Krate) -> Option<TokenStream> {
    let (_, listed) = event.keys.retired_into.as_ref()?;
    let mut successors: Vec<Item> = Vec::new();
    for item in listed {
        // a second variant of one name is an error that was told
        if successors.iter().all(|earlier| earlier.name != item.name) {
            successors.push(item.clone());
        }
    }
    let ident = &event.input.ident;
    let enum_ident: Ident = format_ident!("__Successors");
    let names = successors.iter().map(|item| {
        let (path, krate) = (&item.path, located(krate, item.span()));
        quote_spanned!(item.span()=> <#path as #krate::__private::Listed>::NAME)
    });
    let at = located(krate, ident.span());
    let replace = quote_spanned!(ident.span()=> <Self as #at::Retired>::replace);
    let generics = syn::Generics::default();
    let vis: syn::Visibility = syn::parse_quote!(pub);
    let successors = EventEnum {
        krate: &krate.to_token_stream(),
        ident: &enum_ident,
        vis: &vis,
        doc: format!(" What [`{ident}`] became."),
        events: &successors,
        ignored: &[],
        derives: &[],
        set: &quote!(#ident),
        generics: &generics,
    }
    .expand();
    Some(quote! {
        #successors

        #[automatically_derived]
        impl #krate::EventSet for #ident {
            type Event = #enum_ident;
            type Error = ::core::convert::Infallible;
        }

        #[automatically_derived]
        impl #krate::__private::RetiredInto for #ident {
            const SUCCESSORS: &'static [&'static str] = &[#(#names),*];

            fn replaced(self) -> #krate::Events<Self> {
                #replace(self)
            }
        }
    })
}

/// What must hold between this event and others.
fn checks(event: &Event, krate: &Krate) -> TokenStream {
    let ident = &event.input.ident;
    let (this, name, version) = (printed(ident), event.name(), Literal::u32_unsuffixed(event.version()));
    let mut checks = TokenStream::new();
    if let Some(UpcastFrom::Type(past)) = &event.keys.upcast_from {
        let (written, reads_from, krate) = (printed(past), event.oldest_by_fields(), located(krate, past.span()));
        checks.extend(quote_spanned! {past.span()=>
            const _: () = #krate::__private::Upcast { event: #this, past: #written, reads_from: #reads_from }
                .check(&<__Past as #krate::__private::Listed>::INFO, #name, #version);
        });
    }
    for (at, successor) in event.keys.retired_into.iter().flat_map(|(_, successors)| successors).enumerate() {
        let (written, krate) = (successor.written(), located(krate, successor.span()));
        checks.extend(quote_spanned! {successor.span()=>
            const _: () = #krate::__private::Retirement { retired: #this, successor: #written }
                .is_known_to_successor(#name, &<__Successors as #krate::EventEnum>::EVENTS[#at]);
        });
    }
    for (at, retired) in event.keys.replaces.iter().enumerate() {
        let (written, krate) = (retired.written(), located(krate, retired.span()));
        checks.extend(quote_spanned! {retired.span()=>
            const _: () = #krate::__private::Retirement { retired: #written, successor: #this }
                .is_known_to_retired(&<#ident as #krate::Event>::REPLACES[#at], <#ident as #krate::Event>::NAME);
        });
    }
    checks
}
