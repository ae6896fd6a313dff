//! The rules that one model's own tokens can break.

use super::model::{Model, Tag};
use crate::attr::{listed_twice, printed, repeated};
use crate::errors::Errors;

pub(super) fn all(model: &Model, errors: &mut Errors) {
    is_one_type(model, errors);
    reads_events(model, errors);
    reads_each_once(model, errors);
    has_a_tag(model, errors);
    has_each_tag_once(model, errors);
}

// struct CourseSeats<P> { .. }
fn is_one_type(model: &Model, errors: &mut Errors) {
    let generics = &model.input.generics;
    if !generics.params.is_empty() {
        errors.error(generics, "a model is not generic: a command names it by its type\nhelp: write a model for each type");
    }
}

// #[model(tags(course_id: CourseId))]
fn reads_events(model: &Model, errors: &mut Errors) {
    if model.lacks("events", model.events.as_deref()) {
        let ident = &model.input.ident;
        errors.error(ident, format!("`{ident}` does not list its events\nhelp: add `events(Type, ..)` to `#[model(..)]`"));
    }
}

// #[model(events(StudentSubscribed, StudentSubscribed), ..)]
fn reads_each_once(model: &Model, errors: &mut Errors) {
    for (item, _) in repeated(model.events(), |item| printed(&item.path)) {
        errors.error(&item.path, listed_twice("events", &printed(&item.path)));
    }
}

// #[model(events(StudentSubscribed))]
fn has_a_tag(model: &Model, errors: &mut Errors) {
    if model.lacks("tags", model.tags.as_deref()) {
        let ident = &model.input.ident;
        errors.error(ident, format!("`{ident}` does not say what it is about\nhelp: add `tags(field: Type, ..)` to `#[model(..)]`"));
    }
}

// #[model(.., tags(account_id: AccountId, account_id: AccountId))]
fn has_each_tag_once(model: &Model, errors: &mut Errors) {
    for (Tag { name, .. }, _) in repeated(model.tags(), |tag| tag.name.to_string()) {
        errors.error(name, listed_twice("tags", &name.to_string()));
    }
}
