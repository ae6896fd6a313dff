//! Appends in a transaction of the user's own.

use std::collections::HashSet;

use es_core::store::{Append, AppendError, Appended, StoreError};
use sqlx::{Postgres, Transaction};

use crate::append::{Answer, Prepared, answers, duplicate, own_fault, statement};
use crate::error::{PostgresError, database_error, is_lost};
use crate::{PostgresStore, flush, keys};

impl PostgresStore {
    /// Appends in your own transaction, and commits it: what it wrote and the events are stored together, or neither.
    ///
    /// It takes the transaction, because the append comes last: it takes the lock that all appends wait for
    /// ([`Positions::Gapless`](crate::Positions)), and a row that you lock after that may be one that somebody who waits has locked.
    /// Whatever comes before holds up nobody. The transaction is one of the same database, from a pool of yours, and READ COMMITTED.
    /// If its client is gone before the commit, the server ends it after 30 seconds, or after its `idle_in_transaction_session_timeout`.
    ///
    /// ```no_run
    /// # async fn run(store: es_postgres::PostgresStore, pool: es_postgres::sqlx::PgPool, append: es_core::store::Append)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let mut transaction = pool.begin().await?;
    /// es_postgres::sqlx::query("update stock set pieces = pieces - 1").execute(&mut *transaction).await?;
    /// store.append_in(transaction, vec![append]).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`AppendError`] for the first append that is refused, after which everything is rolled back, and nothing is stored; but for
    /// [`AppendError::OutcomeUnknown`], where the connection was lost while it was committing.
    pub async fn append_in(&self, mut transaction: Transaction<'_, Postgres>, appends: Vec<Append>) -> Result<Vec<Appended>, AppendError> {
        let prepare = |append| Prepared::new(append, self.shared.positions);
        let batch = appends.into_iter().map(prepare).collect::<Result<Vec<_>, StoreError>>()?;
        let mut known = HashSet::new();
        if let Some(twice) = batch.iter().filter_map(Prepared::key).find(|key| !known.insert(*key)) {
            return Err(StoreError::Refused { reason: format!("two appends of one transaction have the idempotency key {twice:?}") }.into());
        }
        // nothing of it is stored before the commit
        let call = statement(self.shared.sql.append_in(), batch.iter(), self.shared.positions).fetch_one(&mut *transaction).await;
        let told = match call.and_then(|row| answers(&row, batch.iter())) {
            Ok(told) => told,
            Err(error) => {
                drop(transaction);
                return Err(self.refusal(&batch, error).await.into());
            }
        };
        let mut stored = Vec::with_capacity(told.len());
        for (answer, prepared) in told.into_iter().zip(&batch) {
            match answer {
                Answer::Stored(appended) => stored.push(appended),
                Answer::Refused(error) => return Err(error),
                Answer::Inline(error) => return Err(StoreError::backend("appending in a transaction", error).into()),
                Answer::KeyUsed => return Err(self.key_used(prepared.key().unwrap_or_default()).await),
            }
        }
        self.commit(transaction).await?;
        if let Some(head) = stored.iter().filter_map(|appended| appended.position).max() {
            flush::acknowledged(&self.shared, head);
            self.shared.wake.committed(head);
        }
        Ok(stored)
    }

    async fn commit(&self, transaction: Transaction<'_, Postgres>) -> Result<(), AppendError> {
        let Err(error) = transaction.commit().await else { return Ok(()) };
        let refused = database_error(&error).is_some() && !is_lost(&error);
        let error = StoreError::backend("committing a transaction with appends", PostgresError::from(error));
        Err(if refused { error.into() } else { AppendError::OutcomeUnknown(error) })
    }

    async fn key_used(&self, key: &str) -> AppendError {
        match keys::select(&self.shared, key).await {
            Ok(Some(record)) => AppendError::KeyUsed(Box::new(record)),
            Ok(None) => StoreError::Refused { reason: format!("the idempotency key {key:?} was forgotten just now: try again") }.into(),
            Err(error) => error.into(),
        }
    }

    async fn refusal(&self, batch: &[Prepared], error: sqlx::Error) -> StoreError {
        let appends = || batch.iter().map(|prepared| &prepared.append);
        if let Ok(mut held) = self.shared.reads.reading("looking for an event id").connection().await
            && let Some(fault) = duplicate(self.shared.sql.duplicate_event(), &mut held, appends(), &error).await
        {
            return held.done(fault);
        }
        own_fault(appends(), &error).unwrap_or_else(|| StoreError::backend("appending in a transaction", PostgresError::from(error)))
    }
}
