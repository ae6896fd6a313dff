//! Version 1 of an event that is at version 3: the derived private struct and conversion beside those written by hand.

use crate::Result;
use crate::bench::Bench;
use crate::floor::account::Account;
use crate::pair::Pair;
use crate::workload::replay::{Row, both_ways};

pub(super) async fn run<P: Pair>(bench: &mut Bench) -> Result<()> {
    let amounts = (0..bench.sizes.replayed).map(|nth| (nth * 17 % 9_000 + 1_000) as i64);
    let row = |cents: i64| {
        let payload = format!(r#"{{"amount":"{}.{:02}"}}"#, cents / 100, cents % 100);
        Row { name: "account.deposited".into(), version: 1, payload: payload.into_bytes() }
    };
    let rows: Vec<Row> = amounts.clone().map(row).collect();
    let by_hand = |account: &mut Account, row: &Row| account.replay_any(&row.name, row.version, &row.payload);
    both_ways::<P>(bench, "upcast", &rows, amounts.sum(), by_hand).await
}
