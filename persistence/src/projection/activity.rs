//! How often what happened in which month, by the day it happened in the world.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Statement};
use time::Date;

use super::{Logged, Place};

/// Counts events, of whatever type: one that this version does not know counts as well.
pub(super) async fn apply(
    transaction: &DatabaseTransaction,
    place: Place,
    events: &[Logged],
) -> Result<(), DbErr> {
    let mut counts: BTreeMap<(Date, &str), i64> = BTreeMap::new();
    for event in events {
        let month = event
            .occurred_on
            .replace_day(1)
            .unwrap_or(event.occurred_on);
        *counts
            .entry((month, event.event_type.as_str()))
            .or_default() += 1;
    }
    for ((month, event_type), count) in counts {
        let statement = Statement::from_sql_and_values(
            transaction.get_database_backend(),
            "INSERT INTO activity (agency_id, generation, month, type, count) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (agency_id, generation, month, type) \
             DO UPDATE SET count = activity.count + excluded.count",
            [
                place.scope.agency().into(),
                place.generation.into(),
                month.into(),
                event_type.into(),
                count.into(),
            ],
        );
        transaction.execute_raw(statement).await?;
    }
    Ok(())
}
