//! Rebuilding what is written with each event: newest states with the columns of lists, follow-ups,
//! unique keys and counters.
//!
//! Streams are folded one after the other, so that one state is in memory at a time. What was
//! appended meanwhile is folded anew, round by round, the last round under the agency's lane.
//!
//! Invariant: a rebuild is registered in `projection`; one that is not any more has been overtaken
//! and writes nothing.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, Statement, Value};

use super::fold::{Fold, FoldedStream};
use super::{Rebuilt, difference, lock_lane, sweep};
use crate::entity::{follow_up, stream_head, unique_key};
use crate::error::StoreError;
use crate::projection::{begin, for_update};
use crate::session::signed;
use crate::store::Store;
use crate::tenant::{Scope, restated};

/// The name of the registration.
const NAME: &str = "heads";

/// How many streams one transaction stores at the most.
const STREAMS: usize = 500;

/// How many follow-ups one statement stores at the most: a case can have any number of them.
const ROWS: usize = 500;

/// After how few events that came meanwhile the last round begins.
const FEW: u64 = 500;

/// After how many rounds the last one begins in any case.
const ROUNDS: usize = 10;

/// The tables with the columns that tell rows apart, and all columns.
const TABLES: [(&str, &str, &str); 4] = [
    (
        "stream_head",
        "stream_id",
        "stream_id, stream_kind, version, last_position, recorded_at, state_schema, state, \
         case_number, stage, municipality_key, municipality_name, municipality_kind, land, site_id, \
         advisor_id, opened_on, agreed_until",
    ),
    (
        "follow_up",
        "stream_id, follow_up_id",
        "stream_id, follow_up_id, due_on, status, assignee_id, title",
    ),
    ("unique_key", "kind, key", "kind, key, stream_id"),
    ("counter", "name", "name, value"),
];

/// The generations of one agency.
#[derive(Clone, Copy)]
struct Generations {
    scope: Scope,
    live: i32,
    scratch: i32,
}

/// Fills the next generation from the log; then it counts, or is compared and thrown away.
pub(super) async fn rebuild(
    store: &Store,
    scope: Scope,
    check: bool,
) -> Result<Rebuilt, StoreError> {
    let (generations, mut reached) = register(store, scope).await?;
    let mut fold = Fold::of_all(store.readers(), scope, reached);
    store_streams(store, generations, &mut fold).await?;
    let mut counters = fold.counters();
    for _ in 0..ROUNDS {
        let head = store.head_of(scope).await?;
        if head - reached <= FEW {
            break;
        }
        let mut fold = Fold::of_changed(store.readers(), scope, (reached, head), counters).await?;
        store_streams(store, generations, &mut fold).await?;
        counters = fold.counters();
        reached = head;
    }
    // From here on nothing is appended to this agency until the transaction ends.
    let transaction = begin(store.projector(), generations.scope).await?;
    let (head, live) = lock_lane(&transaction, scope).await?;
    if live != generations.live {
        return Err(StoreError::Overtaken);
    }
    generations.still_registered(&transaction).await?;
    let mut fold = Fold::of_changed(store.readers(), scope, (reached, head), counters).await?;
    while let Some(streams) = fold.next(STREAMS).await? {
        generations.replace(&transaction, streams).await?;
    }
    generations.count(&transaction, fold.counters()).await?;
    let mut differences = Vec::new();
    if check {
        let compared = (generations.live, generations.scratch);
        for (table, _, columns) in TABLES {
            let found = difference(&transaction, (table, columns), scope, compared).await?;
            differences.extend(found);
        }
    } else {
        let promote = "UPDATE lane SET generation = $2 WHERE agency_id = $1";
        generations
            .run(&transaction, promote, [generations.scratch.into()])
            .await?;
    }
    let withdraw = "DELETE FROM projection WHERE agency_id = $1 AND generation = $2 AND name = $3";
    let values = [generations.scratch.into(), NAME.into()];
    generations.run(&transaction, withdraw, values).await?;
    transaction.commit().await?;
    for (table, key, _) in TABLES {
        sweep(store, scope, NAME, (table, key)).await?;
    }
    Ok(Rebuilt {
        events: head,
        differences,
    })
}

/// Registers a rebuild in the next generation; says where the log ends now. Those registered before are
/// overtaken, or were cut off.
async fn register(store: &Store, scope: Scope) -> Result<(Generations, u64), StoreError> {
    let transaction = begin(store.projector(), scope).await?;
    let mut generations = Generations {
        scope,
        live: 0,
        scratch: 0,
    };
    let (head, live) = lock_lane(&transaction, scope).await?;
    let newest = "SELECT MAX(generation) AS newest FROM (\
                  SELECT generation FROM projection WHERE agency_id = $1 AND name = $2 UNION ALL \
                  SELECT MAX(generation) FROM stream_head WHERE agency_id = $1) AS used";
    let newest = generations
        .one(&transaction, newest, [NAME.into()])
        .await?
        .map_or(Ok(None), |row| row.try_get::<Option<i32>>("", "newest"))?;
    generations.live = live;
    generations.scratch = newest.unwrap_or(live).max(live) + 1;
    let withdraw = "DELETE FROM projection WHERE agency_id = $1 AND name = $2";
    generations
        .run(&transaction, withdraw, [NAME.into()])
        .await?;
    let insert = "INSERT INTO projection (agency_id, name, generation, position, live) \
                  VALUES ($1, $2, $3, $4, FALSE)";
    let values = [NAME.into(), generations.scratch.into(), signed(head).into()];
    generations.run(&transaction, insert, values).await?;
    transaction.commit().await?;
    Ok((generations, head))
}

/// Stores all streams of a fold, some at a time.
async fn store_streams(
    store: &Store,
    generations: Generations,
    fold: &mut Fold,
) -> Result<(), StoreError> {
    while let Some(streams) = fold.next(STREAMS).await? {
        let transaction = begin(store.projector(), generations.scope).await?;
        generations.still_registered(&transaction).await?;
        generations.replace(&transaction, streams).await?;
        transaction.commit().await?;
    }
    Ok(())
}

impl Generations {
    /// Stores streams in the scratch generation, in place of what it holds of them.
    async fn replace(
        self,
        transaction: &DatabaseTransaction,
        streams: Vec<FoldedStream>,
    ) -> Result<(), StoreError> {
        // All of them first: a key can have passed from one to another.
        for stream in streams.iter().filter(|stream| stream.again) {
            for table in ["stream_head", "follow_up", "unique_key"] {
                let sql = format!(
                    "DELETE FROM {table} WHERE agency_id = $1 AND generation = $2 AND stream_id = $3"
                );
                let values = [self.scratch.into(), stream.id.into()];
                self.run(transaction, &sql, values).await?;
            }
        }
        let mut heads = Vec::with_capacity(streams.len());
        let (mut keys, mut follow_ups) = (Vec::new(), Vec::new());
        for stream in streams {
            let (agency, scratch, id) = (self.scope.agency(), self.scratch, stream.id);
            let held = stream.keys.into_iter();
            keys.extend(held.map(|key| unique_key::of(agency, scratch, key, id)));
            let listed = stream.follow_ups.into_iter();
            follow_ups.extend(listed.map(|one| follow_up::of(agency, scratch, id, one)));
            heads.push(stream_head::of(agency, scratch, id, stream.head));
        }
        if heads.is_empty() {
            return Ok(());
        }
        stream_head::Entity::insert_many(heads)
            .exec_without_returning(transaction)
            .await?;
        for piece in follow_ups.chunks(ROWS) {
            follow_up::Entity::insert_many(piece.iter().cloned())
                .exec_without_returning(transaction)
                .await?;
        }
        if !keys.is_empty() {
            unique_key::Entity::insert_many(keys)
                .exec_without_returning(transaction)
                .await?;
        }
        Ok(())
    }

    /// Stores the counters.
    async fn count(
        self,
        transaction: &DatabaseTransaction,
        counters: BTreeMap<String, u64>,
    ) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO counter (agency_id, generation, name, value) VALUES ($1, $2, $3, $4)";
        for (name, value) in counters {
            let values = [self.scratch.into(), name.into(), signed(value).into()];
            self.run(transaction, sql, values).await?;
        }
        Ok(())
    }

    /// That nobody began another rebuild; nobody can until the transaction ends.
    async fn still_registered(self, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
        let lock = for_update(transaction);
        let sql = format!(
            "SELECT position FROM projection WHERE agency_id = $1 AND generation = $2 AND name = $3{lock}"
        );
        let values = [self.scratch.into(), NAME.into()];
        let row = self.one(transaction, &sql, values).await?;
        row.map(|_| ()).ok_or(StoreError::Overtaken)
    }

    async fn run<const N: usize>(
        self,
        transaction: &DatabaseTransaction,
        sql: &str,
        values: [Value; N],
    ) -> Result<(), StoreError> {
        let statement = self.statement(transaction, sql, values);
        transaction.execute_raw(statement).await?;
        Ok(())
    }

    async fn one<const N: usize>(
        self,
        transaction: &DatabaseTransaction,
        sql: &str,
        values: [Value; N],
    ) -> Result<Option<sea_orm::QueryResult>, StoreError> {
        let statement = self.statement(transaction, sql, values);
        Ok(transaction.query_one_raw(statement).await?)
    }

    /// A statement whose first value is the agency.
    fn statement<const N: usize>(
        self,
        transaction: &DatabaseTransaction,
        sql: &str,
        values: [Value; N],
    ) -> Statement {
        let values: Vec<Value> = std::iter::once(self.scope.agency().into())
            .chain(values)
            .collect();
        Statement::from_sql_and_values(transaction.get_database_backend(), restated(sql), values)
    }
}
