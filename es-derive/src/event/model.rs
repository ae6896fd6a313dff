//! What `#[event(..)]` says, as it was written.

use proc_macro2::{Ident, Span};
use syn::{Attribute, DeriveInput, Expr, LitStr, Path, Type};

use crate::attr::{Item, Krate, Number};
use crate::errors::Errors;
use crate::serde_attr::Serde;
use crate::shape;

use super::parse;

/// An event type.
pub(crate) struct Event<'a> {
    pub(crate) input: &'a DeriveInput,
    pub(crate) serde: Serde,
    pub(crate) keys: StructKeys,
    pub(crate) body: Body<'a>,
}

/// What stands in `#[event(..)]` on the struct.
#[derive(Default)]
pub(crate) struct StructKeys {
    pub(crate) krate: Option<Path>,
    pub(crate) name: Option<LitStr>,
    pub(crate) version: Option<Number>,
    pub(crate) upcast_from: Option<UpcastFrom>,
    pub(crate) upcast_with: Option<Path>,
    pub(crate) renamed_from: Vec<LitStr>,
    pub(crate) retired_into: Option<(Ident, Vec<Item>)>,
    pub(crate) replaces: Vec<Item>,
    pub(crate) removed: Vec<Removed>,
}

/// `upcast_from = 1`, or `upcast_from = OrderPlacedV1`.
pub(crate) enum UpcastFrom {
    Version(Number),
    Type(Box<Type>),
}

/// The three forms that an event can have, and one for what is none of them.
pub(crate) enum Body<'a> {
    Unit,
    Newtype(Box<Field<'a>>),
    Named(Vec<Field<'a>>),
    Other,
}

/// A field of today's version.
pub(crate) struct Field<'a> {
    /// `None` in a newtype.
    pub(crate) ident: Option<&'a Ident>,
    pub(crate) ty: &'a Type,
    pub(crate) serde: Serde,
    pub(crate) stored_as: Option<Type>,
    pub(crate) tag: Option<Tag>,
    /// What happened to it, oldest first.
    pub(crate) chapters: Vec<Chapter>,
}

/// `tag`, or `tag, since = 2`.
pub(crate) struct Tag {
    pub(crate) key: Ident,
    pub(crate) since: Option<Number>,
}

/// One `#[event(since = N, ..)]`: what the field was before version N.
pub(crate) struct Chapter {
    pub(crate) since: Number,
    pub(crate) was: Option<LitStr>,
    pub(crate) before: Before,
}

/// What the field's value was before a chapter.
pub(crate) enum Before {
    /// The same type.
    Same,
    /// Nothing: `default`, or `default = EXPR`.
    Absent(Ident, Option<Expr>),
    /// Another type: `from = Type`.
    From(Type),
    /// What a function takes: `with = path`.
    With(Path),
}

impl Before {
    pub(crate) fn changes_type(&self) -> bool {
        matches!(self, Self::From(_) | Self::With(_))
    }
}

/// `removed(note: Option<String>, since = 3)`: a field that versions from `added` on had, up to `since`.
pub(crate) struct Removed {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) added: Option<Number>,
    pub(crate) since: Number,
}

impl<'a> Event<'a> {
    pub(crate) fn from_syn(input: &'a DeriveInput, errors: &mut Errors) -> Self {
        let keys = parse::struct_keys(&input.attrs, errors);
        let body = parse::body(input, errors);
        Self { input, serde: Serde::read(&input.attrs), keys, body }
    }

    pub(crate) fn krate(&self) -> Krate {
        Krate::new(self.keys.krate.as_ref())
    }

    /// The name under which it is stored.
    pub(crate) fn name(&self) -> LitStr {
        use syn::ext::IdentExt;
        let ident = &self.input.ident;
        self.keys.name.clone().unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()))
    }

    pub(crate) fn version(&self) -> u32 {
        self.keys.version.map_or(1, |version| version.value)
    }

    pub(crate) fn version_span(&self) -> Span {
        self.keys.version.map_or_else(|| self.input.ident.span(), |version| version.span)
    }

    /// The named fields that are in the JSON, with their names there.
    pub(crate) fn stored_fields(&self) -> impl Iterator<Item = (&Field<'a>, LitStr)> {
        let rename_all = self.serde.rename_all();
        self.fields().iter().filter(|field| shape::is_stored(&field.serde)).filter_map(move |field| {
            let ident = field.ident?;
            Some((field, field.serde.field_name(ident, rename_all.as_deref())))
        })
    }

    /// The one field as which the event is stored, if it is stored as one.
    pub(crate) fn transparent(&self) -> Option<&Field<'a>> {
        let is_inner = matches!(self.body, Body::Newtype(_)) || self.serde.has("transparent");
        self.fields().iter().find(|field| is_inner && shape::is_stored(&field.serde))
    }

    pub(crate) fn fields(&self) -> &[Field<'a>] {
        match &self.body {
            Body::Named(fields) => fields,
            Body::Newtype(field) => std::slice::from_ref(field),
            Body::Unit | Body::Other => &[],
        }
    }
}

impl Field<'_> {
    /// What its value is stored as today.
    pub(crate) fn stored_type(&self) -> &Type {
        self.stored_as.as_ref().unwrap_or(self.ty)
    }
}
