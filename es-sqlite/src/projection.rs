//! The progress of projections, who holds them, and what they write.

use std::collections::{BTreeMap, BTreeSet};

use es_core::store::{
    AdvanceError, Append, Appended, Claim, Inline, InlineError, Lease, LiveWorker, Mark, Parked, ParkedQuery, Parking, Plan, Progress,
    Slot, Step, StoreError, ViewQuery, ViewRow, ViewStore, ViewTable, Work,
};
use es_core::view::Filter;
use es_core::{Position, ProjectionError};
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::error::{failed, store_error};
use crate::writer::now;
use crate::{SqliteStore, inline, parked, rebuild, view};

/// What is known of the slots of a claim, and who holds which.
struct Known {
    slots: BTreeMap<Slot, (u64, Position)>,
    held: BTreeMap<Slot, Uuid>,
}

fn known(connection: &Connection, now: i64) -> rusqlite::Result<Known> {
    let mut known = Known { slots: BTreeMap::new(), held: BTreeMap::new() };
    let mut select =
        connection.prepare_cached("select projection, version, part, parts, token, position, holder, held_until from projections")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let slot = Slot { projection: row.get(0)?, version: row.get(1)?, part: row.get(2)?, parts: row.get(3)? };
        if let Some(holder) = row.get::<_, Option<[u8; 16]>>(6)?
            && row.get::<_, i64>(7)? > now
        {
            known.held.insert(slot.clone(), Uuid::from_bytes(holder));
        }
        known.slots.insert(slot, (row.get(4)?, Position(row.get(5)?)));
    }
    Ok(known)
}

fn live_workers(connection: &Connection) -> rusqlite::Result<Vec<LiveWorker>> {
    let mut select = connection.prepare_cached("select worker, wants from workers")?;
    let rows = select.query_map([], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, String>(1)?)))?;
    rows.map(|row| {
        let (id, wants) = row?;
        let wants: Vec<(String, u32, u32, u32)> = serde_json::from_str(&wants).unwrap_or_default();
        let slot = |(projection, version, part, parts)| Slot { projection, version, part, parts };
        Ok(LiveWorker { id: Uuid::from_bytes(id), wants: wants.into_iter().map(slot).collect::<BTreeSet<_>>() })
    })
    .collect()
}

/// What a worker would like to hold, as `live_workers` reads it.
fn wanted(claim: &Claim) -> String {
    let wants = claim.slots.iter().map(|slot| serde_json::json!([slot.projection, slot.version, slot.part, slot.parts]));
    serde_json::Value::from_iter(wants).to_string()
}

fn claim(connection: &Connection, claim: &Claim) -> rusqlite::Result<Result<Vec<Lease>, StoreError>> {
    let now = now();
    let until = now.saturating_add(i64::try_from(claim.lasts.as_micros()).unwrap_or(i64::MAX));
    let mut known = known(connection, now)?;
    let there_is = |slot: &&Slot| !slot.is_beside() || known.slots.contains_key(*slot);
    let claim = &Claim { slots: claim.slots.iter().filter(there_is).cloned().collect(), ..claim.clone() };
    for slot in &claim.slots {
        let other = known.slots.keys().find(|other| (&other.projection, other.version) == (&slot.projection, slot.version));
        if let Some(other) = other.filter(|other| other.parts != slot.parts) {
            return Ok(Err(StoreError::other_parts(slot, other.parts)));
        }
    }
    connection.prepare_cached("delete from workers where alive_until <= ?1")?.execute([now])?;
    let alive = "insert or replace into workers (worker, wants, alive_until) values (?1, ?2, ?3)";
    connection.prepare_cached(alive)?.execute(params![claim.worker.as_bytes(), wanted(claim), until])?;
    for slot in &claim.slots {
        let insert = "insert or ignore into projections (projection, version, part, parts) values (?1, ?2, ?3, ?4)";
        connection.prepare_cached(insert)?.execute(params![slot.projection, slot.version, slot.part, slot.parts])?;
        known.slots.entry(slot.clone()).or_insert((0, Position::START));
    }
    let plan = Plan::new(claim, &live_workers(connection)?, &known.held);
    let mut update = connection.prepare_cached(
        "update projections set holder = ?4, held_until = ?5, token = token + ?6 where projection = ?1 and version = ?2 and part = ?3",
    )?;
    for slot in &plan.give {
        update.execute(params![slot.projection, slot.version, slot.part, None::<[u8; 16]>, 0, 0])?;
    }
    let mut leases = Vec::new();
    for (slot, taken) in plan.keep.iter().map(|slot| (slot, 0)).chain(plan.take.iter().map(|slot| (slot, 1))) {
        update.execute(params![slot.projection, slot.version, slot.part, claim.worker.as_bytes(), until, taken])?;
        let (token, position) = known.slots.get(slot).copied().unwrap_or_default();
        leases.push(Lease { slot: slot.clone(), token: token + taken, position });
    }
    Ok(Ok(leases))
}

/// Moves the checkpoint and parks events, if the lease is still good and those are there that are taken.
fn moved(connection: &Connection, lease: &Lease, through: Position, parking: &Parking) -> rusqlite::Result<bool> {
    // before anything is written: what is said no to is not undone
    if !parked::are_there(connection, &lease.slot, &parking.taken)? {
        return Ok(false);
    }
    let update =
        "update projections set position = ?6 where projection = ?1 and version = ?2 and part = ?3 and token = ?4 and position = ?5";
    let Lease { slot, token, position } = lease;
    let moved =
        connection.prepare_cached(update)?.execute(params![slot.projection, slot.version, slot.part, token, position.0, through.0])?;
    if moved == 1 {
        parked::write(connection, slot, parking)?;
    }
    Ok(moved == 1)
}

pub(crate) fn progress(connection: &Connection, projection: &str, version: u32) -> rusqlite::Result<Vec<Progress>> {
    let select = "select part, parts, position from projections where projection = ?1 and version = ?2 order by part";
    let mut select = connection.prepare_cached(select)?;
    let rows = select.query_map(params![projection, version], |row| {
        let slot = Slot { projection: projection.to_owned(), version, part: row.get(0)?, parts: row.get(1)? };
        Ok(Progress { slot, position: Position(row.get(2)?) })
    })?;
    rows.collect()
}

/// What a user's projection may not do: the transaction is not its own.
pub(crate) fn guard(context: AuthContext<'_>) -> Authorization {
    match context.action {
        AuthAction::Transaction { .. } => Authorization::Deny,
        _ => Authorization::Allow,
    }
}

/// A transaction that runs the user's writes.
fn project(
    connection: &mut Connection,
    (lease, through, parking): (&Lease, Position, &Parking),
    work: &mut dyn Work<Connection>,
    runtime: &tokio::runtime::Handle,
) -> Result<(), AdvanceError> {
    let projecting = failed("running a projection");
    connection.execute_batch("begin immediate").map_err(&projecting)?;
    let mut run = || {
        if !moved(connection, lease, through, parking).map_err(&projecting)? {
            return Err(AdvanceError::Lost);
        }
        connection.authorizer(Some(guard)).map_err(&projecting)?;
        let worked = runtime.block_on(work.run(connection));
        connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>).map_err(&projecting)?;
        worked.map_err(AdvanceError::Projection)?;
        if connection.is_autocommit() {
            let ended = "a statement ended the transaction, which is not the projection's: on a conflict use `or fail`, not `or rollback`";
            return Err(AdvanceError::Projection(ProjectionError::new(ended)));
        }
        connection.execute_batch("commit").map_err(&projecting)?;
        Ok(())
    };
    let done = run();
    if done.is_err() && !connection.is_autocommit() {
        connection.execute_batch("rollback").map_err(&projecting)?;
    }
    done
}

impl ViewStore for SqliteStore {
    async fn open_view(&self, table: &ViewTable) -> Result<(), StoreError> {
        let opened = table.clone();
        match self.write_with("setting up a view", move |connection| view::open(connection, &opened)).await? {
            true => Ok(()),
            false => Err(StoreError::other_shape(table)),
        }
    }

    async fn begin_rebuild(&self, table: &ViewTable, parts: u32) -> Result<(), StoreError> {
        let table = ViewTable { beside: true, ..table.clone() };
        self.write_with("beginning to rebuild a view", move |connection| rebuild::begin(connection, &table, parts)).await
    }

    async fn finish_rebuild(&self, table: &ViewTable) -> Result<bool, StoreError> {
        let [beside, serving] = [true, false].map(|beside| ViewTable { beside, ..table.clone() });
        self.write_with("putting a rebuilt view in its place", move |connection| rebuild::finish(connection, &beside, &serving)).await
    }

    async fn versions(&self, projection: &str) -> Result<Vec<u32>, StoreError> {
        let projection = projection.to_owned();
        let reading = failed("reading a projection's versions");
        self.read_with(move |reader| rebuild::versions(&reader.connection, &projection).map_err(reading)).await
    }

    async fn drop_version(&self, projection: &str, version: u32) -> Result<(), StoreError> {
        let projection = projection.to_owned();
        self.write_with("dropping a version", move |connection| rebuild::drop_version(connection, &projection, version)).await
    }

    async fn claim(&self, wanted: &Claim) -> Result<Vec<Lease>, StoreError> {
        let wanted = wanted.clone();
        self.write_with("claiming projections", move |connection| claim(connection, &wanted)).await?
    }

    async fn begin_at(&self, slots: &[Slot], position: Position) -> Result<(), StoreError> {
        let slots = slots.to_vec();
        let insert = "insert or ignore into projections (projection, version, part, parts, position) values (?1, ?2, ?3, ?4, ?5)";
        let begin = move |connection: &Connection| {
            for Slot { projection, version, part, parts } in &slots {
                connection.prepare_cached(insert)?.execute(params![projection, version, part, parts, position.0])?;
            }
            Ok(())
        };
        self.write_with("beginning a projection", begin).await
    }

    async fn release(&self, worker: Uuid) -> Result<(), StoreError> {
        let release = move |connection: &Connection| {
            connection.execute("update projections set holder = null, held_until = 0 where holder = ?1", [worker.as_bytes()])?;
            connection.execute("delete from workers where worker = ?1", [worker.as_bytes()])?;
            Ok(())
        };
        self.write_with("giving projections back", release).await
    }

    async fn advance(&self, step: Step<Connection>) -> Result<(), AdvanceError> {
        let Step { lease, through, table, rows, parking, work } = step;
        let Some(mut work) = work else {
            let write = move |connection: &Connection| {
                let moved = moved(connection, &lease, through, &parking)?;
                if let Some(table) = table.as_ref().filter(|_| moved) {
                    view::change(connection, table, &rows)?;
                }
                Ok(moved)
            };
            let moved = self.write_with("writing a view", write).await?;
            return if moved { Ok(()) } else { Err(AdvanceError::Lost) };
        };
        let (store, runtime) = (self.clone(), tokio::runtime::Handle::current());
        let mut held = self.projecting.clone().lock_owned().await;
        let projected = tokio::task::spawn_blocking(move || {
            let mut connection = match held.take() {
                Some(connection) => connection,
                None => store.opening.write_connection()?,
            };
            let done = project(&mut connection, (&lease, through, &parking), &mut *work, &runtime);
            // one that is left inside a transaction is of no use
            *held = Some(connection).filter(Connection::is_autocommit);
            drop(held);
            drop(store);
            done
        });
        projected.await.unwrap_or(Err(AdvanceError::Store(StoreError::Closed)))
    }

    async fn append_inline(&self, append: Append, inline: Inline<Connection>) -> Result<Appended, InlineError> {
        inline::append(self, append, inline).await
    }

    async fn progress(&self, projection: &str, version: u32) -> Result<Vec<Progress>, StoreError> {
        let projection = projection.to_owned();
        self.read_with(move |reader| {
            progress(&reader.connection, &projection, version).map_err(|error| store_error("reading a projection's progress", error))
        })
        .await
    }

    async fn parked(&self, query: &ParkedQuery) -> Result<Vec<Parked>, StoreError> {
        let query = query.clone();
        self.read_with(move |reader| parked::select(&reader.connection, &query)).await
    }

    async fn mark(&self, projection: &str, version: u32, rows: &[(String, Position)], mark: Mark) -> Result<u64, StoreError> {
        let (projection, rows) = (projection.to_owned(), rows.to_vec());
        self.write_with("marking parked events", move |connection| parked::mark(connection, (&projection, version), &rows, mark)).await
    }

    async fn rows(&self, table: &ViewTable, keys: Vec<String>) -> Result<Vec<ViewRow>, StoreError> {
        let table = table.clone();
        self.read_with(move |reader| view::rows(&reader.connection, &table, &keys)).await
    }

    async fn list(&self, table: &ViewTable, query: &ViewQuery) -> Result<Vec<ViewRow>, StoreError> {
        let (table, query) = (table.clone(), query.clone());
        self.read_with(move |reader| view::list(&reader.connection, &table, &query)).await
    }

    async fn count(&self, table: &ViewTable, filters: &[Filter]) -> Result<u64, StoreError> {
        let (table, filters) = (table.clone(), filters.to_vec());
        self.read_with(move |reader| view::count(&reader.connection, &table, &filters)).await
    }
}
