//! The shape of a state, which a snapshot must have been made with.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::model::Aggregate;
use crate::attr::located;
use crate::schema;

/// `const SNAPSHOT`, for `impl State`.
pub(super) fn rule(aggregate: &Aggregate, krate: &TokenStream) -> Option<TokenStream> {
    let snapshot = aggregate.snapshot.as_ref()?;
    let (every, version) = (Literal::u64_unsuffixed(snapshot.every), Literal::u32_unsuffixed(snapshot.version));
    let definition = schema::definition(aggregate.input, krate);
    let (shape, define) = (definition.shape, definition.define);
    // `define` is empty where the state holds nothing
    let types = if define.is_empty() { quote!(_) } else { quote_spanned!(Span::mixed_site()=> types) };
    let at = located(krate, snapshot.key.span());
    let rule = quote_spanned! {snapshot.key.span()=>
        #at::__private::SnapshotRule::new(#every, #version, |#types| {
            #define
            const { #shape }
        })
    };
    Some(quote! {
        const SNAPSHOT: ::core::option::Option<#krate::__private::SnapshotRule<Self>> = ::core::option::Option::Some(#rule);
    })
}
