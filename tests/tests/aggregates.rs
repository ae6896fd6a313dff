//! Aggregates: the enum of their events, and the ways to shape it.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, unreachable_pub)]

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Debug;
use std::marker::PhantomData;

use es_core::prelude::*;
use es_core::{EventEnum, EventSet};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

mod account {
    use super::*;

    #[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
    #[event(name = "account.opened")]
    pub struct Opened {
        pub owner: String,
    }

    #[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
    #[event(renamed_from = "PaidIn")]
    pub struct Deposited {
        pub cents: i64,
    }
}

mod shop {
    use super::*;

    #[derive(Event, Serialize, Deserialize, Debug, Clone, PartialEq)]
    #[event(name = "shop.opened")]
    pub struct Opened;
}

#[derive(Aggregate, Debug, Default, Clone, PartialEq)]
#[aggregate(id = u64, events(account::Opened, account::Deposited))]
pub struct SavingsAccount {
    cents: i64,
}

impl Apply<account::Opened> for SavingsAccount {
    fn apply(&mut self, _: account::Opened) {}
}

impl Apply<account::Deposited> for SavingsAccount {
    fn apply(&mut self, event: account::Deposited) {
        self.cents += event.cents;
    }
}

#[test]
fn the_smallest_aggregate_has_a_name_an_enum_and_an_error_that_cannot_occur() {
    fn error<A: EventSet<Error = Infallible>>() {}
    error::<SavingsAccount>();
    assert_eq!(SavingsAccount::NAME, "savings_account");
    let mut account = SavingsAccount::default();
    account.apply_event(account::Deposited { cents: 5 }.into());
    account.apply_stored("PaidIn", 1, br#"{"cents":6}"#).unwrap();
    assert_eq!(account, SavingsAccount { cents: 11 });
    let SavingsAccountEvent::Opened(opened) = account::Opened { owner: "Ada".into() }.into() else { panic!("it was opened") };
    assert_eq!(opened.owner, "Ada");
}

// another name for everything, and one function instead of an `Apply` for each event
#[derive(Aggregate, Debug, Default, Clone, PartialEq)]
#[aggregate(
    name = "street",
    id = String,
    events(account::Opened as AccountOpened, account::Deposited, shop::Opened as ShopOpened),
    event = Happening,
    derive(PartialEq, Serialize),
    apply = Street::evolve,
)]
pub struct Street {
    log: Vec<&'static str>,
}

impl Street {
    fn evolve(&mut self, event: Happening) {
        self.log.push(match event {
            Happening::AccountOpened(_) => "account",
            Happening::Deposited(_) => "deposit",
            Happening::ShopOpened(shop::Opened) => "shop",
        });
    }
}

#[test]
fn one_function_may_fold_all_events() {
    let mut street = Street::default();
    street.apply_event(Happening::ShopOpened(shop::Opened));
    street.apply_stored("account.opened", 1, br#"{"owner":"Ada"}"#).unwrap();
    street.apply_stored("PaidIn", 1, br#"{"cents":1}"#).unwrap();
    assert_eq!(street.log, ["shop", "account", "deposit"]);
    assert_eq!(Street::NAME, "street");
    assert_eq!(serde_json::to_string(&Happening::Deposited(account::Deposited { cents: 1 })).unwrap(), r#"{"Deposited":{"cents":1}}"#);
}

// generic over a policy, and over what it holds
pub trait Policy: Default + Clone + Send + Sync + 'static {
    const FEE: i64;
}

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Free;
impl Policy for Free {
    const FEE: i64 = 0;
}

#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Premium;
impl Policy for Premium {
    const FEE: i64 = 3;
}

#[derive(Aggregate, Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[aggregate(name = "till", id = u64, events(account::Deposited), snapshot(every = 2, version = 4))]
#[serde(bound = "")]
pub struct Till<P: Policy, T = u8>
where
    T: Schema + Serialize + DeserializeOwned + Default + Clone + Debug,
{
    cents: i64,
    extra: T,
    #[serde(skip)]
    policy: PhantomData<P>,
}

impl<P: Policy, T: Schema + Serialize + DeserializeOwned + Default + Clone + Debug> Apply<account::Deposited> for Till<P, T> {
    fn apply(&mut self, event: account::Deposited) {
        self.cents += event.cents - P::FEE;
    }
}

#[derive(Command, Debug, Clone)]
#[command(aggregate = Till<P, u8>)]
pub struct PayIn<P: Policy> {
    #[command(id)]
    till: u64,
    cents: i64,
    policy: PhantomData<P>,
}

impl<P: Policy> Handle<PayIn<P>> for Till<P, u8> {
    fn handle(&self, pay: PayIn<P>) -> Decision<Self> {
        emit![account::Deposited { cents: pay.cents }]
    }
}

#[tokio::test]
async fn an_aggregate_may_be_generic() {
    async fn paid_in<P: Policy>() -> i64 {
        let app = App::new(es_core::MemoryStore::new());
        for cents in [10, 20, 30] {
            app.execute(PayIn::<P> { till: 1, cents, policy: PhantomData }).await.unwrap();
        }
        app.load::<Till<P>>(&1).await.unwrap().state.cents
    }
    assert_eq!((paid_in::<Free>().await, paid_in::<Premium>().await), (60, 51));
}

// every form of state has a shape for its snapshots
#[derive(Schema, Serialize, Deserialize, Debug, Clone, PartialEq, Default)]
pub struct Owner {
    name: String,
}

#[derive(Aggregate, Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[aggregate(id = u64, events(account::Opened), snapshot(every = 1, version = 1))]
#[serde(rename_all = "kebab-case")]
pub enum Door {
    #[default]
    Shut,
    Open {
        by: Owner,
        seen: BTreeMap<String, u8>,
    },
}

impl Apply<account::Opened> for Door {
    fn apply(&mut self, event: account::Opened) {
        *self = Self::Open { by: Owner { name: event.owner }, seen: BTreeMap::new() };
    }
}

#[tokio::test]
async fn an_enum_may_be_a_state_with_snapshots() {
    let app = App::new(es_core::MemoryStore::new());
    app.append::<Door>(&1, events![account::Opened { owner: "Ada".into() }]).await.unwrap();
    let door = app.load::<Door>(&1).await.unwrap();
    assert_eq!(door.state, Door::Open { by: Owner { name: "Ada".into() }, seen: BTreeMap::new() });
}

#[derive(Aggregate, Debug, Default, Clone, PartialEq)]
#[aggregate(id = u64, events())]
pub struct Silent;

#[test]
fn an_aggregate_may_list_no_event_yet() {
    assert!(SilentEvent::EVENTS.is_empty());
    assert!(Silent.apply_stored("Anything", 1, b"{}").unwrap_err().is_unlisted());
}

/// Events that only this file knows, in an enum that is public.
mod private {
    use super::*;

    #[derive(Event, Serialize, Deserialize, Debug, Clone)]
    struct Ticked;

    #[derive(Aggregate, Debug, Default, Clone)]
    #[aggregate(id = u64, events(Ticked))]
    pub struct Clock(pub u32);

    impl Apply<Ticked> for Clock {
        fn apply(&mut self, _: Ticked) {
            self.0 += 1;
        }
    }

    #[test]
    fn a_public_aggregate_may_keep_its_events_to_itself() {
        let mut clock = Clock::default();
        clock.apply_event(Ticked.into());
        assert_eq!(clock.0, 1);
    }
}
