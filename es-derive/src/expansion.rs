//! What each derive writes, kept beside the code so that a change of it is read: `expansion/*.rs`.
//!
//! Written anew with `EXPANSION=overwrite cargo test -p es-derive`.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;
use syn::DeriveInput;

/// Compares what `derive` makes of `input` with the file of that name.
fn expands_as(name: &str, derive: fn(&DeriveInput) -> TokenStream, input: TokenStream) {
    let file = syn::parse2(derive(&syn::parse2(input).unwrap())).unwrap();
    let now = format!("// written by a test, for reading\n{}", prettyplease::unparse(&file));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/expansion/{name}.rs"));
    if std::env::var_os("EXPANSION").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(before, now, "{} is of another expansion", path.display());
}

#[test]
fn an_event_with_a_past() {
    expands_as(
        "event",
        crate::event::derive,
        quote! {
            #[event(name = "order.placed", version = 3, upcast_from = 1, renamed_from = "OrderCreated")]
            #[event(removed(note: Option<String>, since = 2))]
            #[serde(rename_all = "camelCase")]
            pub struct OrderPlaced {
                #[event(tag)]
                pub customer_id: CustomerId,
                #[event(since = 2, default = Currency::Usd)]
                pub currency: Currency,
                #[event(since = 3, was = "total", with = cents_from_decimal)]
                pub total_cents: i64,
            }
        },
    );
}

#[test]
fn an_event_whose_past_is_a_type() {
    expands_as(
        "event_past",
        crate::event::derive,
        quote! {
            #[event(name = "opened", version = 2, upcast_from = OpenedV1)]
            pub struct Opened;
        },
    );
}

#[test]
fn an_event_whose_past_is_left_to_a_function() {
    expands_as(
        "event_past_by_function",
        crate::event::derive,
        quote! {
            #[event(version = 4, upcast_from = 2, upcast_with = from_json)]
            pub struct OrderPaid {
                #[event(since = 4, from = u32)]
                pub cents: u64,
                #[event(since = 4, was = "ref")]
                pub reference: String,
            }
        },
    );
}

#[test]
fn a_retired_event() {
    expands_as(
        "event_retired",
        crate::event::derive,
        quote! {
            #[event(retired_into(OrderPlaced))]
            pub struct OrderCreated {
                pub total: i64,
            }
        },
    );
}

#[test]
fn an_aggregate() {
    expands_as(
        "aggregate",
        crate::aggregate::derive,
        quote! {
            #[aggregate(id = OrderId, error = OrderError, events(OrderPlaced), commands(PlaceOrder, with(PayOrder)), snapshot(every = 100))]
            pub struct Order {
                total_cents: i64,
            }
        },
    );
}

#[test]
fn a_command() {
    expands_as(
        "command",
        crate::command::derive,
        quote! {
            #[command(aggregate = Order, stream = new)]
            pub struct PlaceOrder {
                #[command(id)]
                pub order_id: OrderId,
            }
        },
    );
}

#[test]
fn a_command_on_models() {
    expands_as(
        "command_on_models",
        crate::command::derive,
        quote! {
            #[command(decides_on(CourseSeats { course_id }, StudentLoad { student_id: who }))]
            #[command(events(StudentSubscribed), error = EnrolError, stream = Course(course_id))]
            pub struct Subscribe {
                pub course_id: CourseId,
                pub who: StudentId,
            }
        },
    );
}

#[test]
fn a_model() {
    expands_as(
        "model",
        crate::model::derive,
        quote! {
            #[model(events(CourseDefined, StudentSubscribed), tags(course_id: CourseId))]
            pub struct CourseSeats {
                capacity: u32,
                taken: u32,
            }
        },
    );
}

#[test]
fn an_id() {
    expands_as(
        "id",
        crate::id::derive,
        quote!(
            pub struct OrderId(Uuid);
        ),
    );
}

#[test]
fn a_shape() {
    expands_as(
        "schema",
        crate::schema::derive,
        quote! {
            #[serde(tag = "kind", rename_all = "snake_case")]
            pub enum Payment {
                Cash,
                Card { number: String, #[serde(default)] holder: Option<Name> },
                Voucher(Voucher),
            }
        },
    );
}

#[test]
fn a_shape_of_a_struct_that_holds_itself() {
    expands_as(
        "schema_struct",
        crate::schema::derive,
        quote! {
            #[serde(tag = "kind")]
            pub struct Branch {
                branches: Vec<Branch>,
                #[schema(by_name)]
                tree: Option<Tree>,
                #[serde(skip_serializing, default)]
                height: u32,
                #[serde(skip)]
                seen: bool,
                #[serde(skip_serializing, skip_deserializing)]
                drawn: bool,
            }
        },
    );
}

#[test]
fn a_view() {
    expands_as(
        "view",
        crate::view::derive,
        quote! {
            #[view(name = "order_summary", version = 2, key = OrderId, events(OrderPlaced), delete_on(OrderCancelled))]
            pub struct OrderSummary {
                #[view(index)]
                status: String,
                total_cents: i64,
            }
        },
    );
}

#[test]
fn a_projection() {
    expands_as(
        "projection",
        crate::projection::derive,
        quote! {
            #[projection(events(OrderPlaced), on_error = park)]
            pub struct Revenue;
        },
    );
}

/// That each input becomes something with these words.
fn say(derive: fn(&DeriveInput) -> TokenStream, cases: &[(&str, &str)]) {
    for (input, words) in cases {
        let expansion = derive(&syn::parse_str(input).unwrap()).to_string();
        assert!(expansion.contains(words), "`{words}` is not in {expansion}");
    }
}

#[test]
fn what_is_written_in_an_attribute_is_in_what_it_becomes() {
    let key_from = "#[view(key = CustomerId, key_from = customer_id, events(OrderPlaced))] struct Summary { total: i64 }";
    say(crate::view::derive, &[(key_from, "customer_id")]);
    say(crate::projection::derive, &[("#[projection(version = 2, events(OrderPlaced))] struct Revenue;", "const VERSION : u32 = 2")]);
    say(crate::aggregate::derive, &[("#[aggregate(id = Id, events(Placed))] struct Order<R> { rates: R }", "for Order < R >")]);
    let event = "#[command(decides_on(Seats { id }), events(Subscribed), event = Enrolment)] struct Subscribe { id: Id }";
    say(crate::command::derive, &[(event, "enum Enrolment")]);
}

#[test]
fn what_a_type_is_stored_as_is_what_serde_writes() {
    say(
        crate::schema::derive,
        &[
            ("#[schema(as = String)] struct Path { parts: Vec<Part> }", "< String as :: es_core :: Schema > :: SHAPE"),
            ("struct Point(i32, u32);", "Tuple (& [< i32 as :: es_core :: Schema > :: SHAPE , < u32"),
            ("struct Cents(i64);", "SHAPE : :: es_core :: __private :: Shape = < i64 as :: es_core :: Schema > :: SHAPE"),
            ("struct Node { next: Option<Box<Self>> }", "STORED_BY_NAME"),
        ],
    );
    say(crate::event::derive, &[("struct Renamed(String);", "= < String as :: es_core :: Schema > :: SHAPE")]);
    say(
        crate::event::derive,
        &[("#[serde(transparent)] struct Renamed { name: String }", "= < String as :: es_core :: Schema > :: SHAPE")],
    );
}

#[test]
fn a_reaction() {
    expands_as(
        "reaction",
        crate::projection::derive_reaction,
        quote! {
            #[reaction(events(OrderPlaced))]
            pub struct Welcome;
        },
    );
}
