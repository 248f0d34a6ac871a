//! From a command to an agency to its event, and the rules that refuse it.

use time::Date;
use uuid::Uuid;

use super::command::{AgencyCommand, Terms};
use super::engagement::{approval_fits, ending_fits, request_fits};
use super::{
    AgencyEvent, AgencyState, AuditEngagementApproved, AuditEngagementEnded, Member,
    MemberAdmitted, MemberLeft, MemberRolesChanged, SiteOpened,
};
use crate::facts::Facts;
use crate::rights::{Permission, Role};
use crate::rule::{Finding, Findings, Rejection, Rule};
use crate::stream::{Decision, Event, EventData};

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
    let (occurred_on, reason, data) = match command.clone() {
        AgencyCommand::OpenAgency {
            occurred_on,
            agency,
        } => (occurred_on, None, AgencyEvent::AgencyOpened(agency)),
        AgencyCommand::OpenSite { occurred_on, name } => {
            let site = new_id();
            let opened = SiteOpened { name, site };
            (occurred_on, None, AgencyEvent::SiteOpened(opened))
        }
        AgencyCommand::AdmitMember {
            occurred_on,
            reason,
            member,
            terms,
        } => {
            let admitted = AgencyEvent::MemberAdmitted(MemberAdmitted {
                member,
                permissions: terms.permissions,
                roles: terms.roles,
                sites: terms.sites,
            });
            (occurred_on, reason, admitted)
        }
        AgencyCommand::ChangeMemberRoles {
            occurred_on,
            reason,
            member,
            terms,
        } => {
            let changed = AgencyEvent::MemberRolesChanged(MemberRolesChanged {
                member,
                permissions: terms.permissions,
                roles: terms.roles,
                sites: terms.sites,
            });
            (occurred_on, reason, changed)
        }
        AgencyCommand::RecordDeparture {
            occurred_on,
            reason,
            member,
        } => {
            let left = AgencyEvent::MemberLeft(MemberLeft { member });
            (occurred_on, reason, left)
        }
        AgencyCommand::RequestAuditEngagement { auditor, body } => {
            let (occurred_on, reason) = (body.occurred_on, body.reason.clone());
            let asked = body.of(auditor, new_id());
            let asked = AgencyEvent::AuditEngagementRequested(asked);
            (occurred_on, reason, asked)
        }
        AgencyCommand::ApproveAuditEngagement { engagement, body } => {
            let approved = AuditEngagementApproved { engagement };
            let approved = AgencyEvent::AuditEngagementApproved(approved);
            (body.occurred_on, body.reason, approved)
        }
        AgencyCommand::EndAuditEngagement { engagement, body } => {
            let ended = AgencyEvent::AuditEngagementEnded(AuditEngagementEnded { engagement });
            (body.occurred_on, body.reason, ended)
        }
    };
    let warnings = check(state, &data, occurred_on, facts).verdict()?;
    let data = EventData::Agency(data);
    Ok(Decision {
        events: vec![Event {
            occurred_on,
            reason,
            data,
        }],
        warnings,
    })
}

fn check(
    state: Option<&AgencyState>,
    event: &AgencyEvent,
    occurred_on: Date,
    facts: &Facts<'_>,
) -> Findings {
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
    let Some(state) = state else { return findings };
    match event {
        AgencyEvent::AgencyOpened(_) | AgencyEvent::SiteOpened(_) => {}
        AgencyEvent::MemberAdmitted(admitted) => {
            findings.require(state.member(admitted.member).is_none(), || {
                Finding::new(Rule::R21).at("/login").because(
                    "Die Person ist bereits Mitglied.",
                    "The person is a member already.",
                )
            });
            let terms = Terms {
                roles: admitted.roles.clone(),
                sites: admitted.sites.clone(),
                permissions: admitted.permissions.clone(),
            };
            terms_fit(&mut findings, state, &terms);
        }
        AgencyEvent::MemberRolesChanged(changed) => {
            current(&mut findings, state, changed.member);
            let terms = Terms {
                roles: changed.roles.clone(),
                sites: changed.sites.clone(),
                permissions: changed.permissions.clone(),
            };
            terms_fit(&mut findings, state, &terms);
            let then = Member {
                id: changed.member,
                named_permissions: changed.permissions.clone(),
                roles: changed.roles.clone(),
                sites: changed.sites.clone(),
            };
            let administers = then.role_for(Permission::AgencyAdmin).is_some();
            last_administrator(&mut findings, state, changed.member, administers);
        }
        AgencyEvent::MemberLeft(left) => {
            current(&mut findings, state, left.member);
            last_administrator(&mut findings, state, left.member, false);
        }
        AgencyEvent::AuditEngagementRequested(asked) => {
            request_fits(&mut findings, asked, facts.today);
        }
        AgencyEvent::AuditEngagementApproved(approved) => {
            approval_fits(&mut findings, state, approved.engagement, facts.today);
        }
        AgencyEvent::AuditEngagementEnded(ended) => {
            ending_fits(&mut findings, state, ended.engagement);
        }
    }
    findings
}

/// R21: only who is a member changes or leaves.
fn current(findings: &mut Findings, state: &AgencyState, member: Uuid) {
    findings.require(state.member(member).is_some(), || {
        Finding::new(Rule::R21).because(
            "Die Person ist kein Mitglied mehr.",
            "The person is no member any more.",
        )
    });
}

/// R03, R31: sites are open ones, and roles and permissions go together.
fn terms_fit(findings: &mut Findings, state: &AgencyState, terms: &Terms) {
    let sites = terms.sites.iter().flatten();
    for (index, _) in (0..)
        .zip(sites)
        .filter(|(_, site)| state.site(**site).is_none())
        .collect::<Vec<(u32, _)>>()
    {
        findings.require(false, || {
            Finding::new(Rule::R03)
                .at(format!("/sites/{index}"))
                .because(
                    "Der Standort gehört nicht zu den offenen Standorten der Agentur.",
                    "The site is none of the agency's open sites.",
                )
        });
    }
    let given = if state.is_network() {
        [Role::OF_NETWORK, &[Role::AgencyAdmin, Role::Service]].concat()
    } else {
        Role::OF_AGENCIES.to_vec()
    };
    let mut roles = terms.roles.iter();
    findings.require(roles.all(|role| given.contains(role)), || {
        Finding::new(Rule::R31).at("/roles").because(
            "Eine der Rollen vergibt diese Agentur nicht.",
            "This agency does not give one of the roles.",
        )
    });
    let is_service = terms.roles.contains(&Role::Service);
    findings.require(!is_service || terms.roles.len() == 1, || {
        Finding::new(Rule::R31).at("/roles")
    });
    findings.require(is_service == terms.permissions.is_some(), || {
        Finding::new(Rule::R31).at("/permissions")
    });
    let mut named = terms.permissions.iter().flatten();
    let may_name = |one: &Permission| {
        if state.is_network() {
            one.is_of_network() || Role::AgencyAdmin.permissions().contains(one)
        } else {
            !one.is_of_network()
        }
    };
    findings.require(named.all(may_name), || {
        Finding::new(Rule::R31).at("/permissions").because(
            "Rechte des Netzwerks vergibt allein das Netzwerk, und keine anderen.",
            "The network alone gives the network's permissions, and no others.",
        )
    });
}

/// R32: whoever takes the last administrator's right away is told.
fn last_administrator(
    findings: &mut Findings,
    state: &AgencyState,
    member: Uuid,
    administers: bool,
) {
    let may = Permission::AgencyAdmin;
    let was = state
        .member(member)
        .is_some_and(|one| one.role_for(may).is_some());
    let mut others = state.members.iter().filter(|one| one.id != member);
    let others = others.any(|one| one.role_for(may).is_some());
    findings.warn(was && !administers && !others, || Finding::new(Rule::R32));
}
