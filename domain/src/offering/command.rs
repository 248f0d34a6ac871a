//! What may be asked of an offering: the bodies as clients send them.

use time::Date;
use uuid::Uuid;

use crate::case::event::wire;
use crate::rights::Permission;
use crate::text::{Line, Prose};

wire! {
    /// Schedules an offering, at one of the agency's sites or at another place: exactly one of them is named (R03).
    #[serde(deny_unknown_fields)]
    pub struct ScheduleOffering {
        /// The day it was scheduled.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// Code of the format, from the catalogue.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64, example = "theme_day"))]
        pub format: String,
        /// Its title.
        pub title: Line,
        /// The day it is planned for.
        pub on: Date,
        /// Where, if not at one of the agency's sites.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub place: Option<Line>,
        /// The agency's site at which it is planned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub site: Option<Uuid>,
        /// For how many participants there is room.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100_000))]
        pub capacity: Option<u32>,
    }

    /// Puts an offering off. If it moves, at most one of site and place is named (R03).
    #[serde(deny_unknown_fields)]
    pub struct PostponeOffering {
        /// The day it was put off.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// The new day.
        pub on: Date,
        /// Where instead, if not at one of the agency's sites.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub place: Option<Line>,
        /// The agency's site at which it is planned instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub site: Option<Uuid>,
    }

    /// Records that an offering took place.
    #[serde(deny_unknown_fields)]
    pub struct HoldOffering {
        /// The day it was held.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
    }

    /// Calls an offering off.
    #[serde(deny_unknown_fields)]
    pub struct CancelOffering {
        /// The day it was called off.
        pub occurred_on: Date,
        /// Why.
        pub reason: Prose,
    }
}

/// A command to an offering.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is its body, documented there")]
pub enum OfferingCommand {
    Schedule(ScheduleOffering),
    Postpone(PostponeOffering),
    Hold(HoldOffering),
    Cancel(CancelOffering),
}

impl OfferingCommand {
    /// The permission that each of them asks for.
    pub const PERMISSION: Permission = Permission::OfferingWrite;

    /// The operationIds in the contract.
    pub const OPERATIONS: &[&str] = &[
        "schedule_offering",
        "postpone_offering",
        "hold_offering",
        "cancel_offering",
    ];
}
