//! The rows of views, as a store keeps them.

use es_core::Position;
use es_core::store::{RowChange, StoreError, ViewQuery, ViewRow, ViewStore, ViewTable};
use es_core::view::{ColumnType, ColumnValue, Comparison, Filter};

use crate::checks::contents::hostile;
use crate::checks::leases::{lease, written};
use crate::factory::Handle;
use crate::given::at_once;
use crate::place::Place;
use crate::random::Random;
use crate::run::{Outcome, Stop};

pub(crate) const PARCELS: ViewTable = ViewTable {
    name: "parcels",
    version: 1,
    columns: &[
        ("depot", ColumnType::Text),
        ("grams", ColumnType::Integer),
        ("postage", ColumnType::Real),
        ("insured", ColumnType::Boolean),
        // a word that SQL has for itself
        ("order", ColumnType::Integer),
    ],
    fingerprint: 0xfedc_ba98_7654_3210,
    beside: false,
};

pub(crate) fn row(key: &str, grams: i64) -> ViewRow {
    use ColumnValue::{Boolean, Integer, Real, Text};
    let columns = vec![Text("north".into()), Integer(grams), Real(grams as f64 / 8.0), Boolean(grams % 2 == 0), Integer(0)];
    ViewRow { key: key.into(), position: Position(1), columns, state: format!("{{\"grams\":{grams}}}").into_bytes() }
}

async fn with_rows(place: &Place, rows: Vec<ViewRow>) -> Outcome<Handle> {
    let store = place.open().await?;
    store.open_view(&PARCELS).await?;
    let lease = lease(&store, "parcels").await?;
    store.advance(written(lease, 1, Some(PARCELS), rows.into_iter().map(RowChange::Put).collect())).await?;
    Ok(store)
}

async fn keys(store: &Handle, query: &ViewQuery) -> Outcome<Vec<String>> {
    Ok(store.list(&PARCELS, query).await?.into_iter().map(|row| row.key).collect())
}

fn all() -> ViewQuery {
    ViewQuery { limit: u32::MAX, ..ViewQuery::default() }
}

pub(crate) async fn a_row_comes_back_as_it_was_put(place: Place) -> Outcome {
    use ColumnValue::{Boolean, Integer, Null, Real, Text};
    let mut rows = vec![
        ViewRow {
            key: "nothing".into(),
            position: Position(u64::MAX >> 1),
            columns: vec![Null, Null, Null, Null, Null],
            state: b"null".to_vec(),
        },
        ViewRow {
            key: "limits".into(),
            position: Position(0),
            columns: vec![Text("x".repeat(2000)), Integer(i64::MIN), Real(-0.1), Boolean(false), Integer(i64::MAX)],
            state: b"{ \"spaced\" : [1.10, \"\\u0000\"] }".to_vec(),
        },
    ];
    for text in hostile() {
        let state = serde_json::to_vec(&text)?;
        rows.push(ViewRow {
            key: text.clone(),
            position: Position(3),
            columns: vec![Text(text), Integer(1), Real(1e300), Boolean(true), Null],
            state,
        });
    }
    let store = with_rows(&place, rows.clone()).await?;
    let asked = rows.iter().map(|row| row.key.clone()).chain(["not there".into()]).collect();
    let mut found = store.rows(&PARCELS, asked).await?;
    found.sort_by(|one, other| one.key.cmp(&other.key));
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    assert_eq!(found, rows);
    assert_eq!(store.list(&PARCELS, &all()).await?, rows, "the rows in byte order of their keys");
    Ok(())
}

pub(crate) async fn a_row_is_put_in_place_of_the_one_before_and_deleted(place: Place) -> Outcome {
    let store = with_rows(&place, vec![row("a", 1), row("b", 2), row("c", 3)]).await?;
    let mut lease = lease(&store, "parcels").await?;
    let changes =
        vec![RowChange::Put(row("b", 20)), RowChange::Delete("c".into()), RowChange::Delete("d".into()), RowChange::Put(row("e", 5))];
    store.advance(written(lease.clone(), 2, Some(PARCELS), changes)).await?;
    assert_eq!(store.list(&PARCELS, &all()).await?, [row("a", 1), row("b", 20), row("e", 5)]);
    lease.position = Position(2);
    let changes = ["a", "b", "e"].map(|key| RowChange::Delete(key.into()));
    store.advance(written(lease, 3, Some(PARCELS), changes.into())).await?;
    assert_eq!(store.count(&PARCELS, &[]).await?, 0);
    Ok(())
}

pub(crate) async fn a_list_goes_page_by_page_behind_a_key(place: Place) -> Outcome {
    let mut due = hostile();
    due.extend((0..40).map(|nth| format!("p-{nth}")));
    let store = with_rows(&place, due.iter().map(|key| row(key, 1)).collect()).await?;
    due.sort();
    let (mut seen, mut query) = (Vec::new(), ViewQuery { limit: 7, ..ViewQuery::default() });
    // one that goes round in circles is not followed for ever
    while seen.len() <= due.len() {
        let page = keys(&store, &query).await?;
        assert!(page.len() <= 7, "a page of at most 7 rows has {}", page.len());
        let Some(last) = page.last() else { break };
        query.after = Some(last.clone());
        seen.extend(page);
    }
    assert_eq!(seen, due);
    assert_eq!(keys(&store, &ViewQuery { limit: 0, ..ViewQuery::default() }).await?, Vec::<String>::new());
    Ok(())
}

fn value(random: &mut Random, kind: ColumnType) -> ColumnValue {
    if random.chance(15) {
        return ColumnValue::Null;
    }
    match kind {
        ColumnType::Text => ColumnValue::Text(["", "B", "a", "a b", "Ä", "ä", "東京"][random.below(7)].into()),
        ColumnType::Integer => ColumnValue::Integer(random.below(9) as i64 - 4),
        ColumnType::Real => ColumnValue::Real((random.below(9) as f64 - 4.0) / 4.0),
        ColumnType::Boolean => ColumnValue::Boolean(random.chance(50)),
    }
}

fn filter(random: &mut Random) -> Filter {
    let (column, kind) = *random.pick(PARCELS.columns);
    let comparisons = [Comparison::Equal, Comparison::Less, Comparison::AtMost, Comparison::Greater, Comparison::AtLeast];
    Filter { column, comparison: *random.pick(&comparisons), value: value(random, kind) }
}

pub(crate) async fn random_filters_let_through_what_a_model_says(place: Place) -> Outcome {
    let mut random = place.random();
    let mut rows: Vec<ViewRow> = (0..120)
        .map(|nth| {
            let columns = PARCELS.columns.iter().map(|(_, kind)| value(&mut random, *kind)).collect();
            ViewRow { key: format!("p-{nth}"), position: Position(1), columns, state: b"{}".to_vec() }
        })
        .collect();
    let store = with_rows(&place, rows.clone()).await?;
    rows.sort_by(|one, other| one.key.cmp(&other.key));
    for _ in 0..150 {
        let filters: Vec<Filter> = (0..random.below(4)).map(|_| filter(&mut random)).collect();
        let allowed = |row: &&ViewRow| {
            let of = |filter: &Filter| PARCELS.columns.iter().position(|(name, _)| *name == filter.column).map(|at| &row.columns[at]);
            filters.iter().all(|filter| of(filter).is_some_and(|value| filter.allows(value)))
        };
        let due: Vec<String> = rows.iter().filter(allowed).map(|row| row.key.clone()).collect();
        assert_eq!(store.count(&PARCELS, &filters).await?, due.len() as u64, "rows that {filters:?} let through");
        let query = ViewQuery { filters: filters.clone(), ..all() };
        assert_eq!(keys(&store, &query).await?, due, "rows that {filters:?} let through");
        if let Some(after) = due.get(due.len() / 2) {
            let rest = keys(&store, &ViewQuery { after: Some(after.clone()), ..query }).await?;
            assert_eq!(rest, due[due.len() / 2 + 1..], "rows behind {after} that {filters:?} let through");
        }
    }
    Ok(())
}

pub(crate) async fn a_view_that_is_not_set_up_says_so(place: Place) -> Outcome {
    let store = place.open().await?;
    let refused = [
        store.rows(&PARCELS, vec!["a".into()]).await.map(drop),
        store.list(&PARCELS, &all()).await.map(drop),
        store.count(&PARCELS, &[]).await.map(drop),
    ];
    for refused in refused {
        match refused {
            Err(StoreError::Refused { reason }) => assert!(reason.contains("run a worker"), "{reason}"),
            other => return Err(Stop::broken(format!("`StoreError::Refused` was due, not {other:?}"))),
        }
    }
    Ok(())
}

pub(crate) async fn another_shape_under_the_same_version_is_refused(place: Place) -> Outcome {
    let store = with_rows(&place, vec![row("a", 1)]).await?;
    // what differs in the highest bit only, too
    let other = ViewTable { fingerprint: PARCELS.fingerprint ^ 1 << 63, ..PARCELS };
    match store.open_view(&other).await {
        Err(StoreError::Refused { reason }) => assert!(reason.contains("raise its version"), "{reason}"),
        other => return Err(Stop::broken(format!("`StoreError::Refused` was due, not {other:?}"))),
    }
    store.open_view(&PARCELS).await?;
    assert_eq!(store.list(&PARCELS, &all()).await?, [row("a", 1)], "set up again, a view keeps its rows");
    Ok(())
}

pub(crate) async fn versions_of_a_view_are_kept_side_by_side(place: Place) -> Outcome {
    let store = with_rows(&place, vec![row("a", 1)]).await?;
    let second = ViewTable { version: 2, columns: &[], fingerprint: 1, ..PARCELS };
    store.open_view(&second).await?;
    let lease = lease(&store, "second").await?;
    let bare = ViewRow { key: "a".into(), position: Position(1), columns: Vec::new(), state: b"2".to_vec() };
    store.advance(written(lease, 1, Some(second.clone()), vec![RowChange::Put(bare.clone())])).await?;
    assert_eq!(store.list(&second, &all()).await?, [bare]);
    assert_eq!(store.list(&PARCELS, &all()).await?, [row("a", 1)]);
    Ok(())
}

pub(crate) async fn a_view_is_set_up_by_many_at_once(place: Place) -> Outcome {
    let mut stores = vec![place.open().await?];
    if place.needs(crate::Promise::SharedPlace).await.is_ok() {
        stores.push(place.open().await?);
    }
    let opening = (0..16).map(|nth| {
        let store = stores[nth % stores.len()].clone();
        async move { Ok(store.open_view(&PARCELS).await?) }
    });
    at_once(opening).await?.into_iter().collect::<Outcome>()?;
    assert_eq!(stores[0].count(&PARCELS, &[]).await?, 0);
    Ok(())
}
