//! The progress of projections, who holds them, and what they write.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::atomic::Ordering;
use std::time::Duration;

use es_core::store::{
    AdvanceError, Append, Appended, Claim, Inline, InlineError, Lease, LiveWorker, Mark, Parked, ParkedQuery, Parking, Plan, Progress,
    RowChange, Slot, Step, StoreError, ViewQuery, ViewRow, ViewStore, ViewTable, Work,
};
use es_core::view::Filter;
use es_core::{Position, ProjectionError};
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Postgres, Row};
use uuid::Uuid;

use crate::connections::{Held, Stopped, read_on};
use crate::error::{is_lost, store_error};
use crate::row::{self, bound};
use crate::{PostgresStore, Shared, inline, parked, rebuild, view};

type Statement = Query<'static, Postgres, PgArguments>;

/// A part of a projection as its table has it.
pub(crate) struct Found {
    pub(crate) lease: Lease,
    /// Who holds it by a lease that has not run out.
    holder: Option<Uuid>,
}

pub(crate) fn found(row: &PgRow) -> Result<Found, StoreError> {
    let read = |error| StoreError::backend("reading a projection's progress", error);
    let slot = Slot {
        projection: row.try_get(0).map_err(read)?,
        version: row::integer(row, 1)?,
        part: row::integer(row, 2)?,
        parts: row::integer(row, 3)?,
    };
    let lease = Lease { slot, token: row::integer(row, 4)?, position: Position(row::integer(row, 5)?) };
    Ok(Found { lease, holder: row.try_get(6).map_err(read)? })
}

/// Slots column by column.
fn columns<'a>(slots: impl Iterator<Item = &'a Slot>) -> (Vec<String>, Vec<i64>, Vec<i64>) {
    let (mut projections, mut versions, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for slot in slots {
        projections.push(slot.projection.clone());
        versions.push(i64::from(slot.version));
        parts.push(i64::from(slot.part));
    }
    (projections, versions, parts)
}

async fn all_found(shared: &Shared, held: &mut Held<'_>) -> Result<BTreeMap<Slot, Found>, Stopped> {
    let rows = sqlx::query(shared.sql.select_slots()).fetch_all(&mut **held).await?;
    let mut slots = BTreeMap::new();
    for row in &rows {
        let found = found(row)?;
        slots.insert(found.lease.slot.clone(), found);
    }
    Ok(slots)
}

async fn live_workers(shared: &Shared, held: &mut Held<'_>) -> Result<Vec<LiveWorker>, Stopped> {
    let rows = sqlx::query(shared.sql.select_workers()).fetch_all(&mut **held).await?;
    let worker = |row: &PgRow| -> Result<LiveWorker, sqlx::Error> {
        let Json(wants): Json<Vec<(String, u32, u32, u32)>> = row.try_get(1)?;
        let slot = |(projection, version, part, parts)| Slot { projection, version, part, parts };
        Ok(LiveWorker { id: row.try_get(0)?, wants: wants.into_iter().map(slot).collect::<BTreeSet<_>>() })
    };
    Ok(rows.iter().map(worker).collect::<Result<_, _>>()?)
}

/// Makes the slots that are not there yet.
async fn register(shared: &Shared, held: &mut Held<'_>, claim: &Claim) -> Result<(), Stopped> {
    let (projections, versions, parts) = columns(claim.slots.iter());
    let of: Vec<i64> = claim.slots.iter().map(|slot| i64::from(slot.parts)).collect();
    let register = sqlx::query(shared.sql.register()).bind(projections).bind(versions).bind(parts).bind(of);
    let row = register.fetch_one(&mut **held).await?;
    let Some(other): Option<String> = row.try_get(0)? else { return Ok(()) };
    let version: i64 = row.try_get(1)?;
    let refused = claim.slots.iter().find(|slot| slot.projection == other && i64::from(slot.version) == version);
    let found = row::integer(&row, 2)?;
    Err(refused.map_or(StoreError::Closed, |slot| StoreError::other_parts(slot, found)).into())
}

/// Each statement is a transaction of its own, so that whoever is paused in between holds nobody up: it takes only what is still as
/// it was seen.
async fn claim(shared: &Shared, held: &mut Held<'_>, claim: &Claim) -> Result<Vec<Lease>, Stopped> {
    let lasts = Duration::from_micros(u64::try_from(claim.lasts.as_micros()).unwrap_or(u64::MAX));
    let mut slots = all_found(shared, held).await?;
    let there_is = |slot: &&Slot| !slot.is_beside() || slots.contains_key(*slot);
    let claim = &Claim { slots: claim.slots.iter().filter(there_is).cloned().collect(), ..claim.clone() };
    if claim.slots.iter().any(|slot| !slots.contains_key(slot)) {
        register(shared, held, claim).await?;
        slots = all_found(shared, held).await?;
    }
    let wants: Vec<_> = claim.slots.iter().map(|slot| (&slot.projection, slot.version, slot.part, slot.parts)).collect();
    sqlx::query(shared.sql.alive()).bind(claim.worker).bind(Json(wants)).bind(lasts).execute(&mut **held).await?;
    sqlx::query(shared.sql.bury()).execute(&mut **held).await?;
    let workers = live_workers(shared, held).await?;
    let holders = slots.iter().filter_map(|(slot, found)| Some((slot.clone(), found.holder?))).collect();
    let plan = Plan::new(claim, &workers, &holders);
    if !plan.give.is_empty() {
        let (projections, versions, parts) = columns(plan.give.iter());
        let give = sqlx::query(shared.sql.give()).bind(projections).bind(versions).bind(parts).bind(claim.worker);
        give.execute(&mut **held).await?;
    }
    let wanted: Vec<&Slot> = plan.keep.iter().chain(&plan.take).collect();
    let tokens: Vec<i64> = wanted.iter().map(|slot| slots.get(*slot).map_or(0, |found| bound(found.lease.token))).collect();
    let taken: Vec<bool> = (0..wanted.len()).map(|at| at >= plan.keep.len()).collect();
    let (projections, versions, parts) = columns(wanted.into_iter());
    let hold = sqlx::query(shared.sql.hold()).bind(projections).bind(versions).bind(parts).bind(tokens).bind(taken);
    let rows = hold.bind(claim.worker).bind(lasts).fetch_all(&mut **held).await?;
    let mut leases = rows.iter().map(|row| Ok(found(row)?.lease)).collect::<Result<Vec<_>, StoreError>>()?;
    // one that was passed over because a step of its own is being written; if it was taken instead, its token is of no use any more
    let renewed: HashSet<Slot> = leases.iter().map(|lease| lease.slot.clone()).collect();
    let passed_over = plan.keep.iter().filter(|slot| !renewed.contains(slot)).filter_map(|slot| slots.get(slot));
    leases.extend(passed_over.map(|found| found.lease.clone()));
    Ok(leases)
}

/// Binds the arguments of `advance.sql`.
pub(crate) fn moving(statement: Statement, lease: &Lease, through: Position) -> Statement {
    let Lease { slot, token, position } = lease;
    let statement = statement.bind(slot.projection.clone()).bind(i64::from(slot.version)).bind(i64::from(slot.part));
    statement.bind(bound(*token)).bind(bound(position.0)).bind(bound(through.0))
}

/// Moves the checkpoint and writes rows in one statement, if the lease is still good.
async fn moved(
    shared: &Shared,
    held: &mut PgConnection,
    (lease, through): (&Lease, Position),
    rows: Option<(&ViewTable, &[RowChange])>,
) -> Result<bool, sqlx::Error> {
    match rows {
        Some((table, rows)) => view::advance(shared, held, (lease, through), table, rows).await,
        None => Ok(moving(sqlx::query(shared.sql.advance()), lease, through).execute(held).await?.rows_affected() == 1),
    }
}

/// The same, together with what becomes of parked events.
async fn moved_and_parked(
    shared: &Shared,
    held: &mut PgConnection,
    (lease, through, parking): (&Lease, Position, &Parking),
    rows: Option<(&ViewTable, &[RowChange])>,
) -> Result<bool, sqlx::Error> {
    let mut transaction = held.begin().await?;
    let written = moved(shared, &mut transaction, (lease, through), rows).await?
        && parked::write(shared, &mut transaction, &lease.slot, parking).await?;
    match written {
        true => transaction.commit().await?,
        false => transaction.rollback().await?,
    }
    Ok(written)
}

/// A transaction that runs the user's writes.
///
/// They can't end it: a deferred trigger on the checkpoint refuses a commit while the step is open, and where they have rolled it back,
/// what comes next runs in a session whose transactions only read.
async fn project(
    shared: &Shared,
    held: &mut PgConnection,
    (lease, through, parking): (&Lease, Position, &Parking),
    work: &mut dyn Work<PgConnection>,
) -> Result<(), AdvanceError> {
    let projecting = |error| AdvanceError::Store(store_error("running a projection", error));
    // a client that is paused in the middle of a step holds the others up no longer than its lease
    let idle = shared.lease.load(Ordering::Relaxed);
    let begin = format!("begin read write; set local es.step = 'open'; set local idle_in_transaction_session_timeout = {idle}");
    let mut transaction = held.begin_with(AssertSqlSafe(begin)).await.map_err(projecting)?;
    let moved = moving(sqlx::query(shared.sql.advance()), lease, through).execute(&mut *transaction).await.map_err(projecting)?;
    if moved.rows_affected() != 1 || !parked::write(shared, &mut transaction, &lease.slot, parking).await.map_err(projecting)? {
        transaction.rollback().await.map_err(projecting)?;
        return Err(AdvanceError::Lost);
    }
    if let Err(error) = work.run(&mut transaction).await {
        transaction.rollback().await.map_err(projecting)?;
        return Err(AdvanceError::Projection(error));
    }
    let closed = sqlx::query(shared.sql.close_step()).fetch_optional(&mut *transaction).await.map_err(projecting)?;
    if closed.is_none() {
        transaction.rollback().await.map_err(projecting)?;
        let ended = "a statement ended the transaction, which is not the projection's: leave `commit` and `rollback` to the store";
        return Err(AdvanceError::Projection(ProjectionError::new(ended)));
    }
    transaction.commit().await.map_err(projecting)
}

impl ViewStore for PostgresStore {
    async fn open_view(&self, table: &ViewTable) -> Result<(), StoreError> {
        let same = read_on!(self.shared.reads, "setting up a view", |held| view::open(&self.shared, &mut held, table));
        if same? { Ok(()) } else { Err(StoreError::other_shape(table)) }
    }

    async fn begin_rebuild(&self, table: &ViewTable, parts: u32) -> Result<(), StoreError> {
        let table = ViewTable { beside: true, ..table.clone() };
        read_on!(self.shared.reads, "beginning to rebuild a view", |held| rebuild::begin(&self.shared, &mut held, &table, parts))
    }

    async fn finish_rebuild(&self, table: &ViewTable) -> Result<bool, StoreError> {
        let [beside, serving] = [true, false].map(|beside| ViewTable { beside, ..table.clone() });
        read_on!(self.shared.reads, "putting a rebuilt view in its place", |held| {
            rebuild::finish(&self.shared, &mut held, &beside, &serving)
        })
    }

    async fn versions(&self, projection: &str) -> Result<Vec<u32>, StoreError> {
        read_on!(self.shared.reads, "reading a projection's versions", |held| rebuild::versions(&self.shared, &mut held, projection))
    }

    async fn drop_version(&self, projection: &str, version: u32) -> Result<(), StoreError> {
        read_on!(self.shared.reads, "dropping a version", |held| { rebuild::drop_version(&self.shared, &mut held, projection, version) })
    }

    async fn claim(&self, wanted: &Claim) -> Result<Vec<Lease>, StoreError> {
        let lasts = u64::try_from(wanted.lasts.as_millis()).unwrap_or(u64::MAX).clamp(1, i32::MAX as u64);
        self.shared.lease.store(lasts, Ordering::Relaxed);
        read_on!(self.shared.reads, "claiming projections", |held| claim(&self.shared, &mut held, wanted))
    }

    async fn begin_at(&self, slots: &[Slot], position: Position) -> Result<(), StoreError> {
        read_on!(self.shared.reads, "beginning a projection", |held| async {
            let (projections, versions, parts) = columns(slots.iter());
            let of: Vec<i64> = slots.iter().map(|slot| i64::from(slot.parts)).collect();
            let begin = sqlx::query(self.shared.sql.begin_slots()).bind(projections).bind(versions).bind(parts).bind(of);
            begin.bind(bound(position.0)).execute(&mut *held).await?;
            Ok(())
        })
    }

    async fn release(&self, worker: Uuid) -> Result<(), StoreError> {
        read_on!(self.shared.reads, "giving projections back", |held| async {
            sqlx::query(self.shared.sql.release()).bind(worker).execute(&mut *held).await?;
            Ok(())
        })
    }

    async fn advance(&self, step: Step<PgConnection>) -> Result<(), AdvanceError> {
        let Step { lease, through, table, rows, parking, work } = step;
        if let Some(mut work) = work {
            let mut held = self.shared.projecting.reading("running a projection").connection().await?;
            let done = project(&self.shared, &mut held, (&lease, through, &parking), &mut *work).await;
            // after any other error its state is not known
            if matches!(done, Ok(()) | Err(AdvanceError::Lost | AdvanceError::Projection(_))) {
                held.done(());
            }
            return done;
        }
        // not tried again here: whether it was done, the next claim says
        let mut held = self.shared.reads.reading("writing a view").connection().await?;
        let rows = table.as_ref().filter(|_| !rows.is_empty()).map(|table| (table, &*rows));
        let moved = match parking.is_empty() {
            true => moved(&self.shared, &mut held, (&lease, through), rows).await,
            false => moved_and_parked(&self.shared, &mut held, (&lease, through, &parking), rows).await,
        };
        match moved {
            Ok(true) => {
                held.done(());
                Ok(())
            }
            Ok(false) => Err(held.done(AdvanceError::Lost)),
            Err(error) if is_lost(&error) => Err(store_error("writing a view", error).into()),
            Err(error) => Err(held.done(store_error("writing a view", error).into())),
        }
    }

    async fn append_inline(&self, append: Append, inline: Inline<PgConnection>) -> Result<Appended, InlineError> {
        inline::append(self, append, inline).await
    }

    async fn progress(&self, projection: &str, version: u32) -> Result<Vec<Progress>, StoreError> {
        read_on!(self.shared.reads, "reading a projection's progress", |held| async {
            let select = sqlx::query(self.shared.sql.select_progress()).bind(projection).bind(i64::from(version));
            let rows = select.fetch_all(&mut *held).await?;
            let progress = |row| found(row).map(|Found { lease, .. }| Progress { slot: lease.slot, position: lease.position });
            Ok(rows.iter().map(progress).collect::<Result<_, _>>()?)
        })
    }

    async fn parked(&self, query: &ParkedQuery) -> Result<Vec<Parked>, StoreError> {
        parked::select(&self.shared, query).await
    }

    async fn mark(&self, projection: &str, version: u32, rows: &[(String, Position)], mark: Mark) -> Result<u64, StoreError> {
        parked::mark(&self.shared, (projection, version), rows, mark).await
    }

    async fn rows(&self, table: &ViewTable, keys: Vec<String>) -> Result<Vec<ViewRow>, StoreError> {
        view::rows(&self.shared, table, &keys).await
    }

    async fn list(&self, table: &ViewTable, query: &ViewQuery) -> Result<Vec<ViewRow>, StoreError> {
        view::list(&self.shared, table, query).await
    }

    async fn count(&self, table: &ViewTable, filters: &[Filter]) -> Result<u64, StoreError> {
        view::count(&self.shared, table, filters).await
    }
}
