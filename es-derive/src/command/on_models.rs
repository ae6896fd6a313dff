//! A command that is decided on models: the events that it emits as an enum, and the clause of each model.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Generics;

use super::decides_on::{Asked, Tag};
use super::expand::implementation;
use super::model::{Command, Stream};
use crate::attr::{Item, hygienic, located, printed};
use crate::event_enum::EventEnum;

pub(super) fn all(command: &Command) -> TokenStream {
    let boundary = boundary(command);
    let checks = checks(command);
    expand(command, &boundary, &checks)
}

pub(super) fn fallback(command: &Command) -> TokenStream {
    if !(1..=6).contains(&command.models().len()) || !command.input.generics.params.is_empty() {
        return TokenStream::new();
    }
    expand(command, &quote!(loop {}), &TokenStream::new())
}

fn expand(command: &Command, boundary: &TokenStream, checks: &TokenStream) -> TokenStream {
    let krate = command.krate();
    let (ident, event_ident) = (&command.input.ident, command.event_ident());
    let error = command.emits.error.as_ref().map_or_else(|| quote!(::core::convert::Infallible), |error| quote!(#error));
    let mut events: Vec<Item> = Vec::new();
    for item in command.events() {
        // a second variant of one name is an error that was told
        if events.iter().all(|earlier| earlier.name != item.name) {
            events.push(item.clone());
        }
    }
    let events = EventEnum {
        krate: &krate,
        ident: &event_ident,
        vis: &command.input.vis,
        doc: format!(" The events of [`{ident}`]."),
        events: &events,
        ignored: &[],
        derives: &command.emits.derives,
        set: &quote!(#ident),
        generics: &Generics::default(),
    };
    let (declaration, implementations) = (events.declaration(), events.implementations());
    let command = implementation(command, &state(command), &quote!(Self), boundary);
    quote! {
        #declaration
        const _: () = {
            #implementations

            #[automatically_derived]
            impl #krate::EventSet for #ident {
                type Event = #event_ident;
                type Error = #error;
            }

            #command
            #checks
        };
    }
}

/// One model, or a tuple of them.
fn state(command: &Command) -> TokenStream {
    let models = command.models().iter().map(|asked| &asked.model);
    if models.len() == 1 { quote!(#(#models)*) } else { quote!((#(#models),*)) }
}

fn boundary(command: &Command) -> TokenStream {
    let krate = command.krate();
    let clauses = command.models().iter().map(|asked| clause(asked, &krate));
    let stream = match &command.stream {
        Some(Stream::Of(aggregate, field)) => {
            let (id, krate) = (field.borrowed(), located(&krate, field.span()));
            let stream = quote_spanned!(hygienic(field.span())=> #krate::__private::stream_of::<#aggregate>(#id)?);
            quote!(::core::option::Option::Some(#stream))
        }
        _ => quote!(::core::option::Option::None),
    };
    quote_spanned! {Span::mixed_site()=>
        ::core::result::Result::Ok(#krate::Boundary::Tags {
            clauses: ::std::vec![#(#clauses),*],
            stream: #stream,
        })
    }
}

/// The tags as a struct literal, through an alias: what is missing, unknown or of another type is an error on the user's token.
fn clause(asked: &Asked, krate: &TokenStream) -> TokenStream {
    let (model, at) = (&asked.model, located(krate, asked.span()));
    let tags = asked.tags().iter().map(|Tag { name, value }| {
        let value = value.borrowed();
        quote!(#name: #value)
    });
    let alias = quote_spanned!(hygienic(asked.span())=> __About);
    quote_spanned! {hygienic(asked.span())=> {
        type #alias<'a> = <#model as #at::DecisionModel>::Tags<'a>;
        <#model as #at::DecisionModel>::clause(#alias { #(#tags),* })?
    }}
}

/// What must hold of the events that it emits.
fn checks(command: &Command) -> TokenStream {
    let krate = command.krate();
    let this = printed(&command.input.ident);
    let event_ident = command.event_ident();
    let types = command.events().iter().map(Item::written);
    let each = command.events().iter().enumerate().map(|(at, item)| quote_spanned!(item.span()=> const _: () = LISTED.check_emitted(#at);));
    let listed_by = command.events().iter().filter_map(|item| {
        let Some(Stream::Of(aggregate, _)) = &command.stream else { return None };
        let (path, at) = (&item.path, located(&krate, item.span()));
        Some(quote_spanned!(item.span()=> const _: () = #at::__private::listed_by::<#aggregate, #path>();))
    });
    if command.events().is_empty() {
        return TokenStream::new();
    }
    quote! {
        const LISTED: #krate::__private::Reads = #krate::__private::Reads {
            aggregate: #this,
            types: &[#(#types),*],
            events: <#event_ident as #krate::EventEnum>::EVENTS,
            ignored: &[],
        };
        #(#each)*
        #(#listed_by)*
    }
}
