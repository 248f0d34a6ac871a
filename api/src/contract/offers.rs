//! The views of what an agency offers: offerings and model solutions.

use fallbuch_domain::Timestamp;
use fallbuch_domain::offering::{Cancellation, OfferingState, OfferingStatus};
use fallbuch_domain::solution::{SolutionState, SolutionStatus, Withdrawal};
use fallbuch_domain::text::{Line, Prose};
use fallbuch_persistence::StreamRead;
use serde::Serialize;
use time::Date;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::PageInfo;

/// An offering.
#[derive(Serialize, ToSchema)]
#[schema(as = Offering)]
pub(crate) struct OfferingView {
    /// The offering's id.
    offering_id: Uuid,
    /// The version of this state: the one to name in `If-Match`.
    #[schema(minimum = 1)]
    version: u64,
    /// When the last event of this version was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    /// What became of it.
    status: OfferingStatus,
    /// Its title.
    title: Line,
    /// Code of the format.
    #[schema(example = "theme_day")]
    format: String,
    /// The day it is planned for, or was.
    on: Date,
    /// The day it was held, once it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    held_on: Option<Date>,
    /// The agency's site, if it is at one.
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<Uuid>,
    /// Where, if not at one of the agency's sites.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Line>,
    /// For how many participants there is room.
    #[serde(skip_serializing_if = "Option::is_none")]
    capacity: Option<u32>,
    /// How it was called off, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation: Option<Cancellation>,
}

impl OfferingView {
    /// The view of an offering; none of another stream.
    pub(crate) fn of(read: &StreamRead) -> Option<Self> {
        let OfferingState {
            cancellation,
            capacity,
            format,
            held_on,
            on,
            place,
            site,
            status,
            title,
        } = read.state.as_offering()?.clone();
        Some(Self {
            offering_id: read.id,
            version: read.version,
            recorded_at: read.recorded_at,
            status,
            title,
            format,
            on,
            held_on,
            site,
            place,
            capacity,
            cancellation,
        })
    }
}

/// A page of an agency's offerings.
#[derive(Serialize, ToSchema)]
pub(crate) struct OfferingPage {
    /// The offerings, those scheduled last first.
    pub(crate) items: Vec<OfferingView>,
    /// Where the page stands in the list.
    pub(crate) page: PageInfo,
}

/// A model solution.
#[derive(Serialize, ToSchema)]
#[schema(as = Solution)]
pub(crate) struct SolutionView {
    /// The solution's id.
    solution_id: Uuid,
    /// The version of this state: the one to name in `If-Match`.
    #[schema(minimum = 1)]
    version: u64,
    /// When the last event of this version was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    /// Whether it is offered.
    status: SolutionStatus,
    /// Its title.
    title: Line,
    /// What it is and what it needs.
    description: Prose,
    /// Code of the programme it comes from.
    #[schema(example = "lernen_vor_ort")]
    origin: String,
    /// Key of the municipality that gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "15002")]
    donor: Option<String>,
    /// Codes of the quality dimensions it serves.
    dimensions: Vec<String>,
    /// Codes of the focus areas it serves.
    focus_areas: Vec<String>,
    /// How it was withdrawn, if it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawal: Option<Withdrawal>,
}

impl SolutionView {
    /// The view of a solution; none of another stream.
    pub(crate) fn of(read: &StreamRead) -> Option<Self> {
        let SolutionState {
            description,
            dimensions,
            donor,
            focus_areas,
            origin,
            status,
            title,
            withdrawal,
        } = read.state.as_solution()?.clone();
        Some(Self {
            solution_id: read.id,
            version: read.version,
            recorded_at: read.recorded_at,
            status,
            title,
            description,
            origin,
            donor,
            dimensions,
            focus_areas,
            withdrawal,
        })
    }
}

/// A page of an agency's model solutions.
#[derive(Serialize, ToSchema)]
pub(crate) struct SolutionPage {
    /// The solutions, those described last first.
    pub(crate) items: Vec<SolutionView>,
    /// Where the page stands in the list.
    pub(crate) page: PageInfo,
}
