//! What the network does with an agency: R01, R06, R26, R35, R38.

use time::Date;
use time::macros::date;

use super::{admit, change, depart, event, events, open, open_site};
use crate::agency::command::Terms;
use crate::agency::engagement::{EndAuditEngagement, RequestAuditEngagement};
use crate::agency::network::{AgencyChanges, CloseAgency, RenameAgency, SetPhase, code_taken};
use crate::agency::sample::{ADVISOR, AUDITOR, ENGAGEMENT, OPENED_ON, state};
use crate::agency::site::CloseSite;
use crate::agency::{
    AgencyClosed, AgencyCommand, AgencyEvent, AgencyOpened, AgencyRenamed, AgencyState,
    MemberAdmitted, NETWORK, PhaseSet,
};
use crate::case::sample::{self, EVENT, SITE};
use crate::case::{CommandKind, admissions};
use crate::rights::{Permission, Role};
use crate::rule::Rule::{R01, R06, R26, R35, R36, R38};
use crate::stream::Event;
use crate::testing::{Given, given, given_case};

fn rename(carrier: Option<&str>, name: Option<&str>) -> AgencyCommand {
    AgencyCommand::RenameAgency(RenameAgency {
        occurred_on: OPENED_ON,
        reason: None,
        changes: AgencyChanges {
            carrier: carrier.map(Into::into),
            name: name.map(Into::into),
        },
    })
}

fn set_phase(from: Date, until: Option<Date>) -> AgencyCommand {
    AgencyCommand::SetPhase(SetPhase {
        occurred_on: OPENED_ON,
        reason: None,
        phase: "Zweite Förderphase".into(),
        from,
        until,
    })
}

fn close() -> AgencyCommand {
    AgencyCommand::CloseAgency(CloseAgency {
        occurred_on: OPENED_ON,
        reason: None,
    })
}

fn after(event: &AgencyEvent) -> AgencyState {
    AgencyState::evolve(Some(state()), event, OPENED_ON).unwrap()
}

fn closed() -> AgencyState {
    after(&AgencyEvent::AgencyClosed(AgencyClosed {}))
}

/// The agency's own stream, closed.
fn in_closed() -> Given {
    given(&events()).agency(Some(closed()))
}

#[test]
fn an_agency_is_opened_with_its_first_administrator() {
    let AgencyCommand::OpenAgency { agency, .. } = open() else {
        panic!("an opening")
    };
    let opening = |administrator| AgencyCommand::OpenAgency {
        occurred_on: OPENED_ON,
        reason: Some("Beginn".into()),
        agency: agency.clone(),
        administrator,
    };
    let admitted = AgencyEvent::MemberAdmitted(MemberAdmitted {
        member: EVENT,
        permissions: None,
        roles: vec![Role::AgencyAdmin],
        sites: None,
    });
    let both = [events()[0].clone(), event(admitted)].map(|event| Event {
        reason: Some("Beginn".into()),
        ..event
    });
    let nothing = given(&[]).agency(None);
    nothing
        .when(opening(Some(EVENT)))
        .then_warns(&[])
        .then_events(&both);
    nothing
        .when(opening(None))
        .then_warns(&[])
        .then_events(&both[..1]);
    // Refused as a whole, and told once.
    nothing
        .on(OPENED_ON.previous_day().unwrap())
        .when(opening(Some(EVENT)))
        .then_refused_at(&[(R26, "/occurred_on")]);
    given(&events())
        .when(opening(Some(EVENT)))
        .then_refused(&[R01]);
    assert_eq!(open().permission(), Permission::NetworkAdmin);
    assert_eq!(code_taken().rule, R36);
}

#[test]
fn an_agency_gets_another_name_or_carrier_and_keeps_its_code() {
    let given = given(&events());
    let renamed = |carrier: Option<&str>, name: Option<&str>| {
        AgencyEvent::AgencyRenamed(AgencyRenamed {
            carrier: carrier.map(Into::into),
            name: name.map(Into::into),
        })
    };
    given
        .when(rename(None, Some("TransMit")))
        .then_warns(&[])
        .then_events(&[event(renamed(None, Some("TransMit")))]);
    let before = state();
    let name = after(&renamed(None, Some("TransMit")));
    assert_eq!(name.name.as_str(), "TransMit");
    assert_eq!((&name.carrier, &name.code), (&before.carrier, &before.code));
    let carrier = after(&renamed(Some("DJI"), None));
    assert_eq!(
        (carrier.carrier.as_str(), &carrier.name),
        ("DJI", &before.name)
    );
    crate::testing::given(&[])
        .agency(None)
        .when(rename(Some("DJI"), None))
        .then_refused(&[R01]);
}

#[test]
fn a_phase_is_planned_and_does_not_end_before_it_begins() {
    let given = given(&events());
    let from = date!(2999 - 01 - 01);
    for until in [None, Some(from), from.next_day()] {
        let set = PhaseSet {
            from,
            phase: "Zweite Förderphase".into(),
            until,
        };
        given
            .when(set_phase(from, until))
            .then_warns(&[])
            .then_events(&[event(AgencyEvent::PhaseSet(set.clone()))]);
        // The last one counts, and of two the one that begins later.
        assert_eq!(after(&AgencyEvent::PhaseSet(set.clone())).phase, Some(set));
    }
    let phase = |from| {
        AgencyEvent::PhaseSet(PhaseSet {
            from,
            phase: "Erste Förderphase".into(),
            until: None,
        })
    };
    let late = phase(date!(2014 - 06 - 01));
    let state = AgencyState::evolve(Some(after(&phase(from))), &late, OPENED_ON);
    assert_eq!(state.unwrap().phase.unwrap().from, from);
    given
        .when(set_phase(from, from.previous_day()))
        .then_refused_at(&[(R06, "/until")]);
    given
        .on(OPENED_ON.previous_day().unwrap())
        .when(set_phase(from, None))
        .then_refused_at(&[(R26, "/occurred_on")]);
}

#[test]
fn an_agency_is_closed_once_and_the_network_never() {
    let given = given(&events());
    let closing = event(AgencyEvent::AgencyClosed(AgencyClosed {}));
    given.when(close()).then_warns(&[]).then_events(&[closing]);
    in_closed().when(close()).then_refused(&[R35]);
    let opened = AgencyOpened {
        code: NETWORK.to_owned(),
        ..crate::agency::sample::opened()
    };
    let opened = event(AgencyEvent::AgencyOpened(opened));
    let network = crate::testing::given(&[opened]);
    network.when(close()).then_refused(&[R38]);
    network.when(rename(Some("Büro"), None)).then_warns(&[]);
    // The first closing counts.
    let later = OPENED_ON.next_day().unwrap();
    let again = AgencyEvent::AgencyClosed(AgencyClosed {});
    let again = AgencyState::evolve(Some(closed()), &again, later).unwrap();
    assert_eq!(again.closed_on, Some(OPENED_ON));
}

#[test]
fn a_closed_agency_records_nothing() {
    let given = in_closed();
    let body = CloseSite {
        occurred_on: OPENED_ON,
        reason: None,
    };
    let refused = [
        open(),
        open_site(),
        AgencyCommand::CloseSite { site: SITE, body },
        rename(Some("DJI"), None),
        set_phase(OPENED_ON, None),
    ];
    for command in refused {
        given.when(command).then_refused(&[R35]);
    }
    for kind in CommandKind::ALL {
        let before = sample::state_before(*kind);
        given_case(before)
            .agency(Some(closed()))
            .when(sample::command(*kind))
            .then_refused(&[R35]);
    }
    crate::testing::given(&[])
        .agency(Some(closed()))
        .when(sample::command(CommandKind::OpenCase))
        .then_refused(&[R35]);
}

#[test]
fn who_may_read_a_closed_agency_is_still_settled() {
    let given = in_closed();
    given.when(admit(EVENT, None)).then_warns(&[]);
    let terms = Terms::of_roles(vec![Role::Reader]);
    given.when(change(ADVISOR, terms)).then_warns(&[]);
    given.when(depart(ADVISOR)).then_warns(&[]);
    let ask = RequestAuditEngagement {
        occurred_on: OPENED_ON,
        reason: None,
        purpose: "Prüfung".into(),
        cases: None,
        valid_from: date!(2999 - 01 - 01),
        valid_until: date!(2999 - 01 - 01),
    };
    given
        .when(AgencyCommand::RequestAuditEngagement {
            auditor: AUDITOR,
            body: ask,
        })
        .then_warns(&[]);
    let end = EndAuditEngagement {
        occurred_on: OPENED_ON,
        reason: None,
    };
    let mut asked = events();
    asked.retain(|event| event.data.event_type() != "audit_engagement_ended");
    crate::testing::given(&asked)
        .agency(Some(closed()))
        .when(AgencyCommand::EndAuditEngagement {
            engagement: ENGAGEMENT,
            body: end,
        })
        .then_warns(&[]);
}

#[test]
fn what_is_allowed_says_the_same() {
    let given = given_case(sample::state()).agency(Some(closed()));
    let admissions = admissions(given.case().unwrap(), &given.facts());
    assert!(!admissions.is_empty());
    for one in admissions {
        assert_eq!(one.refusal.map(|found| found.rule), Some(R35));
    }
}
