//! Rebuilding a projection that follows the log.
//!
//! Invariant: rows whose generation has no checkpoint are nobody's and may be removed.

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement};

use super::{Rebuilt, difference, lock_lane, sweep};
use crate::error::StoreError;
use crate::projection::{Advance, Place, Projection, Stop, begin, begin_first};
use crate::store::Store;
use crate::tenant::{Scope, restated};

/// Fills the next generation up to where the live one is; then it counts, or is compared and thrown
/// away.
pub(super) async fn rebuild(
    store: &Store,
    scope: Scope,
    projection: Projection,
    check: bool,
) -> Result<Rebuilt, StoreError> {
    let database = store.projector();
    begin_first(database, projection, scope).await?;
    let (live, scratch) = generations(store, scope, projection).await?;
    // Most of the way without holding anybody up, to wherever the log ends now.
    loop {
        match scratch.advance(database, u64::MAX).await {
            Ok(Advance::To(_)) => {}
            Ok(Advance::Done) => break,
            Ok(Advance::Taken) => return Err(StoreError::Overtaken),
            Err(stop) => return Err(failure(stop)),
        }
    }
    let transaction = begin(database, scope).await?;
    lock_lane(&transaction, scope).await?;
    let followed = live.checkpoint(&transaction, false).await?;
    let reached = scratch.checkpoint(&transaction, false).await?;
    let (Some(followed), Some(reached)) = (followed, reached) else {
        return Err(StoreError::Overtaken);
    };
    let events = followed.max(reached);
    scratch.catch_up(&transaction, followed).await?;
    let mut differences = Vec::new();
    let loser = if check {
        live.catch_up(&transaction, reached).await?;
        let generations = (live.generation, scratch.generation);
        differences.extend(difference(&transaction, projection.table(), scope, generations).await?);
        scratch
    } else {
        live
    };
    let remove = "DELETE FROM projection WHERE agency_id = $1 AND name = $2 AND generation = $3";
    let promote = "UPDATE projection SET live = TRUE \
                   WHERE agency_id = $1 AND name = $2 AND generation = $3";
    transaction
        .execute_raw(loser.statement(&transaction, remove, []))
        .await?;
    if !check {
        transaction
            .execute_raw(scratch.statement(&transaction, promote, []))
            .await?;
    }
    transaction.commit().await?;
    let (table, _) = projection.table();
    sweep(store, scope, projection.name(), (table, projection.key())).await?;
    Ok(Rebuilt {
        events,
        differences,
    })
}

/// The place that counts, and the next one with a checkpoint at the beginning. Checkpoints of rebuilds
/// that were begun before go: these are overtaken, or were cut off.
async fn generations(
    store: &Store,
    scope: Scope,
    projection: Projection,
) -> Result<(Place, Place), StoreError> {
    let transaction = begin(store.projector(), scope).await?;
    let place = |generation| Place {
        projection,
        scope,
        generation,
    };
    // Locked first, read in a later statement: a statement that waited sees what was there before it.
    lock_lane(&transaction, scope).await?;
    let sql = "SELECT generation, live FROM projection WHERE agency_id = $1 AND name = $2 \
               AND generation > $3";
    let rows = transaction
        .query_all_raw(place(0).statement(&transaction, sql, []))
        .await?;
    let (mut live, mut last) = (None, newest(&transaction, projection, scope).await?);
    for row in rows {
        let generation: i32 = row.try_get("", "generation")?;
        last = last.max(generation);
        if row.try_get("", "live")? {
            live = Some(generation);
        }
    }
    let name = projection.name();
    let live = live.ok_or_else(|| StoreError::Corrupt(format!("{name}: no generation counts")))?;
    let forget = "DELETE FROM projection WHERE agency_id = $1 AND name = $2 AND generation <> $3";
    transaction
        .execute_raw(place(live).statement(&transaction, forget, []))
        .await?;
    let insert = "INSERT INTO projection (agency_id, name, generation, position, live) \
                  VALUES ($1, $2, $3, 0, FALSE)";
    let scratch = place(last + 1);
    transaction
        .execute_raw(scratch.statement(&transaction, insert, []))
        .await?;
    transaction.commit().await?;
    Ok((place(live), scratch))
}

/// The newest generation that has rows; 0 for none.
async fn newest(
    transaction: &DatabaseTransaction,
    projection: Projection,
    scope: Scope,
) -> Result<i32, StoreError> {
    let (table, _) = projection.table();
    let sql = format!("SELECT MAX(generation) AS newest FROM {table} WHERE agency_id = $1");
    let backend = transaction.get_database_backend();
    let statement =
        Statement::from_sql_and_values(backend, restated(&sql), [scope.agency().into()]);
    let row = transaction.query_one_raw(statement).await?;
    let newest = row.map(|row| row.try_get::<Option<i32>>("", "newest"));
    Ok(newest.transpose()?.flatten().unwrap_or(0))
}

fn failure(stop: Stop) -> StoreError {
    match stop {
        Stop::Store(error) => error,
        Stop::Event { position, error } => {
            StoreError::Corrupt(format!("event at position {position}: {error}"))
        }
    }
}
