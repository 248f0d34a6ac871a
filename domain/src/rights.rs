//! Who may do what: one table of roles and permissions.
//!
//! Invariant: the order of [`Role::ALL`] decides which of a member's roles stands in an event's
//! actor (the first one that grants the permission), so it never changes.

use serde::{Deserialize, Serialize};

macro_rules! permissions {
    ($( $(#[$doc:meta])* $name:ident = $code:literal, )+) => {
        /// A right that an operation asks for; stands with each operation in the contract.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Permission {
            $( $(#[$doc])* #[serde(rename = $code)] $name, )+
        }

        impl Permission {
            /// Every permission, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The code on the wire.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $( Self::$name => $code, )+ }
            }
        }
    };
}

permissions! {
    /// See the agency, its sites and its members' functions.
    AgencyRead = "agency:read",
    /// See cases and what may be done next.
    CaseRead = "case:read",
    /// See every event and every past state of a case.
    CaseHistory = "case:history",
    /// Record what happened in a case.
    CaseRecord = "case:record",
    /// See sealed personal data.
    PersonRead = "person:read",
    /// Enter and change personal data.
    PersonWrite = "person:write",
    /// Follow the agency's events.
    EventSubscribe = "event:subscribe",
    /// Read figures.
    ReportRead = "report:read",
    /// Schedule and hold offerings.
    OfferingWrite = "offering:write",
    /// Describe model solutions.
    SolutionWrite = "solution:write",
    /// Open a case.
    CaseOpen = "case:open",
    /// Assign advisors and participants.
    CaseAssign = "case:assign",
    /// Draft agreements.
    AgreementWrite = "agreement:write",
    /// Record the signing of agreements.
    AgreementSign = "agreement:sign",
    /// Close a case.
    CaseClose = "case:close",
    /// Reopen a closed case.
    CaseReopen = "case:reopen",
    /// Correct entries.
    CaseCorrect = "case:correct",
    /// Hand a case to another agency.
    CaseTransfer = "case:transfer",
    /// Export evidence.
    ExportCreate = "export:create",
    /// Administer sites and members.
    AgencyAdmin = "agency:admin",
    /// Read the access log and checkpoints.
    AuditRead = "audit:read",
    /// Decide on erasure, holds and retention.
    PrivacyOfficer = "privacy:officer",
    /// Open, rename and close agencies.
    NetworkAdmin = "network:admin",
    /// Read the network's aggregates.
    NetworkReport = "network:report",
    /// Ask for an audit engagement.
    AuditRequest = "audit:request",
}

impl Permission {
    /// Whether it is about the network: only the network gives it.
    #[must_use]
    pub fn is_of_network(self) -> bool {
        matches!(
            self,
            Self::NetworkAdmin | Self::NetworkReport | Self::AuditRequest
        )
    }

    /// Whether a member of the network has it in every agency, without being its member.
    #[must_use]
    pub fn reaches_into_agencies(self) -> bool {
        matches!(self, Self::NetworkAdmin | Self::AuditRequest)
    }

    /// Whether it is about all of an agency: whoever is limited to sites or to cases has it through no role.
    #[must_use]
    pub fn is_of_whole_agency(self) -> bool {
        matches!(
            self,
            Self::EventSubscribe
                | Self::ReportRead
                | Self::AgencyAdmin
                | Self::AuditRead
                | Self::PrivacyOfficer
        )
    }
}

// By hand: the derive does not see codes that come out of a macro.
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Permission {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::String)
            .description(Some(
                "A right that an operation asks for. Permissions may be added.",
            ))
            .enum_values(Some(Self::ALL.iter().map(|permission| permission.code())))
            .into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Permission {}

/// What a member is in an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// Reads cases.
    Reader,
    /// Advises municipalities and records what happened.
    Advisor,
    /// Leads a Land team: opens, agrees, signs, closes.
    Coordinator,
    /// Administers sites and members.
    AgencyAdmin,
    /// Decides on erasure, holds and retention.
    PrivacyOfficer,
    /// Reads everything, changes nothing.
    Controller,
    /// The machine's owner at the command line; never a member.
    Operator,
    /// A program, with exactly the permissions that were named when it was admitted.
    Service,
    /// Opens agencies, and administers the members of the network.
    NetworkAdmin,
    /// Reads the network's aggregates.
    NetworkReporter,
    /// Asks agencies for engagements to audit them.
    AuditorGeneral,
    /// Who audits an agency by an engagement that it approved; never a member.
    Auditor,
}

use Permission as P;

const READER: &[P] = &[P::AgencyRead, P::CaseRead];
const ADVISOR: &[P] = &[
    P::AgencyRead,
    P::CaseRead,
    P::CaseHistory,
    P::CaseRecord,
    P::PersonRead,
    P::PersonWrite,
    P::EventSubscribe,
    P::ReportRead,
    P::OfferingWrite,
    P::SolutionWrite,
];
const COORDINATOR: &[P] = &[
    P::AgencyRead,
    P::CaseRead,
    P::CaseHistory,
    P::CaseRecord,
    P::PersonRead,
    P::PersonWrite,
    P::EventSubscribe,
    P::ReportRead,
    P::OfferingWrite,
    P::SolutionWrite,
    P::CaseOpen,
    P::CaseAssign,
    P::AgreementWrite,
    P::AgreementSign,
    P::CaseClose,
    P::CaseReopen,
    P::CaseCorrect,
    P::CaseTransfer,
    P::ExportCreate,
];
const AGENCY_ADMIN: &[P] = &[P::AgencyRead, P::AgencyAdmin, P::AuditRead];
const PRIVACY_OFFICER: &[P] = &[
    P::AgencyRead,
    P::CaseRead,
    P::PersonRead,
    P::PrivacyOfficer,
    P::AuditRead,
];
const CONTROLLER: &[P] = &[
    P::AgencyRead,
    P::CaseRead,
    P::CaseHistory,
    P::ReportRead,
    P::AuditRead,
    P::ExportCreate,
];
const NETWORK_ADMIN: &[P] = &[P::AgencyRead, P::AgencyAdmin, P::NetworkAdmin];
const NETWORK_REPORTER: &[P] = &[P::AgencyRead, P::NetworkReport];
const AUDITOR_GENERAL: &[P] = &[P::AgencyRead, P::AuditRequest];
const AUDITOR: &[P] = &[
    P::AgencyRead,
    P::CaseRead,
    P::CaseHistory,
    P::ReportRead,
    P::AuditRead,
    P::ExportCreate,
];

impl Role {
    /// Every role, in the order that decides an actor's role.
    pub const ALL: &[Self] = &[
        Self::Reader,
        Self::Advisor,
        Self::Coordinator,
        Self::AgencyAdmin,
        Self::PrivacyOfficer,
        Self::Controller,
        Self::Service,
        Self::NetworkAdmin,
        Self::NetworkReporter,
        Self::AuditorGeneral,
        Self::Auditor,
        Self::Operator,
    ];

    /// The roles that an agency gives its members.
    pub const OF_AGENCIES: &[Self] = &[
        Self::Reader,
        Self::Advisor,
        Self::Coordinator,
        Self::AgencyAdmin,
        Self::PrivacyOfficer,
        Self::Controller,
        Self::Service,
    ];

    /// The roles that the network gives its members.
    pub const OF_NETWORK: &[Self] = &[
        Self::NetworkAdmin,
        Self::NetworkReporter,
        Self::AuditorGeneral,
    ];

    /// What the role may do. The operator acts by the machine, not by a permission.
    #[must_use]
    pub fn permissions(self) -> &'static [Permission] {
        match self {
            Self::Reader => READER,
            Self::Advisor => ADVISOR,
            Self::Coordinator => COORDINATOR,
            Self::AgencyAdmin => AGENCY_ADMIN,
            Self::PrivacyOfficer => PRIVACY_OFFICER,
            Self::Controller => CONTROLLER,
            Self::NetworkAdmin => NETWORK_ADMIN,
            Self::NetworkReporter => NETWORK_REPORTER,
            Self::AuditorGeneral => AUDITOR_GENERAL,
            Self::Auditor => AUDITOR,
            // A service account's stand with the member.
            Self::Operator | Self::Service => &[],
        }
    }

    /// The code on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Advisor => "advisor",
            Self::Coordinator => "coordinator",
            Self::AgencyAdmin => "agency_admin",
            Self::PrivacyOfficer => "privacy_officer",
            Self::Controller => "controller",
            Self::Operator => "operator",
            Self::Service => "service",
            Self::NetworkAdmin => "network_admin",
            Self::NetworkReporter => "network_reporter",
            Self::AuditorGeneral => "auditor_general",
            Self::Auditor => "auditor",
        }
    }

    /// The first of `roles`, in the order of the table, that grants `permission`.
    #[must_use]
    pub fn granting(roles: &[Self], permission: Permission) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|role| roles.contains(role) && role.permissions().contains(&permission))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_granting_role_acts() {
        let both = [Role::Coordinator, Role::Advisor];
        assert_eq!(Role::granting(&both, P::CaseRecord), Some(Role::Advisor));
        assert_eq!(Role::granting(&both, P::CaseOpen), Some(Role::Coordinator));
        assert_eq!(Role::granting(&[Role::Reader], P::CaseRecord), None);
        assert_eq!(Role::granting(&[Role::Operator], P::AgencyRead), None);
    }

    #[test]
    fn codes_on_the_wire_are_the_serialised_names() {
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.code());
        }
        for permission in Permission::ALL {
            assert_eq!(serde_json::to_value(permission).unwrap(), permission.code());
        }
    }

    #[test]
    fn a_coordinator_may_what_an_advisor_may() {
        assert!(
            ADVISOR
                .iter()
                .all(|permission| COORDINATOR.contains(permission))
        );
        assert!(READER.iter().all(|permission| ADVISOR.contains(permission)));
    }
}
