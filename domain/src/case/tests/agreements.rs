//! Target agreements: R05, R06, R07, R08, R09, R21, R26.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{
    Scenario, UNKNOWN, accepted, before, command, draft, history_before, refused, signed, warned,
};
use crate::case::event::{InitialMeetingHeld, MeetingOutcome, Party, PriorityDropped};
use crate::case::{CaseCommand, CaseEvent, CommandKind, sample};
use crate::rule::Rule::{R05, R06, R07, R08, R09, R21, R26};
use crate::testing::{Given, given, happened};

/// A second draft beside the signed agreement, which holds from 27.04.2015 to 30.04.2017.
const SECOND: Uuid = UNKNOWN;

fn drafted() -> Given {
    before(CommandKind::SignAgreement)
}

fn with(kind: CommandKind, day: Date, event: CaseEvent) -> Given {
    let mut history = history_before(kind);
    history.push(happened(day, event));
    given(&history)
}

fn meeting(day: Date, outcome: MeetingOutcome) -> Given {
    with(
        CommandKind::SignAgreement,
        day,
        CaseEvent::InitialMeetingHeld(InitialMeetingHeld {
            next_step: None,
            outcome,
            participants: Vec::new(),
            place: "Halle".into(),
            topics: Vec::new(),
        }),
    )
}

fn without_meeting() -> Given {
    let mut history = history_before(CommandKind::SignAgreement);
    history.retain(|event| event.data.event_type() != "initial_meeting_held");
    given(&history)
}

fn only_priority_dropped() -> Given {
    let dropped = PriorityDropped {
        priority: sample::PRIORITY,
    };
    let day = date!(2015 - 04 - 20);
    with(
        CommandKind::SignAgreement,
        day,
        CaseEvent::PriorityDropped(dropped),
    )
}

/// A draft of two priorities, one of which is dropped.
fn one_of_two_priorities_dropped() -> Given {
    let mut history = history_before(CommandKind::SignAgreement);
    history.retain(|event| event.data.event_type() != "priority_dropped");
    let both = crate::case::event::AgreementDrafted {
        agreement: SECOND,
        document: None,
        planned_until: None,
        priorities: vec![sample::PRIORITY, sample::OTHER_PRIORITY],
        revision: 1,
    };
    let dropped = PriorityDropped {
        priority: sample::OTHER_PRIORITY,
    };
    history.push(happened(
        date!(2015 - 04 - 20),
        CaseEvent::AgreementDrafted(both),
    ));
    history.push(happened(
        date!(2015 - 04 - 20),
        CaseEvent::PriorityDropped(dropped),
    ));
    given(&history)
}

fn second_draft() -> Given {
    let mut history = history_before(CommandKind::CloseCase);
    history.push(draft(SECOND));
    given(&history)
}

fn sign_on(day: Date) -> CaseCommand {
    command!(SignAgreement, |_target, body| {
        body.occurred_on = day;
        for signature in &mut body.signatures {
            signature.signed_on = day;
        }
    })
}

fn sign_second(from: Date, until: Option<Date>) -> CaseCommand {
    command!(SignAgreement, |target, body| {
        *target = SECOND;
        body.valid_from = from;
        body.valid_until = until;
        for signature in &mut body.signatures {
            signature.signed_on = date!(2014 - 12 - 01);
        }
    })
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = drafts();
    scenarios.extend(readiness());
    scenarios.extend(late_meetings());
    scenarios.extend(signatures());
    scenarios.extend(periods());
    scenarios
}

fn drafts() -> Vec<Scenario> {
    let ready = || before(CommandKind::DraftAgreement);
    vec![
        accepted("an agreement is drafted", ready(), command!(DraftAgreement)),
        accepted(
            "a second agreement is drafted",
            signed(),
            command!(DraftAgreement),
        ),
        refused(
            "a draft without any agreed priority",
            before(CommandKind::AgreePriority),
            command!(DraftAgreement),
            &[(R21, ""), (R21, "/priorities/0")],
        ),
        refused(
            "a draft that names nothing",
            ready(),
            command!(DraftAgreement, |body| body.priorities.clear()),
            &[(R21, "/priorities")],
        ),
        refused(
            "a draft names a dropped priority and an unknown one",
            ready(),
            command!(DraftAgreement, |body| {
                body.priorities = vec![sample::OTHER_PRIORITY, sample::PRIORITY, UNKNOWN];
            }),
            &[(R21, "/priorities/0"), (R21, "/priorities/2")],
        ),
        accepted(
            "a draft is drafted anew",
            drafted(),
            command!(RedraftAgreement),
        ),
        refused(
            "a signed agreement is drafted anew",
            signed(),
            command!(RedraftAgreement),
            &[(R21, "")],
        ),
        refused(
            "a draft is drafted anew when its only priority is dropped",
            only_priority_dropped(),
            command!(RedraftAgreement),
            &[(R21, ""), (R21, "/priorities/0")],
        ),
        accepted(
            "a draft is discarded",
            before(CommandKind::DiscardAgreementDraft),
            command!(DiscardAgreementDraft),
        ),
        refused(
            "a draft is discarded twice",
            drafted(),
            command!(DiscardAgreementDraft),
            &[(R21, "")],
        ),
        refused(
            "a signed agreement is discarded",
            signed(),
            command!(DiscardAgreementDraft, |target, _body| *target =
                sample::AGREEMENT),
            &[(R21, "")],
        ),
    ]
}

fn readiness() -> Vec<Scenario> {
    vec![
        accepted("an agreement is signed", drafted(), command!(SignAgreement)),
        refused(
            "an agreement is signed twice",
            signed(),
            command!(SignAgreement),
            &[(R21, "")],
        ),
        refused(
            "a discarded draft is signed",
            drafted(),
            command!(SignAgreement, |target, _body| *target =
                sample::OTHER_AGREEMENT),
            &[(R21, "")],
        ),
        refused(
            "signed without an initial meeting",
            without_meeting(),
            command!(SignAgreement),
            &[(R05, "")],
        ),
        refused(
            "signed after a refusal",
            meeting(date!(2015 - 01 - 20), MeetingOutcome::Declined),
            command!(SignAgreement),
            &[(R05, "")],
        ),
        refused(
            "signed after a refusal that overturned an earlier meeting",
            meeting(date!(2015 - 04 - 01), MeetingOutcome::Declined),
            command!(SignAgreement),
            &[(R05, "/occurred_on")],
        ),
        accepted(
            "signed before a refusal that was entered earlier",
            meeting(date!(2015 - 04 - 28), MeetingOutcome::Declined),
            command!(SignAgreement),
        ),
        refused(
            "signed the day before the first meeting",
            drafted(),
            sign_on(date!(2015 - 01 - 19)),
            &[(R05, "/occurred_on")],
        ),
        accepted(
            "signed after a meeting that left it undecided",
            meeting(date!(2015 - 01 - 20), MeetingOutcome::Undecided),
            command!(SignAgreement),
        ),
        accepted(
            "signed after a refusal that a later meeting overcame",
            meeting(date!(2015 - 01 - 19), MeetingOutcome::Declined),
            command!(SignAgreement),
        ),
        refused(
            "signed though the only priority is dropped",
            only_priority_dropped(),
            command!(SignAgreement),
            &[(R05, "")],
        ),
        refused(
            "signed though one of two priorities is dropped",
            one_of_two_priorities_dropped(),
            command!(SignAgreement, |target, _body| *target = SECOND),
            &[(R21, "")],
        ),
    ]
}

/// Initial meetings that are entered after the signing.
fn late_meetings() -> Vec<Scenario> {
    let on = |day, outcome| {
        command!(RecordInitialMeeting, |body| {
            body.occurred_on = day;
            body.outcome = outcome;
        })
    };
    let signing = date!(2015 - 04 - 27);
    vec![
        warned(
            "a refusal on the day of the signing",
            signed(),
            on(signing, MeetingOutcome::Declined),
            &[R05],
        ),
        accepted(
            "a refusal on the day after the signing",
            signed(),
            on(date!(2015 - 04 - 28), MeetingOutcome::Declined),
        ),
        accepted(
            "a refusal that a meeting before the signing overcame",
            signed(),
            on(date!(2015 - 01 - 19), MeetingOutcome::Declined),
        ),
        accepted(
            "no refusal before the signing",
            signed(),
            on(signing, MeetingOutcome::Undecided),
        ),
    ]
}

fn signatures() -> Vec<Scenario> {
    let day = |signed_on| {
        command!(SignAgreement, |_target, body| body.signatures[0]
            .signed_on = signed_on)
    };
    let without = |party| {
        command!(SignAgreement, |_target, body| body
            .signatures
            .retain(|one| one.party != party))
    };
    vec![
        refused(
            "the municipality has not signed",
            drafted(),
            without(Party::Municipality),
            &[(R05, "/signatures")],
        ),
        refused(
            "the agency has not signed",
            drafted(),
            without(Party::Agency),
            &[(R05, "/signatures")],
        ),
        refused(
            "only a third party has signed",
            drafted(),
            command!(SignAgreement, |_target, body| {
                body.signatures.truncate(1);
                body.signatures[0].party = Party::Third;
            }),
            &[(R05, "/signatures"), (R05, "/signatures")],
        ),
        accepted(
            "a third party signs too",
            drafted(),
            command!(SignAgreement, |_target, body| {
                let mut third = body.signatures[0].clone();
                third.party = Party::Third;
                body.signatures.push(third);
            }),
        ),
        accepted(
            "a signature on the first day of the period",
            drafted(),
            day(date!(2015 - 04 - 27)),
        ),
        warned(
            "both signatures on the second day",
            drafted(),
            sign_on(date!(2015 - 04 - 28)),
            &[R07, R07],
        ),
        refused(
            "a signature after the day of signing",
            drafted(),
            day(date!(2015 - 04 - 28)),
            &[(R05, "/signatures/0/signed_on")],
        ),
        accepted(
            "a signature today",
            drafted().on(date!(2015 - 04 - 27)),
            day(date!(2015 - 04 - 27)),
        ),
        refused(
            "a signature tomorrow",
            drafted().on(date!(2015 - 04 - 27)),
            day(date!(2015 - 04 - 28)),
            &[
                (R26, "/signatures/0/signed_on"),
                (R05, "/signatures/0/signed_on"),
            ],
        ),
        refused(
            "everything is wrong at once",
            without_meeting().on(date!(2015 - 04 - 26)),
            command!(SignAgreement, |_target, body| {
                body.signatures.remove(0);
                body.valid_until = None;
            }),
            &[
                (R05, ""),
                (R26, "/occurred_on"),
                (R05, "/signatures"),
                (R26, "/signatures/0/signed_on"),
                (R09, "/valid_until"),
            ],
        ),
    ]
}

fn periods() -> Vec<Scenario> {
    let until = |until| command!(SignAgreement, |_target, body| body.valid_until = until);
    let before_first = (date!(2015 - 01 - 01), date!(2015 - 04 - 26));
    let after_last = (date!(2017 - 05 - 01), date!(2017 - 12 - 31));
    vec![
        accepted(
            "a period of one day",
            drafted(),
            until(Some(date!(2015 - 04 - 27))),
        ),
        refused(
            "a period that ends before it begins",
            drafted(),
            until(Some(date!(2015 - 04 - 26))),
            &[(R06, "/valid_until")],
        ),
        refused(
            "an agreement without an end, but with an end condition",
            drafted(),
            until(None),
            &[(R09, "/valid_until")],
        ),
        accepted(
            "a second agreement that ends the day before the first begins",
            second_draft(),
            sign_second(before_first.0, Some(before_first.1)),
        ),
        refused(
            "a second agreement that ends on the first one's first day",
            second_draft(),
            sign_second(before_first.0, before_first.1.next_day()),
            &[(R08, "/valid_from")],
        ),
        accepted(
            "a second agreement that begins the day after the first ends",
            second_draft(),
            sign_second(after_last.0, Some(after_last.1)),
        ),
        refused(
            "a second agreement that begins on the first one's last day",
            second_draft(),
            sign_second(date!(2017 - 04 - 30), Some(after_last.1)),
            &[(R08, "/valid_from")],
        ),
        refused(
            "a second agreement inside the first",
            second_draft(),
            sign_second(date!(2016 - 01 - 01), Some(date!(2016 - 02 - 01))),
            &[(R08, "/valid_from")],
        ),
        refused(
            "a second agreement around the first",
            second_draft(),
            sign_second(before_first.0, Some(after_last.1)),
            &[(R08, "/valid_from")],
        ),
        refused(
            "a second agreement inside the first, without an end",
            second_draft(),
            sign_second(date!(2016 - 01 - 01), None),
            &[(R09, "/valid_until"), (R08, "/valid_from")],
        ),
        refused(
            "a second agreement before the first, without an end",
            second_draft(),
            sign_second(before_first.0, None),
            &[(R09, "/valid_until")],
        ),
        refused(
            "a second agreement that begins inside the first, the wrong way round",
            second_draft(),
            sign_second(date!(2016 - 01 - 01), Some(before_first.0)),
            &[(R06, "/valid_until"), (R08, "/valid_from")],
        ),
        refused(
            "a second agreement around the first, the wrong way round",
            second_draft(),
            sign_second(after_last.0, Some(before_first.0)),
            &[(R06, "/valid_until")],
        ),
    ]
}

#[test]
fn the_agreement_that_is_in_the_way_is_named() {
    let whole = sign_second(date!(2014 - 01 - 01), Some(date!(2020 - 12 - 31)));
    let refused = second_draft().when(whole).0.unwrap_err();
    let overlaps = refused.findings.iter().filter(|one| one.rule == R08);
    let agreements: Vec<_> = overlaps.map(|one| one.concerns).collect();
    assert_eq!(agreements, [Some(sample::AGREEMENT)]);
}

#[test]
fn the_dropped_priority_of_a_draft_is_named() {
    let sign = command!(SignAgreement, |target, _body| *target = SECOND);
    let refused = one_of_two_priorities_dropped().when(sign).0.unwrap_err();
    let priorities: Vec<_> = refused.findings.iter().map(|one| one.concerns).collect();
    assert_eq!(priorities, [Some(sample::OTHER_PRIORITY)]);
}
