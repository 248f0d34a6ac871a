//! The newest state of a stream; for cases with the columns of their list.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stream_head")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) agency_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) stream_id: Uuid,
    pub(crate) stream_kind: String,
    pub(crate) version: i64,
    pub(crate) last_position: i64,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub(crate) recorded_at: i64,
    pub(crate) state_schema: i32,
    pub(crate) state: String,
    pub(crate) case_number: Option<String>,
    pub(crate) stage: Option<String>,
    pub(crate) municipality_key: Option<String>,
    pub(crate) municipality_name: Option<String>,
    pub(crate) municipality_kind: Option<String>,
    pub(crate) land: Option<String>,
    pub(crate) site_id: Option<Uuid>,
    pub(crate) advisor_id: Option<Uuid>,
    pub(crate) opened_on: Option<TimeDate>,
    pub(crate) agreed_until: Option<TimeDate>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
