//! Priorities: R12, R14, R21.

use super::{Scenario, UNKNOWN, accepted, before, command, refused, signed};
use crate::case::CommandKind::{AgreePriority, DraftAgreement, DropPriority, RevisePriority};
use crate::case::sample;
use crate::change::Change;
use crate::rule::Rule::{R12, R14, R21};

pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        accepted(
            "a priority for a need that stands",
            before(AgreePriority),
            command!(AgreePriority),
        ),
        accepted(
            "a priority with neither focus area nor needs",
            before(AgreePriority),
            command!(AgreePriority, |body| {
                body.focus_area = None;
                body.needs.clear();
            }),
        ),
        refused(
            "a priority from no known focus area",
            before(AgreePriority),
            command!(AgreePriority, |body| body.focus_area = Some("x".into())),
            &[(R12, "/focus_area")],
        ),
        refused(
            "a priority for a withdrawn need",
            before(AgreePriority),
            command!(AgreePriority, |body| body.needs = vec![sample::OTHER_NEED]),
            &[(R14, "/needs/0")],
        ),
        refused(
            "a priority for a need of no case",
            before(AgreePriority),
            command!(AgreePriority, |body| body.needs = vec![UNKNOWN]),
            &[(R14, "/needs/0")],
        ),
        refused(
            "a priority for needs of which two do not stand, from no known focus area",
            before(AgreePriority),
            command!(AgreePriority, |body| {
                body.focus_area = Some(String::new());
                body.needs = vec![UNKNOWN, sample::NEED, sample::OTHER_NEED];
            }),
            &[(R12, "/focus_area"), (R14, "/needs/0"), (R14, "/needs/2")],
        ),
        accepted(
            "a priority is revised",
            before(RevisePriority),
            command!(RevisePriority),
        ),
        accepted(
            "a signed priority is revised",
            signed(),
            command!(RevisePriority),
        ),
        accepted(
            "a priority loses its focus area",
            before(RevisePriority),
            command!(RevisePriority, |_target, body| body.changes.focus_area =
                Change::Clear),
        ),
        refused(
            "a priority is revised to what is not known",
            before(RevisePriority),
            command!(RevisePriority, |_target, body| {
                body.changes.focus_area = Change::Set("x".into());
                body.changes.needs = Some(vec![sample::NEED, sample::OTHER_NEED]);
            }),
            &[(R12, "/changes/focus_area"), (R14, "/changes/needs/1")],
        ),
        refused(
            "a dropped priority is revised",
            before(DraftAgreement),
            command!(RevisePriority, |target, _body| *target =
                sample::OTHER_PRIORITY),
            &[(R21, "")],
        ),
        accepted(
            "a priority is dropped",
            before(DropPriority),
            command!(DropPriority),
        ),
        accepted(
            "a priority of a mere draft is dropped",
            before(crate::case::CommandKind::SignAgreement),
            command!(DropPriority, |target, _body| *target = sample::PRIORITY),
        ),
        refused(
            "a priority is dropped twice",
            before(DraftAgreement),
            command!(DropPriority),
            &[(R21, "")],
        ),
        refused(
            "a priority of a signed agreement is dropped",
            signed(),
            command!(DropPriority, |target, _body| *target = sample::PRIORITY),
            &[(R14, "")],
        ),
    ]
}
