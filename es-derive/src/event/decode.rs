//! Reading stored versions: a private struct for each old one, converted into today's.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{LitStr, Path, Type};

use super::history::Past;
use super::model::{Before, Body, Chapter, Event, Field, UpcastFrom};
use crate::attr::{Krate, hygienic, located};

/// `fn decode_current` of an event without fields, which serde reads otherwise, and `fn decode_past` of one that has a past.
pub(super) fn body(event: &Event) -> TokenStream {
    let krate = event.krate();
    let current = matches!(event.body, Body::Unit).then(|| {
        let version = Literal::u32_unsuffixed(event.version());
        quote_spanned! {Span::mixed_site()=>
            fn decode_current(payload: &[u8]) -> ::core::result::Result<Self, #krate::DecodeError> {
                #krate::__private::read_unit::<Self>(#version, payload).map(|()| Self)
            }
        }
    });
    let past = event.keys.upcast_from.is_some().then(|| past(event, &krate));
    quote!(#current #past)
}

fn past(event: &Event, krate: &Krate) -> TokenStream {
    let converters = converters(event, krate);
    let past = (event.oldest_by_fields()..event.version()).rev().map(|version| old_version(event, version, krate));
    let rest = rest(event, krate);
    // user code in `default = EXPR` must not see `payload` and `stored_version`
    quote_spanned! {Span::mixed_site()=>
        fn decode_past(stored_version: u32, payload: &[u8]) -> ::core::result::Result<Self, #krate::DecodeError> {
            #converters
            match stored_version {
                #(#past)*
                #rest
            }
        }
    }
}

/// The versions that are not read by the fields.
fn rest(event: &Event, krate: &Krate) -> TokenStream {
    let oldest = Literal::u32_unsuffixed(event.oldest().unwrap_or(1));
    let unread = quote_spanned! {Span::mixed_site()=>
        other => ::core::result::Result::Err(#krate::__private::unread::<Self>(other, #oldest)),
    };
    match (&event.keys.upcast_from, &event.keys.upcast_with) {
        (Some(UpcastFrom::Type(past)), _) => {
            let at = located(krate, past.span());
            let read = quote_spanned!(past.span()=> <__Past as #at::__private::Listed>::decode);
            let upcast = quote_spanned!(past.span()=> #at::__private::upcast::<__Past, Self>);
            quote_spanned!(Span::mixed_site()=> other => #upcast(#read(other, payload), other),)
        }
        (_, Some(with)) => {
            let newest = Literal::u32_unsuffixed(event.oldest_by_fields() - 1);
            let versions = if oldest.to_string() == newest.to_string() { quote!(#oldest) } else { quote!(#oldest..=#newest) };
            let krate = located(krate, with.span());
            let upcast = quote_spanned!(with.span()=> #krate::__private::upcast_with::<Self, _>);
            quote_spanned!(Span::mixed_site()=> #versions => #upcast(stored_version, payload, #with), #unread)
        }
        _ => unread,
    }
}

/// `let total_cents_since_3 = with(path);` for each converter: what is wrong with the function is one error, on its path.
fn converters(event: &Event, krate: &Krate) -> TokenStream {
    let mut lets = TokenStream::new();
    for field in event.fields() {
        for chapter in &field.chapters {
            if let Before::With(path) = &chapter.before {
                let (name, krate) = (converter(field, chapter, path), located(krate, path.span()));
                let with = quote_spanned!(path.span()=> #krate::__private::with(#path));
                lets.extend(quote!(let #name = #with;));
            }
        }
    }
    lets
}

/// The variable that holds a chapter's converter.
fn converter(field: &Field, chapter: &Chapter, path: &Path) -> Ident {
    let field = field.ident.map(|ident| ident.unraw().to_string()).unwrap_or_default();
    Ident::new(&format!("{field}_since_{}", chapter.since.value), hygienic(path.span()))
}

/// One arm: the version's struct, its reading, its conversion.
fn old_version(event: &Event, version: u32, krate: &Krate) -> TokenStream {
    let name = format_ident!("__V{version}");
    let mut old = OldStruct::default();
    let values: Vec<_> = event.fields().iter().map(|field| old.add(event, field, version, krate)).collect();
    let removed = event.keys.removed.iter().filter(|removed| removed.was_in(version)).map(|removed| {
        // `#[schema(..)]` tells the lock what it was stored as
        let (attrs, ident, ty) = (removed.attrs.iter().filter(|attr| !attr.path().is_ident("schema")), &removed.ident, &removed.ty);
        quote!(#(#attrs)* #ident: #ty,)
    });
    let OldStruct { parameters, fields, defaults } = &old;
    let removed: Vec<_> = removed.collect();
    let unread = (!removed.is_empty()).then(|| quote!(#[allow(dead_code)]));
    let unused = fields.is_empty().then(|| quote!(#[allow(unused_variables)]));
    let version = Literal::u32_unsuffixed(version);
    let generics = (!parameters.is_empty()).then(|| quote!(<#(#parameters),*>));
    let inferred = parameters.iter().map(|_| quote!(_));
    let arguments = (!parameters.is_empty()).then(|| quote!(<#(#inferred),*>));
    let serde = LitStr::new(&format!("{}::__private::serde", crate::attr::printed(krate)), Span::call_site());
    let container = event.serde.keeping(|key| !matches!(key, "default" | "crate" | "bound" | "rename" | "transparent"));
    let read = quote_spanned!(Span::mixed_site()=> #krate::__private::read::<Self, #name #arguments>(#version, payload)?);
    quote_spanned! {Span::mixed_site()=>
        #version => {
            #[derive(#krate::__private::serde::Deserialize)]
            #[serde(crate = #serde)]
            #container
            #unread
            struct #name #generics { #(#fields)* #(#removed)* }
            #(#defaults)*
            #unused
            let old = #read;
            ::core::result::Result::Ok(Self { #(#values)* })
        }
    }
}

/// The private struct of one version, as it grows field by field.
#[derive(Default)]
struct OldStruct {
    /// A type parameter for each field whose type only its converter knows.
    parameters: Vec<Ident>,
    fields: Vec<TokenStream>,
    defaults: Vec<TokenStream>,
}

impl OldStruct {
    /// Adds the field as the version had it; what comes back fills it in `Self { .. }`.
    fn add(&mut self, event: &Event, field: &Field, version: u32, krate: &Krate) -> TokenStream {
        let Some(ident) = field.ident else { return TokenStream::new() };
        let old = quote_spanned!(Span::mixed_site()=> old.#ident);
        match field.at(version) {
            Past::Absent(chapter) => {
                let value = absent(field, chapter);
                let value = converted(field, chapter + 1, value, version, krate);
                quote!(#ident: #value,)
            }
            Past::Unchanged { was } => {
                let attrs = self.unchanged(event, field, ident, was);
                let ty = field.ty;
                self.fields.push(quote!(#attrs #ident: #ty,));
                quote!(#ident: #old,)
            }
            Past::Converted { was, from } => {
                let rename = was.map(renamed);
                let ty = match &field.chapters[from].before {
                    Before::From(ty) => ty.to_token_stream(),
                    _ => self.parameter().to_token_stream(),
                };
                self.fields.push(quote!(#rename #ident: #ty,));
                let value = converted(field, from, old, version, krate);
                quote!(#ident: #value,)
            }
        }
    }

    fn parameter(&mut self) -> Ident {
        let parameter = format_ident!("__T{}", self.parameters.len());
        self.parameters.push(parameter.clone());
        parameter
    }

    /// The attributes of a field that is read as it is today.
    fn unchanged(&mut self, event: &Event, field: &Field, ident: &Ident, was: Option<&LitStr>) -> TokenStream {
        let kept = match was {
            Some(_) => field.serde.keeping(|key| !matches!(key, "rename" | "alias")),
            None => field.serde.keeping(|_| true),
        };
        let rename = was.map(renamed);
        let default = self.container_default(event, field, ident);
        quote!(#rename #default #kept)
    }

    /// The struct's `#[serde(default)]` is of `Self`, so each field takes its own part of it.
    fn container_default(&mut self, event: &Event, field: &Field, ident: &Ident) -> Option<TokenStream> {
        if !event.serde.has("default") || field.serde.has("default") || field.serde.has("flatten") {
            return None;
        }
        let (this, ty) = (&event.input.ident, field.ty);
        let whole = match event.serde.text("default").map(LitStr::parse::<Path>) {
            Some(Ok(path)) => quote!(#path()),
            _ => quote!(<#this as ::core::default::Default>::default()),
        };
        let function = format_ident!("__default_{}", ident);
        let name = LitStr::new(&function.to_string(), Span::call_site());
        self.defaults.push(quote!(fn #function() -> #ty { #whole.#ident }));
        Some(quote!(#[serde(default = #name)]))
    }
}

fn renamed(was: &LitStr) -> TokenStream {
    quote!(#[serde(rename = #was)])
}

/// The value of a field that the version did not have.
fn absent(field: &Field, chapter: usize) -> TokenStream {
    match &field.chapters[chapter].before {
        Before::Absent(_, Some(value)) => quote!(#value),
        Before::Absent(key, None) => match type_after(field, chapter) {
            Some(ty) => quote_spanned!(key.span()=> <#ty as ::core::default::Default>::default()),
            None => quote_spanned!(key.span()=> ::core::default::Default::default()),
        },
        _ => TokenStream::new(),
    }
}

/// The type that the field had after this chapter; `None` when only the next converter knows.
fn type_after<'a>(field: &'a Field, chapter: usize) -> Option<&'a Type> {
    match field.chapters.iter().skip(chapter + 1).find(|chapter| chapter.before.changes_type()).map(|chapter| &chapter.before) {
        Some(Before::From(ty)) => Some(ty),
        Some(_) => None,
        None => Some(field.ty),
    }
}

/// The value, converted by this chapter and all that follow.
fn converted(field: &Field, from: usize, value: TokenStream, version: u32, krate: &Krate) -> TokenStream {
    let name = field.ident.map(ToString::to_string).unwrap_or_default();
    let number = Literal::u32_unsuffixed(version);
    (from..field.chapters.len()).fold(value, |value, chapter| {
        let ty = type_after(field, chapter).map_or_else(|| quote!(_), ToTokens::to_token_stream);
        let chapter = &field.chapters[chapter];
        match &chapter.before {
            Before::From(from) => {
                let krate = located(krate, from.span());
                quote_spanned!(from.span()=> #krate::__private::convert_from::<Self, #ty, #from>(#number, #name, #value)?)
            }
            Before::With(path) => {
                let (convert, krate) = (converter(field, chapter, path), located(krate, hygienic(path.span())));
                let value = quote_spanned!(hygienic(path.span())=> (#convert.convert)(#value));
                quote_spanned!(hygienic(path.span())=> #krate::__private::convert::<Self, #ty>(#number, #name, #value)?)
            }
            Before::Same | Before::Absent(..) => value,
        }
    })
}
