//! The implementations that make a struct a model, as one would write them by hand.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::model::{Model, Tag};
use crate::attr::{Item, hygienic, located, printed};
use crate::event_enum::member_of;

pub(super) fn all(model: &Model) -> TokenStream {
    let checks = checks(model);
    expand(model, &checks)
}

/// As much as was understood, without what would only repeat the errors.
pub(super) fn fallback(model: &Model) -> TokenStream {
    if !model.input.generics.params.is_empty() {
        return TokenStream::new();
    }
    expand(model, &TokenStream::new())
}

fn expand(model: &Model, checks: &TokenStream) -> TokenStream {
    let tags = tags(model);
    let state = state(model);
    let implementation = implementation(model);
    quote! {
        const _: () = {
            #tags
            #state
            #implementation
            #checks
        };
    }
}

/// `CourseSeatsTags`, which is in nobody's way: only the trait knows its name.
fn tags_ident(model: &Model) -> Ident {
    format_ident!("{}Tags", model.input.ident)
}

/// The tags, each once: a second one is an error that was told.
fn each_tag<'a>(model: &'a Model<'a>) -> impl Iterator<Item = &'a Tag> {
    let tags = model.tags();
    tags.iter().enumerate().filter(|(at, tag)| tags.iter().take(*at).all(|earlier| earlier.name != tag.name)).map(|(_, tag)| tag)
}

/// The struct whose literal stands in a command's `decides_on(..)`.
fn tags(model: &Model) -> TokenStream {
    let ident = tags_ident(model);
    let fields = each_tag(model).map(|Tag { name, ty }| quote!(pub #name: &'a #ty,));
    // without a tag, which is an error that was told, nothing else needs the lifetime
    let lifetime = model.tags().is_empty().then(|| quote!(pub __no_tag: ::core::marker::PhantomData<&'a ()>,));
    quote! {
        #[allow(missing_docs, private_interfaces)]
        pub struct #ident<'a> { #(#fields)* #lifetime }
    }
}

/// `State`: the dispatch from a stored name to the right `Apply`.
fn state(model: &Model) -> TokenStream {
    let krate = model.krate();
    let ident = &model.input.ident;
    let info = model.events().iter().map(|item| member_of(item, "INFO", &krate));
    let arms = model.events().iter().map(|item| {
        let (path, at) = (&item.path, located(&krate, item.span()));
        let [stored, decode] = ["NAME", "decode_then"].map(|member| member_of(item, member, &krate));
        let apply = quote_spanned!(hygienic(item.span())=> #at::Apply::<#path>::apply(self, event));
        quote_spanned!(Span::mixed_site()=> #stored => #decode(version, payload, |event| #apply)?,)
    });
    let unlisted = quote_spanned!(Span::mixed_site()=> ::core::result::Result::Err(#krate::__private::unlisted(name, version)));
    let dispatch = if model.events().is_empty() {
        unlisted
    } else {
        // two events of one name are an error that says so
        quote_spanned! {Span::mixed_site()=>
            #[allow(unreachable_patterns)]
            match name {
                #(#arms)*
                _ => return #unlisted,
            }
            ::core::result::Result::Ok(())
        }
    };
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #krate::State for #ident {
            const READS: &'static [&'static [#krate::EventInfo]] = &[&[#(#info),*]];

            fn fold(
                &mut self,
                event: #krate::StoredRef<'_>,
                clauses: &[#krate::Clause],
            ) -> ::core::result::Result<(), #krate::DecodeError> {
                #krate::__private::fold_model::<Self>(event, clauses, &mut |name, version, payload| {
                    #dispatch
                })
            }
        }
    }
}

/// `DecisionModel`: from the tags to the clause.
fn implementation(model: &Model) -> TokenStream {
    let krate = model.krate();
    let (ident, tags) = (&model.input.ident, tags_ident(model));
    let add = each_tag(model).map(|tag| {
        let (Tag { name, ty }, key, krate) = (tag, tag.key(), located(&krate, tag.ty.span()));
        quote_spanned!(hygienic(ty.span())=> values.add_one(|values| <#ty as #krate::TagValue>::add_to(tags.#name, #key, values));)
    });
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl<__Command: #krate::EventSet> #krate::__private::Answers<__Command> for #ident {
            type Emits = __Command;
        }

        #[automatically_derived]
        impl #krate::DecisionModel for #ident {
            type Tags<'a> = #tags<'a>;

            fn clause(tags: #tags<'_>) -> ::core::result::Result<#krate::Clause, #krate::EncodeError> {
                let mut values = <#krate::Tags as ::core::default::Default>::default();
                #(#add)*
                #krate::__private::clause_of::<Self>(values)
            }
        }
    }
}

/// What must hold between the model and the events that it lists.
fn checks(model: &Model) -> TokenStream {
    let krate = model.krate();
    let ident = &model.input.ident;
    let this = printed(ident);
    let types = model.events().iter().map(Item::written);
    let tags = model.tags().iter().map(|tag| {
        let (ty, key, at) = (&tag.ty, tag.key(), located(&krate, tag.ty.span()));
        let kind = quote_spanned!(hygienic(ty.span())=> <#ty as #at::TagValue>::KIND);
        quote!(#krate::__private::TagInfo::new(#key, #kind, 1))
    });
    let each = model.events().iter().enumerate().map(|(at, item)| quote_spanned!(item.span()=> const _: () = MODELLED.check(#at);));
    let each_tag = model.tags().iter().enumerate().map(|(at, tag)| {
        let written = printed(&tag.ty);
        quote_spanned!(tag.ty.span()=> const _: () = MODELLED.check_tag(#at, #written);)
    });
    quote! {
        const MODELLED: #krate::__private::Modelled = #krate::__private::Modelled {
            model: #this,
            types: &[#(#types),*],
            events: <#ident as #krate::State>::READS[0],
            tags: &[#(#tags),*],
        };
        #(#each)*
        #(#each_tag)*
    }
}
