//! The rules that one command's own tokens can break.

use syn::ext::IdentExt;
use syn::{Data, Member};

use super::decides_on::{FieldPath, Tag};
use super::model::{Command, Stream};
use crate::attr::{have_names_of_their_own, printed, repeated};
use crate::errors::{Errors, listing, meant};

pub(super) fn all(command: &Command, errors: &mut Errors) {
    if !is_a_struct(command, errors) {
        return;
    }
    // a key that was not understood is not missing besides
    if !errors.is_empty() {
        return;
    }
    if command.decides_on.is_some() {
        on_models(command, errors);
    } else {
        has_an_aggregate(command, errors);
        has_one_id(command, errors);
        leaves_the_rest_to_the_aggregate(command, errors);
    }
}

fn on_models(command: &Command, errors: &mut Errors) {
    has_no_aggregate_besides(command, errors);
    has_one_to_six_models(command, errors);
    names_the_tags_of_each(command, errors);
    is_one_type(command, errors);
    has_no_id(command, errors);
    lists_events(command, errors);
    lists_each_once(command, errors);
    appends_to_a_stream_by_its_name(command, errors);
    borrows_its_own_fields(command, errors);
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
    // a `decides_on(..)` that could not be read is an error that was told
    if command.aggregate.is_none() && errors.is_empty() {
        let ident = &command.input.ident;
        let help = match command.emits.keys.is_empty() {
            true => "write `#[command(aggregate = Type)]`",
            false => "add `decides_on(Model { field }, ..)` to `#[command(..)]`",
        };
        errors.error(ident, format!("`{ident}` does not say what decides on it\nhelp: {help}"));
    }
}

// struct Deposit { account: AccountId, cents: i64 }
fn has_one_id(command: &Command, errors: &mut Errors) {
    match command.ids.as_slice() {
        [] if command.aggregate.is_none() && !command.emits.keys.is_empty() => {}
        [] => {
            let ident = &command.input.ident;
            errors.error(
                ident,
                format!("`{ident}` does not say which stream it is for\nhelp: write `#[command(id)]` on the field with the aggregate's id"),
            );
        }
        [_] => {}
        [(_, first, _), others @ ..] => {
            let first = written(first);
            for (key, ..) in others {
                errors.error(key, format!("a command is for one stream, and `{first}` names it already\nhelp: keep one `#[command(id)]`"));
            }
        }
    }
}

// #[command(aggregate = Account, events(Opened))]
fn leaves_the_rest_to_the_aggregate(command: &Command, errors: &mut Errors) {
    if command.aggregate.is_none() {
        return;
    }
    for key in &command.emits.keys {
        errors.error(key, format!("the aggregate says its `{key}` itself\nhelp: remove `{key}`, or decide on models by `decides_on(..)`"));
    }
    if let Some(Stream::Of(path, _)) = &command.stream {
        errors.error(
            path,
            "a command on an aggregate appends to the stream of its `#[command(id)]`\nhelp: write `stream = new`, `existing` or `any`",
        );
    }
}

// #[command(aggregate = Course, decides_on(StudentLoad { student_id }), ..)]
fn has_no_aggregate_besides(command: &Command, errors: &mut Errors) {
    if let Some(aggregate) = &command.aggregate {
        let ty = printed(aggregate);
        errors.error(
            aggregate,
            format!("a command is decided on an aggregate or on models, not on both\nhelp: remove `aggregate = {ty}`, or `decides_on(..)`"),
        );
    }
}

// #[command(decides_on(), ..)]
fn has_one_to_six_models(command: &Command, errors: &mut Errors) {
    match (&command.decides_on, command.models()) {
        (Some((key, _)), []) => errors.error(key, "`decides_on` names no model\nhelp: write `decides_on(Model { field }, ..)`"),
        (_, [_, _, _, _, _, _, seventh, ..]) => {
            errors.error(&seventh.model, "a command is decided on at most six models\nhelp: let one model read what two of them do");
        }
        _ => {}
    }
}

// #[command(decides_on(CourseSeats), ..)]
fn names_the_tags_of_each(command: &Command, errors: &mut Errors) {
    for asked in command.models() {
        let model = printed(&asked.model);
        if asked.tags().is_empty() {
            errors.error(
                &asked.model,
                format!("which `{model}` it is decided on is not said\nhelp: name the fields that hold its tags: `{model} {{ field }}`"),
            );
        }
        for (Tag { name, .. }, _) in repeated(asked.tags(), |tag| tag.name.to_string()) {
            errors.error(name, format!("the tag `{name}` is given twice\nhelp: remove one of them"));
        }
    }
}

// #[command(decides_on(CourseSeats { course_id }), ..)] struct Subscribe<P> { .. }
fn is_one_type(command: &Command, errors: &mut Errors) {
    let generics = &command.input.generics;
    if !generics.params.is_empty() {
        errors.error(generics, "a command on models is not generic: it has an enum of its events\nhelp: write a command for each type");
    }
}

// #[command(decides_on(CourseSeats { course_id }), ..)] struct Subscribe { #[command(id)] course_id: CourseId }
fn has_no_id(command: &Command, errors: &mut Errors) {
    for (key, member, _) in &command.ids {
        let field = written(member);
        errors.error(
            key,
            format!(
                "a command on models is for no stream\nhelp: remove `#[command(id)]`; `stream = Type({field})` says where its events go"
            ),
        );
    }
}

// #[command(decides_on(CourseSeats { course_id }))]
fn lists_events(command: &Command, errors: &mut Errors) {
    if command.emits.events.is_none() && command.emits.keys.iter().all(|key| key != "events") {
        let ident = &command.input.ident;
        errors.error(ident, format!("`{ident}` does not list the events that it emits\nhelp: add `events(Type, ..)` to `#[command(..)]`"));
    }
}

// #[command(.., events(StudentSubscribed, StudentSubscribed))]
fn lists_each_once(command: &Command, errors: &mut Errors) {
    have_names_of_their_own("events", command.events(), errors);
}

// #[command(decides_on(CourseSeats { course_id }), stream = new, ..)]
fn appends_to_a_stream_by_its_name(command: &Command, errors: &mut Errors) {
    if let Some(Stream::Rule(rule, _)) = &command.stream {
        errors.error(
            rule,
            format!(
                "a command on models has no stream that could be `{rule}`\nhelp: `stream = Type(field)` names the one that its events go to"
            ),
        );
    }
}

// #[command(decides_on(CourseSeats { course_id: curse }), ..)]
fn borrows_its_own_fields(command: &Command, errors: &mut Errors) {
    for tag in command.models().iter().flat_map(|asked| asked.tags()) {
        is_a_field(command, &tag.value, errors);
    }
    if let Some(Stream::Of(_, field)) = &command.stream {
        is_a_field(command, field, errors);
    }
}

fn is_a_field(command: &Command, path: &FieldPath, errors: &mut Errors) {
    let (Data::Struct(data), Some(member)) = (&command.input.data, path.field()) else { return };
    let known: Vec<String> = data.fields.members().map(|member| written(&member)).collect();
    let field = written(member);
    if known.contains(&field) {
        return;
    }
    let known = known.iter().map(String::as_str);
    let help = match meant(&field, known.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.len() == 0 => "add it".to_owned(),
        None => format!("its fields are {}", listing(known)),
    };
    errors.error(member, format!("`{}` has no field `{field}`\nhelp: {help}", command.input.ident));
}

fn written(member: &Member) -> String {
    match member {
        Member::Named(ident) => ident.unraw().to_string(),
        Member::Unnamed(index) => index.index.to_string(),
    }
}
