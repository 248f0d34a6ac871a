//! Another advisor, another municipality: R02, R03, R04, R23, R26.

use time::macros::date;

use super::{Scenario, UNKNOWN, accepted, before, closing, command, refused, signed, warned};
use crate::agency::sample::FORMER;
use crate::case::CommandKind::AssignAdvisor;
use crate::case::{CaseCommand, CaseEvent, sample};
use crate::catalogue::MunicipalityKind;
use crate::facts::Key;
use crate::rule::Rule::{R02, R03, R04, R23, R26};
use crate::stream::{Event, EventData};
use crate::testing::{Given, given};

/// A case of Göttingen (03152), which came to an end on 31 October 2016, in an agency that serves
/// Niedersachsen, too.
fn goettingen() -> Given {
    given(&sample::succession()[..1]).agency(Some(serving("03")))
}

/// A case of Eisenach (16056), which became a part of the Wartburgkreis (16063) on 1 July 2021.
fn eisenach() -> Given {
    let mut history: Vec<Event> = sample::succession();
    history.truncate(1);
    if let EventData::Case(CaseEvent::CaseOpened(opened)) = &mut history[0].data {
        opened.municipality.key = "16056".to_owned();
    }
    let given = given(&history).agency(Some(serving("16")));
    given.on(date!(2021 - 08 - 01))
}

/// A case of the Gemeinde Rosdorf (03152021) in the same district, which is 03159021 since.
fn rosdorf() -> Given {
    let mut history: Vec<Event> = sample::succession();
    history.truncate(1);
    if let EventData::Case(CaseEvent::CaseOpened(opened)) = &mut history[0].data {
        opened.municipality.key = "03152021".to_owned();
        opened.municipality.kind = MunicipalityKind::LocalMunicipality;
    }
    given(&history).agency(Some(serving("03")))
}

fn named(key: &str) -> CaseCommand {
    command!(SucceedMunicipality, |body| {
        body.municipality.key = key.to_owned();
        body.municipality.name = Some("Rosdorf".into());
    })
}

fn serving(land: &str) -> crate::agency::AgencyState {
    let mut agency = crate::agency::sample::state();
    agency.land_codes.push(land.to_owned());
    agency
}

fn succeeded_by(key: &str) -> CaseCommand {
    command!(SucceedMunicipality, |body| body.municipality.key =
        key.to_owned())
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = advisors();
    scenarios.extend(successors());
    scenarios.extend(whether_there_is_a_successor());
    scenarios
}

fn advisors() -> Vec<Scenario> {
    let ready = || before(AssignAdvisor);
    let by = |member| command!(AssignAdvisor, |body| body.member = member);
    let from = |day| command!(AssignAdvisor, |body| body.valid_from = day);
    vec![
        accepted("another member advises", ready(), by(sample::COORDINATOR)),
        accepted(
            "somebody advised before, as is entered late",
            ready(),
            from(date!(2014 - 12 - 24)),
        ),
        accepted(
            "another member advises from today",
            ready(),
            from(sample::TODAY),
        ),
        refused(
            "another member advises from tomorrow",
            ready(),
            from(date!(2017 - 06 - 02)),
            &[(R26, "/valid_from")],
        ),
        refused(
            "nobody of the agency advises",
            ready(),
            by(UNKNOWN),
            &[(R03, "/member")],
        ),
        refused(
            "a member advises who left",
            ready(),
            by(FORMER),
            &[(R03, "/member")],
        ),
        refused(
            "everything about an assignment is wrong",
            ready().on(date!(2016 - 01 - 03)),
            by(UNKNOWN),
            &[
                (R26, "/occurred_on"),
                (R03, "/member"),
                (R26, "/valid_from"),
            ],
        ),
    ]
}

fn successors() -> Vec<Scenario> {
    vec![
        accepted(
            "a municipality is succeeded on its successor's first day",
            goettingen().on(date!(2016 - 11 - 01)),
            command!(SucceedMunicipality),
        ),
        warned(
            "a municipality is succeeded by one in another Land",
            goettingen().agency(Some(crate::agency::sample::state())),
            command!(SucceedMunicipality),
            &[R04],
        ),
        accepted(
            "a local municipality has a new key in the district that took over its own",
            rosdorf(),
            named("03159021"),
        ),
        refused(
            "a local municipality is succeeded by one of another district",
            rosdorf(),
            named("03101021"),
            &[(R03, "/municipality/key")],
        ),
        refused(
            "a local municipality is succeeded by the district",
            rosdorf(),
            succeeded_by("03159"),
            &[(R03, "/municipality/key")],
        ),
        refused(
            "a district is succeeded by a local municipality",
            goettingen(),
            named("03159021"),
            &[(R03, "/municipality/key")],
        ),
        refused(
            "a municipality is succeeded the day before",
            goettingen(),
            command!(SucceedMunicipality).on(date!(2016 - 10 - 31)),
            &[(R03, "/municipality/key")],
        ),
        refused(
            "a municipality is succeeded tomorrow",
            goettingen().on(date!(2016 - 11 - 02)),
            command!(SucceedMunicipality).on(date!(2016 - 11 - 03)),
            &[(R26, "/occurred_on")],
        ),
        refused(
            "a municipality is succeeded by another than the catalogue says",
            goettingen(),
            succeeded_by("03101"),
            &[(R03, "/municipality/key")],
        ),
        refused(
            "a municipality is succeeded by none",
            goettingen(),
            succeeded_by("99999"),
            &[(R03, "/municipality/key")],
        ),
        refused(
            "another case of the successor is open",
            goettingen().holder(Key::open_case("03159"), UNKNOWN),
            command!(SucceedMunicipality),
            &[(R02, ""), (R02, "/municipality/key")],
        ),
        accepted(
            "the case itself holds the successor's key",
            goettingen().holder(Key::open_case("03159"), sample::CASE),
            command!(SucceedMunicipality),
        ),
        accepted(
            "a municipality becomes a part of one that was there before",
            eisenach(),
            succeeded_by("16063").on(date!(2021 - 07 - 01)),
        ),
        refused(
            "a municipality is succeeded on its own last day",
            eisenach(),
            succeeded_by("16063").on(date!(2021 - 06 - 30)),
            &[(R03, "/occurred_on")],
        ),
    ]
}

fn whether_there_is_a_successor() -> Vec<Scenario> {
    let mut closed = sample::succession();
    closed.truncate(1);
    closed.push(closing());
    vec![
        refused(
            "a municipality has no successor",
            signed(),
            command!(SucceedMunicipality),
            &[(R03, ""), (R03, "/municipality/key"), (R03, "/occurred_on")],
        ),
        refused(
            "a municipality is succeeded twice",
            given(&sample::succession()).agency(Some(serving("03"))),
            command!(SucceedMunicipality),
            &[(R03, ""), (R03, "/municipality/key"), (R03, "/occurred_on")],
        ),
        refused(
            "a municipality is succeeded before its key has ended",
            goettingen().on(date!(2016 - 10 - 31)),
            command!(SucceedMunicipality),
            &[(R03, ""), (R26, "/occurred_on")],
        ),
        refused(
            "a municipality is succeeded by none after the closing",
            given(&closed),
            succeeded_by("99999"),
            &[(R23, ""), (R03, "/municipality/key")],
        ),
    ]
}
