//! The keys under which a struct's fields and an enum's variants are stored.

use super::cursor::Name;
use crate::schema::{Definition, Field, Shape, Tagging, Variant};

/// The place of the field with this name; past the end when there is none.
pub(super) const fn find_field(fields: &[Field], name: &Name<'_>) -> usize {
    let mut at = 0;
    while at < fields.len() && (fields[at].is_flattened() || !name.is(fields[at].name())) {
        at += 1;
    }
    at
}

pub(super) const fn find_variant(variants: &[Variant], name: &Name<'_>) -> usize {
    let mut at = 0;
    while at < variants.len() && !name.is(variants[at].name) {
        at += 1;
    }
    at
}

/// The place of the first flattened field from `at` on.
pub(super) const fn next_flattened(fields: &[Field], mut at: usize) -> usize {
    while at < fields.len() && !fields[at].is_flattened() {
        at += 1;
    }
    at
}

pub(super) const fn has_several_flattened(fields: &[Field]) -> bool {
    next_flattened(fields, next_flattened(fields, 0) + 1) < fields.len()
}

/// Whether a flattened field may have stored this key.
pub(super) const fn is_merged(fields: &[Field], key: &str) -> bool {
    let mut at = next_flattened(fields, 0);
    while at < fields.len() {
        if has_key(fields[at].shape(), key) {
            return true;
        }
        at = next_flattened(fields, at + 1);
    }
    false
}

/// Whether a value of this shape may be stored with this key.
const fn has_key(shape: &Shape, key: &str) -> bool {
    match shape {
        Shape::Option(inner) => has_key(inner, key),
        Shape::Named(Definition { shape: Some(shape), .. }) => has_key(shape, key),
        Shape::Struct(fields) => find_field(fields, &Name::of(key)) < fields.len() || is_merged(fields, key),
        Shape::Enum(tagging, variants) => {
            let name = Name::of(key);
            match tagging {
                Tagging::External => find_variant(variants, &name) < variants.len(),
                Tagging::Adjacent(tag, content) => name.is(tag) || name.is(content),
                Tagging::Internal(tag) => name.is(tag) || variant_has_key(variants, key),
                Tagging::Untagged => variant_has_key(variants, key),
            }
        }
        // a map has any; what else can be flattened is not seen
        _ => true,
    }
}

const fn variant_has_key(variants: &[Variant], key: &str) -> bool {
    let mut rest = variants;
    while let [variant, others @ ..] = rest {
        if let Some(shape) = &variant.shape
            && has_key(shape, key)
        {
            return true;
        }
        rest = others;
    }
    false
}
