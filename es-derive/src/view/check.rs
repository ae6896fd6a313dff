//! The rules that one view's own tokens can break.

use syn::{Data, Fields};

use super::model::View;
use crate::attr::{are_in_one_list, have_names_of_their_own};
use crate::errors::Errors;

const LONGEST_NAME: usize = 40;

pub(super) fn all(view: &View, errors: &mut Errors) {
    // a key that was not understood is not missing besides
    if errors.is_empty() {
        has_a_key(view, errors);
        lists_events(view, errors);
    }
    is_a_plain_struct(view, errors);
    lists_each_once(view, errors);
    has_a_name_for_a_table(view, errors);
    indexes_each_once(view, errors);
    view.on_error.check(errors);
    if errors.is_empty() {
        crate::schema::check_shape(view.input, errors);
    }
}

// #[derive(View)] enum OrderSummary { .. }
fn is_a_plain_struct(view: &View, errors: &mut Errors) {
    let ident = &view.input.ident;
    if !matches!(&view.input.data, Data::Struct(data) if !matches!(data.fields, Fields::Unnamed(_))) {
        errors.error(ident, format!("`{ident}` is not a struct with named fields\nhelp: a view's row is a struct: name its fields"));
    }
    if !view.input.generics.params.is_empty() {
        errors.error(&view.input.generics, format!("`{ident}` is generic; a view is not\nhelp: write one view for each type"));
    }
}

// #[view(events(OrderPlaced))]
fn has_a_key(view: &View, errors: &mut Errors) {
    let ident = &view.input.ident;
    if let (None, None) = (&view.key, &view.events) {
        let message = "says neither what identifies a row nor which events change it\nhelp: write `#[view(key = Type, events(Type, ..))]`";
        errors.error(ident, format!("`{ident}` {message}"));
    } else if view.key.is_none() {
        errors.error(ident, format!("`{ident}` does not say what identifies a row\nhelp: add `key = Type` to `#[view(..)]`"));
    }
}

// #[view(key = OrderId)]
fn lists_events(view: &View, errors: &mut Errors) {
    if let (Some(_), None) = (&view.key, &view.events) {
        let ident = &view.input.ident;
        errors.error(ident, format!("`{ident}` does not list its events\nhelp: add `events(..)` to `#[view(..)]`"));
    }
}

// #[view(key = OrderId, events(OrderPlaced), delete_on(OrderPlaced))]
fn lists_each_once(view: &View, errors: &mut Errors) {
    let events = view.events.as_deref().unwrap_or_default();
    have_names_of_their_own("events", events, errors);
    have_names_of_their_own("delete_on", &view.delete_on, errors);
    are_in_one_list(("events", events), ("delete_on", &view.delete_on), errors);
}

// #[view(name = "order summary", ..)]
fn has_a_name_for_a_table(view: &View, errors: &mut Errors) {
    let name = view.name();
    let text = name.value();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if text.is_empty() || text.len() > LONGEST_NAME || !text.chars().all(fits) {
        errors.error(
            &name,
            format!("a view's name is part of its table's: 1 to {LONGEST_NAME} small letters, digits and `_`\nhelp: write `name = \"..\"`"),
        );
    }
}

// #[view(index)] #[view(index)] status: String
fn indexes_each_once(view: &View, errors: &mut Errors) {
    for (at, (ident, _)) in view.columns.iter().enumerate() {
        if view.columns.iter().take(at).any(|(earlier, _)| earlier == ident) {
            errors.error(ident, format!("`{ident}` is indexed twice\nhelp: keep one `#[view(index)]`"));
        }
        if ["key", "state", "last_position"].iter().any(|own| ident == own) {
            errors.error(ident, format!("`{ident}` is a column of every view's table\nhelp: give the field another name"));
        }
    }
}
