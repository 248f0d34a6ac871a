//! Audit engagements: an auditor's access to an agency, for a purpose and a time, by the agency's approval.
//!
//! Invariants:
//! - An auditor is a member of the network and none of the agency. What it may see follows from approved engagements
//!   whose period the day is in, and from nothing else; an engagement ends with its last day without anybody's act.
//! - Who asks never approves: the one is the network's right, the other the agency's.

use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

use super::AgencyState;
use crate::case::event::wire;
use crate::rights::{Permission, Role};
use crate::rule::{Finding, Findings, Rule};
use crate::text::{Line, Prose};

/// How many days an engagement lasts at the most, the first and the last among them.
pub const LONGEST: i64 = 366;

wire! {
    /// Data of `audit_engagement_requested`.
    pub struct AuditEngagementRequested {
        /// The member of the network who is to audit.
        pub auditor: Uuid,
        /// The cases it is about; absent means all of the agency's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cases: Option<Vec<Uuid>>,
        /// The engagement's id.
        pub engagement: Uuid,
        /// What for.
        pub purpose: Line,
        /// The first day of access.
        pub valid_from: Date,
        /// The last day of access.
        pub valid_until: Date,
    }

    /// Data of `audit_engagement_approved`.
    pub struct AuditEngagementApproved {
        /// The engagement's id.
        pub engagement: Uuid,
    }

    /// Data of `audit_engagement_ended`.
    pub struct AuditEngagementEnded {
        /// The engagement's id.
        pub engagement: Uuid,
    }

    /// An auditor's access to an agency: asked for, approved, or ended.
    pub struct Engagement {
        /// The member of the network who audits.
        pub auditor: Uuid,
        /// The cases it is about; absent means all of the agency's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cases: Option<Vec<Uuid>>,
        /// The engagement's id.
        pub id: Uuid,
        /// What for.
        pub purpose: Line,
        /// How far it has come.
        pub standing: Standing,
        /// The first day of access.
        pub valid_from: Date,
        /// The last day of access.
        pub valid_until: Date,
    }

    /// Asks an agency for access to audit it.
    #[serde(deny_unknown_fields)]
    pub struct RequestAuditEngagement {
        /// The day of asking.
        pub occurred_on: Date,
        /// Why, if the purpose does not say it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// What for.
        pub purpose: Line,
        /// The cases it is about; absent means all of the agency's.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 200))]
        pub cases: Option<Vec<Uuid>>,
        /// The first day of access.
        pub valid_from: Date,
        /// The last day of access; at the most 366 days of access (R33).
        pub valid_until: Date,
    }

    /// Approves what an auditor asked for, as it was asked for.
    #[serde(deny_unknown_fields)]
    pub struct ApproveAuditEngagement {
        /// The day of approval. The access begins when it is recorded, and not before its first day.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
    }

    /// Ends an engagement, or declines one that was asked for.
    #[serde(deny_unknown_fields)]
    pub struct EndAuditEngagement {
        /// The day of ending. The access ends when it is recorded, whatever the day.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
    }
}

/// How far an engagement has come. That its period is over stands in its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Standing {
    /// The auditor asked for it.
    Requested,
    /// The agency approved it.
    Approved,
    /// The agency ended or declined it.
    Ended,
}

impl Engagement {
    /// As it was asked for.
    #[must_use]
    pub fn requested(data: &AuditEngagementRequested) -> Self {
        Self {
            auditor: data.auditor,
            cases: data.cases.clone(),
            id: data.engagement,
            purpose: data.purpose.clone(),
            standing: Standing::Requested,
            valid_from: data.valid_from,
            valid_until: data.valid_until,
        }
    }

    /// Whether it gives access on this day.
    #[must_use]
    pub fn is_in_force(&self, today: Date) -> bool {
        self.standing == Standing::Approved && self.valid_from <= today && today <= self.valid_until
    }

    /// Whether it is about this case.
    #[must_use]
    pub fn covers(&self, case: Uuid) -> bool {
        self.cases
            .as_ref()
            .is_none_or(|cases| cases.contains(&case))
    }
}

/// What an auditor may see of an agency on a day, by all of its engagements together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditView {
    /// The cases; none means all.
    pub cases: Option<Vec<Uuid>>,
    /// What may be done: what is about the whole agency only if all cases are in view.
    pub permissions: Vec<Permission>,
}

impl AgencyState {
    /// The engagement with this id.
    #[must_use]
    pub fn engagement(&self, id: Uuid) -> Option<&Engagement> {
        self.engagements.iter().find(|one| one.id == id)
    }

    /// What `auditor` may see on this day; none if it has no engagement in force.
    #[must_use]
    pub fn audit_view(&self, auditor: Uuid, today: Date) -> Option<AuditView> {
        let in_force: Vec<_> = self.in_force(auditor, today).collect();
        if in_force.is_empty() {
            return None;
        }
        let cases: Option<Vec<Vec<Uuid>>> = in_force.iter().map(|one| one.cases.clone()).collect();
        let cases = cases.map(|lists| lists.concat());
        let is_given =
            |permission: &Permission| cases.is_none() || !permission.is_of_whole_agency();
        let permissions = Role::Auditor.permissions().iter().copied();
        Some(AuditView {
            permissions: permissions.filter(is_given).collect(),
            cases,
        })
    }

    /// The engagement by which `auditor` sees `case`, or the agency, on this day.
    #[must_use]
    pub fn engagement_for(
        &self,
        auditor: Uuid,
        case: Option<Uuid>,
        today: Date,
    ) -> Option<&Engagement> {
        self.in_force(auditor, today)
            .find(|one| case.is_none_or(|case| one.covers(case)))
    }

    fn in_force(&self, auditor: Uuid, today: Date) -> impl Iterator<Item = &Engagement> {
        self.engagements
            .iter()
            .filter(move |one| one.auditor == auditor && one.is_in_force(today))
    }
}

/// R33: an engagement's period has an order and a bound, and is not over already.
pub(super) fn request_fits(findings: &mut Findings, data: &AuditEngagementRequested, today: Date) {
    let days = (data.valid_until - data.valid_from).whole_days() + 1;
    findings.require(days >= 1, || {
        Finding::new(Rule::R33).at("/valid_until").because(
            "Der Zeitraum endet, bevor er beginnt.",
            "The period ends before it begins.",
        )
    });
    findings.require(days <= LONGEST, || {
        Finding::new(Rule::R33).at("/valid_until").because(
            format!("Ein Prüfungszugang dauert höchstens {LONGEST} Tage."),
            format!("An audit engagement lasts {LONGEST} days at the most."),
        )
    });
    findings.require(days < 1 || data.valid_until >= today, || {
        Finding::new(Rule::R33).at("/valid_until").because(
            "Der Zeitraum ist schon vorbei.",
            "The period is over already.",
        )
    });
}

/// R33: what was asked for is approved once, while its period lasts.
pub(super) fn approval_fits(
    findings: &mut Findings,
    state: &AgencyState,
    engagement: Uuid,
    today: Date,
) {
    let asked = state.engagement(engagement);
    findings.require(
        asked.is_some_and(|one| one.standing == Standing::Requested),
        || {
            Finding::new(Rule::R33).because(
                "Nur ein beantragter Prüfungszugang wird genehmigt.",
                "Only an engagement that was asked for is approved.",
            )
        },
    );
    findings.require(asked.is_none_or(|one| one.valid_until >= today), || {
        Finding::new(Rule::R33).because(
            "Der beantragte Zeitraum ist schon vorbei.",
            "The period that was asked for is over already.",
        )
    });
}

/// R33: what has ended does not end again.
pub(super) fn ending_fits(findings: &mut Findings, state: &AgencyState, engagement: Uuid) {
    let stands = state.engagement(engagement);
    findings.require(
        stands.is_some_and(|one| one.standing != Standing::Ended),
        || {
            Finding::new(Rule::R33).because(
                "Der Prüfungszugang ist schon beendet.",
                "The engagement has ended already.",
            )
        },
    );
}
