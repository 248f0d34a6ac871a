//! The agency's own commands: R01, R03, R21, R26.

use time::macros::date;
use uuid::Uuid;

use super::sample::{ADVISOR, OPENED_ON, OTHER_SITE, SITE, history};
use super::{AgencyCommand, AgencyEvent, AgencyOpened, Member};
use crate::case::sample::EVENT;
use crate::rights::{Permission, Role};
use crate::rule::Rule::{R01, R03, R21, R26};
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
        agency,
    }
}

fn open_site() -> AgencyCommand {
    AgencyCommand::OpenSite {
        occurred_on: OPENED_ON,
        name: "Magdeburg".into(),
    }
}

fn admit(member: Uuid, sites: Option<Vec<Uuid>>) -> AgencyCommand {
    AgencyCommand::AdmitMember {
        occurred_on: OPENED_ON,
        member,
        roles: vec![Role::Reader],
        sites,
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
        .then_refused_at(&[(R21, "/member")]);
    given
        .when(admit(ADVISOR, Some(vec![SITE, EVENT])))
        .then_refused_at(&[(R21, "/member"), (R03, "/sites")]);
}

#[test]
fn a_limited_member_sees_its_sites_only() {
    let mut member = Member {
        id: EVENT,
        roles: vec![Role::Advisor],
        sites: Some(vec![SITE]),
    };
    assert!(member.sees_site(SITE) && !member.sees_site(OTHER_SITE));
    member.sites = None;
    assert!(member.sees_site(OTHER_SITE));
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
        super::AgencyState::evolve(Some(before.clone()), &other),
        Some(before)
    );
    let [_, later @ ..] = &history()[..] else {
        panic!("more than the opening")
    };
    assert!(
        later
            .iter()
            .all(|event| super::AgencyState::evolve(None, event).is_none())
    );
    assert_eq!(OPENED_ON, date!(2014 - 06 - 01));
}
