//! `#[derive(Schema)]`: how a type that events hold is stored, read from serde's attributes as serde reads them.

mod check;
mod model;
mod shape;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{DeriveInput, LitStr, Type, parse_quote};

use crate::errors::Errors;
use model::Schema;

pub(crate) use shape::Definition;

pub(crate) fn derive(input: &DeriveInput) -> TokenStream {
    let mut errors = Errors::new();
    let schema = Schema::from_syn(input, &mut errors);
    check::all(&schema, &mut errors);
    let body = if errors.is_empty() { expand(&schema) } else { fallback(&schema) };
    let errors = errors.finish();
    quote!(#errors #body)
}

/// The shape of a type's own fields, and the calls that define what they hold.
pub(crate) fn definition(input: &DeriveInput, krate: &TokenStream) -> Definition {
    // what is wrong was reported by `check_shape`
    let schema = Schema::from_syn(input, &mut Errors::new());
    shape::of(&schema, krate)
}

/// That the shape of this type can be told.
pub(crate) fn check_shape(input: &DeriveInput, errors: &mut Errors) {
    let schema = Schema::from_syn(input, errors);
    check::all(&schema, errors);
}

fn expand(schema: &Schema) -> TokenStream {
    let krate = schema.krate();
    let ident = &schema.input.ident;
    let mut generics = schema.input.generics.clone();
    for parameter in schema.input.generics.type_params() {
        let parameter: Type = {
            let ident = &parameter.ident;
            parse_quote!(#ident)
        };
        generics.make_where_clause().predicates.push(parse_quote!(#parameter: #krate::Schema));
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, type_generics, _) = schema.input.generics.split_for_impl();
    let Definition { shape, by_name, define, inline } = shape::of(schema, &krate);
    let (shape, by_name, define) = if inline {
        (shape, by_name, define)
    } else {
        let name = schema.name();
        let parts = if define.is_empty() { quote!(|_| {}) } else { quote_spanned!(Span::mixed_site()=> |types| { #define }) };
        let ty = LitStr::new(&format!("::{}", ident.unraw()), Span::call_site());
        let named = |definition| quote!(#krate::__private::Shape::Named(&#krate::__private::Definition::#definition));
        let path = quote!(::core::concat!(::core::module_path!(), #ty));
        let by_name = named(quote!(by_name(#name, #path, <Self as #krate::Schema>::define)));
        let define = quote_spanned!(Span::mixed_site()=> types.add(<Self as #krate::Schema>::SHAPE, #parts););
        (named(quote!(new(#name, #path, #shape))), Some(by_name), define)
    };
    let by_name = by_name.map(|shape| quote!(const BY_NAME: #krate::__private::Shape = #shape;));
    let define = (!define.is_empty()).then(|| {
        quote_spanned! {Span::mixed_site()=>
            fn define(types: &mut #krate::__private::Types) {
                #define
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Schema for #ident #type_generics #where_clause {
            const SHAPE: #krate::__private::Shape = #shape;
            #by_name
            #define
        }
    }
}

/// An implementation that lets the rest of the user's crate compile, beside the errors.
fn fallback(schema: &Schema) -> TokenStream {
    let krate = schema.krate();
    let ident = &schema.input.ident;
    let (impl_generics, type_generics, where_clause) = schema.input.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #krate::Schema for #ident #type_generics #where_clause {
            const SHAPE: #krate::__private::Shape = #krate::__private::Shape::Struct(&[]);
        }
    }
}
