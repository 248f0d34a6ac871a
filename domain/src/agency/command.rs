//! What may be asked of an agency: every command, and the bodies about members. Those about sites, audits and what the
//! network does are in `site`, `engagement` and `network`.

use time::Date;
use uuid::Uuid;

use super::engagement::{
    ApproveAuditEngagement, AuditEngagementRequested, EndAuditEngagement, RequestAuditEngagement,
};
use super::network::{AgencyOpened, CloseAgency, RenameAgency, SetPhase};
use super::site::{CloseSite, OpenSite};
use crate::case::event::wire;
use crate::rights::{Permission, Role};
use crate::text::Prose;

wire! {
    /// Admits a member. A login that left comes back as the same member.
    #[serde(deny_unknown_fields)]
    pub struct AdmitMember {
        /// The day of admission. The right begins when the admission is recorded, whatever the day.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// Who it is, as an identity provider says. Stands in no event.
        pub login: Login,
        /// What the member is.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 10))]
        pub roles: Vec<Role>,
        /// The sites the member is limited to; absent means all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50))]
        pub sites: Option<Vec<Uuid>>,
        /// What a service account may do (R31); absent for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50))]
        pub permissions: Option<Vec<Permission>>,
    }

    /// Somebody as an identity provider says.
    #[serde(deny_unknown_fields)]
    pub struct Login {
        /// The identity provider: the tokens' `iss`.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255, pattern = r"^[^\u0000-\u001f\u007f]*\S[^\u0000-\u001f\u007f]*$", example = "https://login.example.org"))]
        pub issuer: String,
        /// Its subject: the tokens' `sub`.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 255, pattern = r"^[^\u0000-\u001f\u007f]*\S[^\u0000-\u001f\u007f]*$", example = "248289761001"))]
        pub subject: String,
    }

    /// Says what a member is from now on, whole: what is absent is no more.
    #[serde(deny_unknown_fields)]
    pub struct ChangeMemberRoles {
        /// The day of the change. It is in force when it is recorded, whatever the day.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// What the member is.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 10))]
        pub roles: Vec<Role>,
        /// The sites the member is limited to; absent means all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50))]
        pub sites: Option<Vec<Uuid>>,
        /// What a service account may do (R31); absent for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50))]
        pub permissions: Option<Vec<Permission>>,
    }

    /// Records that a member left.
    #[serde(deny_unknown_fields)]
    pub struct RecordDeparture {
        /// The day of leaving. The right ends when the departure is recorded, whatever the day.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
    }
}

/// What a member may do, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What the member is.
    pub roles: Vec<Role>,
    /// The sites the member is limited to; none means all.
    pub sites: Option<Vec<Uuid>>,
    /// What a service account may do.
    pub permissions: Option<Vec<Permission>>,
}

impl Terms {
    /// Those of people, who have roles at all sites.
    #[must_use]
    pub fn of_roles(roles: Vec<Role>) -> Self {
        Self {
            roles,
            sites: None,
            permissions: None,
        }
    }

    /// The same, limited to sites.
    #[must_use]
    pub fn limited_to(self, sites: Option<Vec<Uuid>>) -> Self {
        Self { sites, ..self }
    }
}

/// A command to an agency's stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgencyCommand {
    /// Opens the agency.
    OpenAgency {
        /// The day it opened.
        occurred_on: Date,
        /// Why.
        reason: Option<Prose>,
        /// What it is.
        agency: AgencyOpened,
        /// The member that is to be its first administrator; none if the operator admits it later.
        administrator: Option<Uuid>,
    },
    /// Gives the agency another name or carrier.
    RenameAgency(RenameAgency),
    /// Says in which phase it is.
    SetPhase(SetPhase),
    /// Closes the agency.
    CloseAgency(CloseAgency),
    /// Opens a site.
    OpenSite(OpenSite),
    /// Closes a site.
    CloseSite {
        /// The site.
        site: Uuid,
        /// When, and why.
        body: CloseSite,
    },
    /// Admits a member.
    AdmitMember {
        /// The day of admission.
        occurred_on: Date,
        /// Why.
        reason: Option<Prose>,
        /// The member's id, which was reserved for its login before.
        member: Uuid,
        /// What it may do.
        terms: Terms,
    },
    /// Changes what a member may do.
    ChangeMemberRoles {
        /// The day of the change.
        occurred_on: Date,
        /// Why.
        reason: Option<Prose>,
        /// The member.
        member: Uuid,
        /// What it may do from now on.
        terms: Terms,
    },
    /// Ends a membership.
    RecordDeparture {
        /// The day of leaving.
        occurred_on: Date,
        /// Why.
        reason: Option<Prose>,
        /// The member.
        member: Uuid,
    },
    /// Asks for an audit engagement; a member of the network does.
    RequestAuditEngagement {
        /// Who asks: the member of the network that the access is for.
        auditor: Uuid,
        /// What is asked for.
        body: RequestAuditEngagement,
    },
    /// Approves an audit engagement.
    ApproveAuditEngagement {
        /// The engagement.
        engagement: Uuid,
        /// When, and why.
        body: ApproveAuditEngagement,
    },
    /// Ends or declines an audit engagement.
    EndAuditEngagement {
        /// The engagement.
        engagement: Uuid,
        /// When, and why.
        body: EndAuditEngagement,
    },
}

impl AgencyCommand {
    /// The admission of `member`, which was reserved for the body's login.
    #[must_use]
    pub fn admit(member: Uuid, body: AdmitMember) -> Self {
        Self::AdmitMember {
            occurred_on: body.occurred_on,
            reason: body.reason,
            member,
            terms: Terms {
                roles: body.roles,
                sites: body.sites,
                permissions: body.permissions,
            },
        }
    }

    /// The change of what `member` may do.
    #[must_use]
    pub fn change_roles(member: Uuid, body: ChangeMemberRoles) -> Self {
        Self::ChangeMemberRoles {
            occurred_on: body.occurred_on,
            reason: body.reason,
            member,
            terms: Terms {
                roles: body.roles,
                sites: body.sites,
                permissions: body.permissions,
            },
        }
    }

    /// The departure of `member`.
    #[must_use]
    pub fn depart(member: Uuid, body: RecordDeparture) -> Self {
        Self::RecordDeparture {
            occurred_on: body.occurred_on,
            reason: body.reason,
            member,
        }
    }

    /// The permission it asks for.
    #[must_use]
    pub fn permission(&self) -> Permission {
        match self {
            Self::OpenAgency { .. }
            | Self::RenameAgency(_)
            | Self::SetPhase(_)
            | Self::CloseAgency(_) => Permission::NetworkAdmin,
            Self::OpenSite(_)
            | Self::CloseSite { .. }
            | Self::AdmitMember { .. }
            | Self::ChangeMemberRoles { .. }
            | Self::RecordDeparture { .. }
            | Self::ApproveAuditEngagement { .. }
            | Self::EndAuditEngagement { .. } => Permission::AgencyAdmin,
            Self::RequestAuditEngagement { .. } => Permission::AuditRequest,
        }
    }
}

impl RequestAuditEngagement {
    /// The event's data, for this auditor and by this id.
    #[must_use]
    pub(super) fn of(self, auditor: Uuid, engagement: Uuid) -> AuditEngagementRequested {
        AuditEngagementRequested {
            auditor,
            cases: self.cases,
            engagement,
            purpose: self.purpose,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        }
    }
}
