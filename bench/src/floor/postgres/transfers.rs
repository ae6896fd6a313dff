//! A decision over two tags by hand: what carries them is read; then a lock, an insert unless something came in between, a commit,
//! all three sent at once.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Result;
use crate::floor::postgres::PostgresFloor;
use crate::floor::postgres::client::Json;
use crate::transfers::{LIMIT, Transfers};

const NAME: &str = "account.transferred";

#[derive(Serialize, Deserialize)]
struct Transferred {
    from: u64,
    to: u64,
    cents: i64,
}

impl Transfers for PostgresFloor {
    async fn transfer(&self, from: u64, to: u64, cents: i64) -> Result<(i64, i64)> {
        let held = self.held().await?;
        let client = held.client()?;
        let tags = [format!("from:{from}"), format!("to:{to}")];
        let (mut left, mut came, mut after) = (0, 0, 0_i64);
        for row in client.query(&client.read_tagged, &[&tags[0], &tags[1], &NAME]).await? {
            let Json::<Vec<u8>>(payload) = row.try_get(1)?;
            let event: Transferred = serde_json::from_slice(&payload)?;
            let carried: Vec<String> = row.try_get(2)?;
            left += if carried.contains(&tags[0]) { event.cents } else { 0 };
            came += if carried.contains(&tags[1]) { event.cents } else { 0 };
            after = row.try_get(0)?;
        }
        if left + cents > LIMIT || came + cents > LIMIT {
            return Err("more than may move".into());
        }
        let (id, payload) = (Uuid::now_v7(), Json(serde_json::to_string(&Transferred { from, to, cents })?));
        let insert: [&(dyn tokio_postgres::types::ToSql + Sync); 7] = [&id, &1_i64, &NAME, &payload, &tags[0], &tags[1], &after];
        let (begun, locked, stored, committed) = futures_util::future::join4(
            client.batch_execute("begin"),
            client.execute(&client.lock, &[]),
            client.execute(&client.insert_tagged, &insert),
            client.batch_execute("commit"),
        )
        .await;
        begun?;
        locked?;
        committed?;
        match stored? {
            2 => Ok((left + cents, came + cents)),
            _ => Err("somebody else was first".into()),
        }
    }
}
