//! The agency's own commands: R01, R03, R21, R26, R31, R32. Those of audits are in `engagement`, those of sites and of
//! the network in theirs.

mod engagement;
mod network;
mod site;

use time::macros::date;
use uuid::Uuid;

use super::command::Terms;
use super::sample::{ADVISOR, COORDINATOR, FORMER, OPENED_ON, OTHER_SITE, SITE, history};
use super::site::OpenSite;
use super::{AgencyCommand, AgencyEvent, AgencyOpened, Member};
use crate::case::sample::EVENT;
use crate::rights::{Permission, Role};
use crate::rule::Rule::{R01, R03, R21, R26, R31, R32};
use crate::stream::{Event, EventData};
use crate::testing::{given, new_id};

fn event(data: AgencyEvent) -> Event {
    Event {
        occurred_on: OPENED_ON,
        reason: None,
        data: EventData::Agency(data),
    }
}

fn events() -> Vec<Event> {
    history().into_iter().map(event).collect()
}

fn open() -> AgencyCommand {
    let Some(AgencyEvent::AgencyOpened(agency)) = history().into_iter().next() else {
        panic!("the history begins with the opening")
    };
    AgencyCommand::OpenAgency {
        occurred_on: OPENED_ON,
        reason: None,
        agency,
        administrator: None,
    }
}

fn open_site() -> AgencyCommand {
    AgencyCommand::OpenSite(OpenSite {
        occurred_on: OPENED_ON,
        reason: None,
        name: "Magdeburg".into(),
    })
}

fn admit(member: Uuid, sites: Option<Vec<Uuid>>) -> AgencyCommand {
    AgencyCommand::AdmitMember {
        occurred_on: OPENED_ON,
        reason: None,
        member,
        terms: Terms {
            sites,
            ..Terms::of_roles(vec![Role::Reader])
        },
    }
}

#[test]
fn an_agency_is_opened_once() {
    given(&[])
        .when(open())
        .then_warns(&[])
        .then_events(&events()[..1]);
    given(&events()).when(open()).then_refused(&[R01]);
    given(&[]).when(open_site()).then_refused(&[R01]);
    given(&[]).when(admit(EVENT, None)).then_refused(&[R01]);
}

#[test]
fn nothing_of_it_happens_tomorrow() {
    let eve = OPENED_ON.previous_day().unwrap();
    given(&[]).on(OPENED_ON).when(open()).then_warns(&[]);
    given(&[])
        .on(eve)
        .when(open())
        .then_refused_at(&[(R26, "/occurred_on")]);
    given(&[])
        .on(eve)
        .when(open_site())
        .then_refused(&[R26, R01]);
}

#[test]
fn a_site_gets_an_id() {
    let opened = super::SiteOpened {
        name: "Magdeburg".into(),
        site: new_id(1),
    };
    let expected = [event(AgencyEvent::SiteOpened(opened))];
    given(&events())
        .when(open_site())
        .then_warns(&[])
        .then_events(&expected);
}

#[test]
fn a_member_is_admitted_once_and_to_open_sites() {
    let given = given(&events());
    given.when(admit(EVENT, None)).then_warns(&[]);
    given
        .when(admit(EVENT, Some(vec![SITE, OTHER_SITE])))
        .then_warns(&[]);
    given
        .when(admit(ADVISOR, None))
        .then_refused_at(&[(R21, "/login")]);
    given
        .when(admit(ADVISOR, Some(vec![SITE, EVENT])))
        .then_refused_at(&[(R21, "/login"), (R03, "/sites/1")]);
}

#[test]
fn a_limited_member_sees_its_sites_only() {
    let mut member = Member {
        id: EVENT,
        named_permissions: None,
        roles: vec![Role::Advisor],
        sites: Some(vec![SITE]),
    };
    assert!(member.sees_site(SITE) && !member.sees_site(OTHER_SITE));
    assert!(!member.permissions().contains(&Permission::EventSubscribe));
    member.sites = None;
    assert!(member.sees_site(OTHER_SITE));
    assert!(member.permissions().contains(&Permission::EventSubscribe));
    assert!(member.permissions().contains(&Permission::CaseRecord));
    assert!(!member.permissions().contains(&Permission::CaseOpen));
}

#[test]
fn a_second_opening_changes_nothing() {
    let before = super::sample::state();
    let other = AgencyEvent::AgencyOpened(AgencyOpened {
        carrier: "x".into(),
        case_prefix: "X".to_owned(),
        code: "x".to_owned(),
        land_codes: Vec::new(),
        name: "x".into(),
    });
    assert_eq!(
        super::AgencyState::evolve(Some(before.clone()), &other, OPENED_ON),
        Some(before)
    );
    let [_, later @ ..] = &history()[..] else {
        panic!("more than the opening")
    };
    assert!(
        later
            .iter()
            .all(|event| super::AgencyState::evolve(None, event, OPENED_ON).is_none())
    );
    assert_eq!(OPENED_ON, date!(2014 - 06 - 01));
}

fn change(member: Uuid, terms: Terms) -> AgencyCommand {
    AgencyCommand::ChangeMemberRoles {
        occurred_on: OPENED_ON,
        reason: Some("Vertretung".into()),
        member,
        terms,
    }
}

fn depart(member: Uuid) -> AgencyCommand {
    AgencyCommand::RecordDeparture {
        occurred_on: OPENED_ON,
        reason: None,
        member,
    }
}

#[test]
fn only_who_is_a_member_changes_or_leaves() {
    let given = given(&events());
    let terms = Terms::of_roles(vec![Role::Controller]);
    given.when(change(ADVISOR, terms.clone())).then_warns(&[]);
    given.when(depart(ADVISOR)).then_warns(&[]);
    for gone in [FORMER, EVENT] {
        given.when(change(gone, terms.clone())).then_refused(&[R21]);
        given.when(depart(gone)).then_refused(&[R21]);
    }
}

#[test]
fn a_service_account_names_what_it_may_do_and_people_do_not() {
    let given = given(&events());
    let terms = |roles: &[Role], permissions: Option<&[Permission]>| Terms {
        permissions: permissions.map(<[_]>::to_vec),
        ..Terms::of_roles(roles.to_vec())
    };
    let read = Some(&[Permission::CaseRead][..]);
    given
        .when(change(ADVISOR, terms(&[Role::Service], read)))
        .then_warns(&[]);
    given
        .when(change(ADVISOR, terms(&[Role::Service], None)))
        .then_refused_at(&[(R31, "/permissions")]);
    given
        .when(change(ADVISOR, terms(&[Role::Advisor], read)))
        .then_refused_at(&[(R31, "/permissions")]);
    given
        .when(change(ADVISOR, terms(&[Role::Service, Role::Reader], read)))
        .then_refused_at(&[(R31, "/roles")]);
    given
        .when(change(ADVISOR, terms(&[Role::Operator], None)))
        .then_refused_at(&[(R31, "/roles")]);
    let network = Some(&[Permission::NetworkAdmin][..]);
    given
        .when(change(ADVISOR, terms(&[Role::Service], network)))
        .then_refused_at(&[(R31, "/permissions")]);
}

#[test]
fn whoever_takes_the_last_administrators_right_is_told() {
    let given = given(&events());
    given.when(depart(COORDINATOR)).then_warns(&[R32]);
    let terms = Terms::of_roles(vec![Role::Coordinator]);
    given.when(change(COORDINATOR, terms)).then_warns(&[R32]);
    let still = Terms::of_roles(vec![Role::AgencyAdmin]);
    given
        .when(change(COORDINATOR, still.clone()))
        .then_warns(&[]);
    // Limited to sites nobody administers; a program may.
    let limited = still.limited_to(Some(vec![SITE]));
    given.when(change(COORDINATOR, limited)).then_warns(&[R32]);
    let program = Terms {
        permissions: Some(vec![Permission::AgencyAdmin]),
        ..Terms::of_roles(vec![Role::Service])
    };
    given.when(change(COORDINATOR, program)).then_warns(&[]);
}

#[test]
fn a_service_account_may_what_it_was_given_and_nothing_else() {
    let member = Member {
        id: EVENT,
        named_permissions: Some(vec![Permission::CaseRead]),
        roles: vec![Role::Service],
        sites: None,
    };
    assert_eq!(member.permissions(), [Permission::CaseRead]);
    assert_eq!(member.role_for(Permission::CaseRead), Some(Role::Service));
    // Names without the role give nothing.
    let person = Member {
        roles: vec![Role::PrivacyOfficer],
        named_permissions: Some(vec![Permission::CaseOpen]),
        ..member
    };
    assert_eq!(person.role_for(Permission::CaseOpen), None);
}

#[test]
fn who_left_and_comes_back_is_the_same_member() {
    let state = super::sample::state();
    assert!(state.member(FORMER).is_none() && state.knows_member(FORMER));
    assert!(!state.knows_member(EVENT));
    let back = given(&events()).when(admit(FORMER, None));
    back.then_warns(&[]);
    let admitted = AgencyEvent::MemberAdmitted(super::MemberAdmitted {
        member: FORMER,
        permissions: None,
        roles: vec![Role::Reader],
        sites: None,
    });
    let state = super::AgencyState::evolve(Some(state), &admitted, OPENED_ON).unwrap();
    assert!(state.member(FORMER).is_some() && state.former_members.is_empty());
}
