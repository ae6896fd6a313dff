//! The schema lock, as far as it is seen while a derive expands: an event's lines in `events.lock`, and the shapes that they must fit.
//!
//! The file is read here, never by the compiler's evaluation of constants: what is handed over are the few lines that an event needs.

mod file;
mod line;
mod past;
mod target;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};

use crate::attr::{Krate, located, printed};
use crate::errors::Errors;
use crate::event::Event;
use file::{EventLine, File};
use target::Mode;

pub(crate) use past::members;

/// The comparison with the locked lines, beside the implementation of `Event`.
pub(crate) fn checks(event: &Event, krate: &Krate) -> TokenStream {
    let mut errors = Errors::new();
    let ident = &event.input.ident;
    let mode = Mode::read().unwrap_or_else(|message| {
        errors.error(ident, message);
        Mode::Draft
    });
    let file = file::beside_the_manifest();
    let tracked = tracked(file.is_some());
    let check = against(event, file.as_deref(), mode, krate, &mut errors);
    let errors = errors.finish();
    quote!(#tracked #check #errors)
}

/// The comparison with the lines of this file.
fn against(event: &Event, file: Option<&File>, mode: Mode, krate: &Krate, errors: &mut Errors) -> TokenStream {
    let lines = file.map_or_else(Vec::new, |file| lines_of(event, file));
    let mut is_readable = true;
    if let Some(file) = file {
        is_readable = file.errors.is_empty();
        for error in file.tell_errors() {
            errors.error(&event.input.ident, error);
        }
    }
    if let (Mode::Frozen, true) = (mode, is_readable) {
        is_locked(event, &lines, errors);
    }
    tags_are_dated(event, &lines, errors);
    match file {
        Some(file) if errors.is_empty() => compared(event, &lines, file, mode, krate),
        _ => TokenStream::new(),
    }
}

/// What the crate is compiled anew for: the file, and the variable. The first event of a crate says it for all.
fn tracked(there_is_a_file: bool) -> TokenStream {
    static SAID: AtomicBool = AtomicBool::new(false);
    if SAID.swap(true, Ordering::Relaxed) && !cfg!(test) {
        return TokenStream::new();
    }
    let file = there_is_a_file.then(|| {
        quote! {
            const _: &[u8] = ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/events.lock"));
        }
    });
    quote! {
        #file
        const _: ::core::option::Option<&str> = ::core::option_env!("ES_LOCK");
    }
}

/// The event's lines, under its name and those that it had before.
fn lines_of<'a>(event: &Event, file: &'a File) -> Vec<&'a EventLine> {
    let names = std::iter::once(event.name().value()).chain(event.keys.renamed_from.iter().map(syn::LitStr::value));
    let versions = names.flat_map(|name| file.versions_of(&name));
    versions.filter(|line| line.version <= event.version()).collect()
}

// ES_LOCK=frozen, and a version that has no line
fn is_locked(event: &Event, lines: &[&EventLine], errors: &mut Errors) {
    let (name, version) = (event.name().value(), event.version());
    if !lines.iter().any(|line| line.name == name && line.version == version) {
        errors.error(
            &event.input.ident,
            format!("`{name}` version {version} is not in events.lock\nhelp: run `ES_LOCK=accept cargo test` and commit events.lock"),
        );
    }
}

// #[event(tag)] on a field that a locked version stored without it, or otherwise
fn tags_are_dated(event: &Event, lines: &[&EventLine], errors: &mut Errors) {
    for (field, stored) in event.stored_fields() {
        let Some(tag) = field.tag.as_ref().filter(|tag| tag.since.is_none()) else { continue };
        let is_other = |line: &&&EventLine| {
            let has_changed = field.chapters.iter().any(|chapter| chapter.since.value > line.version);
            line.version < event.version() && (has_changed || !line.has_tag(&stored.value()))
        };
        if let Some(line) = lines.iter().filter(is_other).max_by_key(|line| line.version) {
            let since = line.version + 1;
            errors.error(
                &tag.key,
                format!(
                    "version {} of `{}` is stored already, without this tag\nhelp: write `#[event(tag, since = {since})]`",
                    line.version, line.name
                ),
            );
        }
    }
}

/// A constant for each locked version that the fields read.
fn compared(event: &Event, lines: &[&EventLine], file: &File, mode: Mode, krate: &Krate) -> TokenStream {
    let lines = lines.iter().filter(|line| line.version >= event.oldest_by_fields());
    lines.map(|line| compare(event, line, file, mode, krate)).collect()
}

fn compare(event: &Event, locked: &EventLine, file: &File, mode: Mode, krate: &Krate) -> TokenStream {
    let ident = &event.input.ident;
    let (written, version, frozen) = (printed(ident), Literal::u32_unsuffixed(locked.version), mode == Mode::Frozen);
    let expected = Literal::u64_unsuffixed(expected(event, locked, file).unwrap_or(u64::MAX));
    let mut held = BTreeSet::new();
    file.types_within(&locked.parts, &mut held);
    let mut text = format!("{} v{} {}", line::written(&locked.name), locked.version, locked.line);
    for locked in held.iter().filter_map(|name| file.type_named(name)) {
        text.extend(["\n", &line::written(&locked.name), " = ", &locked.line]);
    }
    let krate = located(krate, ident.span());
    quote_spanned! {ident.span()=>
        const _: () = #krate::__private::locked::<#ident>(#written, #version, #expected, #text, #frozen);
    }
}

/// The hash of several, one after the other, as es-core computes it.
const fn combined(before: u64, next: u64) -> u64 {
    (before ^ next).wrapping_mul(0x0100_0000_01b3)
}

/// What the hashes of a version's field types come to, in the order of today's fields, if they are as locked.
///
/// `None` where more than a type differs, which is seen without knowing the types.
fn expected(event: &Event, locked: &EventLine, file: &File) -> Option<u64> {
    if event.transparent().is_some() && locked.version == event.version() {
        // a struct without a line of its own: its fields are seen by the compiler alone
        let is_struct = locked.line.starts_with("{ ") || locked.line == "{}";
        return (!is_struct).then(|| combined(0, file.hash_within(locked, 0..locked.line.len())));
    }
    let now = past::fields(event, locked.version);
    if event.serde.has("tag") || now.len() != locked.parts.fields.len() {
        return None;
    }
    let mut merged = locked.parts.fields.iter().filter(|field| field.flatten);
    let mut hash: u64 = 0;
    for now in &now {
        let name = now.name.value();
        let then = if now.flatten { merged.next()? } else { locked.parts.fields.iter().find(|then| !then.flatten && then.name == name)? };
        let is_option = locked.line.get(then.shape.clone())?.ends_with('?');
        let reads_same = then.default == (now.optional && !is_option) && then.tag == now.tag.is_some();
        if !now.flatten && !reads_same {
            return None;
        }
        hash = combined(hash, file.hash_within(locked, then.shape.clone()));
    }
    Some(hash)
}
