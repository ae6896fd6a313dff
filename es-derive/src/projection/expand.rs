//! The implementation of `Projection`, as one would write it by hand: a reaction is one that writes nothing.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Generics, parse_quote};

use super::model::{Kind, Projection};
use crate::attr::{Item, hygienic, located};
use crate::event_enum::EventEnum;

pub(super) fn all(projection: &Projection) -> TokenStream {
    let krate = projection.krate();
    let ident = &projection.input.ident;
    let event_ident = format_ident!("__{}Event", ident);
    let set_ident = format_ident!("__{}Events", ident);
    let (set, generics) = (quote!(#set_ident), Generics::default());
    let followed = EventEnum {
        krate: &krate,
        ident: &event_ident,
        vis: &parse_quote!(pub),
        doc: format!(" The events of [`{ident}`]."),
        events: projection.events(),
        ignored: &[],
        derives: &[],
        set: &set,
        generics: &generics,
    };
    let (declaration, reading) = (followed.declaration(), followed.event_enum());
    let (name, version) = (projection.name(), projection.version());
    let on_error = projection.on_error.constant(&krate);
    let implementation = match projection.kind {
        Kind::Projection => projected(projection, &krate),
        Kind::Reaction => reacted(projection, &krate),
    };
    quote! {
        const _: () = {
            #declaration
            #reading

            #[automatically_derived]
            impl #krate::EventSet for #set_ident {
                type Event = #event_ident;
                type Error = ::core::convert::Infallible;
            }
            struct #set_ident;

            #[automatically_derived]
            impl #krate::ReadModel for #ident {
                const NAME: &'static str = #name;
                const VERSION: u32 = #version;
                const EVENTS: &'static [#krate::EventInfo] = <#event_ident as #krate::EventEnum>::EVENTS;
                #on_error
            }
            #implementation
        };
    }
}

/// A missing `Project` is an error where the projection is added to a worker, which knows the connection.
fn projected(projection: &Projection, krate: &TokenStream) -> TokenStream {
    let ident = &projection.input.ident;
    let (event_ident, set_ident) = (format_ident!("__{}Event", ident), format_ident!("__{}Events", ident));
    let bounds = projection.events().iter().map(|item| {
        let (path, krate) = (&item.path, located(krate, item.span()));
        quote_spanned!(item.span()=> #ident: #krate::Project<#path, <S as #krate::store::EventStore>::Connection>,)
    });
    let arms = projection.events().iter().map(|item| {
        let (Item { path, name }, krate) = (item, located(krate, item.span()));
        quote_spanned! {hygienic(item.span())=>
            #event_ident::#name(event) => #krate::Project::<#path, _>::project(self, &about.map(|()| event), connection).await?,
        }
    });
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl<S: #krate::store::ViewStore> #krate::Projection<S> for #ident
        where
            #(#bounds)*
        {
            fn project_stored<'a>(
                &'a self,
                stored: &'a #krate::StoredEvent,
                connection: &'a mut <S as #krate::store::EventStore>::Connection,
            ) -> #krate::__private::Projected<'a> {
                ::std::boxed::Box::pin(async move {
                    for recorded in stored.decode::<#set_ident>()? {
                        let (event, about) = recorded.split();
                        match event { #(#arms)* }
                    }
                    ::core::result::Result::Ok(())
                })
            }
        }
    }
}

/// A missing `React` is an error where the event is listed: there is no connection that it depends on.
fn reacted(reaction: &Projection, krate: &TokenStream) -> TokenStream {
    let ident = &reaction.input.ident;
    let (event_ident, set_ident) = (format_ident!("__{}Event", ident), format_ident!("__{}Events", ident));
    let bounds = reaction.events().iter().map(|item| {
        let (path, krate) = (&item.path, located(krate, item.span()));
        quote_spanned!(item.span()=> Self: #krate::React<#path>,)
    });
    let arms = reaction.events().iter().map(|item| {
        let (Item { path, name }, krate) = (item, located(krate, item.span()));
        quote_spanned! {hygienic(item.span())=>
            #event_ident::#name(event) => #krate::React::<#path>::react(self, &about.map(|()| event), &key).await?,
        }
    });
    let begins = if reaction.is_from_start() { quote!(Start) } else { quote!(Head) };
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl<S: #krate::store::ViewStore> #krate::Projection<S> for #ident
        where
            #(#bounds)*
        {
            fn begins(&self) -> ::core::option::Option<#krate::__private::Begins> {
                ::core::option::Option::Some(#krate::__private::Begins::#begins)
            }

            fn react_stored<'a>(&'a self, stored: &'a #krate::StoredEvent) -> #krate::__private::Projected<'a> {
                ::std::boxed::Box::pin(async move {
                    for recorded in stored.decode::<#set_ident>()? {
                        let key = #krate::__private::reaction_key::<Self, _>(&recorded);
                        let (event, about) = recorded.split();
                        match event { #(#arms)* }
                    }
                    ::core::result::Result::Ok(())
                })
            }
        }
    }
}
