//! The follow-ups of an agency's cases.

use sea_orm::Set;
use sea_orm::entity::prelude::*;
use time::Date;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "follow_up")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) agency_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) generation: i32,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) stream_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) follow_up_id: Uuid,
    pub(crate) due_on: Date,
    pub(crate) status: String,
    pub(crate) assignee_id: Uuid,
    pub(crate) title: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The row of a follow-up in a generation, to be inserted.
pub(crate) fn of(
    agency: Uuid,
    generation: i32,
    case: Uuid,
    follow_up: fallbuch_domain::case::FollowUpRow,
) -> ActiveModel {
    ActiveModel {
        agency_id: Set(agency),
        generation: Set(generation),
        stream_id: Set(case),
        follow_up_id: Set(follow_up.id),
        due_on: Set(follow_up.due_on),
        status: Set(follow_up.status_code().to_owned()),
        assignee_id: Set(follow_up.assignee),
        title: Set(follow_up.title.0),
    }
}
