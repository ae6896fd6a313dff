//! The cases of the package `ui`, expanded here and now: what the macros say is compared in milliseconds, and without a compiler.
//!
//! Where a message points, what the compiler says of its own accord, and what the generated constants say, is compared there.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, DeriveInput, Item, Meta};

type Derive = fn(&DeriveInput) -> TokenStream;

const DERIVES: [(&str, Derive); 9] = [
    ("Event", crate::event::derive),
    ("Aggregate", crate::aggregate::derive),
    ("Command", crate::command::derive),
    ("DecisionModel", crate::model::derive),
    ("Id", crate::id::derive),
    ("Schema", crate::schema::derive),
    ("View", crate::view::derive),
    ("Projection", crate::projection::derive),
    ("Reaction", crate::projection::derive_reaction),
];

fn cases(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/tests").join(folder);
    let mut cases = Vec::new();
    for entry in fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => cases.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path())),
            false => cases.push(path),
        }
    }
    // what several cases share is none
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("ui/school.rs"));
    cases.sort();
    cases
}

/// Each type in the file that has a derive of ours, with that.
fn derives(path: &Path) -> Vec<(Derive, DeriveInput)> {
    let file = syn::parse_file(&fs::read_to_string(path).unwrap());
    let mut found = Vec::new();
    // a file that rustc does not read either has no derives
    file.into_iter().for_each(|file| add(file.items, &mut found));
    found
}

fn add(items: Vec<Item>, found: &mut Vec<(Derive, DeriveInput)>) {
    for item in items {
        let tokens = match item {
            Item::Mod(module) => {
                add(module.content.map(|(_, items)| items).unwrap_or_default(), found);
                continue;
            }
            Item::Struct(item) => item.into_token_stream(),
            Item::Enum(item) => item.into_token_stream(),
            Item::Union(item) => item.into_token_stream(),
            _ => continue,
        };
        let mut input: DeriveInput = syn::parse2(tokens).unwrap();
        let derived: String =
            input.attrs.iter().filter(|attr| attr.path().is_ident("derive")).map(|it| it.to_token_stream().to_string()).collect();
        input.attrs.retain(|attr| !attr.path().is_ident("derive"));
        let names: Vec<&str> = derived.split(|letter: char| !letter.is_alphanumeric()).collect();
        found.extend(DERIVES.iter().filter(|(name, _)| names.contains(name)).map(|(_, derive)| (*derive, input.clone())));
    }
}

/// The `compile_error!`s in an expansion.
pub(crate) fn said(expansion: TokenStream) -> Vec<String> {
    let tokens: Vec<_> = expansion.into_iter().collect();
    let calls = tokens.windows(3).filter_map(|tokens| match tokens {
        [TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Group(message)] if name == "compile_error" => {
            Some(syn::parse2::<syn::LitStr>(message.stream()).unwrap().value())
        }
        _ => None,
    });
    calls.collect()
}

/// What the expected output says is an error of a macro: one without a number.
fn expected(path: &Path) -> Option<String> {
    let output = fs::read_to_string(path.with_extension("stderr")).unwrap();
    let (_, message) = output.split_once("error: ").filter(|(before, _)| before.is_empty() || before.ends_with('\n'))?;
    let (text, _) = message.split_once(" --> ")?;
    Some(text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"))
}

#[test]
fn each_mistake_that_a_macro_sees_is_told() {
    let mut told = 0;
    for case in cases("ui") {
        // these tests have all of syn, which reads closures too
        if case.ends_with("event/default-that-is-a-closure.rs") {
            continue;
        }
        let now: Vec<_> = derives(&case).into_iter().flat_map(|(derive, input)| said(derive(&input))).collect();
        let expected: Vec<_> = expected(&case).into_iter().collect();
        assert_eq!(now, expected, "{}", case.display());
        told += now.len();
    }
    assert!(told > 150, "only {told} cases are of the macros");
}

#[test]
fn what_is_right_is_expanded_without_a_word() {
    let mut expanded = 0;
    for case in cases("pass") {
        for (derive, input) in derives(&case) {
            let expansion = derive(&input);
            assert_eq!(said(expansion.clone()), [""; 0], "{}", case.display());
            assert!(syn::parse2::<syn::File>(expansion).is_ok(), "{}", case.display());
            expanded += 1;
        }
    }
    assert!(expanded > 110, "only {expanded} types were expanded");
}

/// Whatever lacks, whoever is typing it: no panic, and what comes back can be parsed.
#[test]
fn a_half_typed_attribute_never_stops_a_macro() {
    let (mut typed, mut broken) = (0, Vec::new());
    for case in cases("ui").into_iter().chain(cases("pass")) {
        for (derive, input) in derives(&case) {
            for half in half_typed(&input) {
                if let Err(error) = syn::parse2::<syn::File>(derive(&half)) {
                    broken.push(format!("{}: {error}: {}", case.display(), half.to_token_stream()));
                }
                typed += 1;
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(typed > 2000, "only {typed} inputs were tried");
}

/// The input with each attribute cut off after each of its tokens, and with each of its tokens left out.
fn half_typed(input: &DeriveInput) -> Vec<DeriveInput> {
    let mut all = Vec::new();
    for at in 0..attributes(&mut input.clone()).len() {
        let Meta::List(list) = attributes(&mut input.clone())[at].meta.clone() else { continue };
        for body in cut(&list.tokens) {
            let mut half = input.clone();
            if let Meta::List(list) = &mut attributes(&mut half)[at].meta {
                list.tokens = body;
            }
            all.push(half);
        }
    }
    all
}

fn attributes(input: &mut DeriveInput) -> Vec<&mut Attribute> {
    let mut all: Vec<_> = input.attrs.iter_mut().collect();
    match &mut input.data {
        syn::Data::Struct(data) => all.extend(data.fields.iter_mut().flat_map(|field| &mut field.attrs)),
        syn::Data::Enum(data) => {
            for variant in &mut data.variants {
                all.extend(&mut variant.attrs);
                all.extend(variant.fields.iter_mut().flat_map(|field| &mut field.attrs));
            }
        }
        syn::Data::Union(data) => all.extend(data.fields.named.iter_mut().flat_map(|field| &mut field.attrs)),
    }
    all
}

fn cut(tokens: &TokenStream) -> Vec<TokenStream> {
    let tokens: Vec<_> = tokens.clone().into_iter().collect();
    let mut all = Vec::new();
    for at in 0..tokens.len() {
        all.push(tokens[..at].iter().cloned().collect());
        all.push(tokens[..at].iter().chain(&tokens[at + 1..]).cloned().collect());
        // what stands in braces is the user's own code
        if let TokenTree::Group(group) = &tokens[at]
            && group.delimiter() != Delimiter::Brace
        {
            for body in cut(&group.stream()) {
                let delimiter = if group.delimiter() == Delimiter::None { Delimiter::Parenthesis } else { group.delimiter() };
                let half = TokenTree::Group(Group::new(delimiter, body));
                all.push(tokens[..at].iter().cloned().chain([half]).chain(tokens[at + 1..].iter().cloned()).collect());
            }
        }
    }
    all
}
