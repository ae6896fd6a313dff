//! The rules that one command's own tokens can break.

use syn::Data;

use super::model::Command;
use crate::errors::Errors;

pub(super) fn all(command: &Command, errors: &mut Errors) {
    if !is_a_struct(command, errors) {
        return;
    }
    // a key that was not understood is not missing besides
    if errors.is_empty() {
        has_an_aggregate(command, errors);
        has_one_id(command, errors);
    }
}

// #[derive(Command)] enum AccountCommand { .. }
fn is_a_struct(command: &Command, errors: &mut Errors) -> bool {
    let is_struct = matches!(command.input.data, Data::Struct(_));
    if !is_struct {
        errors.error(
            &command.input.ident,
            "a command is a struct\nhelp: write a struct for each command; `commands(..)` of the aggregate makes the enum",
        );
    }
    is_struct
}

// #[derive(Command)] struct Deposit { .. }
fn has_an_aggregate(command: &Command, errors: &mut Errors) {
    if command.aggregate.is_none() {
        let ident = &command.input.ident;
        errors.error(ident, format!("`{ident}` does not say what decides on it\nhelp: write `#[command(aggregate = Type)]`"));
    }
}

// struct Deposit { account: AccountId, cents: i64 }
fn has_one_id(command: &Command, errors: &mut Errors) {
    match command.ids.as_slice() {
        [] => {
            let ident = &command.input.ident;
            errors.error(
                ident,
                format!("`{ident}` does not say which stream it is for\nhelp: write `#[command(id)]` on the field with the aggregate's id"),
            );
        }
        [_] => {}
        [(_, first, _), others @ ..] => {
            let first = match first {
                syn::Member::Named(ident) => ident.to_string(),
                syn::Member::Unnamed(index) => index.index.to_string(),
            };
            for (key, ..) in others {
                errors.error(key, format!("a command is for one stream, and `{first}` names it already\nhelp: keep one `#[command(id)]`"));
            }
        }
    }
}
