//! Audit engagements: R33, and what an auditor sees on which day.

use time::macros::date;
use time::{Date, Duration};
use uuid::Uuid;

use super::{event, events, open};
use crate::agency::command::Terms;
use crate::agency::engagement::{
    ApproveAuditEngagement, EndAuditEngagement, LONGEST, RequestAuditEngagement,
};
use crate::agency::sample::{AUDITOR, ENGAGEMENT, OPENED_ON, state};
use crate::agency::{
    AgencyCommand, AgencyEvent, AgencyState, AuditEngagementApproved, AuditEngagementRequested,
    NETWORK, Standing,
};
use crate::case::sample::{CASE, EVENT, NEED};
use crate::rights::{Permission, Role};
use crate::rule::Rule::{R26, R31, R33};
use crate::stream::Event;
use crate::testing::given;

const FIRST: Date = date!(2015 - 03 - 02);
const LAST: Date = date!(2015 - 03 - 31);

fn asked(engagement: Uuid, cases: Option<Vec<Uuid>>) -> AgencyEvent {
    AgencyEvent::AuditEngagementRequested(AuditEngagementRequested {
        auditor: AUDITOR,
        cases,
        engagement,
        purpose: "Prüfung".into(),
        valid_from: FIRST,
        valid_until: LAST,
    })
}

fn approved(engagement: Uuid) -> AgencyEvent {
    AgencyEvent::AuditEngagementApproved(AuditEngagementApproved { engagement })
}

/// The sample's history and these events.
fn with(more: &[AgencyEvent]) -> Vec<Event> {
    let more = more.iter().cloned().map(event);
    events().into_iter().chain(more).collect()
}

fn ask(valid_from: Date, days: i64) -> AgencyCommand {
    AgencyCommand::RequestAuditEngagement {
        auditor: AUDITOR,
        body: RequestAuditEngagement {
            occurred_on: FIRST,
            reason: None,
            purpose: "Prüfung".into(),
            cases: None,
            valid_from,
            valid_until: valid_from + Duration::days(days - 1),
        },
    }
}

fn approve(engagement: Uuid) -> AgencyCommand {
    AgencyCommand::ApproveAuditEngagement {
        engagement,
        body: ApproveAuditEngagement {
            occurred_on: FIRST,
            reason: None,
        },
    }
}

fn end(engagement: Uuid) -> AgencyCommand {
    AgencyCommand::EndAuditEngagement {
        engagement,
        body: EndAuditEngagement {
            occurred_on: FIRST,
            reason: None,
        },
    }
}

#[test]
fn a_period_has_an_order_and_a_bound_and_is_not_over() {
    let history = events();
    let given = given(&history).on(FIRST);
    for days in [1, 30, LONGEST] {
        given.when(ask(FIRST, days)).then_warns(&[]);
    }
    let refused = [(R33, "/valid_until")];
    given.when(ask(FIRST, 0)).then_refused_at(&refused);
    given
        .when(ask(FIRST, LONGEST + 1))
        .then_refused_at(&refused);
    // It may have begun, but not be over.
    let before = FIRST - Duration::days(5);
    given.when(ask(before, 6)).then_warns(&[]);
    given.when(ask(before, 5)).then_refused_at(&refused);
}

#[test]
fn only_what_was_asked_for_is_approved_once_and_in_time() {
    let history = with(&[asked(EVENT, None)]);
    given(&history)
        .on(LAST)
        .when(approve(EVENT))
        .then_warns(&[]);
    let late = LAST.next_day().unwrap();
    given(&history)
        .on(late)
        .when(approve(EVENT))
        .then_refused(&[R33]);
    given(&history)
        .on(FIRST)
        .when(approve(NEED))
        .then_refused(&[R33]);
    let history = with(&[asked(EVENT, None), approved(EVENT)]);
    given(&history)
        .on(FIRST)
        .when(approve(EVENT))
        .then_refused(&[R33]);
    // The sample's has ended.
    given(&history)
        .on(FIRST)
        .when(approve(ENGAGEMENT))
        .then_refused(&[R33, R33]);
    let eve = FIRST.previous_day().unwrap();
    given(&history)
        .on(eve)
        .when(end(EVENT))
        .then_refused(&[R26]);
}

#[test]
fn it_ends_once_approved_or_not() {
    for events in [
        vec![asked(EVENT, None)],
        vec![asked(EVENT, None), approved(EVENT)],
    ] {
        given(&with(&events))
            .on(FIRST)
            .when(end(EVENT))
            .then_warns(&[]);
    }
    given(&events())
        .on(FIRST)
        .when(end(ENGAGEMENT))
        .then_refused(&[R33]);
    assert_eq!(
        state().engagement(ENGAGEMENT).unwrap().standing,
        Standing::Ended
    );
}

fn after(events: &[AgencyEvent]) -> AgencyState {
    let fold = |state, event: &AgencyEvent| AgencyState::evolve(state, event, OPENED_ON);
    events.iter().fold(Some(state()), fold).unwrap()
}

#[test]
fn an_auditor_sees_on_the_days_of_what_was_approved() {
    let only_asked = after(&[asked(EVENT, None)]);
    assert_eq!(only_asked.audit_view(AUDITOR, FIRST), None);
    let agency = after(&[asked(EVENT, None), approved(EVENT)]);
    let eve = FIRST.previous_day().unwrap();
    let late = LAST.next_day().unwrap();
    for (day, sees) in [(eve, false), (FIRST, true), (LAST, true), (late, false)] {
        assert_eq!(agency.audit_view(AUDITOR, day).is_some(), sees, "{day}");
        assert_eq!(
            agency.engagement_for(AUDITOR, Some(CASE), day).is_some(),
            sees
        );
    }
    // Nobody else does.
    assert_eq!(agency.audit_view(NEED, FIRST), None);
    let view = agency.audit_view(AUDITOR, FIRST).unwrap();
    assert_eq!(view.cases, None);
    assert_eq!(view.permissions, Role::Auditor.permissions());
}

#[test]
fn who_audits_named_cases_sees_those_and_nothing_of_the_whole_agency() {
    let one = [asked(EVENT, Some(vec![CASE])), approved(EVENT)];
    let agency = after(&one);
    let view = agency.audit_view(AUDITOR, FIRST).unwrap();
    assert_eq!(view.cases, Some(vec![CASE]));
    assert!(!view.permissions.iter().any(|one| one.is_of_whole_agency()));
    assert!(view.permissions.contains(&Permission::CaseHistory));
    assert!(agency.engagement_for(AUDITOR, Some(NEED), FIRST).is_none());
    assert!(agency.engagement_for(AUDITOR, None, FIRST).is_some());
    // Two engagements see what both name; one about all sees all.
    let two = [asked(NEED, Some(vec![NEED])), approved(NEED)];
    let agency = after(&[&one[..], &two[..]].concat());
    let view = agency.audit_view(AUDITOR, FIRST).unwrap();
    assert_eq!(view.cases, Some(vec![CASE, NEED]));
    let all = [asked(NEED, None), approved(NEED)];
    let agency = after(&[&one[..], &all[..]].concat());
    assert_eq!(agency.audit_view(AUDITOR, FIRST).unwrap().cases, None);
}

#[test]
fn nobody_but_the_auditor_changes_by_an_audit() {
    let changes = Role::Auditor.permissions().iter();
    let writes = [
        "record", "open", "write", "sign", "close", "correct", "admin",
    ];
    for permission in changes {
        assert!(!writes.iter().any(|one| permission.code().contains(one)));
    }
}

/// Opens the network, and admits somebody to it.
fn in_network(terms: Terms) -> (Vec<Event>, AgencyCommand) {
    let AgencyCommand::OpenAgency { mut agency, .. } = open() else {
        panic!("it opens")
    };
    agency.code = NETWORK.to_owned();
    let admit = AgencyCommand::AdmitMember {
        occurred_on: OPENED_ON,
        reason: None,
        member: EVENT,
        terms,
    };
    (vec![event(AgencyEvent::AgencyOpened(agency))], admit)
}

#[test]
fn the_network_gives_its_own_roles_and_agencies_give_theirs() {
    for role in Role::ALL {
        let terms = Terms {
            permissions: (*role == Role::Service).then(|| vec![Permission::AgencyRead]),
            ..Terms::of_roles(vec![*role])
        };
        let may =
            Role::OF_NETWORK.contains(role) || [Role::AgencyAdmin, Role::Service].contains(role);
        let (history, admit) = in_network(terms.clone());
        let decided = given(&history).when(admit);
        if may {
            decided.then_warns(&[]);
        } else {
            decided.then_refused_at(&[(R31, "/roles")]);
        }
        let admit = AgencyCommand::AdmitMember {
            occurred_on: OPENED_ON,
            reason: None,
            member: EVENT,
            terms,
        };
        let history = events();
        let decided = given(&history).when(admit);
        if Role::OF_AGENCIES.contains(role) {
            decided.then_warns(&[]);
        } else {
            decided.then_refused_at(&[(R31, "/roles")]);
        }
    }
    let program = |permission| Terms {
        permissions: Some(vec![permission]),
        ..Terms::of_roles(vec![Role::Service])
    };
    let (history, admit) = in_network(program(Permission::NetworkReport));
    given(&history).when(admit).then_warns(&[]);
    let (history, admit) = in_network(program(Permission::CaseRead));
    given(&history)
        .when(admit)
        .then_refused_at(&[(R31, "/permissions")]);
}
