//! The agency's own stream: what it is, its sites, its members and their rights.
//!
//! Invariant: rights come from here and from nowhere else; a login only says who somebody is and
//! is never in an event. The stream's id is the agency's id.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub mod sample;
#[cfg(test)]
mod tests;

use crate::case::event::wire;
use crate::event_macro::events;
use crate::facts::Facts;
use crate::rights::{Permission, Role};
use crate::rule::Rejection;
use crate::stream::{Decision, Event, EventData};
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
    }
}

wire! {
    /// Data of `agency_opened`.
    pub struct AgencyOpened {
        /// The organisation that runs the agency (Träger).
        pub carrier: Line,
        /// What the agency's file numbers begin with.
        pub case_prefix: String,
        /// The agency's code in addresses; never changes.
        pub code: String,
        /// Two-digit codes of the Länder it serves.
        pub land_codes: Vec<String>,
        /// Its name.
        pub name: Line,
    }

    /// Data of `site_opened`.
    pub struct SiteOpened {
        /// The site's name, a town's.
        pub name: Line,
        /// The site's id.
        pub site: Uuid,
    }

    /// Data of `member_admitted`.
    pub struct MemberAdmitted {
        /// The member's id.
        pub member: Uuid,
        /// What the member is.
        pub roles: Vec<Role>,
        /// The sites the member is limited to; absent means all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sites: Option<Vec<Uuid>>,
    }

    /// A site of an agency.
    pub struct Site {
        /// The site's id.
        pub id: Uuid,
        /// Its name.
        pub name: Line,
    }

    /// A member of an agency. The name is a personal value and not kept here.
    pub struct Member {
        /// The member's id.
        pub id: Uuid,
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
        /// Its code in addresses.
        pub code: String,
        /// Two-digit codes of the Länder it serves.
        pub land_codes: Vec<String>,
        /// Its members, in the order of admission.
        pub members: Vec<Member>,
        /// Its name.
        pub name: Line,
        /// Its open sites, in the order of opening.
        pub sites: Vec<Site>,
    }
}

/// A command to an agency's stream; so far the operator's alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AgencyCommand {
    /// Opens the agency.
    OpenAgency {
        /// The day it opened.
        occurred_on: time::Date,
        /// What it is.
        agency: AgencyOpened,
    },
    /// Opens a site.
    OpenSite {
        /// The day it opened.
        occurred_on: time::Date,
        /// Its name.
        name: Line,
    },
    /// Admits a member.
    AdmitMember {
        /// The day of admission.
        occurred_on: time::Date,
        /// The member's id, made beforehand so that a login can point to it.
        member: Uuid,
        /// What the member is.
        roles: Vec<Role>,
        /// The sites the member is limited to; none means all.
        sites: Option<Vec<Uuid>>,
    },
}

impl AgencyCommand {
    /// The permission it asks for.
    #[must_use]
    pub fn permission(&self) -> Permission {
        match self {
            Self::OpenAgency { .. } => Permission::NetworkAdmin,
            Self::OpenSite { .. } | Self::AdmitMember { .. } => Permission::AgencyAdmin,
        }
    }
}

impl Member {
    /// The first of the member's roles that grants `permission`.
    #[must_use]
    pub fn role_for(&self, permission: Permission) -> Option<Role> {
        Role::granting(&self.roles, permission)
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

impl AgencyState {
    /// The version of this state's stored shape.
    pub const SCHEMA: u32 = 1;

    /// The open site with this id.
    #[must_use]
    pub fn site(&self, id: Uuid) -> Option<&Site> {
        self.sites.iter().find(|site| site.id == id)
    }

    /// The current member with this id.
    #[must_use]
    pub fn member(&self, id: Uuid) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    /// The state after `event`. Total: what does not fit leaves the state as it was.
    #[must_use]
    pub fn evolve(state: Option<Self>, event: &AgencyEvent) -> Option<Self> {
        match (state, event) {
            (None, AgencyEvent::AgencyOpened(opened)) => Some(Self::opened(opened)),
            (None, _) => None,
            (Some(mut state), event) => {
                state.apply(event);
                Some(state)
            }
        }
    }

    fn opened(opened: &AgencyOpened) -> Self {
        Self {
            carrier: opened.carrier.clone(),
            case_prefix: opened.case_prefix.clone(),
            code: opened.code.clone(),
            land_codes: opened.land_codes.clone(),
            members: Vec::new(),
            name: opened.name.clone(),
            sites: Vec::new(),
        }
    }

    fn apply(&mut self, event: &AgencyEvent) {
        match event {
            // Opening is first; a second one changes nothing (R01 refuses it).
            AgencyEvent::AgencyOpened(_) => {}
            AgencyEvent::SiteOpened(opened) => {
                self.sites.push(Site {
                    id: opened.site,
                    name: opened.name.clone(),
                });
            }
            AgencyEvent::MemberAdmitted(admitted) => self.members.push(Member {
                id: admitted.member,
                roles: admitted.roles.clone(),
                sites: admitted.sites.clone(),
            }),
        }
    }
}

/// Decides a command on the state of its agency.
///
/// # Errors
/// The rules that refuse.
pub fn decide(
    state: Option<&AgencyState>,
    command: &AgencyCommand,
    facts: &Facts<'_>,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Decision, Rejection> {
    let (occurred_on, data) = match command.clone() {
        AgencyCommand::OpenAgency {
            occurred_on,
            agency,
        } => (occurred_on, AgencyEvent::AgencyOpened(agency)),
        AgencyCommand::OpenSite { occurred_on, name } => (
            occurred_on,
            AgencyEvent::SiteOpened(SiteOpened {
                name,
                site: new_id(),
            }),
        ),
        AgencyCommand::AdmitMember {
            occurred_on,
            member,
            roles,
            sites,
        } => (
            occurred_on,
            AgencyEvent::MemberAdmitted(MemberAdmitted {
                member,
                roles,
                sites,
            }),
        ),
    };
    let warnings = check(state, &data, occurred_on, facts).verdict()?;
    let data = EventData::Agency(data);
    Ok(Decision {
        events: vec![Event {
            occurred_on,
            reason: None,
            data,
        }],
        warnings,
    })
}

fn check(
    state: Option<&AgencyState>,
    event: &AgencyEvent,
    occurred_on: time::Date,
    facts: &Facts<'_>,
) -> crate::rule::Findings {
    use crate::rule::{Finding, Findings, Rule};
    let mut findings = Findings::default();
    findings.require(occurred_on <= facts.today, || {
        Finding::new(Rule::R26).at("/occurred_on")
    });
    let opening = matches!(event, AgencyEvent::AgencyOpened(_));
    findings.require(opening == state.is_none(), || {
        Finding::new(Rule::R01).because(
            "Eine Agentur wird zuerst und nur einmal eröffnet.",
            "An agency is opened first and only once.",
        )
    });
    if let (AgencyEvent::MemberAdmitted(admitted), Some(state)) = (event, state) {
        findings.require(state.member(admitted.member).is_none(), || {
            Finding::new(Rule::R21).at("/member").because(
                "Die Person ist bereits Mitglied.",
                "The person is a member already.",
            )
        });
        for site in admitted.sites.iter().flatten() {
            findings.require(state.site(*site).is_some(), || {
                Finding::new(Rule::R03).at("/sites").because(
                    "Der Standort gehört nicht zu den offenen Standorten der Agentur.",
                    "The site is none of the agency's open sites.",
                )
            });
        }
    }
    findings
}
