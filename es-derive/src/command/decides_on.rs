//! `decides_on(Balance { account_id: from }, Balance { account_id: to })`: each model, with the fields that hold its tags.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Member, Path, Token, braced};

use crate::attr::hygienic;

/// One model.
pub(crate) struct Asked {
    pub(crate) model: Path,
    /// `None`: without braces.
    pub(crate) tags: Option<Vec<Tag>>,
}

/// `account_id: from`, or `account_id` alone for a field of that name.
pub(crate) struct Tag {
    pub(crate) name: Ident,
    pub(crate) value: FieldPath,
}

/// A field of the command, or a field in one: `from`, `from.account`.
#[derive(Clone)]
pub(crate) struct FieldPath(pub(crate) Punctuated<Member, Token![.]>);

impl Asked {
    pub(crate) fn tags(&self) -> &[Tag] {
        self.tags.as_deref().unwrap_or_default()
    }

    pub(crate) fn span(&self) -> Span {
        self.model.segments.last().map_or_else(Span::call_site, |last| last.ident.span())
    }
}

impl Parse for Asked {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let model = input.call(Path::parse_mod_style)?;
        if !input.peek(syn::token::Brace) {
            return Ok(Self { model, tags: None });
        }
        let content;
        braced!(content in input);
        let tags = Punctuated::<Tag, Token![,]>::parse_terminated(&content)?;
        Ok(Self { model, tags: Some(tags.into_iter().collect()) })
    }
}

impl Parse for Tag {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let value = match input.parse::<Option<Token![:]>>()? {
            Some(_) => input.parse()?,
            None => FieldPath(Punctuated::from_iter([Member::Named(name.clone())])),
        };
        Ok(Self { name, value })
    }
}

impl Parse for FieldPath {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        Punctuated::parse_separated_nonempty(input).map(Self)
    }
}

impl FieldPath {
    pub(crate) fn span(&self) -> Span {
        match self.0.last() {
            Some(Member::Named(ident)) => ident.span(),
            Some(Member::Unnamed(index)) => index.span,
            None => Span::call_site(),
        }
    }

    /// The name of the command's own field.
    pub(crate) fn field(&self) -> Option<&Member> {
        self.0.first()
    }

    /// `&self.from.account`
    pub(crate) fn borrowed(&self) -> TokenStream {
        let path = self.0.to_token_stream();
        quote_spanned!(hygienic(self.span())=> &self.#path)
    }
}
