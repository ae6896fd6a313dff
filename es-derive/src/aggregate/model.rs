//! What `#[aggregate(..)]` says, as it was written.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, DeriveInput, LitStr, Path, Type, parse_quote};

use crate::attr::{Item, Keys, Number, bodies, each_key, in_parentheses, parentheses, set, value};
use crate::case;
use crate::errors::Errors;

const KEYS: &[(&str, &str)] = &[
    ("name", "name = \"..\""),
    ("id", "id = Type"),
    ("error", "error = Type"),
    ("events", "events(Type, ..)"),
    ("commands", "commands(Type, .., with(Type, ..))"),
    ("snapshot", "snapshot(every = 100, version = 1)"),
    ("ignores", "ignores(Type, ..)"),
    ("apply", "apply = path"),
    ("event", "event = Name"),
    ("command", "command = Name"),
    ("derive", "derive(Trait, ..)"),
    ("crate", "crate = path"),
];

const IN_SNAPSHOT: &[(&str, &str)] = &[("every", "every = 100"), ("version", "version = 1")];

/// An aggregate type.
pub(crate) struct Aggregate<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) name: Option<LitStr>,
    pub(crate) id: Option<Type>,
    pub(crate) error: Option<Type>,
    pub(crate) events: Option<Vec<Item>>,
    pub(crate) commands: Option<Commands>,
    pub(crate) snapshot: Option<Snapshot>,
    pub(crate) ignores: Vec<Item>,
    pub(crate) apply: Option<Path>,
    pub(crate) event: Option<Ident>,
    pub(crate) command: Option<Ident>,
    pub(crate) derives: Vec<Path>,
    pub(crate) krate: Option<Path>,
}

/// `commands(PlaceOrder, with(PayOrder), derive(Debug))`
pub(crate) struct Commands {
    pub(crate) key: Ident,
    pub(crate) listed: Vec<Listed>,
    pub(crate) derives: Vec<Path>,
}

impl Commands {
    /// Without a second variant of one name, which is an error that was told.
    pub(crate) fn each_once(&self) -> Self {
        let mut listed: Vec<Listed> = Vec::new();
        for one in &self.listed {
            if listed.iter().all(|earlier| earlier.item.name != one.item.name) {
                listed.push(one.clone());
            }
        }
        Self { key: self.key.clone(), listed, derives: self.derives.clone() }
    }
}

/// A listed command, and whether its handler needs services.
#[derive(Clone)]
pub(crate) struct Listed {
    pub(crate) item: Item,
    pub(crate) with: bool,
}

/// `snapshot(every = 100, version = 1)`
pub(crate) struct Snapshot {
    pub(crate) key: Ident,
    pub(crate) every: u64,
    pub(crate) version: u32,
}

impl<'a> Aggregate<'a> {
    pub(crate) fn from_syn(input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let mut aggregate = Self {
            input,
            name: None,
            id: None,
            error: None,
            events: None,
            commands: None,
            snapshot: None,
            ignores: Vec::new(),
            apply: None,
            event: None,
            command: None,
            derives: Vec::new(),
            krate: None,
        };
        aggregate.read(&input.attrs, errors);
        aggregate
    }

    fn read(&mut self, attrs: &[Attribute], errors: &mut Errors) {
        let table = Keys { attribute: "aggregate", place: "a struct", keys: KEYS, elsewhere: (IN_SNAPSHOT, "`snapshot(..)`") };
        for body in bodies(attrs, "aggregate", errors) {
            each_key(body, &table, errors, |key, input, errors| self.key(key, input, errors));
        }
    }

    fn key(&mut self, key: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<()> {
        match key.unraw().to_string().as_str() {
            "name" => set(&mut self.name, key, value(input)?, errors),
            "id" => set(&mut self.id, key, value(input)?, errors),
            "error" => set(&mut self.error, key, value(input)?, errors),
            "events" => set(&mut self.events, key, in_parentheses(input)?, errors),
            "commands" => set(&mut self.commands, key, commands(key, input)?, errors),
            "snapshot" => set(&mut self.snapshot, key, snapshot(key, input, errors)?, errors),
            "ignores" => self.ignores.extend(in_parentheses(input)?),
            "apply" => set(&mut self.apply, key, value(input)?, errors),
            "event" => set(&mut self.event, key, value(input)?, errors),
            "command" => set(&mut self.command, key, value(input)?, errors),
            "derive" => self.derives.extend(in_parentheses(input)?),
            "crate" => set(&mut self.krate, key, value(input)?, errors),
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn krate(&self) -> TokenStream {
        crate::attr::krate(self.krate.clone())
    }

    /// The category of its streams.
    pub(crate) fn category(&self) -> LitStr {
        let ident = &self.input.ident;
        self.name.clone().unwrap_or_else(|| LitStr::new(&case::snake_words(&ident.unraw().to_string()), ident.span()))
    }

    pub(crate) fn events(&self) -> &[Item] {
        self.events.as_deref().unwrap_or_default()
    }

    /// The name of the enum of its events: `OrderEvent`.
    pub(crate) fn event_ident(&self) -> Ident {
        self.event.clone().unwrap_or_else(|| format_ident!("{}Event", self.input.ident))
    }

    /// The name of the enum of its commands: `OrderCommand`.
    pub(crate) fn command_ident(&self) -> Ident {
        self.command.clone().unwrap_or_else(|| format_ident!("{}Command", self.input.ident))
    }

    pub(crate) fn is_generic(&self) -> bool {
        !self.input.generics.params.is_empty()
    }

    /// Its generics. What the traits ask of a concrete type is checked where they are implemented; of a generic one it is a bound.
    pub(crate) fn generics(&self) -> syn::Generics {
        let mut generics = self.input.generics.clone();
        if self.is_generic() {
            let krate = self.krate();
            let applies = self.events().iter().map(|Item { path, .. }| quote!(#krate::Apply<#path> +));
            let applies = if self.apply.is_some() { TokenStream::new() } else { quote!(#(#applies)*) };
            generics.make_where_clause().predicates.push(parse_quote! {
                Self: #applies ::core::default::Default + ::core::clone::Clone + ::core::marker::Send + ::core::marker::Sync + 'static
            });
            if self.snapshot.is_some() {
                generics.make_where_clause().predicates.push(parse_quote! {
                    Self: #krate::__private::serde::Serialize + #krate::__private::serde::de::DeserializeOwned
                });
            }
        }
        generics
    }
}

fn snapshot(key: &Ident, input: ParseStream, errors: &mut Errors) -> syn::Result<Snapshot> {
    let table = Keys { attribute: "aggregate", place: "`snapshot(..)`", keys: IN_SNAPSHOT, elsewhere: (&[], "") };
    let (mut every, mut version) = (None, None);
    each_key(parentheses(input)?, &table, errors, |key, input, errors| {
        let slot = if key == "every" { &mut every } else { &mut version };
        set(slot, key, Number::parse(input, errors)?.value, errors);
        Ok(())
    });
    if every.is_none() {
        errors.error(key, "`snapshot` does not say how often\nhelp: write `snapshot(every = 100, version = 1)`");
    }
    Ok(Snapshot { key: key.clone(), every: every.unwrap_or(1).into(), version: version.unwrap_or(1) })
}

fn commands(key: &Ident, input: ParseStream) -> syn::Result<Commands> {
    let mut commands = Commands { key: key.clone(), listed: Vec::new(), derives: Vec::new() };
    for entry in in_parentheses(input)? {
        match entry {
            Entry::One(item) => commands.listed.push(Listed { item, with: false }),
            Entry::With(items) => commands.listed.extend(items.into_iter().map(|item| Listed { item, with: true })),
            Entry::Derive(paths) => commands.derives.extend(paths),
        }
    }
    Ok(commands)
}

/// One entry of `commands(..)`.
enum Entry {
    One(Item),
    With(Vec<Item>),
    Derive(Vec<Path>),
}

impl Parse for Entry {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek2(syn::token::Paren) {
            let key: Ident = input.parse()?;
            return match key.to_string().as_str() {
                "with" => in_parentheses(input).map(Self::With),
                "derive" => in_parentheses(input).map(Self::Derive),
                _ => Err(syn::Error::new(key.span(), "expected `with` or `derive`")),
            };
        }
        input.parse().map(Self::One)
    }
}
