//! Audit engagements and the access log as clients see them.

use fallbuch_domain::Timestamp;
use fallbuch_domain::agency::{AgencyState, Engagement, Standing};
use fallbuch_persistence::RecordedVisit;
use serde::Serialize;
use time::Date;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer::PageInfo;

/// The audit engagements of an agency.
#[derive(Serialize, ToSchema)]
pub(crate) struct EngagementList {
    /// The engagements, in the order of asking.
    pub(crate) items: Vec<EngagementView>,
}

/// An auditor's access to an agency.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditEngagement)]
pub(crate) struct EngagementView {
    /// The engagement's id.
    id: Uuid,
    /// The member of the network who audits.
    auditor: Uuid,
    /// What for.
    purpose: String,
    /// The cases it is about; absent means all of the agency's.
    #[serde(skip_serializing_if = "Option::is_none")]
    cases: Option<Vec<Uuid>>,
    /// The first day of access.
    valid_from: Date,
    /// The last day of access.
    valid_until: Date,
    /// How far it has come.
    standing: Standing,
    /// Whether it gives access today: approved, and today is one of its days.
    in_force: bool,
}

impl EngagementView {
    pub(crate) fn new(engagement: &Engagement, today: Date) -> Self {
        Self {
            id: engagement.id,
            auditor: engagement.auditor,
            purpose: engagement.purpose.as_str().to_owned(),
            cases: engagement.cases.clone(),
            valid_from: engagement.valid_from,
            valid_until: engagement.valid_until,
            standing: engagement.standing,
            in_force: engagement.is_in_force(today),
        }
    }
}

/// An auditor's own engagements.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnEngagementList {
    /// The engagements, by the agencies' codes and in the order of asking.
    pub(crate) items: Vec<OwnEngagementView>,
}

/// An auditor's own engagement.
#[derive(Serialize, ToSchema)]
#[schema(as = OwnAuditEngagement)]
pub(crate) struct OwnEngagementView {
    /// The code of the agency.
    agency: String,
    /// The engagement.
    engagement: EngagementView,
}

impl OwnEngagementView {
    pub(crate) fn new(agency: &AgencyState, engagement: &Engagement, today: Date) -> Self {
        Self {
            agency: agency.code.clone(),
            engagement: EngagementView::new(engagement, today),
        }
    }
}

/// A page of an agency's access log.
#[derive(Serialize, ToSchema)]
pub(crate) struct VisitPage {
    /// The entries, in the order of their positions.
    pub(crate) items: Vec<VisitView>,
    /// Where this page is in the log.
    pub(crate) page: PageInfo,
}

/// One read of an auditor, or one attempt that was refused.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessLogEntry)]
pub(crate) struct VisitView {
    /// The place in the agency's access log, from 1.
    position: u64,
    /// When it was written down, just before the answer.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    /// The auditor: a member of the network.
    auditor: Uuid,
    /// The engagement by which the auditor was let in; absent if none was in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    engagement: Option<Uuid>,
    /// What was called: the operation's `operationId`.
    operation: String,
    /// The case that was asked for; whether there is such a case is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    case_id: Option<Uuid>,
    /// Whether the auditor was let in.
    permitted: bool,
}

impl VisitView {
    pub(crate) fn new(recorded: RecordedVisit) -> Self {
        let visit = recorded.visit;
        Self {
            position: recorded.position,
            recorded_at: recorded.recorded_at,
            auditor: visit.member,
            engagement: visit.engagement,
            operation: visit.operation,
            case_id: visit.case,
            permitted: visit.was_permitted,
        }
    }
}
