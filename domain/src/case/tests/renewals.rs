//! Amending, extending and ending agreements: R06, R08, R21, R26.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::{
    Scenario, UNKNOWN, accepted, before, command, draft, history_before, refused, signed, warned,
};
use crate::case::CommandKind::{
    AmendAgreement, EndAgreement, ExtendAgreement, PauseCase, SignAgreement,
};
use crate::case::event::{AgreementSigned, Party, Signature};
use crate::case::{CaseCommand, CaseEvent, CommandKind, sample};
use crate::rule::Rule::{R06, R08, R21, R26};
use crate::stream::{Event, EventData};
use crate::testing::{Given, given, happened};

/// Another agreement beside the sample's.
const SECOND: Uuid = UNKNOWN;

/// The sample case before a command of this kind, with a second draft.
fn with_second_draft(kind: CommandKind) -> Given {
    let mut history = history_before(kind);
    history.push(draft(SECOND));
    given(&history)
}

/// The sample case before its extension, with a second agreement that begins on this day.
fn followed_from(day: Date) -> Given {
    let by = |party| Signature {
        function: "Leitung".into(),
        party,
        signed_on: day,
    };
    let mut history = history_before(ExtendAgreement);
    history.push(draft(SECOND));
    history.push(happened(
        day,
        CaseEvent::AgreementSigned(AgreementSigned {
            agreement: SECOND,
            document: None,
            end_condition: None,
            revision: 1,
            signatures: vec![by(Party::Municipality), by(Party::Agency)],
            valid_from: day,
            valid_until: Some(date!(2018 - 12 - 31)),
        }),
    ));
    given(&history)
}

fn ended() -> Given {
    before(PauseCase)
}

/// The agreement ended on the day before its first one, and a second is drafted.
fn ended_before_it_began() -> Given {
    let mut history = history_before(PauseCase);
    let is_end =
        |event: &&mut Event| matches!(event.data, EventData::Case(CaseEvent::AgreementEnded(_)));
    let end = history.iter_mut().find(is_end).unwrap();
    end.occurred_on = date!(2015 - 04 - 26);
    history.push(draft(SECOND));
    given(&history)
}

fn second_from(from: Date, until: Date) -> CaseCommand {
    command!(SignAgreement, |target, body| {
        *target = SECOND;
        body.valid_from = from;
        body.valid_until = Some(until);
        body.signatures
            .iter_mut()
            .for_each(|one| one.signed_on = from.min(sample::SIGNED_ON));
    })
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = amendments();
    scenarios.extend(what_can_be_amended());
    scenarios.extend(extensions());
    scenarios.extend(what_can_be_extended());
    scenarios.extend(ends());
    scenarios
}

fn amendments() -> Vec<Scenario> {
    let ready = || before(AmendAgreement);
    vec![
        accepted("an agreement is amended", ready(), command!(AmendAgreement)),
        accepted(
            "an amendment puts one priority in another's place",
            ready(),
            command!(AmendAgreement, |_target, body| body.dropped =
                vec![sample::PRIORITY]),
        ),
        accepted(
            "an amendment drops one priority of two",
            before(EndAgreement),
            command!(AmendAgreement, |_target, body| {
                body.added.clear();
                body.dropped = vec![sample::THIRD_PRIORITY];
            }),
        ),
        accepted(
            "an amendment names its document",
            ready(),
            command!(AmendAgreement, |_target, body| body.document =
                Some(sample::DOCUMENT)),
        ),
        refused(
            "an amendment changes nothing",
            ready(),
            command!(AmendAgreement, |_target, body| body.added.clear()),
            &[(R21, "/added")],
        ),
        refused(
            "an amendment adds what is dropped, what it names already and what is unknown",
            ready(),
            command!(AmendAgreement, |_target, body| {
                body.added = vec![
                    sample::OTHER_PRIORITY,
                    sample::THIRD_PRIORITY,
                    sample::PRIORITY,
                    UNKNOWN,
                ];
            }),
            &[(R21, "/added/0"), (R21, "/added/2"), (R21, "/added/3")],
        ),
        refused(
            "an amendment drops what the agreement does not name",
            ready(),
            command!(AmendAgreement, |_target, body| body.dropped =
                vec![sample::OTHER_PRIORITY]),
            &[(R21, "/dropped/0")],
        ),
        refused(
            "an amendment leaves nothing",
            ready(),
            command!(AmendAgreement, |_target, body| {
                body.added.clear();
                body.dropped = vec![sample::PRIORITY];
            }),
            &[(R21, "/dropped")],
        ),
        refused(
            "an amendment names a document that was unlinked",
            ready(),
            command!(AmendAgreement, |_target, body| body.document =
                Some(sample::OTHER_DOCUMENT)),
            &[(R21, "/document")],
        ),
        refused(
            "an amendment tomorrow",
            ready().on(date!(2015 - 11 - 02)),
            command!(AmendAgreement),
            &[(R26, "/occurred_on")],
        ),
    ]
}

fn what_can_be_amended() -> Vec<Scenario> {
    vec![
        refused(
            "a draft is amended",
            with_second_draft(AmendAgreement),
            command!(AmendAgreement, |target, _body| *target = SECOND),
            &[(R21, "")],
        ),
        refused(
            "an agreement of no case is amended",
            before(AmendAgreement),
            command!(AmendAgreement, |target, _body| *target = UNKNOWN),
            &[(R21, "")],
        ),
        refused(
            "an ended agreement is amended",
            ended(),
            command!(AmendAgreement, |_target, body| {
                body.added.clear();
                body.dropped = vec![sample::THIRD_PRIORITY];
            }),
            &[(R21, "")],
        ),
        refused(
            "an agreement is amended though nothing could be added or dropped",
            signed(),
            command!(AmendAgreement, |_target, body| body.added =
                vec![sample::OTHER_PRIORITY]),
            &[(R21, ""), (R21, "/added/0")],
        ),
    ]
}

fn extensions() -> Vec<Scenario> {
    let ready = || before(ExtendAgreement);
    let until = |day| command!(ExtendAgreement, |_target, body| body.valid_until = day);
    let signed_on = |day| command!(ExtendAgreement, |_target, body| body.signed_on = day);
    vec![
        accepted(
            "an agreement is extended",
            ready(),
            command!(ExtendAgreement),
        ),
        accepted(
            "an agreement is extended without a document",
            ready(),
            command!(ExtendAgreement, |_target, body| body.document = None),
        ),
        accepted(
            "an agreement is extended by a day",
            ready(),
            until(date!(2017 - 05 - 01)),
        ),
        refused(
            "an extension to the day that was the last already",
            ready(),
            until(sample::VALID_UNTIL),
            &[(R06, "/valid_until")],
        ),
        refused(
            "an extension to the day before the first",
            ready(),
            until(date!(2015 - 04 - 26)),
            &[(R06, "/valid_until")],
        ),
        accepted(
            "an extension on the last day",
            ready(),
            signed_on(sample::VALID_UNTIL),
        ),
        warned(
            "an extension on the day after the last",
            ready(),
            signed_on(date!(2017 - 05 - 01)),
            &[R08],
        ),
        accepted(
            "an extension signed today",
            ready().on(date!(2017 - 04 - 03)),
            command!(ExtendAgreement),
        ),
        refused(
            "an extension signed tomorrow",
            ready().on(date!(2017 - 04 - 03)),
            signed_on(date!(2017 - 04 - 04)),
            &[(R26, "/signed_on")],
        ),
        refused(
            "an extension names a document that was unlinked",
            ready(),
            command!(ExtendAgreement, |_target, body| body.document =
                Some(sample::OTHER_DOCUMENT)),
            &[(R21, "/document")],
        ),
        accepted(
            "an extension up to the day before another agreement",
            followed_from(date!(2018 - 05 - 01)),
            command!(ExtendAgreement),
        ),
        refused(
            "an extension up to the first day of another agreement",
            followed_from(date!(2018 - 04 - 30)),
            command!(ExtendAgreement),
            &[(R08, "/valid_until")],
        ),
    ]
}

/// The sample agreement holds until the last day there is.
fn for_ever() -> Given {
    let mut history = history_before(ExtendAgreement);
    for event in &mut history {
        if let EventData::Case(CaseEvent::AgreementSigned(signed)) = &mut event.data {
            signed.valid_until = Some(date!(9999 - 12 - 31));
        }
    }
    given(&history)
}

fn what_can_be_extended() -> Vec<Scenario> {
    vec![
        refused(
            "no day follows the last",
            for_ever(),
            command!(ExtendAgreement),
            &[(R06, ""), (R06, "/valid_until")],
        ),
        refused(
            "another agreement begins the day after the last",
            followed_from(date!(2017 - 05 - 01)),
            command!(ExtendAgreement),
            &[(R08, ""), (R08, "/valid_until")],
        ),
        refused(
            "a draft is extended",
            with_second_draft(ExtendAgreement),
            command!(ExtendAgreement, |target, _body| *target = SECOND),
            &[(R21, "")],
        ),
        refused(
            "an ended agreement is extended",
            ended(),
            command!(ExtendAgreement, |_target, body| body.valid_until =
                date!(2019 - 04 - 30)),
            &[(R21, "")],
        ),
    ]
}

fn ends() -> Vec<Scenario> {
    vec![
        accepted(
            "an agreement is ended",
            before(EndAgreement),
            command!(EndAgreement),
        ),
        refused(
            "an agreement is ended twice",
            ended(),
            command!(EndAgreement),
            &[(R21, "")],
        ),
        refused(
            "a draft is ended",
            before(SignAgreement),
            command!(EndAgreement),
            &[(R21, "")],
        ),
        refused(
            "an agreement is ended tomorrow",
            before(EndAgreement).on(date!(2017 - 05 - 21)),
            command!(EndAgreement),
            &[(R26, "/occurred_on")],
        ),
        accepted(
            "a second agreement begins on the day on which the first was ended",
            with_second_draft(PauseCase),
            second_from(date!(2017 - 05 - 22), date!(2019 - 05 - 21)),
        ),
        refused(
            "a second agreement begins on the day before the first was ended",
            with_second_draft(PauseCase),
            second_from(date!(2017 - 05 - 21), date!(2019 - 05 - 21)),
            &[(R08, "/valid_from")],
        ),
        refused(
            "a second agreement around the first, which was ended",
            with_second_draft(PauseCase),
            second_from(date!(2015 - 01 - 01), date!(2019 - 05 - 21)),
            &[(R08, "/valid_from")],
        ),
        accepted(
            "a second agreement around one that was ended before it began",
            ended_before_it_began(),
            second_from(date!(2015 - 01 - 01), date!(2019 - 05 - 21)),
        ),
        accepted(
            "a priority of an ended agreement is dropped",
            ended(),
            command!(DropPriority, |target, _body| *target = sample::PRIORITY),
        ),
    ]
}
