//! The rules that one event's own tokens can break.

use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::Data;

use super::history::Past;
use super::model::{Before, Body, Event, Field, UpcastFrom};
use crate::attr::have_names_of_their_own;
use crate::errors::Errors;
use crate::serde_attr::Serde;
use crate::shape;

pub(super) fn all(event: &Event, errors: &mut Errors) {
    let is_understood = errors.is_empty();
    is_a_struct(event, errors);
    is_not_generic(event, errors);
    has_a_name(event, errors);
    is_read_as_it_is_written(event, errors);
    fields_are_read_as_they_are_written(event, errors);
    tags_have_a_name(event, errors);
    upcast_with_says_from_where(event, errors);
    // a `version` or an `upcast_from` that was not understood is neither missing nor too low besides
    if is_understood {
        first_version_upcasts_from_nothing(event, errors);
        upcasts_from_an_earlier_version(event, errors);
        history_says_from_where(event, errors);
        since_is_a_version(event, errors);
    }
    history_needs_named_fields(event, errors);
    chapters_are_in_order(event, errors);
    a_field_begins_once(event, errors);
    nothing_is_read_twice(event, errors);
    upcast_with_has_something_left(event, errors);
    removed_fields_were_there(event, errors);
    each_version_has_one_field_of_a_name(event, errors);
    former_names_are_former(event, errors);
    retires_into_others(event, errors);
    // a chapter that was not understood leaves a hole, which is no second mistake
    if errors.is_empty() {
        every_version_has_a_change(event, errors);
    }
}

// #[derive(Event)] enum Deposited { .. }
fn is_a_struct(event: &Event, errors: &mut Errors) {
    if let Body::Other = event.body {
        let (what, help) = match &event.input.data {
            Data::Struct(_) => ("a tuple struct", "give its fields names"),
            Data::Enum(_) => ("an enum", "write a struct for each event; the aggregate's derive makes the enum"),
            Data::Union(_) => ("a union", "write a struct"),
        };
        errors.error(
            &event.input.ident,
            format!("an event is a struct with named fields, a unit struct or a newtype, not {what}\nhelp: {help}"),
        );
    }
}

// struct Deposited<T> { amount: T }
fn is_not_generic(event: &Event, errors: &mut Errors) {
    if !event.input.generics.params.is_empty() {
        errors.error(
            &event.input.generics.params,
            "an event is not generic: one name stands for one stored type\nhelp: write a struct for each type that is stored",
        );
    }
}

// #[event(name = "")]
fn has_a_name(event: &Event, errors: &mut Errors) {
    for name in event.keys.name.iter().chain(&event.keys.renamed_from) {
        let text = name.value();
        if text.is_empty() || text.len() > 512 || text.contains('\0') {
            errors.error(name, "an event's name has 1 to 512 bytes and no U+0000\nhelp: give it another name");
        }
    }
}

// #[serde(into = "Wire")] struct Deposited { .. }
fn is_read_as_it_is_written(event: &Event, errors: &mut Errors) {
    let elsewhere = ["into", "from", "try_from", "remote", "untagged"];
    if let Some((written, key)) = event.serde.first_of(&elsewhere) {
        errors.error(
            written,
            format!(
                "an event is stored as its own fields say, so serde's `{key}` cannot stand on it\n\
                help: keep the other type under `upcast_from`, or as the type of a field"
            ),
        );
    }
    for key in event.serde.one_sided() {
        one_sided(key, errors);
    }
}

fn one_sided(key: &syn::Ident, errors: &mut Errors) {
    errors.error(
        key,
        format!(
            "`{key}` differs between writing and reading: what is written must be readable\n\
            help: give both sides one name: `{key} = \"..\"`"
        ),
    );
}

// #[serde(skip_serializing_if = "Option::is_none")] memo: Option<String>
fn fields_are_read_as_they_are_written(event: &Event, errors: &mut Errors) {
    for field in event.fields() {
        let serde = &field.serde;
        serde.one_sided().for_each(|key| one_sided(key, errors));
        let has_default = serde.has("default") || event.serde.has("default");
        if let (Some((key, _)), false) = (serde.first_of(&["skip_serializing", "skip_serializing_if"]), has_default) {
            errors.error(
                key,
                format!(
                    "`{key}` leaves the field out, and reading needs it: what is written must be readable\n\
                    help: add `default` beside `{key}`"
                ),
            );
        }
        if let (Some(key), false) = (serde.get("skip_deserializing"), serde.has("skip_serializing")) {
            errors.error(
                key,
                "`skip_deserializing` writes the field and never reads it: what is written must be readable\n\
                help: `skip` leaves it out on both sides",
            );
        }
        if let Some(ident) = field.ident {
            shape::shape_is_known(ident, serde, field.stored_as.as_ref(), errors);
        }
    }
}

// struct Renamed(#[event(tag)] String);
fn tags_have_a_name(event: &Event, errors: &mut Errors) {
    if let Body::Newtype(field) = &event.body
        && let Some(tag) = &field.tag
    {
        errors.error(&tag.key, "a tag is stored under its field's name, and a newtype has none\nhelp: give the field a name");
    }
}

// #[event(version = 1, upcast_from = DepositedV0)]
fn first_version_upcasts_from_nothing(event: &Event, errors: &mut Errors) {
    if let (1, Some(from)) = (event.version(), &event.keys.upcast_from) {
        errors.error_at(from.span(), "version 1 is the first; it upcasts from nothing\nhelp: raise `version`, or remove `upcast_from`");
    }
}

// #[event(version = 2, upcast_from = 2)]
fn upcasts_from_an_earlier_version(event: &Event, errors: &mut Errors) {
    let version = event.version();
    if let Some(UpcastFrom::Version(from)) = &event.keys.upcast_from
        && version > 1
        && from.value >= version
    {
        errors.error_at(
            from.span,
            format!(
                "this is version {version}; it upcasts from an earlier one\nhelp: `upcast_from` names the oldest version that is still read"
            ),
        );
    }
}

// #[event(version = 2, upcast_with = from_json)]
fn upcast_with_says_from_where(event: &Event, errors: &mut Errors) {
    if let Some(with) = &event.keys.upcast_with {
        match &event.keys.upcast_from {
            Some(UpcastFrom::Version(_)) => {}
            None => errors.error(
                with,
                "`upcast_with` does not say which versions it reads\n\
                help: add `upcast_from = 1`, the oldest of them",
            ),
            Some(UpcastFrom::Type(_)) => errors.error(
                with,
                "`upcast_from = Type` and `upcast_with` both read the oldest versions\n\
                help: keep one of them; the type may have an `upcast_with` of its own",
            ),
        }
    }
}

// #[event(version = 2)] struct Deposited { #[event(since = 2, default)] till: String }
fn history_says_from_where(event: &Event, errors: &mut Errors) {
    if event.keys.upcast_from.is_none()
        && let Some((span, since)) = history(event).next()
    {
        let oldest = since.saturating_sub(1).max(1);
        errors.error_at(
            span,
            format!(
                "the field has a past, but no earlier version is read\nhelp: add `upcast_from = {oldest}` to `#[event(..)]` on the struct"
            ),
        );
    }
}

/// Every `since` and `added` of a field, with its place.
fn history<'a>(event: &'a Event) -> impl Iterator<Item = (Span, u32)> + 'a {
    let chapters = event.fields().iter().flat_map(|field| &field.chapters).map(|chapter| chapter.since);
    let removed = event.keys.removed.iter().flat_map(|removed| removed.added.into_iter().chain([removed.since]));
    chapters.chain(removed).map(|since| (since.span, since.value))
}

// struct Renamed(#[event(since = 2, from = u32)] String);
fn history_needs_named_fields(event: &Event, errors: &mut Errors) {
    let is_transparent = event.serde.get("transparent");
    if let (Body::Named(_) | Body::Unit, None) = (&event.body, is_transparent) {
        return;
    }
    if let (Some((span, _)), false) = (history(event).next(), matches!(event.body, Body::Other)) {
        errors
            .error_at(span, "only a struct with named fields has a past by its fields\nhelp: keep the earlier type: `upcast_from = Type`");
    } else if let (Some(UpcastFrom::Version(from)), None, Body::Newtype(_)) =
        (&event.keys.upcast_from, &event.keys.upcast_with, &event.body)
    {
        errors.error_at(from.span, "a newtype has no past by its fields\nhelp: keep the earlier type: `upcast_from = Type`");
    }
}

// #[event(since = 9, default)] in version 2
fn since_is_a_version(event: &Event, errors: &mut Errors) {
    let version = event.version();
    let tags = event.fields().iter().filter_map(|field| field.tag.as_ref()?.since).map(|since| (since.span, since.value));
    for (span, since) in history(event).chain(tags) {
        if since == 1 {
            errors.error_at(span, "version 1 is the first; nothing was before it\nhelp: `since` names the version that brought the change");
        } else if since > version {
            errors.error_at(
                span,
                format!("the event is version {version}, so nothing is `since = {since}`\nhelp: raise `version` to {since}"),
            );
        }
    }
}

// #[event(since = 3, was = "total")] #[event(since = 2, default)]
fn chapters_are_in_order(event: &Event, errors: &mut Errors) {
    for field in event.fields() {
        for pair in field.chapters.windows(2) {
            if let [before, after] = pair
                && after.since.value == before.since.value
            {
                let since = after.since.value;
                errors.error_at(
                    after.since.span,
                    format!("version {since} is told twice\nhelp: write both changes in one `#[event(since = {since}, ..)]`"),
                );
            } else if let [before, after] = pair
                && after.since.value < before.since.value
            {
                errors.error_at(
                    after.since.span,
                    format!(
                        "chapters are told oldest first, one a version; this one follows `since = {}`\nhelp: sort them by `since`",
                        before.since.value
                    ),
                );
            }
        }
    }
}

// #[event(since = 2, was = "total")] #[event(since = 3, default)]
fn a_field_begins_once(event: &Event, errors: &mut Errors) {
    for field in event.fields() {
        for chapter in field.chapters.iter().skip(1) {
            if let Before::Absent(key, _) = &chapter.before {
                errors.error(key, "a field is absent only before its first chapter\nhelp: move `default` to the oldest chapter");
            }
        }
    }
}

// #[event(version = 3, upcast_from = 2)] with a field `since = 2`
fn nothing_is_read_twice(event: &Event, errors: &mut Errors) {
    if let (Some(UpcastFrom::Version(from)), None) = (&event.keys.upcast_from, &event.keys.upcast_with)
        && from.value < event.version()
    {
        for (span, since) in history(event).filter(|(_, since)| (2..=from.value).contains(since)) {
            errors.error_at(
                span,
                format!(
                    "`since = {since}` tells of version {}, which `upcast_from = {}` does not read\nhelp: remove this, or upcast from {}",
                    since - 1,
                    from.value,
                    since - 1
                ),
            );
        }
    }
}

// #[event(version = 3, upcast_from = 1)] with nothing but `since = 3`
fn every_version_has_a_change(event: &Event, errors: &mut Errors) {
    if event.keys.upcast_from.is_none() || !matches!(event.body, Body::Named(_) | Body::Unit) {
        return;
    }
    let changes = event.changes();
    let oldest = event.oldest_by_fields();
    // an event without any history of its fields has its past elsewhere, or forgot it in every version
    for version in oldest.saturating_add(1)..=event.version().min(oldest.saturating_add(64)) {
        if !changes.contains(&version) && !event.tag_changes().contains(&version) {
            errors.error_at(
                event.version_span(),
                format!(
                    "nothing says what changed in version {version}\n\
                    help: add `#[event(since = {version}, ..)]` to the field that changed, or `removed(field: Type, since = \
                    {version})`; or keep the earlier type: `upcast_from = Type`"
                ),
            );
        }
    }
}

// #[event(version = 2, upcast_from = 1, upcast_with = from_json)] with a field `since = 2`
fn upcast_with_has_something_left(event: &Event, errors: &mut Errors) {
    if let (Some(UpcastFrom::Version(from)), Some(with)) = (&event.keys.upcast_from, &event.keys.upcast_with)
        && from.value < event.version()
        && event.oldest_by_fields() <= from.value
    {
        errors.error(
            with,
            format!(
                "the fields tell how every version from {} on is read; nothing is left for `upcast_with`\n\
                help: remove it, or upcast from an older version",
                from.value
            ),
        );
    }
}

// #[event(removed(note: String, added = 3, since = 2))]
fn removed_fields_were_there(event: &Event, errors: &mut Errors) {
    for removed in &event.keys.removed {
        if let Some(added) = removed.added
            && added.value >= removed.since.value
        {
            errors.error_at(
                added.span,
                format!(
                    "`{}` is gone since version {}, before it was added\n\
                    help: `added` is the first version that had it, `since` the first without",
                    removed.ident, removed.since.value
                ),
            );
        }
    }
}

// #[event(since = 2, was = "till")] with another field `till`
fn each_version_has_one_field_of_a_name(event: &Event, errors: &mut Errors) {
    let oldest = event.oldest_by_fields();
    let rename_all = event.serde.rename_all();
    for version in oldest..event.version().min(oldest.saturating_add(64)) {
        let mut names = BTreeSet::new();
        let fields = event.fields().iter().filter(|field| shape::is_stored(&field.serde) && !field.serde.has("flatten"));
        let fields = fields.filter_map(|field| name_in(field, version, rename_all.as_deref()));
        let removed = event.keys.removed.iter().filter(|removed| removed.was_in(version)).map(|removed| {
            let name = Serde::read(&removed.attrs).field_name(&removed.ident, rename_all.as_deref());
            (name.value(), removed.ident.span(), "say with `added = N` since when the removed one was there")
        });
        for (name, span, help) in fields.chain(removed) {
            if !names.insert(name.clone()) {
                errors.error_at(span, format!("version {version} has two fields `{name}`\nhelp: {help}"));
                return;
            }
        }
    }
}

/// The name under which a version stored the field, and where that is said; nothing where it was absent.
fn name_in(field: &Field, version: u32, rename_all: Option<&str>) -> Option<(String, Span, &'static str)> {
    let ident = field.ident?;
    let help = "say with `was = \"..\"` under which name each was stored";
    match field.at(version) {
        Past::Absent(_) => None,
        Past::Unchanged { was: Some(was) } | Past::Converted { was: Some(was), .. } => Some((was.value(), was.span(), help)),
        Past::Unchanged { was: None } => Some((field.serde.field_name(ident, rename_all).value(), ident.span(), help)),
        Past::Converted { was: None, .. } => {
            // its present attributes are of the present type
            Some((Serde::read(&[]).field_name(ident, rename_all).value(), ident.span(), help))
        }
    }
}

// #[event(name = "deposited", renamed_from = "deposited")]
fn former_names_are_former(event: &Event, errors: &mut Errors) {
    let mut names = vec![event.name().value()];
    for name in &event.keys.renamed_from {
        if names.contains(&name.value()) {
            errors.error(
                name,
                format!("`{}` names this event already\nhelp: `renamed_from` lists the names that it had before, each once", name.value()),
            );
        }
        names.push(name.value());
    }
}

// #[event(retired_into(Deposited))] struct Deposited { .. }
fn retires_into_others(event: &Event, errors: &mut Errors) {
    let ident = &event.input.ident;
    let into = event.keys.retired_into.as_ref().map(|(_, successors)| successors.as_slice()).unwrap_or_default();
    have_names_of_their_own("retired_into", into, errors);
    have_names_of_their_own("replaces", &event.keys.replaces, errors);
    for other in into.iter().chain(&event.keys.replaces) {
        if other.path.is_ident(ident) {
            errors.error(&other.path, format!("`{ident}` cannot take its own place\nhelp: name the other event"));
        }
    }
}

impl UpcastFrom {
    fn span(&self) -> Span {
        match self {
            Self::Version(number) => number.span,
            Self::Type(ty) => syn::spanned::Spanned::span(ty),
        }
    }
}
