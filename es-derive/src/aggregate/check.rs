//! The rules that one aggregate's own tokens can break.

use syn::Data;

use super::model::Aggregate;
use crate::attr::{Item, are_in_one_list, have_names_of_their_own};
use crate::errors::Errors;
use crate::serde_attr::Serde;
use crate::shape;

pub(super) fn all(aggregate: &Aggregate, errors: &mut Errors) {
    // a key that was not understood is not missing besides
    if errors.is_empty() {
        has_an_id(aggregate, errors);
        lists_events(aggregate, errors);
    }
    lists_each_once(aggregate, errors);
    ignores_what_it_does_not_list(aggregate, errors);
    has_a_name(aggregate, errors);
    commands_need_one_type(aggregate, errors);
    names_only_what_it_generates(aggregate, errors);
    snapshot_knows_its_shape(aggregate, errors);
}

// #[aggregate(events(Opened))]
fn has_an_id(aggregate: &Aggregate, errors: &mut Errors) {
    let ident = &aggregate.input.ident;
    if let (None, None) = (&aggregate.id, &aggregate.events) {
        let message = "says neither what identifies it nor which events it has\nhelp: write `#[aggregate(id = Type, events(Type, ..))]`";
        errors.error(ident, format!("`{ident}` {message}"));
    } else if aggregate.id.is_none() {
        errors.error(ident, format!("`{ident}` does not say what identifies it\nhelp: add `id = Type` to `#[aggregate(..)]`"));
    }
}

// #[aggregate(id = AccountId)]
fn lists_events(aggregate: &Aggregate, errors: &mut Errors) {
    if let (Some(_), None) = (&aggregate.id, &aggregate.events) {
        let ident = &aggregate.input.ident;
        errors.error(ident, format!("`{ident}` does not list its events\nhelp: add `events(..)` to `#[aggregate(..)]`"));
    }
}

// #[aggregate(id = AccountId, events(Opened, Opened))]
fn lists_each_once(aggregate: &Aggregate, errors: &mut Errors) {
    have_names_of_their_own("events", aggregate.events(), errors);
    have_names_of_their_own("ignores", &aggregate.ignores, errors);
    if let Some(commands) = &aggregate.commands {
        let items: Vec<Item> = commands.listed.iter().map(|listed| listed.item.clone()).collect();
        have_names_of_their_own("commands", &items, errors);
    }
}

// #[aggregate(id = AccountId, events(Opened), ignores(Opened))]
fn ignores_what_it_does_not_list(aggregate: &Aggregate, errors: &mut Errors) {
    are_in_one_list(("events", aggregate.events()), ("ignores", &aggregate.ignores), errors);
}

// #[aggregate(name = "", ..)]
fn has_a_name(aggregate: &Aggregate, errors: &mut Errors) {
    if let Some(name) = &aggregate.name {
        let text = name.value();
        if text.is_empty() || text.len() > 512 || text.contains('\0') {
            errors.error(name, "an aggregate's name has 1 to 512 bytes and no U+0000\nhelp: give it another name");
        }
    }
}

// #[aggregate(.., commands(Open))] struct Account<P> { .. }
fn commands_need_one_type(aggregate: &Aggregate, errors: &mut Errors) {
    if let (Some(commands), true) = (&aggregate.commands, aggregate.is_generic()) {
        errors.error(
            &commands.key,
            "the commands of a generic aggregate have no enum: it could not say which of the types decides\n\
            help: remove `commands(..)`; each command is executed by itself",
        );
    }
}

// #[aggregate(id = u64, events(Opened), command = Wish)]
fn names_only_what_it_generates(aggregate: &Aggregate, errors: &mut Errors) {
    if let (Some(name), None) = (&aggregate.command, &aggregate.commands) {
        errors.error(name, "there is no enum of commands to be named\nhelp: add `commands(..)`, or remove `command`");
    }
}

// #[aggregate(.., snapshot(every = 9))] enum Account { .. }
fn snapshot_knows_its_shape(aggregate: &Aggregate, errors: &mut Errors) {
    let Some(snapshot) = &aggregate.snapshot else { return };
    match &aggregate.input.data {
        Data::Struct(data) => {
            for (at, field) in data.fields.iter().enumerate() {
                let stored_as = shape::stored_as(&field.attrs, errors);
                let ident = field.ident.clone().unwrap_or_else(|| quote::format_ident!("_{at}"));
                shape::shape_is_known(&ident, &Serde::read(&field.attrs), stored_as.as_ref(), errors);
            }
        }
        Data::Enum(_) => crate::schema::check_shape(aggregate.input, errors),
        Data::Union(_) => errors.error(&snapshot.key, "a union has no stored shape\nhelp: remove `snapshot(..)`"),
    }
}
