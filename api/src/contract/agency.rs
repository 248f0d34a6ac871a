//! Agencies, their sites and members, and the caller as clients see them.

use fallbuch_domain::agency::{AgencyState, Member, PhaseSet, Site};
use fallbuch_domain::{Permission, Role, Timestamp};
use fallbuch_persistence::Membership;
use serde::Serialize;
use time::Date;
use utoipa::ToSchema;
use uuid::Uuid;

/// An agency.
#[derive(Serialize, ToSchema)]
#[schema(as = Agency)]
pub(crate) struct AgencyView {
    /// Its code, as it stands in addresses.
    #[schema(example = "transmit")]
    code: String,
    /// Its id.
    id: Uuid,
    /// Its name.
    name: String,
    /// The organisation that runs it (Träger).
    carrier: String,
    /// Two-digit codes of the Länder it serves.
    land_codes: Vec<String>,
    /// What its file numbers begin with.
    #[schema(example = "TM")]
    case_prefix: String,
    /// The phase of the initiative that it is in, as it was set last.
    #[serde(skip_serializing_if = "Option::is_none")]
    phase: Option<PhaseView>,
    /// The day it was closed; absent while it is open. A closed agency can be read and records nothing any more (R35).
    #[serde(skip_serializing_if = "Option::is_none")]
    closed_on: Option<Date>,
}

/// A phase of the initiative.
#[derive(Serialize, ToSchema)]
#[schema(as = Phase)]
struct PhaseView {
    /// As it is called.
    #[schema(example = "Erste Förderphase")]
    phase: String,
    /// Its first day.
    from: Date,
    /// Its last day, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
}

impl PhaseView {
    fn new(set: &PhaseSet) -> Self {
        Self {
            phase: set.phase.to_string(),
            from: set.from,
            until: set.until,
        }
    }
}

impl AgencyView {
    pub(crate) fn new(id: Uuid, agency: &AgencyState) -> Self {
        Self {
            code: agency.code.clone(),
            id,
            name: agency.name.to_string(),
            carrier: agency.carrier.to_string(),
            land_codes: agency.land_codes.clone(),
            case_prefix: agency.case_prefix.clone(),
            phase: agency.phase.as_ref().map(PhaseView::new),
            closed_on: agency.closed_on,
        }
    }
}

/// The agencies the caller may know.
#[derive(Serialize, ToSchema)]
pub(crate) struct AgencyList {
    /// The agencies, in the order of their codes.
    pub(crate) items: Vec<AgencyView>,
}

/// The agency's sites.
#[derive(Serialize, ToSchema)]
pub(crate) struct SiteList {
    /// The sites, in the order of their opening.
    pub(crate) items: Vec<Site>,
}

/// The agency's members.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberList {
    /// The members, in the order of their admission.
    pub(crate) items: Vec<MemberView>,
}

/// A member of an agency.
#[derive(Serialize, ToSchema)]
#[schema(as = Member)]
pub(crate) struct MemberView {
    /// The member's id.
    id: Uuid,
    /// What the member is.
    roles: Vec<Role>,
    /// Everything the member may do.
    permissions: Vec<Permission>,
    /// The sites the member is limited to; absent means all.
    #[serde(skip_serializing_if = "Option::is_none")]
    sites: Option<Vec<Uuid>>,
}

impl MemberView {
    pub(crate) fn new(member: &Member) -> Self {
        Self {
            id: member.id,
            roles: member.roles.clone(),
            permissions: member.permissions(),
            sites: member.sites.clone(),
        }
    }
}

/// Who the caller is.
#[derive(Serialize, ToSchema)]
#[schema(as = Me)]
pub(crate) struct MeView {
    /// Who vouches for the caller.
    pub(crate) issuer: String,
    /// The caller, as the issuer says.
    pub(crate) subject: String,
    /// When the token ends.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) expires_at: Timestamp,
    /// The agencies the caller is a member of.
    pub(crate) memberships: Vec<MembershipView>,
}

/// What the caller is in one agency.
#[derive(Serialize, ToSchema)]
#[schema(as = Membership)]
pub(crate) struct MembershipView {
    /// The agency.
    agency: AgencyView,
    /// The caller's member id there.
    member: Uuid,
    /// What the caller is there.
    roles: Vec<Role>,
    /// Everything the caller may do there.
    permissions: Vec<Permission>,
    /// The sites the caller sees, closed ones too: all of the agency's, or those the membership is limited to.
    sites: Vec<Site>,
}

impl MembershipView {
    pub(crate) fn new(membership: Membership) -> Self {
        let access = &membership.access;
        let sites = membership
            .agency
            .sites
            .iter()
            .filter(|site| access.sees_site(site.id));
        Self {
            agency: AgencyView::new(access.agency(), &membership.agency),
            member: membership.member,
            sites: sites.cloned().collect(),
            roles: membership.roles,
            permissions: membership.permissions,
        }
    }
}
