//! The implementation of `Command`, as one would write it by hand.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{LitStr, Member, parse_quote};

use crate::attr::hygienic;

use super::model::{Command, Stream};

pub(super) fn all(command: &Command) -> TokenStream {
    let krate = command.krate();
    let aggregate = &command.aggregate;
    let Some((_, id, ty)) = command.ids.first() else { return TokenStream::new() };
    // a field of another type is an error on its type
    let mut id = id.clone();
    match &mut id {
        Member::Named(ident) => ident.set_span(ident.span().located_at(ty.span())),
        Member::Unnamed(index) => index.span = ty.span(),
    }
    let id = quote_spanned!(hygienic(ty.span())=> &self.#id);
    implementation(command, &quote!(#krate::Boundary::stream_of::<#aggregate>(#id)))
}

/// An implementation that lets the rest of the user's crate compile, beside the errors.
pub(super) fn fallback(command: &Command) -> TokenStream {
    if command.aggregate.is_none() {
        return TokenStream::new();
    }
    implementation(command, &quote!(loop {}))
}

fn implementation(command: &Command, boundary: &TokenStream) -> TokenStream {
    let krate = command.krate();
    let ident = &command.input.ident;
    let aggregate = &command.aggregate;
    let name = LitStr::new(&ident.unraw().to_string(), ident.span());
    let mut generics = command.input.generics.clone();
    if !generics.params.is_empty() {
        generics.make_where_clause().predicates.push(parse_quote! {
            Self: ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static
        });
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, type_generics, _) = command.input.generics.split_for_impl();
    let stream_rule = command.stream.map(|stream| {
        let rule = match stream {
            Stream::New => quote!(New),
            Stream::Existing => quote!(Existing),
            Stream::Any => quote!(Any),
        };
        quote! {
            fn stream_rule(&self) -> #krate::StreamRule {
                #krate::StreamRule::#rule
            }
        }
    });
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #impl_generics #krate::Command for #ident #type_generics #where_clause {
            type State = #aggregate;
            type Emits = #aggregate;

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
