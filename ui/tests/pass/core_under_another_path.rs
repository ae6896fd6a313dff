//! es-core is found where it is said to be.

mod framework {
    pub(super) use es_core as events;
}

#[derive(framework::events::Event, serde::Serialize, serde::Deserialize, Debug, Clone)]
#[event(crate = crate::core_under_another_path::framework::events)]
struct Opened;

#[derive(framework::events::Aggregate, Default, Clone)]
#[aggregate(id = u64, events(Opened), crate = crate::core_under_another_path::framework::events)]
struct Account;

impl framework::events::Apply<Opened> for Account {
    fn apply(&mut self, _: Opened) {}
}

#[test]
fn the_names_are_the_same() {
    assert_eq!(<Account as framework::events::Aggregate>::NAME, "account");
}
