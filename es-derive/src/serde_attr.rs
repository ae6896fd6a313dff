//! What serde's attributes say, read as serde reads them.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, LitStr, Meta, Token};

use crate::case;

/// The `#[serde(..)]` attributes of one item, key by key.
#[derive(Default)]
pub(crate) struct Serde {
    items: Vec<Item>,
}

struct Item {
    key: Ident,
    value: Value,
    tokens: TokenStream,
}

enum Value {
    None,
    Text(LitStr),
    /// `rename(serialize = "..", deserialize = "..")`
    Sides(Vec<(Ident, LitStr)>),
    Other,
}

impl Serde {
    pub(crate) fn read(attrs: &[Attribute]) -> Self {
        let mut items = Vec::new();
        for attr in attrs.iter().filter(|attr| attr.path().is_ident("serde")) {
            if let Meta::List(list) = &attr.meta {
                // what serde cannot read it reports itself
                let _ = (|input: ParseStream| each_item(input, &mut items)).parse2(list.tokens.clone());
            }
        }
        Self { items }
    }

    fn item(&self, key: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.key == key)
    }

    /// Where this key is written.
    pub(crate) fn get(&self, key: &str) -> Option<&Ident> {
        self.item(key).map(|item| &item.key)
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The string that this key is given.
    pub(crate) fn text(&self, key: &str) -> Option<&LitStr> {
        match &self.item(key)?.value {
            Value::Text(text) => Some(text),
            Value::Sides(sides) => sides.first().map(|(_, text)| text),
            Value::None | Value::Other => None,
        }
    }

    /// The first of these keys that is written.
    pub(crate) fn first_of<'k>(&self, keys: &[&'k str]) -> Option<(&Ident, &'k str)> {
        keys.iter().find_map(|key| self.get(key).map(|written| (written, *key)))
    }

    /// The keys that give writing another name than reading, or a name to only one of them.
    pub(crate) fn one_sided(&self) -> impl Iterator<Item = &Ident> {
        self.items.iter().filter(|item| matches!(&item.value, Value::Sides(sides) if !agree(sides))).map(|item| &item.key)
    }

    /// The attribute again, with only the keys that `keep` keeps; nothing when none is left.
    pub(crate) fn keeping(&self, keep: impl Fn(&str) -> bool) -> TokenStream {
        let items: Vec<_> = self.items.iter().filter(|item| keep(&item.key.to_string())).map(|item| &item.tokens).collect();
        if items.is_empty() { TokenStream::new() } else { quote!(#[serde(#(#items),*)]) }
    }

    /// A field's name in the JSON, where its struct or variant says `rename_all`.
    pub(crate) fn field_name(&self, ident: &Ident, rename_all: Option<&str>) -> LitStr {
        self.name(ident, rename_all, case::field)
    }

    /// A variant's name in the JSON.
    pub(crate) fn variant_name(&self, ident: &Ident, rename_all: Option<&str>) -> LitStr {
        self.name(ident, rename_all, case::variant)
    }

    fn name(&self, ident: &Ident, rename_all: Option<&str>, change: fn(&str, &str) -> String) -> LitStr {
        if let Some(name) = self.text("rename") {
            return name.clone();
        }
        let name = ident.unraw().to_string();
        let name = rename_all.map_or(name.clone(), |rule| change(rule, &name));
        LitStr::new(&name, ident.span())
    }

    pub(crate) fn rename_all(&self) -> Option<String> {
        self.text("rename_all").map(LitStr::value)
    }
}

fn agree(sides: &[(Ident, LitStr)]) -> bool {
    matches!(sides, [(one, name), (other, same)] if one != other && name.value() == same.value())
}

fn each_item(input: ParseStream, items: &mut Vec<Item>) -> syn::Result<()> {
    while !input.is_empty() {
        let start = input.fork();
        let key = input.call(Ident::parse_any)?;
        let value = value(input)?;
        let tokens = up_to_comma(&start);
        up_to_comma(input);
        items.push(Item { key, value, tokens });
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(())
}

fn value(input: ParseStream) -> syn::Result<Value> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(Value::None);
    }
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(if input.peek(LitStr) { Value::Text(input.parse()?) } else { Value::Other });
    }
    let content;
    syn::parenthesized!(content in input);
    let mut sides = Vec::new();
    while !content.is_empty() {
        let side: Ident = content.parse()?;
        if !content.peek(Token![=]) {
            let _: TokenStream = content.parse()?;
            return Ok(Value::Other);
        }
        content.parse::<Token![=]>()?;
        sides.push((side, content.parse()?));
        content.parse::<Option<Token![,]>>()?;
    }
    Ok(Value::Sides(sides))
}

fn up_to_comma(input: ParseStream) -> TokenStream {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        if let Ok(token) = input.parse::<TokenTree>() {
            token.to_tokens(&mut tokens);
        }
    }
    tokens
}
