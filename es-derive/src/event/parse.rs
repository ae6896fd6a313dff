//! Reading `#[event(..)]` on the struct and on its fields.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Data, DeriveInput, Expr, Fields, LitInt, LitStr, Path, Token, Type};

use super::model::{Before, Body, Chapter, Field, Removed, StructKeys, Tag, UpcastFrom};
use crate::attr::{Keys, Number, bodies, each_key, in_parentheses, parentheses, set, value};
use crate::errors::Errors;
use crate::serde_attr::Serde;
use crate::shape;

const ON_STRUCT: &[(&str, &str)] = &[
    ("name", "name = \"..\""),
    ("version", "version = 2"),
    ("upcast_from", "upcast_from = 1` or `upcast_from = Type"),
    ("upcast_with", "upcast_with = path"),
    ("renamed_from", "renamed_from = \"..\""),
    ("retired_into", "retired_into(Type, ..)"),
    ("replaces", "replaces(Type, ..)"),
    ("removed", "removed(field: Type, since = 2)"),
    ("crate", "crate = path"),
];

const ON_FIELD: &[(&str, &str)] = &[
    ("tag", "tag"),
    ("since", "since = 2"),
    ("default", "default` or `default = EXPR"),
    ("was", "was = \"..\""),
    ("from", "from = Type"),
    ("with", "with = path"),
];

const IN_REMOVED: &[(&str, &str)] = &[("since", "since = 3"), ("added", "added = 2")];

pub(super) fn struct_keys(attrs: &[Attribute], errors: &mut Errors) -> StructKeys {
    let table = Keys { attribute: "event", place: "a struct", keys: ON_STRUCT, elsewhere: (ON_FIELD, "a field") };
    let mut keys = StructKeys::default();
    for body in bodies(attrs, "event", errors) {
        each_key(body, &table, errors, |key, input, errors| struct_key(&mut keys, key, input, errors));
    }
    keys
}

fn struct_key(keys: &mut StructKeys, key: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
    match key.unraw().to_string().as_str() {
        "name" => set(&mut keys.name, key, value(input)?, errors),
        "version" => set(&mut keys.version, key, Number::parse(input, errors)?, errors),
        "upcast_from" => set(&mut keys.upcast_from, key, upcast_from(input, errors)?, errors),
        "upcast_with" => set(&mut keys.upcast_with, key, value(input)?, errors),
        "renamed_from" => keys.renamed_from.push(value::<LitStr>(input)?),
        "retired_into" => set(&mut keys.retired_into, key, (key.clone(), in_parentheses(input)?), errors),
        "replaces" => keys.replaces.extend(in_parentheses(input)?),
        "removed" => keys.removed.extend(removed(input, errors)?),
        "crate" => set(&mut keys.krate, key, value(input)?, errors),
        _ => {}
    }
    Ok(())
}

fn upcast_from(input: ParseStream, errors: &mut Errors) -> syn::Result<UpcastFrom> {
    input.parse::<Token![=]>()?;
    if input.peek(LitInt) {
        return Number::parse_literal(input, errors).map(UpcastFrom::Version);
    }
    input.parse().map(Box::new).map(UpcastFrom::Type)
}

/// `(note: Option<String>, since = 3)`
fn removed(input: ParseStream, errors: &mut Errors) -> syn::Result<Option<Removed>> {
    let (attrs, ident, ty, rest) = removed_field.parse2(parentheses(input)?)?;
    let table = Keys { attribute: "event", place: "a removed field", keys: IN_REMOVED, elsewhere: (&[], "") };
    let (mut since, mut added) = (None, None);
    let before = errors.count();
    each_key(rest, &table, errors, |key, input, errors| {
        let slot = if key == "since" { &mut since } else { &mut added };
        set(slot, key, Number::parse(input, errors)?, errors);
        Ok(())
    });
    if let (None, true) = (since, errors.count() == before) {
        errors.error(
            &ident,
            format!("the removed field `{ident}` does not say since when it is gone\nhelp: add `since = N`, the first version without it"),
        );
    }
    Ok(since.map(|since| Removed { attrs, ident, ty, added, since }))
}

/// `note: Option<String>`, and the keys after it.
fn removed_field(input: ParseStream) -> syn::Result<(Vec<Attribute>, Ident, Type, TokenStream)> {
    let attrs = input.call(Attribute::parse_outer)?;
    let ident = input.call(Ident::parse_any)?;
    input.parse::<Token![:]>()?;
    let ty = input.parse()?;
    input.parse::<Option<Token![,]>>()?;
    Ok((attrs, ident, ty, input.parse()?))
}

pub(super) fn body<'a>(input: &'a DeriveInput, errors: &mut Errors) -> Body<'a> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Body::Named(fields.named.iter().map(|it| field(it, errors)).collect()),
            Fields::Unit => Body::Unit,
            Fields::Unnamed(fields) => match fields.unnamed.iter().collect::<Vec<_>>().as_slice() {
                [only] => Body::Newtype(Box::new(field(only, errors))),
                _ => Body::Other,
            },
        },
        Data::Enum(_) | Data::Union(_) => Body::Other,
    }
}

fn field<'a>(field: &'a syn::Field, errors: &mut Errors) -> Field<'a> {
    let serde = Serde::read(&field.attrs);
    let stored_as = shape::stored_as(&field.attrs, errors);
    let (mut tag, mut chapters) = (None, Vec::new());
    for body in bodies(&field.attrs, "event", errors) {
        let keys = field_keys(body, errors);
        if let Some(keys) = keys {
            keys.finish(&mut tag, &mut chapters, errors);
        }
    }
    Field { ident: field.ident.as_ref(), ty: &field.ty, serde, stored_as, tag, chapters }
}

/// The keys of one `#[event(..)]` on a field.
#[derive(Default)]
struct FieldKeys {
    tag: Option<Ident>,
    since: Option<Number>,
    was: Option<(Ident, LitStr)>,
    default: Option<(Ident, Option<Expr>)>,
    from: Option<(Ident, Type)>,
    with: Option<(Ident, Path)>,
}

fn field_keys(body: TokenStream, errors: &mut Errors) -> Option<FieldKeys> {
    let table = Keys { attribute: "event", place: "a field", keys: ON_FIELD, elsewhere: (ON_STRUCT, "the struct") };
    let mut keys = FieldKeys::default();
    let before = errors.count();
    each_key(body, &table, errors, |key, input, errors| {
        match key.to_string().as_str() {
            "tag" => set(&mut keys.tag, key, key.clone(), errors),
            "since" => set(&mut keys.since, key, Number::parse(input, errors)?, errors),
            "was" => set(&mut keys.was, key, (key.clone(), value(input)?), errors),
            "default" => {
                let value = default(input, errors)?;
                set(&mut keys.default, key, (key.clone(), value), errors);
            }
            "from" => set(&mut keys.from, key, (key.clone(), value(input)?), errors),
            "with" => set(&mut keys.with, key, (key.clone(), value(input)?), errors),
            _ => {}
        }
        Ok(())
    });
    (errors.count() == before).then_some(keys)
}

/// What follows `default`. Without its feature `full`, syn reads no closures, arrays, `if` and `match`, but any block.
fn default(input: ParseStream, errors: &mut Errors) -> syn::Result<Option<Expr>> {
    if !input.peek(Token![=]) {
        return Ok(None);
    }
    input.parse::<Token![=]>()?;
    let start = input.span();
    if input.is_empty() || input.peek(Token![,]) {
        return Err(input.error("expected a value"));
    }
    if input.peek(syn::token::Brace) {
        // whatever stands in them: the compiler reads it
        return input.parse::<proc_macro2::TokenTree>().map(|block| Some(Expr::Verbatim(block.into())));
    }
    if input.fork().parse::<Expr>().is_ok() {
        return input.parse().map(Some);
    }
    errors.error_at(start, "this default is no simple expression\nhelp: write it in braces: `default = { .. }`");
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(None)
}

impl FieldKeys {
    /// Sorts what was written into the field's tag and its chapters.
    fn finish(self, tag: &mut Option<Tag>, chapters: &mut Vec<Chapter>, errors: &mut Errors) {
        let Self { tag: tag_key, since, was, default, from, with } = self;
        let written =
            [was.as_ref().map(|it| &it.0), default.as_ref().map(|it| &it.0), from.as_ref().map(|it| &it.0), with.as_ref().map(|it| &it.0)];
        let changes: Vec<Ident> = written.into_iter().flatten().cloned().collect();
        exclusive(
            &was.as_ref().map(|it| &it.0),
            &default.as_ref().map(|it| &it.0),
            from.as_ref().map(|it| &it.0),
            with.as_ref().map(|it| &it.0),
            errors,
        );
        let alone = changes.is_empty();
        if let Some(key) = tag_key {
            // `tag, since = 2` dates the tag; beside a change, `since` dates the change
            set(tag, &key.clone(), Tag { key, since: since.filter(|_| alone) }, errors);
        } else if let (true, Some(since)) = (alone, since) {
            errors.error_at(
                since.span,
                "`since` does not say what was before\nhelp: add `default`, `was = \"..\"`, `from = Type` or `with = path`; or `tag`",
            );
        }
        match (since, changes.first()) {
            (Some(since), Some(_)) => {
                let before = match (default, from, with) {
                    (Some((key, value)), _, _) => Before::Absent(key, value),
                    (_, Some((_, ty)), _) => Before::From(ty),
                    (_, _, Some((_, path))) => Before::With(path),
                    _ => Before::Same,
                };
                chapters.push(Chapter { since, was: was.map(|(_, name)| name), before });
            }
            (None, Some(key)) => errors
                .error(key, format!("`{key}` does not say up to which version\nhelp: add `since = N`, the version that changed the field")),
            _ => {}
        }
    }
}

fn exclusive(was: &Option<&Ident>, default: &Option<&Ident>, from: Option<&Ident>, with: Option<&Ident>, errors: &mut Errors) {
    if let (Some(from), Some(with)) = (from, with) {
        errors.error(
            with,
            format!("`{from}` and `{with}` both convert this field\nhelp: keep one of them; the function's argument tells the old type"),
        );
    }
    if let (Some(default), Some(other)) = (default, was.or(from).or(with)) {
        errors.error(
            default,
            format!(
                "`default` is for a field that was not there; `{other}` is for one that was\n\
                help: keep one of them, or give each a `#[event(since = ..)]` of its own"
            ),
        );
    }
}
