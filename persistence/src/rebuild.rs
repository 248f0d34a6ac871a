//! Rebuilding what follows from the log, while the server goes on: the next generation is filled from
//! the log, catches up, and then counts by one UPDATE. `check` fills one too, compares it with the
//! live rows and throws it away.
//!
//! Invariants:
//! - Readers and writers see one generation whole, never a mixture.
//! - No statement changes the schema, and no transaction stays open for the length of the log.
//! - Of two rebuilds of the same rows the one that began later wins; the earlier one ends with an error
//!   and has changed nothing that counts.

mod fold;
mod follow;
mod heads;

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, Value};

use crate::access::Access;
use crate::error::StoreError;
use crate::onboarding::Operator;
use crate::projection::{Projection, begin, for_update};
use crate::read::unsigned;
use crate::store::Store;
use crate::tenant::{Scope, restated};

/// How many rows one transaction removes at the most.
const PIECE: i64 = 1_000;

/// What can be rebuilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rebuildable(What);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// What is written with each event: newest states, lists, unique keys and counters.
    Heads,
    /// What follows the log.
    Following(Projection),
}

impl Rebuildable {
    /// Everything, in the order of a full rebuild.
    pub fn all() -> impl Iterator<Item = Self> {
        let following = Projection::ALL.iter().copied().map(What::Following);
        std::iter::once(What::Heads).chain(following).map(Self)
    }

    /// The one with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|one| one.name() == name)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.0 {
            What::Heads => "heads",
            What::Following(projection) => projection.name(),
        }
    }
}

/// What a rebuild or a check did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuilt {
    /// How many events were read.
    pub events: u64,
    /// What the live rows say otherwise than the log, as a sentence per table; only a check tells.
    pub differences: Vec<String>,
}

impl Operator {
    /// Rebuilds what follows from an agency's log and makes it count.
    ///
    /// # Errors
    /// If the store fails or another rebuild of the same began meanwhile; the old rows count then.
    pub async fn rebuild(&self, agency: &Access, what: Rebuildable) -> Result<Rebuilt, StoreError> {
        match what.0 {
            What::Heads => heads::rebuild(self.store(), agency.scope(), false).await,
            What::Following(projection) => {
                follow::rebuild(self.store(), agency.scope(), projection, false).await
            }
        }
    }

    /// Compares what follows from an agency's log with the rows that count, value by value.
    ///
    /// # Errors
    /// If the store fails or a rebuild of the same began meanwhile.
    pub async fn check(&self, agency: &Access, what: Rebuildable) -> Result<Rebuilt, StoreError> {
        match what.0 {
            What::Heads => heads::rebuild(self.store(), agency.scope(), true).await,
            What::Following(projection) => {
                follow::rebuild(self.store(), agency.scope(), projection, true).await
            }
        }
    }
}

/// Locks the agency's lane, so that nothing is appended and no other rebuild begins or ends until the
/// transaction does; says where the log ends and which generation counts.
async fn lock_lane(
    transaction: &DatabaseTransaction,
    scope: Scope,
) -> Result<(u64, i32), StoreError> {
    let lock = for_update(transaction);
    let sql = format!("SELECT position, generation FROM lane WHERE agency_id = $1{lock}");
    let backend = transaction.get_database_backend();
    let statement =
        Statement::from_sql_and_values(backend, restated(&sql), [scope.agency().into()]);
    let row = transaction.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| StoreError::Corrupt(format!("{} has no lane", scope.agency())))?;
    let position = unsigned(row.try_get("", "position")?)?;
    Ok((position, row.try_get("", "generation")?))
}

/// Says how many rows of two generations of a table differ; none if they are the same.
async fn difference(
    transaction: &DatabaseTransaction,
    (table, columns): (&str, &str),
    scope: Scope,
    (live, scratch): (i32, i32),
) -> Result<Option<String>, StoreError> {
    // A row that is in one of them only counts once, one that is otherwise twice.
    let only_in = |one: &str, other: &str| {
        format!(
            "SELECT COUNT(*) AS count FROM (SELECT {columns} FROM {table} WHERE agency_id = $1 \
             AND generation = {one} EXCEPT SELECT {columns} FROM {table} WHERE agency_id = $1 \
             AND generation = {other}) AS difference"
        )
    };
    let values: [Value; 3] = [scope.agency().into(), live.into(), scratch.into()];
    let mut counts = [0_i64; 2];
    for (count, sql) in counts
        .iter_mut()
        .zip([only_in("$2", "$3"), only_in("$3", "$2")])
    {
        let backend = transaction.get_database_backend();
        let statement = Statement::from_sql_and_values(backend, restated(&sql), values.clone());
        let row = transaction.query_one_raw(statement).await?;
        *count = row.map_or(Ok(0), |row| row.try_get("", "count"))?;
    }
    let [live, log] = counts;
    Ok((live > 0 || log > 0).then(|| {
        format!(
            "{table}: {live} rows do not follow from the log, {log} that follow from it are missing"
        )
    }))
}

/// Removes the rows of generations that neither count nor are being filled, in pieces.
async fn sweep(
    store: &Store,
    scope: Scope,
    name: &str,
    (table, key): (&str, &str),
) -> Result<(), StoreError> {
    // What is written with each event counts by the lane, the rest by its checkpoint.
    let counting = if Projection::named(name).is_some() {
        ""
    } else {
        " UNION SELECT generation FROM lane WHERE agency_id = $1"
    };
    let sql = format!(
        "DELETE FROM {table} WHERE agency_id = $1 AND (generation, {key}) IN (SELECT generation, {key} \
         FROM {table} WHERE agency_id = $1 AND generation NOT IN (SELECT generation FROM projection \
         WHERE agency_id = $1 AND name = $2{counting}) LIMIT {PIECE})"
    );
    loop {
        let transaction = begin(store.projector(), scope).await?;
        let backend = transaction.get_database_backend();
        let values = [scope.agency().into(), name.into()];
        let statement = Statement::from_sql_and_values(backend, restated(&sql), values);
        let removed = transaction.execute_raw(statement).await?;
        transaction.commit().await?;
        if removed.rows_affected() == 0 {
            return Ok(());
        }
    }
}
