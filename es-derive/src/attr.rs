//! Reading our attributes: one table of keys for each place, and an error that names it for whatever else is written.

use proc_macro2::{Delimiter, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, LitStr, Meta, Path, Token, parenthesized};

use crate::errors::{Errors, listing, meant};

/// What may be written in one attribute at one place.
pub(crate) struct Keys {
    /// The attribute: `event`.
    pub(crate) attribute: &'static str,
    /// Where it stands: "a field".
    pub(crate) place: &'static str,
    /// Each key, and how it is written.
    pub(crate) keys: &'static [(&'static str, &'static str)],
    /// The keys of the same attribute at the other place, and that place.
    pub(crate) elsewhere: (&'static [(&'static str, &'static str)], &'static str),
}

impl Keys {
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.keys.iter().map(|(name, _)| *name)
    }

    fn form(&self, key: &Ident) -> &'static str {
        self.keys.iter().find(|(name, _)| key == name).map_or("", |(_, form)| form)
    }

    fn unknown(&self, key: &Ident) -> syn::Error {
        let written = key.unraw().to_string();
        let attribute = self.attribute;
        let help = if let Some((name, _)) = self.elsewhere.0.iter().find(|(name, _)| *name == written) {
            format!("`{name}` stands on {}", self.elsewhere.1)
        } else if let Some(name) = meant(&written, self.names()) {
            format!("did you mean `{name}`?")
        } else {
            format!("{} takes {}", self.place, listing(self.names()))
        };
        syn::Error::new(key.span(), format!("unknown key `{written}` in `#[{attribute}(..)]` on {}\nhelp: {help}", self.place))
    }
}

/// The tokens within each `#[name(..)]` and `#[es(name(..))]` among these attributes.
pub(crate) fn bodies(attrs: &[Attribute], name: &str, errors: &mut Errors) -> Vec<TokenStream> {
    let mut bodies = Vec::new();
    for attr in attrs {
        if attr.path().is_ident(name) {
            match &attr.meta {
                Meta::List(list) => bodies.push(list.tokens.clone()),
                other => errors.error(other, format!("`#[{name}]` says nothing\nhelp: write `#[{name}(..)]`")),
            }
        } else if attr.path().is_ident("es")
            && let Meta::List(list) = &attr.meta
        {
            bodies.extend(shared(list.tokens.clone(), name, errors));
        }
    }
    bodies
}

/// The bodies for `name` in `#[es(event(..), command(..))]`.
fn shared(tokens: TokenStream, name: &str, errors: &mut Errors) -> Vec<TokenStream> {
    const DERIVES: [&str; 9] = ["event", "aggregate", "command", "model", "id", "schema", "view", "projection", "reaction"];
    let mut bodies = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match (&token, tokens.peek()) {
            (TokenTree::Ident(derive), Some(TokenTree::Group(group)))
                if group.delimiter() == Delimiter::Parenthesis && DERIVES.iter().any(|known| derive == known) =>
            {
                if derive == name {
                    bodies.push(group.stream());
                }
                tokens.next();
            }
            (TokenTree::Punct(comma), _) if comma.as_char() == ',' => {}
            _ => {
                errors.error(&token, format!("`#[es(..)]` holds the attribute of a derive\nhelp: write `#[es({name}(..))]`"));
                break;
            }
        }
    }
    bodies
}

/// Calls `each` for every key; what it refuses is an error, and reading goes on after the next comma.
pub(crate) fn each_key(
    tokens: TokenStream,
    keys: &Keys,
    errors: &mut Errors,
    mut each: impl FnMut(&Ident, ParseStream, &mut Errors) -> syn::Result<()>,
) {
    let parser = |input: ParseStream| {
        while !input.is_empty() {
            if let Err(error) = one_key(input, keys, errors, &mut each) {
                errors.push(error);
                skip(input);
            }
        }
        Ok(())
    };
    if let Err(error) = parser.parse2(tokens) {
        errors.push(error);
    }
}

fn one_key(
    input: ParseStream,
    keys: &Keys,
    errors: &mut Errors,
    each: &mut impl FnMut(&Ident, ParseStream, &mut Errors) -> syn::Result<()>,
) -> syn::Result<()> {
    let Ok(key) = input.call(Ident::parse_any) else {
        return Err(input.error(format!("`#[{}(..)]` on {} takes {}", keys.attribute, keys.place, listing(keys.names()))));
    };
    if !keys.names().any(|name| key.unraw() == name) {
        return Err(keys.unknown(&key));
    }
    // what `each` cannot parse is answered with the key's form; it reports errors of meaning itself
    let start = input.fork();
    let parsed = each(&key, input, errors).is_ok();
    if parsed && (input.is_empty() || input.peek(Token![,])) {
        let _: Option<Token![,]> = input.parse()?;
        return Ok(());
    }
    if parsed && input.peek(Ident::peek_any) {
        let (key, form) = (key.unraw(), keys.form(&key));
        return Err(input.error(format!("a comma is missing after `{key}`\nhelp: separate the keys by commas: `{form}, ..`")));
    }
    let rest = if parsed { input } else { &start };
    let at = if rest.is_empty() || rest.peek(Token![,]) { key.span() } else { value_span(rest) };
    let (written, form) = (key.unraw().to_string(), keys.form(&key));
    if written == form {
        return Err(syn::Error::new(at, format!("`{written}` takes no value\nhelp: remove what follows it")));
    }
    let several = keys.keys.iter().find(|(name, _)| name.strip_suffix('s') == Some(&written));
    let help = match several {
        // event(Opened)
        Some((_, form)) if rest.peek(syn::token::Paren) => format!("\nhelp: did you mean `{form}`?"),
        _ => String::new(),
    };
    Err(syn::Error::new(at, format!("`{written}` is written `{form}`{help}")))
}

/// The first token of the value after a key.
fn value_span(input: ParseStream) -> Span {
    let input = input.fork();
    let equals = input.span();
    match input.parse::<Option<Token![=]>>() {
        Ok(Some(_)) if input.is_empty() || input.peek(Token![,]) => equals,
        _ => input.span(),
    }
}

fn skip(input: ParseStream) {
    while !input.is_empty() {
        if input.parse::<Option<Token![,]>>().is_ok_and(|comma| comma.is_some()) {
            return;
        }
        let _ = input.parse::<TokenTree>();
    }
}

/// The value after `=`.
pub(crate) fn value<T: Parse>(input: ParseStream) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// The tokens in the parentheses after a key.
pub(crate) fn parentheses(input: ParseStream) -> syn::Result<TokenStream> {
    let content;
    parenthesized!(content in input);
    content.parse()
}

/// The list in the parentheses after a key.
pub(crate) fn in_parentheses<T: Parse>(input: ParseStream) -> syn::Result<Vec<T>> {
    // read to its end in any case: what is left of it would be another error
    let tokens = parentheses(input)?;
    Ok(Punctuated::<T, Token![,]>::parse_terminated.parse2(tokens)?.into_iter().collect())
}

/// Keeps the value of a key, unless there is one already.
pub(crate) fn set<T>(slot: &mut Option<T>, key: &Ident, value: T, errors: &mut Errors) {
    if slot.is_some() {
        errors.error(key, format!("`{key}` is written twice\nhelp: keep one of them"));
    } else {
        *slot = Some(value);
    }
}

/// Where generated code finds es-core: `::es_core`, unless `crate = path` says otherwise.
pub(crate) fn krate(path: Option<Path>) -> TokenStream {
    path.map_or_else(krate_by_default, ToTokens::into_token_stream)
}

/// A whole number from 1 on, as event versions and counts are.
#[derive(Clone, Copy)]
pub(crate) struct Number {
    pub(crate) value: u32,
    pub(crate) span: Span,
}

impl Number {
    /// Reads `= N`.
    pub(crate) fn parse(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        input.parse::<Token![=]>()?;
        Self::parse_literal(input, errors)
    }

    pub(crate) fn parse_literal(input: ParseStream, errors: &mut Errors) -> syn::Result<Self> {
        let literal: syn::LitInt = input.parse()?;
        let value = literal.base10_parse().ok().filter(|number| *number > 0).unwrap_or_else(|| {
            errors.error(&literal, format!("`{literal}` is out of range\nhelp: numbers here go from 1 to {}", u32::MAX));
            1
        });
        Ok(Self { value, span: literal.span() })
    }
}

/// A path with the name that it has in generated code: `b::Opened as Reopened`.
#[derive(Clone)]
pub(crate) struct Item {
    pub(crate) path: Path,
    pub(crate) name: Ident,
}

impl Parse for Item {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let path: Path = input.parse()?;
        let name = match (input.parse::<Option<Token![as]>>()?, path.segments.last()) {
            (Some(_), _) => input.parse()?,
            // `self` and `crate` are paths too, but of no type
            (None, Some(last)) if syn::parse2::<Ident>(last.ident.to_token_stream()).is_ok() => last.ident.clone(),
            (None, _) => return Err(input.error("expected a type")),
        };
        Ok(Self { path, name })
    }
}

impl Item {
    /// The type as it is written, for messages.
    pub(crate) fn written(&self) -> LitStr {
        LitStr::new(&printed(&self.path), self.span())
    }

    pub(crate) fn span(&self) -> Span {
        self.path.segments.last().map_or_else(Span::call_site, |last| last.ident.span())
    }
}

// events(Opened, Opened)
/// That what is listed has names of their own: each becomes a variant.
pub(crate) fn have_names_of_their_own(list: &str, items: &[Item], errors: &mut Errors) {
    for (item, earlier) in repeated(items, |item| item.name.to_string()) {
        let (name, path) = (&item.name, printed(&item.path));
        if printed(&earlier.path) == path {
            errors.error(&item.path, listed_twice(list, &path));
        } else {
            errors.error(&item.path, format!("two entries of `{list}(..)` are called `{name}`\nhelp: rename one: `{path} as Other{name}`"));
        }
    }
}

// events(Opened), ignores(Opened)
/// That what is in the one list is not in the other.
pub(crate) fn are_in_one_list((list, items): (&str, &[Item]), (other, others): (&str, &[Item]), errors: &mut Errors) {
    for item in others {
        let path = printed(&item.path);
        if items.iter().any(|earlier| printed(&earlier.path) == path) {
            errors.error(&item.path, format!("`{path}` is listed in `{list}(..)` and in `{other}(..)`\nhelp: keep one of them"));
        }
    }
}

/// Each entry that repeats an earlier one, with that.
pub(crate) fn repeated<T>(items: &[T], key: impl Fn(&T) -> String) -> impl Iterator<Item = (&T, &T)> {
    items.iter().enumerate().filter_map(move |(at, item)| {
        let earlier = items.iter().take(at).find(|earlier| key(earlier) == key(item))?;
        Some((item, earlier))
    })
}

/// What is said of an entry that repeats an earlier one.
pub(crate) fn listed_twice(list: &str, written: &str) -> String {
    format!("`{written}` is listed twice in `{list}(..)`\nhelp: remove one of them")
}

/// The place of a user's token, with names that user code cannot see.
pub(crate) fn hygienic(span: Span) -> Span {
    span.resolved_at(Span::mixed_site())
}

/// es-core's path, as generated code spells it: `::es_core`, unless `crate = path` says otherwise.
///
/// It is written for each field, so ours is put together in place and not kept as tokens, which are the compiler's to copy.
pub(crate) enum Krate {
    Ours(Span),
    Written(TokenStream),
}

impl Krate {
    pub(crate) fn new(path: Option<&Path>) -> Self {
        path.map_or_else(|| Self::Ours(Span::call_site()), |path| Self::Written(path.to_token_stream()))
    }
}

impl ToTokens for Krate {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Ours(span) => {
                for spacing in [Spacing::Joint, Spacing::Alone] {
                    let mut colon = Punct::new(':', spacing);
                    colon.set_span(*span);
                    tokens.append(colon);
                }
                tokens.append(Ident::new("es_core", *span));
            }
            Self::Written(path) => path.to_tokens(tokens),
        }
    }
}

/// es-core's path, whichever way it is kept.
pub(crate) trait Root: ToTokens {
    /// The same path at another place.
    fn at(&self, span: Span) -> Krate;
}

impl Root for Krate {
    fn at(&self, span: Span) -> Self {
        match self {
            Self::Ours(_) => Self::Ours(span),
            Self::Written(path) => path.at(span),
        }
    }
}

impl Root for TokenStream {
    fn at(&self, span: Span) -> Krate {
        let tokens: Vec<TokenTree> = self.clone().into_iter().collect();
        if matches!(tokens.as_slice(), [TokenTree::Punct(_), TokenTree::Punct(_), TokenTree::Ident(name)] if name == "es_core") {
            return Krate::Ours(span);
        }
        // a path of the user's keeps what it resolves to: it may hold a `$crate`
        let relocated = tokens.into_iter().map(|mut token| {
            token.set_span(token.span().located_at(span));
            token
        });
        Krate::Written(relocated.collect())
    }
}

impl<T: Root> Root for &T {
    fn at(&self, span: Span) -> Krate {
        (*self).at(span)
    }
}

/// es-core's path as if it were written at the place of a user's token: an error that starts with it points there.
pub(crate) fn located(krate: &impl Root, span: Span) -> Krate {
    krate.at(span)
}

fn krate_by_default() -> TokenStream {
    quote::quote!(::es_core)
}

/// Tokens as one would write them in a path or a type.
pub(crate) fn printed(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    text.replace(" :: ", "::").replace(":: ", "::").replace(" < ", "<").replace(" >", ">").replace(" ,", ",").replace("< ", "<")
}
