//! The implementations that make a struct a view, as one would write them by hand.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Generics, LitStr, parse_quote};

use super::model::View;
use crate::attr::{Item, hygienic, located};
use crate::event_enum::EventEnum;
use crate::schema;

pub(super) fn all(view: &View) -> TokenStream {
    let krate = view.krate();
    let ident = &view.input.ident;
    let events = view.all_events();
    let (this, generics) = (quote!(#ident), Generics::default());
    let event_ident = format_ident!("__{}Event", ident);
    let followed = EventEnum {
        krate: &krate,
        ident: &event_ident,
        vis: &parse_quote!(pub),
        doc: format!(" The events of [`{ident}`]."),
        events: &events,
        ignored: &[],
        derives: &[],
        set: &this,
        generics: &generics,
    };
    let (declaration, reading) = (followed.declaration(), followed.event_enum());
    let (name, version) = (view.name(), view.version());
    let implementation = implementation(view, &event_ident, &krate);
    let (columns, on_error) = (constants(view, &krate), view.on_error.constant(&krate));
    quote! {
        const _: () = {
            #declaration
            #reading

            #[automatically_derived]
            impl #krate::EventSet for #ident {
                type Event = #event_ident;
                type Error = ::core::convert::Infallible;
            }

            #[automatically_derived]
            impl #krate::ReadModel for #ident {
                const NAME: &'static str = #name;
                const VERSION: u32 = #version;
                const EVENTS: &'static [#krate::EventInfo] = <#event_ident as #krate::EventEnum>::EVENTS;
                #on_error
            }
            #implementation
        };
        #columns
    }
}

fn implementation(view: &View, event_ident: &Ident, krate: &TokenStream) -> TokenStream {
    let ident = &view.input.ident;
    let key = &view.key;
    let names: Vec<LitStr> = view.columns.iter().map(|(ident, _)| LitStr::new(&ident.unraw().to_string(), ident.span())).collect();
    // what cannot be indexed is one error, on the field's type
    let types = view.columns.iter().map(|(_, field)| {
        let (ty, krate) = (&field.ty, located(krate, field.ty.span()));
        quote_spanned!(ty.span()=> <#ty as #krate::view::Indexed>::TYPE)
    });
    let values = view.columns.iter().map(|(ident, field)| {
        let (ty, krate) = (&field.ty, located(krate, field.ty.span()));
        quote_spanned!(hygienic(ty.span())=> <#ty as #krate::view::Indexed>::value(&self.#ident))
    });
    let definition = schema::definition(view.input, krate);
    let (shape, define) = (definition.shape, definition.define);
    let types_of = if define.is_empty() { quote!(_) } else { quote_spanned!(Span::mixed_site()=> types) };
    let (recorded, keys_of, change) = (recorded(view, krate), keys_of(view, event_ident, krate), change(view, event_ident, krate));
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #krate::View for #ident {
            type Key = #key;
            const COLUMNS: &'static [(&'static str, #krate::view::ColumnType)] =
                &[#((#names, #types)),*];
            #recorded

            #keys_of
            #change

            fn columns(&self) -> ::std::vec::Vec<#krate::view::ColumnValue> {
                ::std::vec![#(#values),*]
            }

            fn shape(#types_of: &mut #krate::__private::Types) -> #krate::__private::Shape {
                #define
                const { #shape }
            }
        }
    }
}

/// `OrderSummary::STATUS`
fn constants(view: &View, krate: &TokenStream) -> TokenStream {
    let (ident, vis) = (&view.input.ident, &view.input.vis);
    let each = view.columns.iter().map(|(column, field)| {
        let name = column.unraw().to_string();
        let constant = Ident::new(&name.to_uppercase(), column.span());
        let (ty, doc) = (&field.ty, format!(" The indexed column `{name}`."));
        quote! {
            #[doc = #doc]
            #vis const #constant: #krate::view::Column<Self, #ty> = #krate::view::Column::new(#name);
        }
    });
    if view.columns.is_empty() {
        return TokenStream::new();
    }
    quote! {
        #[allow(dead_code)]
        impl #ident { #(#each)* }
    }
}

/// Whether a row depends on more of an event than the event itself and its stream's id.
fn recorded(view: &View, krate: &TokenStream) -> TokenStream {
    let ident = &view.input.ident;
    let asks = |item: &Item, what: &str| {
        let (path, what) = (&item.path, Ident::new(what, Span::mixed_site()));
        quote_spanned!(Span::mixed_site()=> #krate::__private::Asks::<#ident, #path>::#what)
    };
    let applied = view.events.iter().flatten().map(|item| asks(item, "APPLIED"));
    let keyed = view.all_events().into_iter().filter(|_| view.key_from.is_none()).map(|item| asks(&item, "KEYED"));
    let asked: Vec<TokenStream> = applied.chain(keyed).collect();
    let asked = if asked.is_empty() { quote!(false) } else { quote!(#(#asked)||*) };
    quote_spanned! {Span::mixed_site()=>
        const RECORDED: bool = {
            #[allow(unused_imports)]
            use #krate::__private::AsksByDefault as _;
            #asked
        };
    }
}

fn keys_of(view: &View, event_ident: &Ident, krate: &TokenStream) -> TokenStream {
    let ident = &view.input.ident;
    let arms = view.all_events().into_iter().map(|Item { path, name }| {
        let keys = match &view.key_from {
            Some(field) => {
                let field = quote_spanned!(hygienic(field.span())=> event.#field);
                quote_spanned!(Span::mixed_site()=> ::core::result::Result::Ok(::std::vec![::std::string::ToString::to_string(&#field)]))
            }
            None => quote_spanned! {Span::mixed_site()=> {
                #[allow(unused_imports)]
                use #krate::__private::{KeysByStream as _, KeysByView as _};
                (&#krate::__private::Keys::<#ident, #path>::new()).keys(recorded, event)
            }},
        };
        quote_spanned!(Span::mixed_site()=> #event_ident::#name(event) => #keys,)
    });
    let by_variant = match view.all_events().is_empty() {
        true => quote_spanned!(Span::mixed_site()=> match recorded.event {}),
        false => quote_spanned!(Span::mixed_site()=> match &recorded.event { #(#arms)* }),
    };
    quote_spanned! {Span::mixed_site()=>
        fn keys_of(
            recorded: &#krate::Recorded<#event_ident>,
        ) -> ::core::result::Result<::std::vec::Vec<::std::string::String>, #krate::ProjectionError> {
            #by_variant
        }
    }
}

fn change(view: &View, event_ident: &Ident, krate: &TokenStream) -> TokenStream {
    let applied = view.events.iter().flatten().map(|item| {
        let (Item { path, name }, at) = (item, located(krate, item.span()));
        let apply = quote_spanned!(hygienic(item.span())=> #at::ApplyRecorded::<#path>::apply_recorded(self, about.map(|()| event)));
        quote_spanned!(Span::mixed_site()=> #event_ident::#name(event) => { #apply; true })
    });
    let ended = view.delete_on.iter().map(|Item { name, .. }| quote_spanned!(Span::mixed_site()=> #event_ident::#name(_) => false,));
    quote_spanned! {Span::mixed_site()=>
        fn change(&mut self, recorded: #krate::Recorded<#event_ident>) -> bool {
            #[allow(unused_variables)]
            let (event, about) = recorded.split();
            match event { #(#applied)* #(#ended)* }
        }
    }
}
