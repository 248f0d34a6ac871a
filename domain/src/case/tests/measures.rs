//! Measures: R12, R21, R22, R26.

use time::macros::date;

use super::{Scenario, UNKNOWN, accepted, before, command, refused, warned};
use crate::case::CommandKind::{
    AgreePriority, CancelMeasure, CompleteMeasure, PlanMeasure, RecordQualification,
};
use crate::case::sample;
use crate::rule::Rule::{R12, R21, R22, R26};
use crate::testing::Given;

/// The day on which the sample measure is due.
fn on_time() -> Given {
    before(PlanMeasure).on(date!(2016 - 06 - 30))
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = plans();
    scenarios.extend(ends());
    scenarios
}

fn plans() -> Vec<Scenario> {
    let of = |priority| command!(PlanMeasure, |body| body.priority = priority);
    vec![
        accepted("a measure is planned", on_time(), command!(PlanMeasure)),
        accepted(
            "a measure without a format",
            on_time(),
            command!(PlanMeasure, |body| body.format = None),
        ),
        warned(
            "a measure that was due yesterday",
            on_time().on(date!(2016 - 07 - 01)),
            command!(PlanMeasure),
            &[R22],
        ),
        refused(
            "a measure of no known format",
            on_time(),
            command!(PlanMeasure, |body| body.format = Some("concert".into())),
            &[(R12, "/format")],
        ),
        refused(
            "a measure for a dropped priority",
            on_time(),
            of(sample::OTHER_PRIORITY),
            &[(R21, "/priority")],
        ),
        refused(
            "a measure for a priority of no case",
            on_time(),
            of(UNKNOWN),
            &[(R21, "/priority")],
        ),
        refused(
            "a measure while no priority is agreed",
            before(AgreePriority),
            command!(PlanMeasure),
            &[(R21, ""), (R21, "/priority")],
        ),
        refused(
            "a measure tomorrow, of no known format, for no priority",
            on_time().on(date!(2016 - 02 - 08)),
            command!(PlanMeasure, |body| {
                body.format = Some(String::new());
                body.priority = UNKNOWN;
            }),
            &[(R26, "/occurred_on"), (R21, "/priority"), (R12, "/format")],
        ),
    ]
}

fn ends() -> Vec<Scenario> {
    let all_over = || before(RecordQualification);
    let complete = |id| command!(CompleteMeasure, |target, _body| *target = id);
    let cancel = |id| command!(CancelMeasure, |target, _body| *target = id);
    vec![
        accepted(
            "a measure is done",
            before(CompleteMeasure),
            command!(CompleteMeasure),
        ),
        refused(
            "a measure is done twice",
            all_over(),
            complete(sample::MEASURE),
            &[(R21, "")],
        ),
        refused(
            "a cancelled measure is done",
            all_over(),
            complete(sample::OTHER_MEASURE),
            &[(R21, "")],
        ),
        refused(
            "a measure of no case is done",
            before(CompleteMeasure),
            complete(UNKNOWN),
            &[(R21, "")],
        ),
        refused(
            "a measure is done tomorrow",
            before(CompleteMeasure).on(date!(2016 - 05 - 23)),
            command!(CompleteMeasure),
            &[(R26, "/occurred_on")],
        ),
        accepted(
            "a measure is cancelled",
            before(CancelMeasure),
            command!(CancelMeasure),
        ),
        refused(
            "a measure is cancelled twice",
            all_over(),
            cancel(sample::OTHER_MEASURE),
            &[(R21, "")],
        ),
        refused(
            "a measure is cancelled that was done",
            all_over(),
            cancel(sample::MEASURE),
            &[(R21, "")],
        ),
        refused(
            "a measure is cancelled tomorrow",
            before(CancelMeasure).on(date!(2016 - 02 - 29)),
            command!(CancelMeasure),
            &[(R26, "/occurred_on")],
        ),
    ]
}
