//! The implementation of `Command`, as one would write it by hand.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{LitStr, Member, parse_quote};

use super::model::{Command, Rule, Stream};
use super::on_models;
use crate::attr::{hygienic, located};

pub(super) fn all(command: &Command) -> TokenStream {
    let krate = command.krate();
    if command.decides_on.is_some() {
        return on_models::all(command);
    }
    let aggregate = &command.aggregate;
    let Some((_, id, ty)) = command.ids.first() else { return TokenStream::new() };
    // a field of another type is an error on its type
    let mut id = id.clone();
    match &mut id {
        Member::Named(ident) => ident.set_span(ident.span().located_at(ty.span())),
        Member::Unnamed(index) => index.span = ty.span(),
    }
    let id = quote_spanned!(hygienic(ty.span())=> &self.#id);
    let at = located(&krate, aggregate.span());
    let stream_of = quote_spanned!(aggregate.span()=> <#aggregate as #at::__private::Decides>::stream_of);
    // as a pointer, so that what is no aggregate is not also an error on the field
    let boundary = quote_spanned! {Span::mixed_site()=>
        let stream_of: fn(&_) -> _ = #stream_of;
        stream_of(#id)
    };
    implementation(command, &quote!(#aggregate), &quote!(#aggregate), &boundary)
}

/// An implementation that lets the rest of the user's crate compile, beside the errors.
pub(super) fn fallback(command: &Command) -> TokenStream {
    if command.decides_on.is_some() {
        return on_models::fallback(command);
    }
    let aggregate = &command.aggregate;
    if aggregate.is_none() {
        return TokenStream::new();
    }
    implementation(command, &quote!(#aggregate), &quote!(#aggregate), &quote!(loop {}))
}

pub(super) fn implementation(command: &Command, state: &TokenStream, emits: &TokenStream, boundary: &TokenStream) -> TokenStream {
    let krate = command.krate();
    let ident = &command.input.ident;
    let name = LitStr::new(&ident.unraw().to_string(), ident.span());
    let mut generics = command.input.generics.clone();
    if !generics.params.is_empty() {
        generics.make_where_clause().predicates.push(parse_quote! {
            Self: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static
        });
    }
    if command.input.generics.params.is_empty() {
        // what is no aggregate is told by `boundary`, what an aggregate lacks where it is declared, and neither again here
        let answers = quote!(#krate::__private::Answers<Self, Emits = #emits>);
        generics.make_where_clause().predicates.push(parse_quote!(for<'__told> #state: #krate::State + #answers));
        generics.make_where_clause().predicates.push(parse_quote!(for<'__told> #emits: #krate::EventSet));
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, type_generics, _) = command.input.generics.split_for_impl();
    let stream_rule = stream_rule(command, &krate);
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #impl_generics #krate::Command for #ident #type_generics #where_clause {
            type State = #state;
            type Emits = #emits;

            fn name(&self) -> &'static str {
                #name
            }

            fn boundary(&self) -> ::core::result::Result<#krate::Boundary, #krate::EncodeError> {
                #boundary
            }

            #stream_rule
        }
    }
}

fn stream_rule(command: &Command, krate: &TokenStream) -> Option<TokenStream> {
    let Some(Stream::Rule(_, rule)) = &command.stream else { return None };
    let rule = match rule {
        Rule::New => quote!(New),
        Rule::Existing => quote!(Existing),
        Rule::Any => quote!(Any),
    };
    Some(quote! {
        fn stream_rule(&self) -> #krate::StreamRule {
            #krate::StreamRule::#rule
        }
    })
}
