//! Resolutions, milestones and progress reviews: R21, R26.

use time::Date;
use time::macros::date;

use super::{Scenario, UNKNOWN, accepted, before, command, draft, history_before, refused};
use crate::case::CommandKind::{PauseCase, RecordContact, ReviewProgress, SignAgreement};
use crate::case::event::AgreementAmended;
use crate::case::{CaseEvent, sample};
use crate::rule::Rule::{R21, R26};
use crate::testing::{Given, given, happened};

const AMENDED_ON: Date = date!(2016 - 06 - 01);

/// The agreement's first priority is dropped by an amendment.
fn amended() -> Given {
    let mut history = history_before(ReviewProgress);
    let amendment = AgreementAmended {
        added: Vec::new(),
        agreement: sample::AGREEMENT,
        document: None,
        dropped: vec![sample::PRIORITY],
        revision: 3,
    };
    history.push(happened(AMENDED_ON, CaseEvent::AgreementAmended(amendment)));
    given(&history)
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = resolutions_and_milestones();
    scenarios.extend(reviews());
    scenarios
}

fn resolutions_and_milestones() -> Vec<Scenario> {
    vec![
        accepted(
            "a resolution before any contact",
            before(RecordContact),
            command!(RecordCouncilResolution),
        ),
        refused(
            "a resolution tomorrow",
            before(RecordContact).on(date!(2016 - 01 - 26)),
            command!(RecordCouncilResolution),
            &[(R26, "/occurred_on")],
        ),
        accepted(
            "a milestone before any contact",
            before(RecordContact),
            command!(RecordMilestone),
        ),
        refused(
            "a milestone tomorrow",
            before(RecordContact).on(date!(2016 - 11 - 14)),
            command!(RecordMilestone),
            &[(R26, "/occurred_on")],
        ),
    ]
}

fn reviews() -> Vec<Scenario> {
    let ready = || before(ReviewProgress);
    let of = |agreement| command!(ReviewProgress, |body| body.agreement = agreement);
    let mut with_draft = history_before(ReviewProgress);
    with_draft.push(draft(UNKNOWN));
    vec![
        accepted("progress is reviewed", ready(), command!(ReviewProgress)),
        accepted(
            "progress is reviewed after the end",
            before(PauseCase),
            command!(ReviewProgress),
        ),
        refused(
            "the review of an agreement of no case",
            ready(),
            of(UNKNOWN),
            &[(R21, "/agreement")],
        ),
        refused(
            "the review of a draft",
            given(&with_draft),
            of(UNKNOWN),
            &[(R21, "/agreement")],
        ),
        refused(
            "a review while nothing is signed",
            before(SignAgreement),
            command!(ReviewProgress),
            &[(R21, ""), (R21, "/agreement")],
        ),
        refused(
            "a review of priorities of which the agreement does not name two",
            ready(),
            command!(ReviewProgress, |body| {
                let one = body.attainment[0].clone();
                body.attainment = [sample::OTHER_PRIORITY, sample::PRIORITY, UNKNOWN]
                    .map(|priority| {
                        let mut other = one.clone();
                        other.priority = priority;
                        other
                    })
                    .to_vec();
            }),
            &[
                (R21, "/attainment/0/priority"),
                (R21, "/attainment/2/priority"),
            ],
        ),
        accepted(
            "a review of the day of the amendment that dropped a priority",
            amended(),
            command!(ReviewProgress, |body| body.occurred_on = AMENDED_ON),
        ),
        refused(
            "a review of a dropped priority on the day after",
            amended(),
            command!(ReviewProgress, |body| body.occurred_on =
                AMENDED_ON.next_day().unwrap()),
            &[(R21, "/attainment/0/priority")],
        ),
        refused(
            "a review that names a priority twice",
            ready(),
            command!(ReviewProgress, |body| {
                let again = body.attainment[0].clone();
                body.attainment.push(again);
            }),
            &[(R21, "/attainment/1/priority")],
        ),
        refused(
            "a review tomorrow",
            ready().on(date!(2016 - 11 - 28)),
            command!(ReviewProgress),
            &[(R26, "/occurred_on")],
        ),
    ]
}
