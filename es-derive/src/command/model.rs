//! What `#[command(..)]` says, as it was written.

use proc_macro2::{Ident, TokenStream};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Data, DeriveInput, Index, Member, Path, Token, Type};

use crate::attr::{Keys, bodies, each_key, set, value};
use crate::errors::{Errors, listing, meant};

const ON_TYPE: &[(&str, &str)] =
    &[("aggregate", "aggregate = Type"), ("stream", "stream = new` or `existing` or `any"), ("crate", "crate = path")];
const ON_FIELD: &[(&str, &str)] = &[("id", "id")];

/// A command type.
pub(crate) struct Command<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) aggregate: Option<Type>,
    pub(crate) stream: Option<Stream>,
    pub(crate) krate: Option<Path>,
    /// The fields marked `#[command(id)]`: the key, the field, its type.
    pub(crate) ids: Vec<(Ident, Member, &'a Type)>,
}

/// `stream = new`, `existing` or `any`.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    New,
    Existing,
    Any,
}

impl<'a> Command<'a> {
    pub(crate) fn from_syn(input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let mut command = Self { input, aggregate: None, stream: None, krate: None, ids: Vec::new() };
        let table = Keys { attribute: "command", place: "a struct", keys: ON_TYPE, elsewhere: (ON_FIELD, "a field") };
        for body in bodies(&input.attrs, "command", errors) {
            each_key(body, &table, errors, |key, input, errors| {
                match key.unraw().to_string().as_str() {
                    "aggregate" => set(&mut command.aggregate, key, value(input)?, errors),
                    "stream" => set(&mut command.stream, key, stream(input, errors)?, errors),
                    _ => set(&mut command.krate, key, value(input)?, errors),
                }
                Ok(())
            });
        }
        if let Data::Struct(data) = &input.data {
            command.read_ids(&data.fields, errors);
        }
        command
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
}

fn stream(input: ParseStream, errors: &mut Errors) -> syn::Result<Stream> {
    const RULES: [&str; 3] = ["new", "existing", "any"];
    input.parse::<Token![=]>()?;
    let rule = input.call(Ident::parse_any)?;
    Ok(match rule.to_string().as_str() {
        "new" => Stream::New,
        "existing" => Stream::Existing,
        "any" => Stream::Any,
        other => {
            let help = meant(other, RULES).map_or_else(|| format!("write {}", listing(RULES)), |name| format!("did you mean `{name}`?"));
            errors.error(&rule, format!("a stream is not `{other}`; it is new, existing or any\nhelp: {help}"));
            Stream::Any
        }
    })
}
