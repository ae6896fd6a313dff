//! The rules that a stored type's own tokens can break.

use syn::Ident;

use super::model::{Body, Field, Schema};
use crate::errors::Errors;
use crate::serde_attr::Serde;
use crate::shape;

pub(super) fn all(schema: &Schema, errors: &mut Errors) {
    is_no_union(schema, errors);
    if schema.stored_as.is_some() {
        return;
    }
    is_written_as_it_is_read(schema, errors);
    names_are_the_same_on_both_sides(schema, errors);
    shapes_are_known(schema, errors);
    variants_have_a_tag(schema, errors);
}

// #[derive(Schema)] union Bits { .. }
fn is_no_union(schema: &Schema, errors: &mut Errors) {
    if let Body::Union = schema.body {
        errors.error(&schema.input.ident, "a union has no stored shape\nhelp: write a struct or an enum");
    }
}

// #[serde(into = "String")] struct Money { .. }
fn is_written_as_it_is_read(schema: &Schema, errors: &mut Errors) {
    let into = schema.serde.text("into");
    let from = schema.serde.text("from").or_else(|| schema.serde.text("try_from"));
    let agree = match (into, from) {
        (Some(into), Some(from)) => into.value() == from.value(),
        (None, None) => true,
        _ => false,
    };
    if let (false, Some((key, _))) = (agree, schema.serde.first_of(&["into", "from", "try_from"])) {
        errors.error(
            key,
            format!(
                "`{key}` gives writing and reading different types: what is written must be readable\n\
                help: name one type in `into` and in `from` or `try_from`"
            ),
        );
    }
}

// amount: #[serde(rename(serialize = "sum"))] i64
fn names_are_the_same_on_both_sides(schema: &Schema, errors: &mut Errors) {
    let variants = match &schema.body {
        Body::Enum(variants) => variants.iter().map(|variant| &variant.serde).collect(),
        Body::Struct(_) | Body::Union => Vec::new(),
    };
    let all = [&schema.serde].into_iter().chain(variants).chain(fields(schema).map(|field| &field.serde));
    for key in all.flat_map(Serde::one_sided) {
        errors.error(
            key,
            format!(
                "`{key}` differs between writing and reading: what is written must be readable\n\
                help: give both sides one name: `{key} = \"..\"`"
            ),
        );
    }
}

// #[serde(with = "cents")] amount: Decimal
fn shapes_are_known(schema: &Schema, errors: &mut Errors) {
    for field in fields(schema) {
        shape::shape_is_known(&field.ident, &field.serde, field.stored_as.as_ref(), errors);
    }
    if let Body::Enum(variants) = &schema.body {
        for variant in variants {
            shape::shape_is_known(variant.ident, &variant.serde, variant.stored_as.as_ref(), errors);
        }
    }
}

// #[serde(untagged)] on one variant of a tagged enum
fn variants_have_a_tag(schema: &Schema, errors: &mut Errors) {
    let Body::Enum(variants) = &schema.body else { return };
    for written in variants.iter().filter_map(|variant| variant.serde.get("untagged")) {
        let written: &Ident = written;
        errors.error(
            written,
            "a single variant without a tag has no stored shape of its own\n\
            help: write `untagged` on the enum, or say what it is stored as: `#[schema(as = Type)]` on the enum",
        );
    }
}

fn fields<'a>(schema: &'a Schema) -> impl Iterator<Item = &'a Field<'a>> {
    let (own, of_variants) = match &schema.body {
        Body::Struct(fields) => (Some(fields), [].as_slice()),
        Body::Enum(variants) => (None, variants.as_slice()),
        Body::Union => (None, [].as_slice()),
    };
    own.into_iter().chain(of_variants.iter().map(|variant| &variant.fields)).flat_map(|fields| fields.all())
}
