//! The enum of the events of a set, and the dispatch from a stored name to the right variant.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Generics, Path, Visibility};

use crate::attr::{Item, hygienic, located, printed};

/// What it takes to write one.
pub(crate) struct EventEnum<'a> {
    pub(crate) krate: &'a TokenStream,
    pub(crate) ident: &'a Ident,
    pub(crate) vis: &'a Visibility,
    pub(crate) doc: String,
    pub(crate) events: &'a [Item],
    /// Retired into nothing: read, and passed over.
    pub(crate) ignored: &'a [Item],
    pub(crate) derives: &'a [Path],
    /// The type that emits these events, and its generics.
    pub(crate) set: &'a TokenStream,
    pub(crate) generics: &'a Generics,
}

impl EventEnum<'_> {
    /// The enum, and everything that is implemented for it.
    pub(crate) fn expand(&self) -> TokenStream {
        let declaration = self.declaration();
        let implementations = self.implementations();
        quote!(#declaration #implementations)
    }

    pub(crate) fn declaration(&self) -> TokenStream {
        let Self { ident, vis, doc, derives, .. } = self;
        let variants = self.events.iter().map(|Item { path, name }| {
            let doc = format!(" [`{}`]", printed(path));
            quote!(#[doc = #doc] #name(#path),)
        });
        let derives = (!derives.is_empty()).then(|| quote!(#[derive(#(#derives),*)]));
        quote! {
            #[doc = #doc]
            #[allow(private_interfaces)]
            #derives
            #vis enum #ident { #(#variants)* }
        }
    }

    pub(crate) fn implementations(&self) -> TokenStream {
        let conversions = self.conversions();
        let event_enum = self.event_enum();
        quote!(#conversions #event_enum)
    }

    /// `From` each event, and the right to emit it.
    fn conversions(&self) -> TokenStream {
        let Self { ident, set, .. } = self;
        let (impl_generics, _, where_clause) = self.generics.split_for_impl();
        let each = self.events.iter().map(|item| {
            let (Item { path, name }, krate) = (item, located(self.krate, item.span()));
            // of a type that is unknown, rustc would say twice that it is: once with a parameter for this `impl`
            let implement = quote!(impl);
            quote_spanned! {hygienic(item.span())=>
                #[automatically_derived]
                #implement ::core::convert::From<#path> for #ident {
                    fn from(event: #path) -> Self {
                        Self::#name(event)
                    }
                }

                #[automatically_derived]
                #implement #impl_generics #krate::Emits<#path> for #set #where_clause {
                    fn wrap(event: #path) -> #ident {
                        #ident::#name(event)
                    }
                }
            }
        });
        quote!(#(#each)*)
    }

    /// What reading one needs.
    pub(crate) fn event_enum(&self) -> TokenStream {
        let Self { krate, ident, .. } = self;
        let names: Vec<_> = self.events.iter().map(|event| &event.name).collect();
        let members = |member: &str| self.events.iter().map(|event| member_of(event, member, krate)).collect::<Vec<_>>();
        let [name, version, encode, add_tags, info] = ["NAME", "VERSION", "encode", "add_tags", "INFO"].map(members);
        let by_variant = |arms: TokenStream| if names.is_empty() { quote!(match *self {}) } else { quote!(match self { #arms }) };
        let name = by_variant(quote!(#(Self::#names(_) => #name,)*));
        let version = by_variant(quote!(#(Self::#names(_) => #version,)*));
        let encode = by_variant(quote!(#(Self::#names(event) => #encode(event),)*));
        let add_tags = by_variant(quote!(#(Self::#names(event) => #add_tags(event, tags),)*));
        let unused = names.is_empty().then(|| quote!(#[allow(unused_variables)]));
        let decode = self.decode();
        let data = self.clone_and_debug();
        quote! {
            #data

            #[automatically_derived]
            impl #krate::EventEnum for #ident {
                const EVENTS: &'static [#krate::EventInfo] = &[#(#info),*];

                fn name(&self) -> &'static str {
                    #name
                }

                fn event_version(&self) -> u32 {
                    #version
                }

                fn encode(&self) -> ::core::result::Result<::std::vec::Vec<u8>, #krate::EncodeError> {
                    #encode
                }

                #unused
                fn add_tags(&self, tags: &mut #krate::Tags) {
                    #add_tags
                }

                #decode
            }
        }
    }

    /// What `#[derive(Clone, Debug)]` does, but by way of the events: what lacks in one of them is told there and not here.
    fn clone_and_debug(&self) -> TokenStream {
        let Self { krate, ident, .. } = self;
        let (mut clones, mut shown) = (TokenStream::new(), TokenStream::new());
        for event in self.events {
            let (name, text) = (&event.name, event.name.unraw().to_string());
            let [copied, printed] = ["copied", "shown"].map(|member| member_of(event, member, krate));
            clones.extend(quote_spanned!(Span::mixed_site()=> Self::#name(event) => Self::#name(#copied(event)),));
            shown.extend(quote_spanned!(Span::mixed_site()=> Self::#name(event) => (#text, #printed(event)),));
        }
        let mut clone = quote_spanned!(Span::mixed_site()=> match self { #clones });
        let mut debug = quote_spanned! {Span::mixed_site()=>
            let (name, event): (&str, &dyn ::core::fmt::Debug) = match self { #shown };
            formatter.debug_tuple(name).field(event).finish()
        };
        if self.events.is_empty() {
            clone = quote_spanned!(Span::mixed_site()=> match *self {});
            debug = quote_spanned!(Span::mixed_site()=> let _ = formatter; match *self {});
        }
        quote_spanned! {Span::mixed_site()=>
            #[automatically_derived]
            impl ::core::clone::Clone for #ident {
                fn clone(&self) -> Self {
                    #clone
                }
            }

            #[automatically_derived]
            impl ::core::fmt::Debug for #ident {
                fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    #debug
                }
            }
        }
    }

    fn decode(&self) -> TokenStream {
        let krate = self.krate;
        let arms = self.events.iter().map(|event| {
            let name = &event.name;
            let [stored, decode] = ["NAME", "decode"].map(|member| member_of(event, member, krate));
            quote_spanned!(Span::mixed_site()=> #stored => events.push(Self::#name(#decode(version, payload)?)),)
        });
        let read = quote_spanned!(Span::mixed_site()=> <Self as #krate::EventEnum>::decode(name, version, payload, events));
        let by_name = self.by_name(arms, &read);
        quote_spanned! {Span::mixed_site()=>
            fn decode(
                name: &str,
                version: u32,
                payload: &[u8],
                events: &mut ::std::vec::Vec<Self>,
            ) -> ::core::result::Result<(), #krate::DecodeError> {
                #by_name
            }
        }
    }

    /// `match name { .. }` over the present names; `read` is evaluated with the present name of what is stored under another.
    pub(crate) fn by_name(&self, arms: impl Iterator<Item = TokenStream>, read: &TokenStream) -> TokenStream {
        let former = self.read_former(read);
        if self.events.is_empty() {
            return former;
        }
        let name = quote_spanned!(Span::mixed_site()=> name);
        // two events of one name are an error that says so
        quote! {
            #[allow(unreachable_patterns)]
            match #name {
                #(#arms)*
                _ => return #former,
            }
            ::core::result::Result::Ok(())
        }
    }

    /// `read_former(..)`, for what is stored under no present name.
    fn read_former(&self, read: &TokenStream) -> TokenStream {
        let (krate, ident) = (self.krate, self.ident);
        let ignored = self.ignored.iter().map(|item| member_of(item, "INFO", krate));
        let ignored = if self.ignored.is_empty() { quote!(&[]) } else { quote!(const { &[#(#ignored),*] }) };
        quote_spanned! {Span::mixed_site()=>
            #krate::__private::read_former(
                <#ident as #krate::EventEnum>::EVENTS,
                #ignored,
                name,
                version,
                payload,
                &mut |name, version, payload| #read,
            )
        }
    }
}

/// `<Opened as Listed>::NAME`. All that needs an event stands on its token, so that what is no event is one error.
pub(crate) fn member_of(event: &Item, member: &str, krate: &TokenStream) -> TokenStream {
    let (path, krate) = (&event.path, located(krate, event.span()));
    let member = Ident::new(member, event.span());
    quote_spanned!(event.span()=> <#path as #krate::__private::Listed>::#member)
}
