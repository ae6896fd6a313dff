//! The implementations that make a struct an aggregate, as one would write them by hand.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::parse_quote;
use syn::spanned::Spanned;

use super::model::Aggregate;
use super::{commands, snapshot};
use crate::attr::{Item, hygienic, located, printed};
use crate::event_enum::{EventEnum, member_of};

pub(super) fn all(aggregate: &Aggregate) -> TokenStream {
    let checks = checks(aggregate);
    let snapshot = snapshot::rule(aggregate, &aggregate.krate());
    expand(aggregate, snapshot.as_ref(), &checks)
}

/// As much as was understood, without what would only repeat the errors.
pub(super) fn fallback(aggregate: &Aggregate) -> TokenStream {
    expand(aggregate, None, &TokenStream::new())
}

fn expand(aggregate: &Aggregate, snapshot: Option<&TokenStream>, checks: &TokenStream) -> TokenStream {
    let krate = aggregate.krate();
    let (ident, vis) = (&aggregate.input.ident, &aggregate.input.vis);
    let generics = aggregate.generics();
    let (_, type_generics, _) = generics.split_for_impl();
    let event_ident = aggregate.event_ident();
    let this = quote!(#ident #type_generics);
    let mut events: Vec<Item> = Vec::new();
    for item in aggregate.events() {
        // a second variant of one name is an error that was told
        if events.iter().all(|earlier| earlier.name != item.name) {
            events.push(item.clone());
        }
    }
    let events = EventEnum {
        krate: &krate,
        ident: &event_ident,
        vis,
        doc: format!(" The events of [`{ident}`]."),
        events: &events,
        ignored: &aggregate.ignores,
        derives: &aggregate.derives,
        set: &this,
        generics: &generics,
    };
    let (declaration, implementations) = (events.declaration(), events.implementations());
    let state = state(aggregate, &events, snapshot);
    let implementation = implementation(aggregate, &events);
    let commands = aggregate.commands.as_ref().filter(|_| !aggregate.is_generic()).map(|list| commands::expand(aggregate, list));
    quote! {
        #declaration
        const _: () = {
            #implementations
            #state
            #implementation
            #checks
        };
        #commands
    }
}

/// `EventSet`, `Answers` and `State`.
fn state(aggregate: &Aggregate, events: &EventEnum, snapshot: Option<&TokenStream>) -> TokenStream {
    let EventEnum { krate, ident, set, generics, .. } = events;
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let answers = answers(events);
    let error = aggregate.error.as_ref().map_or_else(|| quote!(::core::convert::Infallible), |error| quote!(#error));
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::EventSet for #set #where_clause {
            type Event = #ident;
            type Error = #error;
        }

        #answers

        #[automatically_derived]
        impl #impl_generics #krate::State for #set #where_clause {
            const READS: &'static [&'static [#krate::EventInfo]] = &[<#ident as #krate::EventEnum>::EVENTS];
            #snapshot

            fn fold(
                &mut self,
                event: #krate::StoredRef<'_>,
                _: &[#krate::Clause],
            ) -> ::core::result::Result<(), #krate::DecodeError> {
                <Self as #krate::Aggregate>::apply_stored(self, event.name, event.event_version, event.payload)
            }
        }
    }
}

/// Whatever command it is decided on: its own events.
fn answers(EventEnum { krate, set, generics, .. }: &EventEnum) -> TokenStream {
    let mut generics = (*generics).clone();
    generics.params.push(parse_quote!(__Command));
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::__private::Answers<__Command> for #set #where_clause {
            type Emits = Self;
        }
    }
}

/// `Aggregate`: both ways to an event's `Apply`.
fn implementation(aggregate: &Aggregate, events: &EventEnum) -> TokenStream {
    let EventEnum { krate, ident, set, generics, .. } = events;
    let mut generics = (*generics).clone();
    if !aggregate.is_generic() {
        // a missing `Default` or `Clone` is told where `State` is implemented, and not again here
        generics.make_where_clause().predicates.push(parse_quote!(for<'__told> Self: #krate::State));
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let category = aggregate.category();
    let id = aggregate.id.as_ref().map_or_else(|| quote!(::std::string::String), |id| quote!(#id));
    let apply_event = apply_event(aggregate, events);
    let arms = events.events.iter().map(|item| stored_arm(aggregate, events, item));
    let read = quote_spanned!(Span::mixed_site()=> <Self as #krate::Aggregate>::apply_stored(self, name, version, payload));
    let by_name = events.by_name(arms, &read);
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #impl_generics #krate::Aggregate for #set #where_clause {
            const NAME: &'static str = #category;
            type Id = #id;

            fn apply_event(&mut self, event: #ident) {
                #apply_event
            }

            fn apply_stored(&mut self, name: &str, version: u32, payload: &[u8]) -> ::core::result::Result<(), #krate::DecodeError> {
                #by_name
            }
        }
    }
}

fn apply_event(aggregate: &Aggregate, events: &EventEnum) -> TokenStream {
    let EventEnum { krate, ident, .. } = events;
    if let Some(apply) = &aggregate.apply {
        return quote_spanned!(hygienic(apply.span())=> #apply(self, event));
    }
    let arms = events.events.iter().map(|item| {
        let (Item { path, name }, krate) = (item, located(krate, item.span()));
        quote_spanned!(hygienic(item.span())=> #ident::#name(event) => #krate::Apply::<#path>::apply(self, event),)
    });
    quote_spanned!(Span::mixed_site()=> match event { #(#arms)* })
}

/// Both uses of an event's `Apply` stand on its token in the list: where there is none, that is one error.
fn stored_arm(aggregate: &Aggregate, events: &EventEnum, item: &Item) -> TokenStream {
    let EventEnum { krate, ident, .. } = events;
    let (Item { path, name }, at) = (item, located(krate, item.span()));
    let apply = match &aggregate.apply {
        Some(_) => quote_spanned!(Span::mixed_site()=> <Self as #krate::Aggregate>::apply_event(self, #ident::#name(event))),
        None => quote_spanned!(hygienic(item.span())=> #at::Apply::<#path>::apply(self, event)),
    };
    let [stored, decode] = ["NAME", "decode_then"].map(|member| member_of(item, member, krate));
    quote_spanned!(Span::mixed_site()=> #stored => #decode(version, payload, |event| #apply)?,)
}

/// What must hold between the listed events.
fn checks(aggregate: &Aggregate) -> TokenStream {
    let krate = aggregate.krate();
    let enum_ident = aggregate.event_ident();
    let this = printed(&aggregate.input.ident);
    let types = aggregate.events().iter().map(Item::written);
    let ignored = aggregate.ignores.iter().map(|item| member_of(item, "INFO", &krate));
    let each = aggregate.events().iter().enumerate().map(|(at, item)| quote_spanned!(item.span()=> const _: () = LISTED.check(#at);));
    let each_ignored = aggregate.ignores.iter().enumerate().map(|(at, item)| {
        let written = item.written();
        quote_spanned!(item.span()=> const _: () = LISTED.check_ignored(#at, #written);)
    });
    if aggregate.events().is_empty() && aggregate.ignores.is_empty() {
        return TokenStream::new();
    }
    quote! {
        const LISTED: #krate::__private::Reads = #krate::__private::Reads {
            aggregate: #this,
            types: &[#(#types),*],
            events: <#enum_ident as #krate::EventEnum>::EVENTS,
            ignored: &[#(#ignored),*],
        };
        #(#each)*
        #(#each_ignored)*
    }
}
