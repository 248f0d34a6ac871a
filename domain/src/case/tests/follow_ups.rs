//! Follow-ups: R03, R21, R22, R26.

use time::macros::date;

use super::{Scenario, UNKNOWN, accepted, before, command, refused, warned};
use crate::agency::sample::FORMER;
use crate::case::CommandKind::{
    CancelFollowUp, CompleteFollowUp, ReassignFollowUp, RecordCouncilResolution,
    RescheduleFollowUp, ScheduleFollowUp,
};
use crate::case::sample;
use crate::rule::Rule::{R03, R21, R22, R26};
use crate::testing::Given;

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = scheduling();
    scenarios.extend(changes());
    scenarios.extend(ends());
    scenarios
}

/// The sample case when one follow-up is completed and the other cancelled.
fn all_over() -> Given {
    before(RecordCouncilResolution)
}

fn scheduling() -> Vec<Scenario> {
    let on_time = || before(ScheduleFollowUp).on(date!(2016 - 03 - 15));
    let by = |member| command!(ScheduleFollowUp, |body| body.assignee = member);
    vec![
        accepted(
            "a follow-up is due today",
            on_time(),
            command!(ScheduleFollowUp),
        ),
        warned(
            "a follow-up was due yesterday",
            before(ScheduleFollowUp).on(date!(2016 - 03 - 16)),
            command!(ScheduleFollowUp),
            &[R22],
        ),
        accepted(
            "a follow-up for another member",
            on_time(),
            by(sample::COORDINATOR),
        ),
        refused(
            "a follow-up for nobody of the agency",
            on_time(),
            by(UNKNOWN),
            &[(R03, "/assignee")],
        ),
        refused(
            "a follow-up for a member who left",
            on_time(),
            by(FORMER),
            &[(R03, "/assignee")],
        ),
        refused(
            "a follow-up tomorrow for nobody of the agency",
            on_time().on(date!(2016 - 01 - 11)),
            by(UNKNOWN),
            &[(R26, "/occurred_on"), (R03, "/assignee")],
        ),
    ]
}

fn changes() -> Vec<Scenario> {
    let moved = |id| command!(RescheduleFollowUp, |target, _body| *target = id);
    let handed = |member| command!(ReassignFollowUp, |_target, body| body.assignee = member);
    vec![
        accepted(
            "a follow-up is put off until today",
            before(RescheduleFollowUp).on(date!(2016 - 04 - 19)),
            command!(RescheduleFollowUp),
        ),
        warned(
            "a follow-up is put off until yesterday",
            before(RescheduleFollowUp).on(date!(2016 - 04 - 20)),
            command!(RescheduleFollowUp),
            &[R22],
        ),
        refused(
            "a completed follow-up is put off",
            all_over(),
            moved(sample::FOLLOW_UP),
            &[(R21, "")],
        ),
        refused(
            "a cancelled follow-up is put off",
            all_over(),
            moved(sample::OTHER_FOLLOW_UP),
            &[(R21, "")],
        ),
        refused(
            "a follow-up of no case is put off",
            before(RescheduleFollowUp),
            moved(UNKNOWN),
            &[(R21, "")],
        ),
        accepted(
            "a follow-up is handed over",
            before(ReassignFollowUp),
            handed(sample::COORDINATOR),
        ),
        refused(
            "a follow-up is handed to nobody of the agency",
            before(ReassignFollowUp),
            handed(UNKNOWN),
            &[(R03, "/assignee")],
        ),
        refused(
            "a completed follow-up is handed to nobody of the agency",
            all_over(),
            handed(UNKNOWN),
            &[(R21, ""), (R03, "/assignee")],
        ),
    ]
}

fn ends() -> Vec<Scenario> {
    let completed = |id| command!(CompleteFollowUp, |target, _body| *target = id);
    let cancelled = |id| command!(CancelFollowUp, |target, _body| *target = id);
    vec![
        accepted(
            "a follow-up is completed",
            before(CompleteFollowUp),
            command!(CompleteFollowUp),
        ),
        accepted(
            "a follow-up is completed without a word",
            before(CompleteFollowUp),
            command!(CompleteFollowUp, |_target, body| body.outcome = None),
        ),
        refused(
            "a follow-up is completed twice",
            all_over(),
            completed(sample::FOLLOW_UP),
            &[(R21, "")],
        ),
        refused(
            "a cancelled follow-up is completed",
            all_over(),
            completed(sample::OTHER_FOLLOW_UP),
            &[(R21, "")],
        ),
        refused(
            "a follow-up is completed tomorrow",
            before(CompleteFollowUp).on(date!(2016 - 04 - 18)),
            command!(CompleteFollowUp),
            &[(R26, "/occurred_on")],
        ),
        accepted(
            "a follow-up is cancelled",
            before(CancelFollowUp),
            command!(CancelFollowUp),
        ),
        refused(
            "a follow-up is cancelled twice",
            all_over(),
            cancelled(sample::OTHER_FOLLOW_UP),
            &[(R21, "")],
        ),
        refused(
            "a completed follow-up is cancelled",
            all_over(),
            cancelled(sample::FOLLOW_UP),
            &[(R21, "")],
        ),
    ]
}
