//! The head of an agency's log; holds no content.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{QuerySelect as _, QueryTrait as _};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lane")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) agency_id: Uuid,
    pub(crate) position: i64,
    pub(crate) last_recorded_at: i64,
    /// Which rows of states, keys and counters count.
    pub(crate) generation: i32,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The agency's generation that counts, for a query on states, keys or counters.
pub(crate) fn live_generation(agency: Uuid) -> SelectStatement {
    Entity::find_by_id(agency)
        .select_only()
        .column(Column::Generation)
        .into_query()
}
