//! From a command to an agency to its events, and the rules that refuse them.

use time::Date;
use uuid::Uuid;

use super::command::{AgencyCommand, Terms};
use super::engagement::{approval_fits, ending_fits, request_fits};
use super::members::{current, last_administrator, terms_fit};
use super::network::{agency_closing_fits, phase_fits};
use super::site::closing_fits;
use super::{
    AgencyClosed, AgencyEvent, AgencyRenamed, AgencyState, AuditEngagementApproved,
    AuditEngagementEnded, Member, MemberAdmitted, MemberLeft, MemberRolesChanged, PhaseSet,
    SiteClosed, SiteOpened,
};
use crate::facts::Facts;
use crate::rights::{Permission, Role};
use crate::rule::{Finding, Findings, Rejection, Rule};
use crate::stream::{Decision, Event, EventData};
use crate::text::Prose;

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
    let (occurred_on, reason, data) = event(command.clone(), new_id);
    let mut findings = check(state, &data, occurred_on, facts);
    let mut all = vec![data];
    all.extend(first_administrator(command));
    if let [first, second] = &all[..]
        && findings.refusals.is_empty()
    {
        let opened = AgencyState::evolve(state.cloned(), first, occurred_on);
        let second = check(opened.as_ref(), second, occurred_on, facts);
        findings.refusals.extend(second.refusals);
        findings.warnings.extend(second.warnings);
    }
    let warnings = findings.verdict()?;
    let events = all.into_iter().map(|data| Event {
        occurred_on,
        reason: reason.clone(),
        data: EventData::Agency(data),
    });
    Ok(Decision {
        events: events.collect(),
        warnings,
    })
}

/// The second event of an opening that names who administers the agency.
fn first_administrator(command: &AgencyCommand) -> Option<AgencyEvent> {
    let AgencyCommand::OpenAgency { administrator, .. } = command else {
        return None;
    };
    administrator.map(|member| {
        AgencyEvent::MemberAdmitted(MemberAdmitted {
            member,
            permissions: None,
            roles: vec![Role::AgencyAdmin],
            sites: None,
        })
    })
}

/// When, why, and the event that the command asks for.
fn event(
    command: AgencyCommand,
    new_id: &mut dyn FnMut() -> Uuid,
) -> (Date, Option<Prose>, AgencyEvent) {
    match command {
        AgencyCommand::OpenAgency {
            occurred_on,
            reason,
            agency,
            administrator: _,
        } => (occurred_on, reason, AgencyEvent::AgencyOpened(agency)),
        AgencyCommand::RenameAgency(body) => {
            let renamed = AgencyRenamed {
                carrier: body.changes.carrier,
                name: body.changes.name,
            };
            let renamed = AgencyEvent::AgencyRenamed(renamed);
            (body.occurred_on, body.reason, renamed)
        }
        AgencyCommand::SetPhase(body) => {
            let phase = PhaseSet {
                from: body.from,
                phase: body.phase,
                until: body.until,
            };
            (body.occurred_on, body.reason, AgencyEvent::PhaseSet(phase))
        }
        AgencyCommand::CloseAgency(body) => {
            let closed = AgencyEvent::AgencyClosed(AgencyClosed {});
            (body.occurred_on, body.reason, closed)
        }
        AgencyCommand::OpenSite(body) => {
            let site = new_id();
            let opened = SiteOpened {
                name: body.name,
                site,
            };
            let opened = AgencyEvent::SiteOpened(opened);
            (body.occurred_on, body.reason, opened)
        }
        AgencyCommand::CloseSite { site, body } => {
            let closed = AgencyEvent::SiteClosed(SiteClosed { site });
            (body.occurred_on, body.reason, closed)
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
    }
}

fn check(
    state: Option<&AgencyState>,
    event: &AgencyEvent,
    occurred_on: Date,
    facts: &Facts<'_>,
) -> Findings {
    let mut findings = Findings::default();
    findings
        .refusals
        .extend(facts.not_in_the_future(occurred_on, "/occurred_on"));
    let opening = matches!(event, AgencyEvent::AgencyOpened(_));
    findings.require(opening == state.is_none(), || {
        Finding::new(Rule::R01).because(
            "Eine Agentur wird zuerst und nur einmal eröffnet.",
            "An agency is opened first and only once.",
        )
    });
    let Some(state) = state else { return findings };
    match event {
        AgencyEvent::AgencyOpened(_)
        | AgencyEvent::AgencyRenamed(_)
        | AgencyEvent::SiteOpened(_) => {}
        AgencyEvent::PhaseSet(phase) => phase_fits(&mut findings, phase),
        AgencyEvent::AgencyClosed(_) => agency_closing_fits(&mut findings, state),
        AgencyEvent::SiteClosed(closed) => closing_fits(&mut findings, state, closed.site),
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
