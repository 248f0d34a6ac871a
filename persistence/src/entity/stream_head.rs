//! The newest state of a stream; for cases with the columns of their list.

use sea_orm::Set;
use sea_orm::entity::prelude::*;

use crate::session::HeadRow;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stream_head")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) agency_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) generation: i32,
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

/// The row of a stream in a generation, to be inserted.
pub(crate) fn of(agency: Uuid, generation: i32, stream: Uuid, head: HeadRow) -> ActiveModel {
    let case = head.case;
    let place = case.as_ref().map(|case| case.municipality.clone());
    ActiveModel {
        agency_id: Set(agency),
        generation: Set(generation),
        stream_id: Set(stream),
        stream_kind: Set(head.stream_kind.to_owned()),
        version: Set(head.version),
        last_position: Set(head.last_position),
        recorded_at: Set(head.recorded_at),
        state_schema: Set(head.state_schema),
        state: Set(head.state),
        stage: Set(case.as_ref().map(|case| case.stage.code().to_owned())),
        municipality_kind: Set(place.as_ref().map(|place| place.kind.code().to_owned())),
        municipality_key: Set(place.as_ref().map(|place| place.key.clone())),
        land: Set(place.as_ref().map(|place| place.land.clone())),
        municipality_name: Set(place.map(|place| place.name.clone())),
        site_id: Set(case.as_ref().map(|case| case.site)),
        advisor_id: Set(case.as_ref().map(|case| case.advisor)),
        opened_on: Set(case.as_ref().map(|case| case.opened_on)),
        agreed_until: Set(case.as_ref().and_then(|case| case.agreed_until)),
        case_number: Set(case.map(|case| case.case_number)),
    }
}
