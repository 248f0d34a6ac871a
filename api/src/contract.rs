//! What the contract says about representations that are made elsewhere, and the views of cases.

use fallbuch_domain::case::event::MunicipalityReference;
use fallbuch_domain::case::{CaseState, Stage};
use fallbuch_domain::envelope::{Actor, StreamReference};
use fallbuch_domain::{Permission, Rule, Timestamp};
use fallbuch_persistence::{CaseListItem, CaseRead};
use serde::Serialize;
use time::Date;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::PageInfo;

mod agency;
mod audit;
mod offers;

pub(crate) use agency::{
    AgencyList, AgencyView, MeView, MemberList, MemberView, MembershipView, SiteList,
};
pub(crate) use audit::{
    EngagementList, EngagementView, OwnEngagementList, OwnEngagementView, VisitPage, VisitView,
};
pub(crate) use offers::{OfferingPage, OfferingView, SolutionPage, SolutionView};

/// An event exactly as it stands in the agency's log: the same bytes that are hashed.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "events pass through as stored; this describes them"
)]
pub(crate) struct RecordedEvent {
    /// Who acted.
    actor: Actor,
    /// What caused this event, where that is another one.
    causation_id: Option<Uuid>,
    /// The command: UUIDv5 of agency, member and idempotency key.
    command_id: Uuid,
    /// The first command of the chain this one belongs to.
    correlation_id: Uuid,
    /// The event's own data; its members depend on `type` and `schema`. Types may be added.
    #[schema(value_type = Object)]
    data: (),
    /// The event's id.
    id: Uuid,
    /// The day it happened in the world.
    occurred_on: Date,
    /// Its place in the agency's log: 1, 2, 3, …
    #[schema(minimum = 1)]
    position: u64,
    /// Why, in the words of the actor.
    reason: Option<String>,
    /// The instant the agency knew it: RFC 3339, UTC, microseconds.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    /// 128 random bits, so that the body cannot be guessed from its hash.
    salt: String,
    /// The version of the shape of `data`.
    #[schema(minimum = 1)]
    schema: u32,
    /// The stream.
    stream: StreamReference,
    /// The event's type, such as `need_captured`. Types may be added.
    #[schema(example = "need_captured")]
    r#type: String,
    /// Its place in the stream: 1, 2, 3, …
    #[schema(minimum = 1)]
    version: u64,
}

/// A case, whole.
#[derive(Serialize, ToSchema)]
#[schema(as = Case)]
pub(crate) struct CaseView {
    /// The case's id.
    case_id: Uuid,
    /// How far the case has come.
    stage: Stage,
    /// Whether the stage is `agreed` though the last agreement ran out.
    expired: bool,
    /// The version of this state: the one to name in `If-Match`.
    #[schema(minimum = 1)]
    version: u64,
    /// When the last event of this version was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    /// What its events come to.
    #[serde(flatten)]
    state: CaseState,
}

impl CaseView {
    /// The view of a case on `today`.
    pub(crate) fn new(case: &CaseRead, today: Date) -> Self {
        Self {
            case_id: case.id,
            stage: case.state.stage(),
            expired: case.state.expired(today),
            version: case.version,
            recorded_at: case.recorded_at,
            state: CaseState::clone(&case.state),
        }
    }
}

/// A case in a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct CaseSummary {
    /// The case's id.
    case_id: Uuid,
    /// The file number, unique in the agency.
    #[schema(example = "TM-2014-0001")]
    case_number: String,
    /// How far the case has come.
    stage: Stage,
    /// Whether the stage is `agreed` though the last agreement ran out.
    expired: bool,
    /// The newest version.
    #[schema(minimum = 1)]
    version: u64,
    /// When its last event was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    /// The municipality, as it was on the opening day; after a succession the one that took over.
    municipality: MunicipalityReference,
    /// The site in charge.
    site: Uuid,
    /// The member who advises.
    advisor: Uuid,
    /// The opening day.
    opened_on: Date,
}

impl CaseSummary {
    /// The summary of a case on `today`.
    pub(crate) fn new(item: CaseListItem, today: Date) -> Self {
        let over = item.agreed_until.is_some_and(|until| until < today);
        Self {
            case_id: item.id,
            case_number: item.case_number,
            stage: item.stage,
            expired: item.stage == Stage::Agreed && over,
            version: item.version,
            recorded_at: item.recorded_at,
            municipality: item.municipality,
            site: item.site,
            advisor: item.advisor,
            opened_on: item.opened_on,
        }
    }
}

/// A page of an agency's cases.
#[derive(Serialize, ToSchema)]
pub(crate) struct CasePage {
    /// The cases, the newest first.
    pub(crate) items: Vec<CaseSummary>,
    /// Where the page stands in the list.
    pub(crate) page: PageInfo,
}

/// A page of a case's events.
#[derive(Serialize, ToSchema)]
pub(crate) struct EventPage {
    /// The events, oldest first.
    #[schema(value_type = Vec<RecordedEvent>)]
    pub(crate) items: Vec<fallbuch_persistence::RecordedBody>,
    /// Where the page stands in the list.
    pub(crate) page: PageInfo,
}

/// One event as a sentence.
#[derive(Serialize, ToSchema)]
pub(crate) struct TimelineEntry {
    /// The event's place in the case.
    #[schema(minimum = 1)]
    pub(crate) version: u64,
    /// The day it happened in the world.
    pub(crate) occurred_on: Date,
    /// The instant the agency knew it.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) recorded_at: Timestamp,
    /// The event's type.
    #[serde(rename = "type")]
    #[schema(example = "need_captured")]
    pub(crate) event_type: String,
    /// What happened, in the language of the answer.
    pub(crate) text: String,
}

/// A page of a case's history as sentences.
#[derive(Serialize, ToSchema)]
pub(crate) struct TimelinePage {
    /// The entries, oldest first.
    pub(crate) items: Vec<TimelineEntry>,
    /// Where the page stands in the list.
    pub(crate) page: PageInfo,
}

/// One command on one target, and whether it is allowed now.
#[derive(Serialize, ToSchema)]
pub(crate) struct AllowedCommand {
    /// The operationId of the command.
    #[schema(example = "sign_agreement")]
    pub(crate) command: &'static str,
    /// The thing of the case it would be about, such as a need; absent for the case as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<Uuid>,
    /// Whether some body would be accepted from this caller now.
    pub(crate) allowed: bool,
    /// The rule that refuses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<Rule>,
    /// Why not, as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// The thing of the case that stands against it, such as the agreement that names a priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) concerns: Option<Uuid>,
    /// The permission the caller lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) required_permission: Option<Permission>,
}

/// Every command to a case, and whether it is allowed now.
#[derive(Serialize, ToSchema)]
pub(crate) struct AllowedCommands {
    /// One item per command and target.
    pub(crate) items: Vec<AllowedCommand>,
}
