//! What `#[command(..)]` says, as it was written.

use proc_macro2::{Ident, TokenStream};
use quote::format_ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Data, DeriveInput, Index, Member, Path, Token, Type, parenthesized};

use super::decides_on::{Asked, FieldPath};
use crate::attr::{Item, Keys, bodies, each_key, in_parentheses, set, value};
use crate::errors::{Errors, meant};

const ON_TYPE: &[(&str, &str)] = &[
    ("aggregate", "aggregate = Type"),
    ("decides_on", "decides_on(Model { field }, ..)"),
    ("stream", "stream = new` or `existing` or `any`, or `Type(field)"),
    ("events", "events(Type, ..)"),
    ("error", "error = Type"),
    ("event", "event = Name"),
    ("derive", "derive(Trait, ..)"),
    ("crate", "crate = path"),
];
const ON_FIELD: &[(&str, &str)] = &[("id", "id")];

/// A command type.
pub(crate) struct Command<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) aggregate: Option<Type>,
    pub(crate) stream: Option<Stream>,
    pub(crate) krate: Option<Path>,
    /// The fields marked `#[command(id)]`: the key, the field, its type.
    pub(crate) ids: Vec<(Ident, Member, &'a Type)>,
    /// The models, with their key.
    pub(crate) decides_on: Option<(Ident, Vec<Asked>)>,
    /// What a command on models emits, and why it is refused.
    pub(crate) emits: Emits,
}

/// The keys that only a command on models has: the aggregate says these things for its own.
#[derive(Default)]
pub(crate) struct Emits {
    pub(crate) events: Option<Vec<Item>>,
    pub(crate) error: Option<Type>,
    pub(crate) event: Option<Ident>,
    pub(crate) derives: Vec<Path>,
    /// Those of these keys that were written.
    pub(crate) keys: Vec<Ident>,
}

/// `stream = new`, or the stream of an aggregate.
pub(crate) enum Stream {
    /// Of the aggregate that decides.
    Rule(Ident, Rule),
    /// `Course(course_id)`
    Of(Path, FieldPath),
}

#[derive(Clone, Copy)]
pub(crate) enum Rule {
    New,
    Existing,
    Any,
}

impl<'a> Command<'a> {
    pub(crate) fn from_syn(input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let mut command =
            Self { input, aggregate: None, stream: None, krate: None, ids: Vec::new(), decides_on: None, emits: Emits::default() };
        let table = Keys { attribute: "command", place: "a struct", keys: ON_TYPE, elsewhere: (ON_FIELD, "a field") };
        for body in bodies(&input.attrs, "command", errors) {
            each_key(body, &table, errors, |key, input, errors| command.key(key, input, errors));
        }
        if let Data::Struct(data) = &input.data {
            command.read_ids(&data.fields, errors);
        }
        command
    }

    fn key(&mut self, key: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        let emits = &mut self.emits;
        match key.unraw().to_string().as_str() {
            "aggregate" => set(&mut self.aggregate, key, value(input)?, errors),
            "decides_on" => set(&mut self.decides_on, key, (key.clone(), in_parentheses(input)?), errors),
            "stream" => set(&mut self.stream, key, stream(input, errors)?, errors),
            "crate" => set(&mut self.krate, key, value(input)?, errors),
            of_models => {
                emits.keys.push(key.clone());
                match of_models {
                    "events" => set(&mut emits.events, key, in_parentheses(input)?, errors),
                    "error" => set(&mut emits.error, key, value(input)?, errors),
                    "event" => set(&mut emits.event, key, value(input)?, errors),
                    _ => emits.derives.extend(in_parentheses(input)?),
                }
            }
        }
        Ok(())
    }

    fn read_ids(&mut self, fields: &'a syn::Fields, errors: &mut Errors) {
        let table = Keys { attribute: "command", place: "a field", keys: ON_FIELD, elsewhere: (ON_TYPE, "the struct") };
        for (at, field) in (0..).zip(fields) {
            for body in bodies(&field.attrs, "command", errors) {
                each_key(body, &table, errors, |key, _, _| {
                    let index = Index { index: at, span: key.span() };
                    let member = field.ident.clone().map_or(Member::Unnamed(index), Member::Named);
                    self.ids.push((key.clone(), member, &field.ty));
                    Ok(())
                });
            }
        }
    }

    pub(crate) fn krate(&self) -> TokenStream {
        crate::attr::krate(self.krate.clone())
    }

    /// The models that it is decided on.
    pub(crate) fn models(&self) -> &[Asked] {
        self.decides_on.as_ref().map(|(_, models)| models.as_slice()).unwrap_or_default()
    }

    pub(crate) fn events(&self) -> &[Item] {
        self.emits.events.as_deref().unwrap_or_default()
    }

    /// The name of the enum of its events: `SubscribeEvent`.
    pub(crate) fn event_ident(&self) -> Ident {
        self.emits.event.clone().unwrap_or_else(|| format_ident!("{}Event", self.input.ident))
    }
}

fn stream(input: ParseStream, errors: &mut Errors) -> syn::Result<Stream> {
    const RULES: [&str; 3] = ["new", "existing", "any"];
    input.parse::<Token![=]>()?;
    let path = input.call(Path::parse_mod_style)?;
    if input.peek(syn::token::Paren) {
        let content;
        parenthesized!(content in input);
        return Ok(Stream::Of(path, content.parse()?));
    }
    let rule = path.require_ident()?;
    let known = match rule.to_string().as_str() {
        "new" => Rule::New,
        "existing" => Rule::Existing,
        "any" => Rule::Any,
        other => {
            let help =
                meant(other, RULES).map_or_else(|| "write `new`, `existing` or `any`".to_owned(), |name| format!("did you mean `{name}`?"));
            errors.error(rule, format!("a stream is not `{other}`; it is new, existing or any\nhelp: {help}"));
            Rule::Any
        }
    };
    Ok(Stream::Rule(rule.clone(), known))
}
