//! Attending offerings: R23, R26, R34.

use time::macros::date;

use super::{Scenario, UNKNOWN, accepted, before, closed, command, refused};
use crate::case::CommandKind::{AdviseOnFunding, RecordContact, RecordQualification};
use crate::case::sample;
use crate::offering::sample as offering;
use crate::rule::Rule::{R23, R26, R34};
use crate::stream::Event;
use crate::testing::Given;

/// The sample case before it attends, with the offering as its first events leave it.
fn offered(events: usize, then: Option<Event>) -> Given {
    let mut history = offering::history();
    history.truncate(events);
    history.extend(then);
    before(RecordQualification).stream(sample::OFFERING, &history)
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let attended = || before(AdviseOnFunding);
    let first = &offering::history()[..1];
    vec![
        accepted(
            "an offering is attended",
            before(RecordQualification).among(sample::streams()),
            command!(RecordQualification),
        ),
        accepted(
            "an offering is attended before any contact, by nobody in particular",
            before(RecordContact).among(sample::streams()),
            command!(RecordQualification, |body| {
                body.feedback = None;
                body.participants.clear();
            }),
        ),
        refused(
            "an offering is attended that is scheduled",
            offered(1, None),
            command!(RecordQualification),
            &[(R34, "/offering")],
        ),
        refused(
            "an offering is attended that was put off",
            offered(2, None),
            command!(RecordQualification),
            &[(R34, "/offering")],
        ),
        refused(
            "an offering is attended that was called off",
            offered(2, Some(offering::cancelled())),
            command!(RecordQualification),
            &[(R34, "/offering")],
        ),
        refused(
            "an offering of no agency is attended",
            before(RecordQualification),
            command!(RecordQualification),
            &[(R34, "/offering")],
        ),
        refused(
            "what is attended is no offering",
            before(RecordQualification).among(sample::streams()),
            command!(RecordQualification, |body| body.offering = sample::SOLUTION),
            &[(R34, "/offering")],
        ),
        refused(
            "an offering is attended twice",
            attended().among(sample::streams()),
            command!(RecordQualification),
            &[(R34, "/offering")],
        ),
        refused(
            "an offering is attended twice that is not held any more",
            attended().stream(sample::OFFERING, first),
            command!(RecordQualification),
            &[(R34, "/offering"), (R34, "/offering")],
        ),
        refused(
            "an offering is attended tomorrow",
            before(RecordQualification)
                .among(sample::streams())
                .on(date!(2016 - 04 - 13)),
            command!(RecordQualification),
            &[(R26, "/occurred_on")],
        ),
        refused(
            "an unknown offering is attended tomorrow",
            before(RecordQualification).on(date!(2016 - 04 - 13)),
            command!(RecordQualification, |body| body.offering = UNKNOWN),
            &[(R26, "/occurred_on"), (R34, "/offering")],
        ),
        refused(
            "an unknown offering is attended after the closing",
            closed(),
            command!(RecordQualification, |body| body.offering = UNKNOWN),
            &[(R23, ""), (R34, "/offering")],
        ),
    ]
}
