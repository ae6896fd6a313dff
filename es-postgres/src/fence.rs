//! How far readers may come where positions are fenced: no further than where everything before is committed or gone.
//!
//! A position is drawn before its commit, so a later one may be seen first. Whoever draws one holds a lock, until its commit is seen,
//! that tells a position before it; the server's `fence_1` finds the least of these. Unrelated transactions and other databases hold
//! up nothing, and a transaction that lasts holds up readers at its own position only.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::{PgConnection, Row};

use crate::Shared;
use crate::builder::Positions;

/// How long a read waits for those who are about to commit. Then it comes as far as was safe before.
const PATIENCE: Duration = Duration::from_secs(1);

/// The last position up to which nothing is to come.
#[derive(Default)]
pub(crate) struct Fence {
    safe: AtomicU64,
}

/// The last position that may be read, as far as this process knows without asking.
pub(crate) fn known(shared: &Shared) -> u64 {
    match shared.positions {
        Positions::Gapless => u64::MAX,
        Positions::Fenced => shared.fence.safe.load(Ordering::Relaxed),
    }
}

/// The last position that may be read by the next statement. It covers everything that was committed before the call, unless
/// somebody takes long.
pub(crate) async fn last_safe(shared: &Shared, connection: &mut PgConnection) -> Result<u64, sqlx::Error> {
    if shared.positions == Positions::Gapless {
        return Ok(u64::MAX);
    }
    let until = Instant::now() + PATIENCE;
    let mut pause = Duration::from_micros(200);
    let mut target = None;
    loop {
        let row = sqlx::query(shared.sql.fence()).fetch_one(&mut *connection).await?;
        let (drawn, safe): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        shared.fence.safe.fetch_max(safe.cast_unsigned(), Ordering::Relaxed);
        if safe >= *target.get_or_insert(drawn) || Instant::now() >= until {
            return Ok(known(shared));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
