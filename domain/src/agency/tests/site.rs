//! Sites: R03, R21, R37, and what stays of a closed one.

use uuid::Uuid;

use super::{admit, event, events, open_site};
use crate::agency::sample::{FORMER_SITE, OPENED_ON, OTHER_SITE, SITE, state};
use crate::agency::site::CloseSite;
use crate::agency::{AgencyCommand, AgencyEvent, AgencyState, SiteClosed};
use crate::case::sample::{self, EVENT};
use crate::case::{CaseCommand, CommandKind};
use crate::rule::Rule::{R01, R03, R21, R26, R37};
use crate::stream::Event;
use crate::testing::given;

fn close(site: Uuid) -> AgencyCommand {
    let body = CloseSite {
        occurred_on: OPENED_ON,
        reason: Some("Umzug".into()),
    };
    AgencyCommand::CloseSite { site, body }
}

fn closed(site: Uuid) -> AgencyEvent {
    AgencyEvent::SiteClosed(SiteClosed { site })
}

#[test]
fn a_site_is_closed_once() {
    let given = given(&events());
    let expected = [Event {
        reason: Some("Umzug".into()),
        ..event(closed(SITE))
    }];
    given
        .when(close(SITE))
        .then_warns(&[])
        .then_events(&expected);
    given.when(close(FORMER_SITE)).then_refused(&[R21]);
    let eve = OPENED_ON.previous_day().unwrap();
    given
        .on(eve)
        .when(close(SITE))
        .then_refused_at(&[(R26, "/occurred_on")]);
    crate::testing::given(&[])
        .when(close(SITE))
        .then_refused(&[R01]);
}

#[test]
fn whoever_closes_the_last_site_is_told() {
    let mut history = events();
    history.push(event(closed(OTHER_SITE)));
    given(&history).when(close(SITE)).then_warns(&[R37]);
    // The agency goes on without one, and opens another.
    history.push(event(closed(SITE)));
    given(&history).when(close(SITE)).then_refused(&[R21]);
    given(&history).when(open_site()).then_warns(&[]);
}

#[test]
fn a_closed_site_stays_nameable() {
    let state = state();
    let open: Vec<_> = state.open_sites().map(|site| site.id).collect();
    assert_eq!(open, [SITE, OTHER_SITE]);
    assert!(state.site(FORMER_SITE).is_none() && state.knows_site(FORMER_SITE));
    let former = state.sites.last().unwrap();
    assert_eq!(former.closed_on, Some(OPENED_ON));
    // The first closing counts.
    let later = OPENED_ON.next_day().unwrap();
    let again = AgencyState::evolve(Some(state.clone()), &closed(FORMER_SITE), later);
    assert_eq!(again, Some(state));
}

#[test]
fn members_may_be_limited_to_a_closed_site_and_no_case_is_opened_there() {
    given(&events())
        .when(admit(EVENT, Some(vec![FORMER_SITE])))
        .then_warns(&[]);
    let CaseCommand::OpenCase(mut body) = sample::command(CommandKind::OpenCase) else {
        panic!("an opening")
    };
    body.site = FORMER_SITE;
    given(&[])
        .when(CaseCommand::OpenCase(body))
        .then_refused_at(&[(R03, "/site")]);
}
