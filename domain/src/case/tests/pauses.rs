//! Pausing and resuming: R10, R22, R26.

use time::macros::date;

use super::{
    Scenario, accepted, before, closing, command, history_before, refused, reopening, warned,
};
use crate::case::CommandKind::{PauseCase, ResumeCase};
use crate::rule::Rule::{R10, R22, R26};
use crate::testing::{Given, given};

fn paused() -> Given {
    before(ResumeCase)
}

/// The sample case, closed while it rested and taken up again.
fn closed_and_reopened() -> Given {
    let mut history = history_before(ResumeCase);
    history.extend([closing(), reopening()]);
    given(&history)
}

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        accepted(
            "a case rests until today",
            before(PauseCase).on(date!(2016 - 09 - 30)),
            command!(PauseCase),
        ),
        warned(
            "a case rests until yesterday",
            before(PauseCase).on(date!(2016 - 10 - 01)),
            command!(PauseCase),
            &[R22],
        ),
        accepted(
            "a case rests without an end",
            before(PauseCase),
            command!(PauseCase, |body| body.until = None),
        ),
        refused(
            "a case rests from tomorrow",
            before(PauseCase).on(date!(2016 - 05 - 31)),
            command!(PauseCase),
            &[(R26, "/occurred_on")],
        ),
        refused(
            "a case is paused twice",
            paused(),
            command!(PauseCase),
            &[(R10, "")],
        ),
        accepted("a case goes on", paused(), command!(ResumeCase)),
        refused(
            "a case goes on from tomorrow",
            paused().on(date!(2016 - 09 - 11)),
            command!(ResumeCase),
            &[(R26, "/occurred_on")],
        ),
        refused(
            "a case goes on that did not rest",
            before(PauseCase),
            command!(ResumeCase),
            &[(R10, "")],
        ),
        accepted(
            "a contact while it rests",
            paused(),
            command!(RecordContact),
        ),
        accepted("a need while it rests", paused(), command!(CaptureNeed)),
        accepted(
            "a case is closed while it rests",
            paused(),
            command!(CloseCase, |body| body.acknowledge.clear()),
        ),
        refused(
            "a case goes on that was closed while it rested",
            closed_and_reopened(),
            command!(ResumeCase),
            &[(R10, "")],
        ),
        accepted(
            "a reopened case rests again",
            closed_and_reopened(),
            command!(PauseCase, |body| body.until = None),
        ),
    ]
}
