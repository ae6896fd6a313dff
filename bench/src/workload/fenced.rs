//! Single events of 16 processes with a connection each: positions that are fenced, beside inserts in no order.

use es_postgres::{Positions, PostgresStore};

use crate::Result;
use crate::bench::Bench;
use crate::floor::postgres::PostgresFloor;
use crate::measure::{Quantity, interleaved};
use crate::pair::Postgres;
use crate::server;
use crate::workload::appends::{PROCESSES, Round, open, round};

pub(super) async fn run(bench: &mut Bench) -> Result<()> {
    let place = bench.place()?;
    let url = server::database(place.path(), "framework").await?;
    let ours = open(PostgresStore::builder(&url).positions(Positions::Fenced).writers(1)).await?;
    let floor = PostgresFloor::open(&server::database(place.path(), "floor").await?, PROCESSES).await?;
    let floor = vec![floor; PROCESSES];
    let events = bench.sizes.single;
    let on_ours = async |nth| round(&ours, Round { tasks: 1, events, nth }).await;
    let on_floor = async |nth| round(&floor, Round { tasks: 1, events, nth }).await;
    let rounds = interleaved(&bench.progress, bench.sizes.rounds, on_ours, on_floor).await?;
    bench.beside::<Postgres>("fenced_16", Quantity::Rate("events/s"), &rounds);
    Ok(())
}
