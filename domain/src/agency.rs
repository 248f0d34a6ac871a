//! The agency's own stream: what it is, its sites, its members and their rights, and who audits it.
//!
//! Invariant: rights come from here and from nowhere else; a login only says who somebody is and
//! is never in an event. The stream's id is the agency's id.

use time::Date;
use uuid::Uuid;

pub mod command;
mod decide;
pub mod engagement;
mod members;
pub mod network;
pub mod sample;
pub mod site;
#[cfg(test)]
mod tests;

pub use command::AgencyCommand;
pub use decide::decide;
pub use engagement::{
    AuditEngagementApproved, AuditEngagementEnded, AuditEngagementRequested, AuditView, Engagement,
    Standing,
};
pub use network::{AgencyClosed, AgencyOpened, AgencyRenamed, PhaseSet};
pub use site::{Site, SiteClosed, SiteOpened};

use crate::case::event::wire;
use crate::event_macro::events;
use crate::rights::{Permission, Role};
use crate::text::Line;

events! {
    /// An event of an agency.
    AgencyEvent {
        /// The agency was opened.
        AgencyOpened(AgencyOpened) = "agency_opened" 1,
        /// A site was opened.
        SiteOpened(SiteOpened) = "site_opened" 1,
        /// A member was admitted.
        MemberAdmitted(MemberAdmitted) = "member_admitted" 1,
        /// A member's roles, sites or permissions became others.
        MemberRolesChanged(MemberRolesChanged) = "member_roles_changed" 1,
        /// A member left.
        MemberLeft(MemberLeft) = "member_left" 1,
        /// An auditor asked for access.
        AuditEngagementRequested(AuditEngagementRequested) = "audit_engagement_requested" 1,
        /// The agency gave an auditor access.
        AuditEngagementApproved(AuditEngagementApproved) = "audit_engagement_approved" 1,
        /// The agency ended or declined an auditor's access.
        AuditEngagementEnded(AuditEngagementEnded) = "audit_engagement_ended" 1,
        /// The agency has another name or carrier.
        AgencyRenamed(AgencyRenamed) = "agency_renamed" 1,
        /// The phase that the agency is in was set.
        PhaseSet(PhaseSet) = "phase_set" 1,
        /// A site was closed.
        SiteClosed(SiteClosed) = "site_closed" 1,
        /// The agency was closed.
        AgencyClosed(AgencyClosed) = "agency_closed" 1,
    }
}

wire! {
    /// Data of `member_admitted`. Who the member is by its identity provider stands in no event.
    pub struct MemberAdmitted {
        /// The member's id.
        pub member: Uuid,
        /// What a service account may do; absent for people, who have roles.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub permissions: Option<Vec<Permission>>,
        /// What the member is.
        pub roles: Vec<Role>,
        /// The sites the member is limited to; absent means all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sites: Option<Vec<Uuid>>,
    }

    /// Data of `member_roles_changed`: what the member is from now on, whole.
    pub struct MemberRolesChanged {
        /// The member's id.
        pub member: Uuid,
        /// What a service account may do; absent for people, who have roles.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub permissions: Option<Vec<Permission>>,
        /// What the member is.
        pub roles: Vec<Role>,
        /// The sites the member is limited to; absent means all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sites: Option<Vec<Uuid>>,
    }

    /// Data of `member_left`.
    pub struct MemberLeft {
        /// The member's id.
        pub member: Uuid,
    }

    /// A member of an agency. The name is a personal value and not kept here.
    pub struct Member {
        /// The member's id.
        pub id: Uuid,
        /// What a service account may do; absent for people.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub named_permissions: Option<Vec<Permission>>,
        /// What the member is.
        pub roles: Vec<Role>,
        /// The sites the member is limited to; absent means all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sites: Option<Vec<Uuid>>,
    }

    /// The state of an agency.
    pub struct AgencyState {
        /// The organisation that runs it (Träger).
        pub carrier: Line,
        /// What its file numbers begin with.
        pub case_prefix: String,
        /// The day it was closed; absent while it is open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub closed_on: Option<Date>,
        /// Its code in addresses.
        pub code: String,
        /// Auditors' access, in the order of asking.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub engagements: Vec<Engagement>,
        /// Who was a member and is none now, in the order of leaving.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub former_members: Vec<Uuid>,
        /// Two-digit codes of the Länder it serves.
        pub land_codes: Vec<String>,
        /// Its members, in the order of admission.
        pub members: Vec<Member>,
        /// Its name.
        pub name: Line,
        /// The phase it is in, as it was set last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phase: Option<PhaseSet>,
        /// Its sites, open and closed ones, in the order of opening.
        pub sites: Vec<Site>,
    }
}

impl Member {
    /// The first of the member's roles that grants `permission`; a service account's one role grants those it was
    /// given by name. What is about the whole agency is granted to nobody who is limited to sites.
    #[must_use]
    pub fn role_for(&self, permission: Permission) -> Option<Role> {
        if self.sites.is_some() && permission.is_of_whole_agency() {
            return None;
        }
        let named = self.named_permissions.iter().flatten();
        let is_named = named.into_iter().any(|one| *one == permission);
        let by_name = (is_named && self.roles.contains(&Role::Service)).then_some(Role::Service);
        Role::granting(&self.roles, permission).or(by_name)
    }

    /// Everything the member may do, in the order of the table.
    #[must_use]
    pub fn permissions(&self) -> Vec<Permission> {
        let granted = |permission: &Permission| self.role_for(*permission).is_some();
        Permission::ALL.iter().copied().filter(granted).collect()
    }

    /// Whether the member may see what belongs to `site`.
    #[must_use]
    pub fn sees_site(&self, site: Uuid) -> bool {
        self.sites
            .as_ref()
            .is_none_or(|sites| sites.contains(&site))
    }
}

/// The code of the pseudo-agency whose members work for the network of agencies. It has no cases.
pub const NETWORK: &str = "network";

impl AgencyState {
    /// The version of this state's stored shape.
    pub const SCHEMA: u32 = 2;

    /// The current member with this id.
    #[must_use]
    pub fn member(&self, id: Uuid) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    /// Whether somebody is or was a member.
    #[must_use]
    pub fn knows_member(&self, id: Uuid) -> bool {
        self.member(id).is_some() || self.former_members.contains(&id)
    }

    /// The state after `event`, which happened on `occurred_on`. Total: what does not fit leaves the state as it was.
    #[must_use]
    pub fn evolve(state: Option<Self>, event: &AgencyEvent, occurred_on: Date) -> Option<Self> {
        match (state, event) {
            (None, AgencyEvent::AgencyOpened(opened)) => Some(Self::opened(opened)),
            (None, _) => None,
            (Some(mut state), event) => {
                state.apply(event, occurred_on);
                Some(state)
            }
        }
    }

    fn apply(&mut self, event: &AgencyEvent, occurred_on: Date) {
        match event {
            // Opening is first; a second one changes nothing (R01 refuses it).
            AgencyEvent::AgencyOpened(_) => {}
            AgencyEvent::SiteOpened(opened) => self.open_site(opened),
            AgencyEvent::SiteClosed(closed) => self.close_site(closed.site, occurred_on),
            AgencyEvent::AgencyRenamed(renamed) => self.rename(renamed),
            // One that is entered late does not replace one that begins after it.
            AgencyEvent::PhaseSet(phase) => {
                let present = self.phase.take();
                let later = present.filter(|present| present.from > phase.from);
                self.phase = Some(later.unwrap_or_else(|| phase.clone()));
            }
            // Closed for ever: the first day counts (R35 refuses a second one).
            AgencyEvent::AgencyClosed(_) => {
                self.closed_on.get_or_insert(occurred_on);
            }
            AgencyEvent::MemberAdmitted(admitted) => {
                self.former_members
                    .retain(|former| *former != admitted.member);
                self.members.push(Member {
                    id: admitted.member,
                    named_permissions: admitted.permissions.clone(),
                    roles: admitted.roles.clone(),
                    sites: admitted.sites.clone(),
                });
            }
            AgencyEvent::MemberRolesChanged(changed) => {
                let mut members = self.members.iter_mut();
                if let Some(member) = members.find(|member| member.id == changed.member) {
                    member.named_permissions.clone_from(&changed.permissions);
                    member.roles.clone_from(&changed.roles);
                    member.sites.clone_from(&changed.sites);
                }
            }
            AgencyEvent::MemberLeft(left) => {
                if self.member(left.member).is_some() {
                    self.members.retain(|member| member.id != left.member);
                    self.former_members.push(left.member);
                }
            }
            AgencyEvent::AuditEngagementRequested(asked) => {
                self.engagements.push(Engagement::requested(asked));
            }
            AgencyEvent::AuditEngagementApproved(approved) => {
                self.put_engagement(approved.engagement, Standing::Approved);
            }
            AgencyEvent::AuditEngagementEnded(ended) => {
                self.put_engagement(ended.engagement, Standing::Ended);
            }
        }
    }

    fn put_engagement(&mut self, id: Uuid, standing: Standing) {
        if let Some(engagement) = self.engagements.iter_mut().find(|one| one.id == id) {
            engagement.standing = standing;
        }
    }
}
