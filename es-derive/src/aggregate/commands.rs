//! The enum of an aggregate's commands: read by their names, run as one command.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::LitStr;

use super::model::{Aggregate, Commands, Listed};
use crate::attr::{Item, hygienic, located, printed};

pub(super) fn expand(aggregate: &Aggregate, commands: &Commands) -> TokenStream {
    let commands = &commands.each_once();
    let declaration = declaration(aggregate, commands);
    let conversions = conversions(aggregate, commands);
    let command = command(aggregate, commands);
    let handle =
        if commands.listed.iter().any(|listed| listed.with) { handle_with(aggregate, commands) } else { handle(aggregate, commands) };
    quote! {
        #declaration
        const _: () = {
            #conversions
            #command
            #handle
        };
    }
}

fn declaration(aggregate: &Aggregate, commands: &Commands) -> TokenStream {
    let krate = aggregate.krate();
    let (this, vis, ident) = (&aggregate.input.ident, &aggregate.input.vis, aggregate.command_ident());
    let doc = format!(" The commands of [`{this}`].");
    let serde = LitStr::new(&format!("{}::__private::serde", printed(&krate)), Span::call_site());
    let variants = commands.listed.iter().map(|Listed { item: Item { path, name }, .. }| {
        let doc = format!(" [`{}`]", printed(path));
        quote!(#[doc = #doc] #name(#path),)
    });
    let derives = &commands.derives;
    quote! {
        #[doc = #doc]
        #[allow(private_interfaces)]
        #[derive(::core::clone::Clone, #krate::__private::serde::Deserialize #(, #derives)*)]
        #[serde(crate = #serde)]
        #vis enum #ident { #(#variants)* }
    }
}

fn conversions(aggregate: &Aggregate, commands: &Commands) -> TokenStream {
    let ident = aggregate.command_ident();
    let each = commands.listed.iter().map(|Listed { item: Item { path, name }, .. }| {
        quote! {
            #[automatically_derived]
            impl ::core::convert::From<#path> for #ident {
                fn from(command: #path) -> Self {
                    Self::#name(command)
                }
            }
        }
    });
    let debug = debug(aggregate, commands);
    quote!(#(#each)* #debug)
}

/// Prints the command's name, unless `derive(Debug)` asks for all of it: commands need not be `Debug`.
fn debug(aggregate: &Aggregate, commands: &Commands) -> Option<TokenStream> {
    if commands.derives.iter().any(|path| path.segments.last().is_some_and(|last| last.ident == "Debug")) {
        return None;
    }
    let ident = aggregate.command_ident();
    let arms = commands.listed.iter().map(|Listed { item: Item { name, .. }, .. }| {
        let text = name.to_string();
        quote!(Self::#name(_) => #text,)
    });
    let body = of_variants(commands, quote!(match self { #(#arms)* }));
    Some(quote! {
        #[automatically_derived]
        impl ::core::fmt::Debug for #ident {
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                let name: &str = #body;
                formatter.debug_tuple(name).finish_non_exhaustive()
            }
        }
    })
}

/// A match over the variants, also where there is none.
fn of_variants(commands: &Commands, all: TokenStream) -> TokenStream {
    if commands.listed.is_empty() { quote!(match *self {}) } else { all }
}

fn command(aggregate: &Aggregate, commands: &Commands) -> TokenStream {
    let krate = aggregate.krate();
    let (this, ident) = (&aggregate.input.ident, aggregate.command_ident());
    let delegate = |method: &str| {
        let arms = commands.listed.iter().map(|listed| {
            let (name, method) = (&listed.item.name, method_of(listed, this, method, &krate));
            quote!(Self::#name(command) => #method(command),)
        });
        of_variants(commands, quote!(match self { #(#arms)* }))
    };
    let [name, boundary, stream_rule] = ["name", "boundary", "stream_rule"].map(delegate);
    quote! {
        #[automatically_derived]
        impl #krate::Command for #ident {
            type State = #this;
            type Emits = #this;

            fn name(&self) -> &'static str {
                #name
            }

            fn boundary(&self) -> ::core::result::Result<#krate::Boundary, #krate::EncodeError> {
                #boundary
            }

            fn stream_rule(&self) -> #krate::StreamRule {
                #stream_rule
            }
        }
    }
}

fn handle(aggregate: &Aggregate, commands: &Commands) -> TokenStream {
    let krate = aggregate.krate();
    let (this, ident) = (&aggregate.input.ident, aggregate.command_ident());
    let arms = arms(aggregate, commands);
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #krate::Handle<#ident> for #this {
            fn handle(&self, command: #ident) -> #krate::Decision<Self> {
                match command { #(#arms)* }
            }
        }
    }
}

fn handle_with(aggregate: &Aggregate, commands: &Commands) -> TokenStream {
    let krate = aggregate.krate();
    let (this, ident) = (&aggregate.input.ident, aggregate.command_ident());
    let arms = arms(aggregate, commands);
    let bounds = commands
        .listed
        .iter()
        .filter(|listed| listed.with)
        .map(|Listed { item: Item { path, .. }, .. }| quote!(#this: #krate::HandleWith<#path, __Services>,));
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl<__Services: ::core::marker::Sync> #krate::HandleWith<#ident, __Services> for #this
        where
            #(#bounds)*
        {
            async fn handle_with(&self, command: #ident, services: &__Services) -> #krate::Decision<Self> {
                match command { #(#arms)* }
            }
        }
    }
}

/// Each handler's call stands on the command's token in the list, where a missing handler belongs.
fn arms(aggregate: &Aggregate, commands: &Commands) -> impl Iterator<Item = TokenStream> {
    let krate = aggregate.krate();
    let ident = aggregate.command_ident();
    commands.listed.iter().map(move |listed| {
        let (Item { path, name }, at) = (&listed.item, located(&krate, listed.item.span()));
        if listed.with {
            quote_spanned! {hygienic(listed.item.span())=>
                #ident::#name(command) => #at::HandleWith::<#path, __Services>::handle_with(self, command, services).await,
            }
        } else {
            let handle = method_of(listed, &aggregate.input.ident, "handle_by", &krate);
            quote_spanned!(Span::mixed_site()=> #ident::#name(command) => #handle(command, self),)
        }
    })
}

/// `<Open as Asked<Account>>::name`. All of them stand on the command's token, so that what the aggregate does not handle is one error.
fn method_of(Listed { item, with }: &Listed, aggregate: &Ident, method: &str, krate: &TokenStream) -> TokenStream {
    let (path, krate, method) = (&item.path, located(krate, item.span()), Ident::new(method, item.span()));
    let asked = if *with { quote!(Command) } else { quote!(__private::Asked<#aggregate>) };
    quote_spanned!(item.span()=> <#path as #krate::#asked>::#method)
}
