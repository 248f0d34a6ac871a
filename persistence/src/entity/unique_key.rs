//! What at most one stream of an agency holds at a time.

use sea_orm::Set;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unique_key")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) agency_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) generation: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) key: String,
    pub(crate) stream_id: Uuid,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The row of a key in a generation, to be inserted.
pub(crate) fn of(
    agency: Uuid,
    generation: i32,
    key: fallbuch_domain::Key,
    stream: Uuid,
) -> ActiveModel {
    ActiveModel {
        agency_id: Set(agency),
        generation: Set(generation),
        kind: Set(key.kind.to_owned()),
        key: Set(key.value),
        stream_id: Set(stream),
    }
}
