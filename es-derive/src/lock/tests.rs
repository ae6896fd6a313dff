//! What is compared with which line, and what is an error without knowing any type. That the numbers agree with those that es-core
//! works out of the real types is tested with real cargo, in `tests/tests/lock`.

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{Lit, LitBool, LitInt, LitStr};

use super::file::File;
use super::target::Mode;
use crate::cases::said;
use crate::errors::Errors;
use crate::event::Event;

/// One call of `locked`.
#[derive(Debug, PartialEq)]
struct Comparison {
    version: u32,
    expected: u64,
    lines: String,
    frozen: bool,
}

fn checks(mode: Mode, lock: &str, event: TokenStream) -> TokenStream {
    let input = syn::parse2(event).unwrap();
    let mut errors = Errors::new();
    let event = Event::from_syn(&input, &mut errors);
    assert_eq!(said(errors.finish()), [""; 0]);
    let mut errors = Errors::new();
    let checks = super::against(&event, Some(&File::parse(lock)), mode, &event.krate(), &mut errors);
    let errors = errors.finish();
    quote!(#checks #errors)
}

fn comparisons(mode: Mode, lock: &str, event: TokenStream) -> Vec<Comparison> {
    let expansion = checks(mode, lock, event);
    assert_eq!(said(expansion.clone()), [""; 0]);
    let mut found = Vec::new();
    let mut after_the_type = false;
    for token in expansion {
        match token {
            TokenTree::Punct(punct) => after_the_type = punct.as_char() == '>',
            TokenTree::Group(arguments) if after_the_type => found.push(comparison(arguments.stream())),
            _ => {}
        }
    }
    found
}

fn comparison(arguments: TokenStream) -> Comparison {
    let literals: Vec<Lit> = arguments.into_iter().filter_map(|token| syn::parse2(token.into()).ok()).collect();
    let [_, Lit::Int(version), Lit::Int(expected), Lit::Str(lines), Lit::Bool(LitBool { value: frozen, .. })] = literals.as_slice() else {
        panic!("other arguments than expected: {}", literals.len())
    };
    let number = |literal: &LitInt| literal.base10_parse::<u64>().unwrap();
    Comparison {
        version: u32::try_from(number(version)).unwrap(),
        expected: number(expected),
        lines: LitStr::value(lines),
        frozen: *frozen,
    }
}

/// What is expected of the one line of the event's present version.
fn expected(lock: &str, event: TokenStream) -> u64 {
    let found = comparisons(Mode::Draft, lock, event);
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].expected
}

/// The hash of these types one after the other, none of which has a name of its own.
fn of_types(types: &[&str]) -> u64 {
    const PRIME: u64 = 0x0100_0000_01b3;
    let hash = |text: &str| text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    types.iter().fold(0, |before, ty| (before ^ hash(ty)).wrapping_mul(PRIME))
}

#[test]
fn each_locked_version_that_the_fields_read_is_compared() {
    let lock = "Opened v1 { cents: u8 }\nOpened v2 { cents: u16 }\nOpened v3 { cents: u64 }\nOpened v4 { cents: string }\nBegun v2 { cents: u16 }\n";
    let event = quote! {
        #[event(version = 3, upcast_from = 2, renamed_from = "Begun")]
        struct Opened { #[event(since = 3, from = u16)] cents: u64 }
    };
    let compared = |version, ty: &str, lines: &str| Comparison { version, expected: of_types(&[ty]), lines: lines.into(), frozen: false };
    assert_eq!(
        comparisons(Mode::Draft, lock, event.clone()),
        [
            compared(2, "u16", "Opened v2 { cents: u16 }"),
            compared(3, "u64", "Opened v3 { cents: u64 }"),
            compared(2, "u16", "Begun v2 { cents: u16 }")
        ]
    );
    assert!(comparisons(Mode::Frozen, lock, event).iter().all(|comparison| comparison.frozen));
}

#[test]
fn a_line_comes_with_those_of_the_types_in_it() {
    let lock =
        "Coin = \"Euro\" | \"other coin\"\nMoney = { cents: i64, coin: Coin }\nUnit = { of: u8 }\n\"bank opened\" v1 { balance: Money }\n";
    let event = quote!(
        #[event(name = "bank opened")]
        struct Opened {
            balance: Money,
        }
    );
    let found = comparisons(Mode::Draft, lock, event);
    assert_eq!(
        found[0].lines,
        "\"bank opened\" v1 { balance: Money }\nCoin = \"Euro\" | \"other coin\"\nMoney = { cents: i64, coin: Coin }"
    );
    assert_ne!(found[0].expected, of_types(&["Money"]), "the hash of a named type is that of its line too");
}

#[test]
fn what_the_fields_say_is_what_the_line_says() {
    let line = "Opened v1 { by: string #tag, cents: i64, note: string?, count: u32 = default, ..Extra }";
    let same = of_types(&["i64", "string", "u32", "Extra", "string?"]);
    let fields = quote!(cents: i64, #[event(tag)] by: String, #[serde(default)] count: u32, #[serde(flatten)] extra: Extra);
    assert_eq!(expected(line, quote!(struct Opened { #fields, #[serde(default)] note: Option<String> })), same);
    assert_eq!(expected(line, quote!(struct Opened { #fields, note: Option<String> })), same);
}

#[test]
fn what_differs_besides_a_type_is_seen_at_once() {
    let differs = u64::MAX;
    assert_eq!(
        expected(
            "Opened v1 { cents: i64, by: u8 }",
            quote!(
                struct Opened {
                    cents: i64,
                }
            )
        ),
        differs,
        "a field more"
    );
    assert_eq!(
        expected(
            "Opened v1 { sum: i64 }",
            quote!(
                struct Opened {
                    cents: i64,
                }
            )
        ),
        differs,
        "another name"
    );
    assert_eq!(
        expected(
            "Opened v1 { cents: i64 = default }",
            quote!(
                struct Opened {
                    cents: i64,
                }
            )
        ),
        differs,
        "no default"
    );
    assert_eq!(
        expected(
            "Opened v1 { cents: i64 }",
            quote!(
                struct Opened {
                    #[serde(default)]
                    cents: i64,
                }
            )
        ),
        differs,
        "a default"
    );
    assert_eq!(
        expected(
            "Opened v1 { cents: i64 #tag }",
            quote!(
                struct Opened {
                    cents: i64,
                }
            )
        ),
        differs,
        "no tag"
    );
    let tagged = quote!(
        struct Opened {
            #[event(tag, since = 1)]
            cents: i64,
        }
    );
    assert_eq!(expected("Opened v1 { cents: i64 }", tagged), differs, "a tag");
    assert_eq!(
        expected(
            "Opened v1 { ..Extra }",
            quote!(
                struct Opened {
                    cents: i64,
                }
            )
        ),
        differs,
        "what is merged is no field"
    );
    let flattened = quote!(
        struct Opened {
            #[serde(flatten)]
            extra: Extra,
        }
    );
    assert_eq!(expected("Opened v1 { extra: Extra }", flattened), differs, "a field is not merged");
    let kind = quote!(
        #[serde(tag = "kind")]
        struct Opened {
            cents: i64,
        }
    );
    assert_eq!(expected("Opened v1 { cents: i64 }", kind), differs, "serde's tag of the struct");
}

#[test]
fn an_event_that_is_stored_as_its_one_field_is_compared_as_that() {
    let newtype = quote!(
        struct Opened(Account);
    );
    assert_eq!(expected("Opened v1 string", newtype.clone()), of_types(&["string"]));
    assert_eq!(expected("Opened v1 {string: u8}", newtype.clone()), of_types(&["{string: u8}"]));
    assert_eq!(expected("Opened v1 { cents: i64 }", newtype.clone()), u64::MAX);
    assert_eq!(expected("Opened v1 {}", newtype), u64::MAX);
}

#[test]
fn a_version_that_is_not_in_the_file_is_an_error_once_it_is_frozen() {
    let event = quote!(
        #[event(version = 2, upcast_from = 1, renamed_from = "Begun")]
        struct Opened {
            #[event(since = 2, default)]
            cents: i64,
        }
    );
    let unknown = "`Opened` version 2 is not in events.lock\nhelp: run `ES_LOCK=accept cargo test` and commit events.lock";
    let told = |mode, lock| said(checks(mode, lock, event.clone()));
    assert_eq!(told(Mode::Frozen, "Opened v2 { cents: i64 }"), [""; 0]);
    assert_eq!(told(Mode::Frozen, "Opened v1 {}"), [unknown]);
    assert_eq!(told(Mode::Frozen, "Begun v2 { cents: i64 }"), [unknown], "another name");
    assert_eq!(told(Mode::Draft, "Opened v1 {}"), [""; 0]);
}

#[test]
fn a_file_that_does_not_read_is_the_one_error() {
    let event = quote!(
        struct Opened {
            cents: i64,
        }
    );
    let told = said(checks(Mode::Frozen, "Opened v1 { cents i64 }", event));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("events.lock, line 1: expected `:`"), "{}", told[0]);
}

#[test]
fn a_tag_that_came_later_is_dated() {
    let told = |lock, event| said(checks(Mode::Draft, lock, event));
    let dated = |version, since| {
        format!("version {version} of `Opened` is stored already, without this tag\nhelp: write `#[event(tag, since = {since})]`")
    };
    let second = quote!(
        #[event(version = 2, upcast_from = 1)]
        struct Opened {
            #[event(tag)]
            by: String,
            #[event(since = 2, default)]
            cents: i64,
        }
    );
    assert_eq!(told("Opened v1 { by: string }", second.clone()), [dated(1, 2)]);
    assert_eq!(told("Opened v1 { by: string #tag }", second.clone()), [""; 0]);
    assert_eq!(told("Opened v1 { by: string #tag }\nOpened v2 { by: string, cents: i64 }", second), [""; 0], "today's is compared");
    let first = quote!(
        struct Opened {
            #[event(tag)]
            by: String,
        }
    );
    assert_eq!(told("Opened v1 { by: string }", first), [""; 0], "today's is compared");

    // of another type before, and so another tag
    let retyped = quote! {
        #[event(version = 3, upcast_from = 1)]
        struct Opened { #[event(tag)] #[event(since = 2, from = u32)] by: u64, #[event(since = 3, default)] cents: i64 }
    };
    assert_eq!(told("Opened v1 { by: u32 #tag }", retyped.clone()), [dated(1, 2)]);
    assert_eq!(told("Opened v2 { by: u64 #tag }", retyped), [""; 0], "since then it is the same");
}

#[test]
fn what_is_an_error_is_not_compared_besides() {
    let event = quote!(
        #[event(version = 2, upcast_from = 1)]
        struct Opened {
            #[event(tag)]
            by: String,
            #[event(since = 2, default)]
            cents: i64,
        }
    );
    let text = checks(Mode::Draft, "Opened v1 { by: string }", event).to_string();
    assert!(!text.contains("locked"), "{text}");
}
