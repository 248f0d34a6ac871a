//! Contacts, initial meetings and needs: R12, R21, R26, R27.

use time::macros::date;

use super::{Scenario, accepted, before, command, refused, signed, warned};
use crate::case::CommandKind::{RecordContact, ReviseNeed, RevisePriority, WithdrawNeed};
use crate::case::sample;
use crate::rule::Rule::{R12, R14, R21, R26, R27};
use crate::testing::Given;

/// The sample case with one need withdrawn and one that stands.
fn withdrawn() -> Given {
    before(RevisePriority)
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = contacts();
    scenarios.extend(needs());
    scenarios
}

fn contacts() -> Vec<Scenario> {
    vec![
        accepted(
            "a contact on the opening day",
            before(RecordContact),
            command!(RecordContact),
        ),
        accepted("a contact after signing", signed(), command!(RecordContact)),
        warned(
            "a contact on the day before the opening",
            before(RecordContact),
            command!(RecordContact, |body| body.occurred_on =
                date!(2014 - 11 - 30)),
            &[R27],
        ),
        accepted(
            "a contact today",
            before(RecordContact).on(date!(2015 - 01 - 20)),
            command!(RecordContact, |body| body.occurred_on =
                date!(2015 - 01 - 20)),
        ),
        refused(
            "a contact tomorrow",
            before(RecordContact).on(date!(2015 - 01 - 20)),
            command!(RecordContact, |body| body.occurred_on =
                date!(2015 - 01 - 21)),
            &[(R26, "/occurred_on")],
        ),
        accepted(
            "an initial meeting",
            before(RecordContact),
            command!(RecordInitialMeeting),
        ),
        accepted(
            "another initial meeting after signing",
            signed(),
            command!(RecordInitialMeeting),
        ),
        refused(
            "an initial meeting tomorrow",
            before(RecordContact).on(date!(2015 - 01 - 19)),
            command!(RecordInitialMeeting),
            &[(R26, "/occurred_on")],
        ),
    ]
}

fn needs() -> Vec<Scenario> {
    vec![
        accepted(
            "a need before any contact",
            before(RecordContact),
            command!(CaptureNeed),
        ),
        refused(
            "a need in no known dimension",
            before(RecordContact),
            command!(CaptureNeed, |body| body.dimension = "Strategie".into()),
            &[(R12, "/dimension")],
        ),
        refused(
            "a need tomorrow in no known dimension",
            before(RecordContact).on(date!(2015 - 02 - 09)),
            command!(CaptureNeed, |body| body.dimension = String::new()),
            &[(R26, "/occurred_on"), (R12, "/dimension")],
        ),
        accepted(
            "a need is revised",
            before(ReviseNeed),
            command!(ReviseNeed),
        ),
        accepted(
            "a need is revised in nothing but its urgency",
            before(ReviseNeed),
            command!(ReviseNeed, |_target, body| body.changes.dimension = None),
        ),
        refused(
            "a need is revised to no known dimension",
            before(ReviseNeed),
            command!(ReviseNeed, |_target, body| body.changes.dimension =
                Some("x".into())),
            &[(R12, "/changes/dimension")],
        ),
        refused(
            "a withdrawn need is revised",
            withdrawn(),
            command!(ReviseNeed, |target, _body| *target = sample::OTHER_NEED),
            &[(R21, "")],
        ),
        refused(
            "a withdrawn need is revised tomorrow to no known dimension",
            withdrawn().on(date!(2015 - 02 - 23)),
            command!(ReviseNeed, |target, body| {
                *target = sample::OTHER_NEED;
                body.changes.dimension = Some("x".into());
            }),
            &[
                (R21, ""),
                (R26, "/occurred_on"),
                (R12, "/changes/dimension"),
            ],
        ),
        accepted(
            "a need is withdrawn",
            before(WithdrawNeed),
            command!(WithdrawNeed),
        ),
        refused(
            "a need is withdrawn that an agreed priority refers to",
            before(RevisePriority),
            command!(WithdrawNeed, |target, _body| *target = sample::NEED),
            &[(R14, "")],
        ),
        refused(
            "a need is withdrawn twice",
            withdrawn(),
            command!(WithdrawNeed),
            &[(R21, "")],
        ),
    ]
}
