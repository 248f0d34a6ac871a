//! Documents, and what refers to them: R21, R23, R26, R27.

use time::macros::date;
use uuid::Uuid;

use super::{
    Scenario, UNKNOWN, accepted, before, closed, command, draft, history_before, refused, warned,
};
use crate::case::CaseCommand;
use crate::case::CommandKind::{ExtendAgreement, LinkDocument, UnlinkDocument};
use crate::case::sample;
use crate::rule::Rule::{R21, R26, R27};
use crate::testing::{Given, given};

/// The sample case with one document linked and one unlinked.
fn linked() -> Given {
    before(ExtendAgreement)
}

/// The same with a second agreement drafted.
fn second_draft() -> Given {
    let mut history = history_before(ExtendAgreement);
    history.push(draft(UNKNOWN));
    given(&history)
}

fn drafted_with(document: Uuid) -> CaseCommand {
    command!(DraftAgreement, |body| body.document = Some(document))
}

fn redrafted_with(document: Uuid) -> CaseCommand {
    command!(RedraftAgreement, |target, body| {
        *target = UNKNOWN;
        body.document = Some(document);
    })
}

fn signed_with(document: Uuid) -> CaseCommand {
    command!(SignAgreement, |target, body| {
        *target = UNKNOWN;
        body.valid_from = date!(2017 - 05 - 01);
        body.valid_until = Some(date!(2017 - 12 - 31));
        body.document = Some(document);
    })
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = links();
    scenarios.extend(references());
    scenarios
}

fn links() -> Vec<Scenario> {
    vec![
        accepted(
            "a document is linked",
            before(LinkDocument),
            command!(LinkDocument),
        ),
        accepted(
            "a document is linked after the closing",
            closed(),
            command!(LinkDocument),
        ),
        refused(
            "a document is linked tomorrow",
            closed().on(date!(2015 - 04 - 26)),
            command!(LinkDocument),
            &[(R26, "/occurred_on")],
        ),
        warned(
            "a document from before the opening",
            before(LinkDocument),
            command!(LinkDocument).on(date!(2014 - 11 - 30)),
            &[R27],
        ),
        accepted(
            "a document is unlinked",
            before(UnlinkDocument),
            command!(UnlinkDocument),
        ),
        refused(
            "a document is unlinked twice",
            linked(),
            command!(UnlinkDocument),
            &[(R21, "")],
        ),
        refused(
            "a document of no case is unlinked",
            linked(),
            command!(UnlinkDocument, |target, _body| *target = UNKNOWN),
            &[(R21, "")],
        ),
        refused(
            "a document is unlinked tomorrow",
            before(UnlinkDocument).on(date!(2015 - 05 - 03)),
            command!(UnlinkDocument),
            &[(R26, "/occurred_on")],
        ),
    ]
}

fn references() -> Vec<Scenario> {
    let at = &[(R21, "/document")];
    vec![
        accepted(
            "a draft names its document",
            linked(),
            drafted_with(sample::DOCUMENT),
        ),
        refused(
            "a draft names an unlinked document",
            linked(),
            drafted_with(sample::OTHER_DOCUMENT),
            at,
        ),
        refused(
            "a draft names a document of no case",
            linked(),
            drafted_with(UNKNOWN),
            at,
        ),
        accepted(
            "a new draft names its document",
            second_draft(),
            redrafted_with(sample::DOCUMENT),
        ),
        refused(
            "a new draft names an unlinked document",
            second_draft(),
            redrafted_with(sample::OTHER_DOCUMENT),
            at,
        ),
        accepted(
            "a signing names its document",
            second_draft(),
            signed_with(sample::DOCUMENT),
        ),
        refused(
            "a signing names an unlinked document",
            second_draft(),
            signed_with(sample::OTHER_DOCUMENT),
            at,
        ),
    ]
}
