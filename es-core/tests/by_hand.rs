//! The expansion of the derives, written by hand: what generated code looks like, and that it needs nothing but this crate.
#![allow(missing_docs)]

use es_core::*;
use serde::{Deserialize, Serialize};

// #[derive(Event)]
// #[event(name = "account.deposited", version = 3, upcast_from = 1, renamed_from = "account.paid_in")]
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Deposited {
    // #[event(since = 3, was = "amount", with = cents)]
    pub cents: i64,
    // #[event(tag)] #[event(since = 2, default = "main".to_owned())]
    pub till: String,
}

fn cents(amount: String) -> Result<i64, std::num::ParseFloatError> {
    Ok((amount.parse::<f64>()? * 100.0).round() as i64)
}

const _: () = {
    #[automatically_derived]
    impl ::es_core::Event for Deposited {
        const NAME: &'static str = "account.deposited";
        const VERSION: u32 = 3;
        const SCHEMA: ::es_core::__private::Shape = ::es_core::__private::Shape::Struct(&[
            ::es_core::__private::Field::Plain("cents", <i64 as ::es_core::Schema>::STORED),
            ::es_core::__private::Field::Plain("till", <String as ::es_core::Schema>::STORED).tag(1),
        ]);
        const RENAMED_FROM: &'static [&'static str] = &["account.paid_in"];

        fn decode_past(stored_version: u32, payload: &[u8]) -> ::core::result::Result<Self, ::es_core::DecodeError> {
            let cents_since_3 = ::es_core::__private::with(cents);
            match stored_version {
                2 => {
                    #[derive(::es_core::__private::serde::Deserialize)]
                    #[serde(crate = "::es_core::__private::serde")]
                    struct __V2<__T0> {
                        amount: __T0,
                        till: String,
                    }
                    let old = ::es_core::__private::read::<Self, __V2<_>>(2, payload)?;
                    ::core::result::Result::Ok(Self {
                        cents: ::es_core::__private::convert::<Self, i64>(2, "cents", (cents_since_3.convert)(old.amount))?,
                        till: old.till,
                    })
                }
                1 => {
                    #[derive(::es_core::__private::serde::Deserialize)]
                    #[serde(crate = "::es_core::__private::serde")]
                    struct __V1<__T0> {
                        amount: __T0,
                    }
                    let old = ::es_core::__private::read::<Self, __V1<_>>(1, payload)?;
                    ::core::result::Result::Ok(Self {
                        cents: ::es_core::__private::convert::<Self, i64>(1, "cents", (cents_since_3.convert)(old.amount))?,
                        till: "main".to_owned(),
                    })
                }
                other => ::core::result::Result::Err(::es_core::__private::unread::<Self>(other, 1)),
            }
        }

        fn add_tags(&self, tags: &mut ::es_core::Tags) {
            ::es_core::TagValue::add_to(&self.till, "till", tags);
        }

        fn define(types: &mut ::es_core::__private::Types) {
            <i64 as ::es_core::Schema>::define(types);
            <String as ::es_core::Schema>::define(types);
        }
    }
};

// #[derive(Event)]
// #[event(replaces(OpenedAndDeposited))]
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct Opened;

const _: () = {
    #[automatically_derived]
    impl ::es_core::Event for Opened {
        const NAME: &'static str = "Opened";
        const VERSION: u32 = 1;
        const SCHEMA: ::es_core::__private::Shape = ::es_core::__private::Shape::Struct(&[]);
        const REPLACES: &'static [::es_core::__private::Replaced] = &[::es_core::__private::Replaced::of::<OpenedAndDeposited>()];

        fn encode(&self) -> ::core::result::Result<::std::vec::Vec<u8>, ::es_core::EncodeError> {
            ::core::result::Result::Ok(::es_core::__private::encode_unit())
        }

        fn decode_current(payload: &[u8]) -> ::core::result::Result<Self, ::es_core::DecodeError> {
            ::es_core::__private::read_unit::<Self>(1, payload).map(|()| Self)
        }
    }
};

// #[derive(Event)]
// #[event(retired_into(Opened))]
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq)]
pub struct OpenedAndDeposited {
    pub first: String,
}

impl Retired for OpenedAndDeposited {
    fn replace(self) -> Events<Self> {
        events![Opened]
    }
}

const _: () = {
    #[automatically_derived]
    impl ::es_core::Event for OpenedAndDeposited {
        const NAME: &'static str = "OpenedAndDeposited";
        const VERSION: u32 = 1;
        const SCHEMA: ::es_core::__private::Shape =
            ::es_core::__private::Shape::Struct(&[::es_core::__private::Field::Plain("first", <String as ::es_core::Schema>::STORED)]);
        const RETIRED_INTO: ::core::option::Option<&'static [&'static str]> =
            ::core::option::Option::Some(<Self as ::es_core::__private::RetiredInto>::SUCCESSORS);
    }

    /// What [`OpenedAndDeposited`] became.
    #[derive(Clone, Debug)]
    pub enum OpenedAndDepositedEvent {
        /// [`Opened`]
        Opened(Opened),
    }

    // .. EventEnum for OpenedAndDepositedEvent as for AccountEvent below; here by way of a macro to keep this file short
    event_enum!(OpenedAndDepositedEvent, OpenedAndDeposited, [Opened]);

    #[automatically_derived]
    impl ::es_core::EventSet for OpenedAndDeposited {
        type Event = OpenedAndDepositedEvent;
        type Error = ::core::convert::Infallible;
    }

    #[automatically_derived]
    impl ::es_core::__private::RetiredInto for OpenedAndDeposited {
        const SUCCESSORS: &'static [&'static str] = &[<Opened as ::es_core::Event>::NAME];

        fn replaced(self) -> ::es_core::Events<Self> {
            ::es_core::Retired::replace(self)
        }
    }
};

// #[derive(Aggregate)]
// #[aggregate(id = u64, error = Overdrawn, events(Opened, Deposited), commands(Deposit), snapshot(every = 2, version = 1))]
#[derive(Default, Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    open: bool,
    balance: i64,
}

#[derive(Debug, PartialEq)]
pub struct Overdrawn;
impl std::fmt::Display for Overdrawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("overdrawn")
    }
}
impl std::error::Error for Overdrawn {}

impl Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {
        self.open = true;
    }
}
impl Apply<Deposited> for Account {
    fn apply(&mut self, event: Deposited) {
        self.balance += event.cents;
    }
}

/// The events of [`Account`].
#[derive(Clone, Debug)]
pub enum AccountEvent {
    /// [`Opened`]
    Opened(Opened),
    /// [`Deposited`]
    Deposited(Deposited),
}

#[macro_export]
macro_rules! event_enum {
    ($enum:ident, $set:ident, [$($event:ident),*]) => {
        $(
            #[automatically_derived]
            impl ::core::convert::From<$event> for $enum {
                fn from(event: $event) -> Self {
                    Self::$event(event)
                }
            }

            #[automatically_derived]
            impl ::es_core::Emits<$event> for $set {
                fn wrap(event: $event) -> $enum {
                    $enum::$event(event)
                }
            }
        )*

        #[automatically_derived]
        impl ::es_core::EventEnum for $enum {
            const EVENTS: &'static [::es_core::EventInfo] = &[$(<$event as ::es_core::Event>::INFO),*];

            fn name(&self) -> &'static str {
                match self {
                    $(Self::$event(_) => <$event as ::es_core::Event>::NAME,)*
                }
            }

            fn event_version(&self) -> u32 {
                match self {
                    $(Self::$event(_) => <$event as ::es_core::Event>::VERSION,)*
                }
            }

            fn encode(&self) -> ::core::result::Result<::std::vec::Vec<u8>, ::es_core::EncodeError> {
                match self {
                    $(Self::$event(event) => ::es_core::Event::encode(event),)*
                }
            }

            fn add_tags(&self, tags: &mut ::es_core::Tags) {
                match self {
                    $(Self::$event(event) => ::es_core::Event::add_tags(event, tags),)*
                }
            }

            fn decode(
                name: &str,
                version: u32,
                payload: &[u8],
                events: &mut ::std::vec::Vec<Self>,
            ) -> ::core::result::Result<(), ::es_core::DecodeError> {
                match name {
                    $(<$event as ::es_core::Event>::NAME => events.push(Self::$event(<$event as ::es_core::Event>::decode(version, payload)?)),)*
                    _ => {
                        return ::es_core::__private::read_former(
                            <Self as ::es_core::EventEnum>::EVENTS,
                            &[],
                            name,
                            version,
                            payload,
                            &mut |name, version, payload| <Self as ::es_core::EventEnum>::decode(name, version, payload, events),
                        );
                    }
                }
                ::core::result::Result::Ok(())
            }
        }
    };
}

const _: () = {
    event_enum!(AccountEvent, Account, [Opened, Deposited]);

    #[automatically_derived]
    impl ::es_core::EventSet for Account {
        type Event = AccountEvent;
        type Error = Overdrawn;
    }

    #[automatically_derived]
    impl<C> ::es_core::__private::Answers<C> for Account {
        type Emits = Self;
    }

    #[automatically_derived]
    impl ::es_core::State for Account {
        const READS: &'static [&'static [::es_core::EventInfo]] = &[<AccountEvent as ::es_core::EventEnum>::EVENTS];
        // only with `snapshot(..)`
        const SNAPSHOT: ::core::option::Option<::es_core::__private::SnapshotRule<Self>> =
            ::core::option::Option::Some(::es_core::__private::SnapshotRule::new(2, 1, |types| {
                <bool as ::es_core::Schema>::define(types);
                <i64 as ::es_core::Schema>::define(types);
                ::es_core::__private::Shape::Struct(
                    const {
                        &[
                            ::es_core::__private::Field::Plain("open", <bool as ::es_core::Schema>::STORED),
                            ::es_core::__private::Field::Plain("balance", <i64 as ::es_core::Schema>::STORED),
                        ]
                    },
                )
            }));

        fn fold(&mut self, event: ::es_core::StoredRef<'_>, _: &[::es_core::Clause]) -> ::core::result::Result<(), ::es_core::DecodeError> {
            <Self as ::es_core::Aggregate>::apply_stored(self, event.name, event.event_version, event.payload)
        }
    }

    #[automatically_derived]
    impl ::es_core::Aggregate for Account {
        const NAME: &'static str = "account";
        type Id = u64;

        fn apply_event(&mut self, event: AccountEvent) {
            match event {
                AccountEvent::Opened(event) => ::es_core::Apply::<Opened>::apply(self, event),
                AccountEvent::Deposited(event) => ::es_core::Apply::<Deposited>::apply(self, event),
            }
        }

        fn apply_stored(&mut self, name: &str, version: u32, payload: &[u8]) -> ::core::result::Result<(), ::es_core::DecodeError> {
            match name {
                <Opened as ::es_core::Event>::NAME => {
                    ::es_core::Apply::<Opened>::apply(self, <Opened as ::es_core::Event>::decode(version, payload)?)
                }
                <Deposited as ::es_core::Event>::NAME => {
                    ::es_core::Apply::<Deposited>::apply(self, <Deposited as ::es_core::Event>::decode(version, payload)?)
                }
                _ => {
                    return ::es_core::__private::read_former(
                        <AccountEvent as ::es_core::EventEnum>::EVENTS,
                        &[],
                        name,
                        version,
                        payload,
                        &mut |name, version, payload| <Self as ::es_core::Aggregate>::apply_stored(self, name, version, payload),
                    );
                }
            }
            ::core::result::Result::Ok(())
        }
    }
};

// #[derive(Command)]
// #[command(aggregate = Account, stream = any)]
#[derive(Clone, Debug)]
pub struct Deposit {
    // #[command(id)]
    pub account: u64,
    pub cents: i64,
}

const _: () = {
    #[automatically_derived]
    impl ::es_core::Command for Deposit {
        type State = Account;
        type Emits = Account;

        fn name(&self) -> &'static str {
            "Deposit"
        }

        fn boundary(&self) -> ::core::result::Result<::es_core::Boundary, ::es_core::EncodeError> {
            ::es_core::Boundary::stream_of::<Account>(&self.account)
        }

        fn stream_rule(&self) -> ::es_core::StreamRule {
            ::es_core::StreamRule::Any
        }
    }
};

impl Handle<Deposit> for Account {
    fn handle(&self, deposit: Deposit) -> Decision<Self> {
        ensure!(deposit.cents > 0, Overdrawn);
        let mut draft = self.draft();
        if !draft.open {
            draft.emit(Opened);
        }
        draft.emit(Deposited { cents: deposit.cents, till: "main".into() });
        draft.finish()
    }
}

#[test]
fn every_stored_version_and_former_name_reaches_apply() {
    let mut account = Account::default();
    account.apply_stored("Opened", 1, b"{}").unwrap();
    account.apply_stored("account.paid_in", 1, br#"{"amount":"1.50"}"#).unwrap();
    account.apply_stored("account.deposited", 2, br#"{"amount":"2.25","till":"b"}"#).unwrap();
    account.apply_stored("account.deposited", 3, br#"{"cents":7,"till":"b"}"#).unwrap();
    assert_eq!(account, Account { open: true, balance: 382 });
}

#[test]
fn a_retired_event_is_read_as_its_successors() {
    let mut account = Account::default();
    account.apply_stored("OpenedAndDeposited", 1, br#"{"first":"x"}"#).unwrap();
    assert!(account.open);
}

#[test]
fn what_does_not_decode_says_what_was_expected() {
    let mut account = Account::default();
    let newer = account.apply_stored("account.deposited", 4, b"{}").unwrap_err();
    assert_eq!(
        newer.to_string(),
        "`account.deposited` is stored as version 4, newer than version 3 of this build: deploy the newer build first"
    );
    let unlisted = account.apply_stored("Closed", 1, b"{}").unwrap_err();
    assert!(unlisted.is_unlisted());
    let broken = account.apply_stored("account.deposited", 1, br#"{"amount":"much"}"#).unwrap_err();
    assert_eq!(broken.to_string(), "`account.deposited` version 1 does not convert to version 3: field `cents`: invalid float literal");
}

#[test]
fn a_handler_that_decides_in_steps_sees_what_it_emitted() {
    let events = Account::default().handle(Deposit { account: 1, cents: 5 }).unwrap();
    assert_eq!(events.len(), 2);
}
