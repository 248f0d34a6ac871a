//! The rules about members: who changes or leaves, which roles, sites and permissions go together.

use uuid::Uuid;

use super::AgencyState;
use super::command::Terms;
use crate::rights::{Permission, Role};
use crate::rule::{Finding, Findings, Rule};

/// R21: only who is a member changes or leaves.
pub(super) fn current(findings: &mut Findings, state: &AgencyState, member: Uuid) {
    findings.require(state.member(member).is_some(), || {
        Finding::new(Rule::R21).because(
            "Die Person ist kein Mitglied mehr.",
            "The person is no member any more.",
        )
    });
}

/// R03, R31: sites are the agency's, and roles and permissions go together.
pub(super) fn terms_fit(findings: &mut Findings, state: &AgencyState, terms: &Terms) {
    let sites = terms.sites.iter().flatten();
    for (index, _) in (0..)
        .zip(sites)
        .filter(|(_, site)| !state.knows_site(**site))
        .collect::<Vec<(u32, _)>>()
    {
        findings.require(false, || {
            Finding::new(Rule::R03)
                .at(format!("/sites/{index}"))
                .because(
                    "Der Standort gehört nicht zur Agentur.",
                    "The site is none of the agency's.",
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
pub(super) fn last_administrator(
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
