//! What a writer asks of one connection, in the same words on both databases.
//!
//! Invariant: every statement carries the agency. [`Session::append`] is one compare-and-set on
//! the lane row with everything else joined to it: it stores all of a batch, or nothing.

mod batch;
mod postgres;
mod sqlite;

use std::collections::{BTreeMap, HashMap};
use std::future::Future;

use fallbuch_domain::Key;
use uuid::Uuid;

use crate::tenant::stated;
use crate::writer::Founding;

pub(crate) use batch::{Batch, CommandRecord, EventRow, HeadRow};

/// The head of an agency's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lane {
    pub(crate) position: u64,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub(crate) last_recorded_at: i64,
    /// Which generation of states, keys and counters counts.
    pub(crate) generation: i32,
}

/// The states, keys and counters of an agency that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Generation {
    pub(crate) agency: Uuid,
    pub(crate) number: i32,
}

/// The newest stored state of a stream.
#[derive(Clone, Debug)]
pub(crate) struct StoredHead {
    pub(crate) version: u64,
    pub(crate) stream_kind: String,
    pub(crate) state_schema: u32,
    pub(crate) state: String,
}

/// A command that was carried out, as its first event keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) stream: Uuid,
    pub(crate) first_position: u64,
    pub(crate) event_count: u64,
    pub(crate) warnings: Option<String>,
}

/// One connection or transaction of a writer.
pub(crate) trait Session: Send {
    /// Makes the rows of a new agency: its code, its lane, its administrator's login. They are there already if the
    /// agency is; false, and nothing is made, if another agency has the code.
    fn found(
        &mut self,
        agency: Uuid,
        founding: &Founding,
    ) -> impl Future<Output = Result<bool, sqlx::Error>> + Send;

    /// The agency's lane; with `lock` nobody else moves it until the transaction ends.
    fn lane(
        &mut self,
        agency: Uuid,
        lock: bool,
    ) -> impl Future<Output = Result<Option<Lane>, sqlx::Error>> + Send;

    /// The newest stored states of `streams`, as far as they are there.
    fn heads(
        &mut self,
        rows: Generation,
        streams: &[Uuid],
    ) -> impl Future<Output = Result<Vec<(Uuid, StoredHead)>, sqlx::Error>> + Send;

    /// Bodies of a stream after `version`, oldest first, at most `limit`.
    fn bodies_after(
        &mut self,
        agency: Uuid,
        stream: Uuid,
        version: u64,
        limit: u64,
    ) -> impl Future<Output = Result<Vec<Vec<u8>>, sqlx::Error>> + Send;

    /// Bodies of `count` events of the agency from `position` on.
    fn bodies_at(
        &mut self,
        agency: Uuid,
        position: u64,
        count: u64,
    ) -> impl Future<Output = Result<Vec<Vec<u8>>, sqlx::Error>> + Send;

    /// The streams that hold `keys`.
    fn holders(
        &mut self,
        rows: Generation,
        keys: &[Key],
    ) -> impl Future<Output = Result<BTreeMap<Key, Uuid>, sqlx::Error>> + Send;

    /// The values of `counters`.
    fn counters(
        &mut self,
        rows: Generation,
        counters: &[String],
    ) -> impl Future<Output = Result<BTreeMap<String, u64>, sqlx::Error>> + Send;

    /// Those of `commands` that were carried out.
    fn recorded(
        &mut self,
        agency: Uuid,
        commands: &[Uuid],
    ) -> impl Future<Output = Result<HashMap<Uuid, Recorded>, sqlx::Error>> + Send;

    /// Stores the batch if the lane is still where the batch begins; tells whether it was.
    fn append(&mut self, batch: &Batch) -> impl Future<Output = Result<bool, sqlx::Error>> + Send;
}

/// [`Session::found`]; `$reserve` reserves the administrator's login, in the database's own way.
macro_rules! found {
    ($reserve:ident) => {
        async fn found(&mut self, agency: Uuid, founding: &Founding) -> Result<bool, sqlx::Error> {
            let made = sqlx::query(
                "INSERT INTO agency (agency_id, code) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            )
            .bind(agency)
            .bind(&founding.code)
            .execute(&mut *self)
            .await?;
            if made.rows_affected() == 0 {
                let known: Option<String> =
                    sqlx::query_scalar("SELECT code FROM agency WHERE agency_id = $1")
                        .bind(agency)
                        .fetch_optional(&mut *self)
                        .await?;
                return Ok(known.is_some());
            }
            sqlx::query("INSERT INTO lane (agency_id) VALUES ($1)")
                .bind(agency)
                .execute(&mut *self)
                .await?;
            $reserve(self, agency, founding).await?;
            Ok(true)
        }
    };
}
use found;

/// The reading half of [`Session`], whose statements are the same on both databases.
macro_rules! reads {
    ($lane_lock:literal) => {
        async fn lane(&mut self, agency: Uuid, lock: bool) -> Result<Option<Lane>, sqlx::Error> {
            let sql = if lock {
                concat!(
                    "SELECT position, last_recorded_at, generation FROM lane WHERE agency_id = $1",
                    $lane_lock
                )
            } else {
                "SELECT position, last_recorded_at, generation FROM lane WHERE agency_id = $1"
            };
            let row: Option<(i64, i64, i32)> = sqlx::query_as(stated(sql))
                .bind(agency)
                .fetch_optional(&mut *self)
                .await?;
            row.map(|(position, last_recorded_at, generation)| {
                Ok(Lane {
                    position: unsigned(position)?,
                    last_recorded_at,
                    generation,
                })
            })
            .transpose()
        }

        async fn bodies_after(
            &mut self,
            agency: Uuid,
            stream: Uuid,
            version: u64,
            limit: u64,
        ) -> Result<Vec<Vec<u8>>, sqlx::Error> {
            sqlx::query_scalar(stated(
                "SELECT body FROM event WHERE agency_id = $1 AND stream_id = $2 \
                 AND version > $3 AND body IS NOT NULL ORDER BY version LIMIT $4",
            ))
            .bind(agency)
            .bind(stream)
            .bind(signed(version))
            .bind(signed(limit))
            .fetch_all(&mut *self)
            .await
        }

        async fn bodies_at(
            &mut self,
            agency: Uuid,
            position: u64,
            count: u64,
        ) -> Result<Vec<Vec<u8>>, sqlx::Error> {
            sqlx::query_scalar(stated(
                "SELECT body FROM event WHERE agency_id = $1 AND position >= $2 \
                 AND position < $2 + $3 AND body IS NOT NULL ORDER BY position",
            ))
            .bind(agency)
            .bind(signed(position))
            .bind(signed(count))
            .fetch_all(&mut *self)
            .await
        }

        async fn holders(
            &mut self,
            rows: Generation,
            keys: &[Key],
        ) -> Result<BTreeMap<Key, Uuid>, sqlx::Error> {
            let mut holders = BTreeMap::new();
            for key in keys {
                let holder: Option<Uuid> = sqlx::query_scalar(stated(
                    "SELECT stream_id FROM unique_key \
                     WHERE agency_id = $1 AND generation = $2 AND kind = $3 AND key = $4",
                ))
                .bind(rows.agency)
                .bind(rows.number)
                .bind(key.kind)
                .bind(&key.value)
                .fetch_optional(&mut *self)
                .await?;
                holders.extend(holder.map(|holder| (key.clone(), holder)));
            }
            Ok(holders)
        }

        async fn counters(
            &mut self,
            rows: Generation,
            counters: &[String],
        ) -> Result<BTreeMap<String, u64>, sqlx::Error> {
            let mut values = BTreeMap::new();
            for name in counters {
                let value: Option<i64> = sqlx::query_scalar(stated(
                    "SELECT value FROM counter \
                     WHERE agency_id = $1 AND generation = $2 AND name = $3",
                ))
                .bind(rows.agency)
                .bind(rows.number)
                .bind(name)
                .fetch_optional(&mut *self)
                .await?;
                if let Some(value) = value {
                    values.insert(name.clone(), unsigned(value)?);
                }
            }
            Ok(values)
        }
    };
}
use reads;

type HeadColumns = (Uuid, i64, String, i32, String);

fn stored_head(
    (stream, version, stream_kind, schema, state): HeadColumns,
) -> Result<(Uuid, StoredHead), sqlx::Error> {
    let state_schema = u32::try_from(schema).map_err(decode)?;
    Ok((
        stream,
        StoredHead {
            version: unsigned(version)?,
            stream_kind,
            state_schema,
            state,
        },
    ))
}

type RecordedColumns = (Uuid, Vec<u8>, Uuid, i64, Option<i32>, Option<String>);

fn recorded(
    (command, fingerprint, stream, position, count, warnings): RecordedColumns,
) -> Result<(Uuid, Recorded), sqlx::Error> {
    let recorded = Recorded {
        fingerprint,
        stream,
        first_position: unsigned(position)?,
        event_count: unsigned(i64::from(count.unwrap_or(1)))?,
        warnings,
    };
    Ok((command, recorded))
}

/// A stored number that is never negative.
fn unsigned(value: i64) -> Result<u64, sqlx::Error> {
    u64::try_from(value).map_err(decode)
}

/// Positions, versions and counts stay far below 2^63.
pub(crate) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn decode(error: std::num::TryFromIntError) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}

#[cfg(test)]
mod tests;
