//! Closing and reopening: R02, R23, R24, R25, R27.

use time::macros::date;
use uuid::Uuid;

use super::{
    Scenario, UNKNOWN, accepted, before, closed, closing, command, history_before, refused, signed,
    warned,
};
use crate::case::event::FollowUpScheduled;
use crate::case::{CaseEvent, CommandKind, sample};
use crate::facts::Key;
use crate::language::Language;
use crate::rule::Rule::{R02, R23, R24, R25, R26, R27};
use crate::stream::Event;
use crate::testing::{given, happened};

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = vec![
        accepted(
            "a case is closed over its agreement",
            signed(),
            command!(CloseCase),
        ),
        accepted(
            "a case without an agreement is closed",
            before(CommandKind::DraftAgreement),
            command!(CloseCase, |body| body.acknowledge.clear()),
        ),
        refused(
            "the agreement is not named on its last day",
            signed(),
            command!(CloseCase, |body| body.acknowledge.clear()),
            &[(R24, "/acknowledge")],
        ),
        accepted(
            "the agreement need not be named on the day after its last",
            signed(),
            command!(CloseCase, |body| {
                body.acknowledge.clear();
                body.occurred_on = date!(2017 - 05 - 01);
            }),
        ),
        refused(
            "the agreement is not named on its first day",
            signed(),
            command!(CloseCase, |body| {
                body.acknowledge.clear();
                body.occurred_on = date!(2015 - 04 - 27);
            }),
            &[(R24, "/acknowledge")],
        ),
        refused(
            "the agreement is not named on the day before its first",
            signed(),
            command!(CloseCase, |body| {
                body.acknowledge.clear();
                body.occurred_on = date!(2015 - 04 - 26);
            }),
            &[(R24, "/acknowledge")],
        ),
        refused(
            "what is named is not open, and what is open is not named",
            signed(),
            command!(CloseCase, |body| {
                body.acknowledge = vec![sample::OTHER_AGREEMENT, UNKNOWN];
            }),
            &[
                (R24, "/acknowledge"),
                (R24, "/acknowledge/0"),
                (R24, "/acknowledge/1"),
            ],
        ),
        refused(
            "a case is closed tomorrow",
            signed().on(date!(2017 - 04 - 29)),
            command!(CloseCase),
            &[(R26, "/occurred_on")],
        ),
        warned(
            "a case is closed before its opening day",
            before(CommandKind::DraftAgreement),
            command!(CloseCase, |body| {
                body.acknowledge.clear();
                body.occurred_on = date!(2014 - 11 - 30);
            }),
            &[R27],
        ),
    ];
    scenarios.extend(reopenings());
    scenarios.extend(other_open_items());
    scenarios.extend(after_the_closing());
    scenarios
}

fn reopenings() -> Vec<Scenario> {
    let halle = || Key::open_case(sample::MUNICIPALITY);
    let mut scenarios = vec![
        accepted("a closed case is reopened", closed(), command!(ReopenCase)),
        refused(
            "an open case is reopened",
            signed(),
            command!(ReopenCase),
            &[(R25, "")],
        ),
        refused(
            "an open case is reopened without a reason",
            signed(),
            command!(ReopenCase, |body| body.reason = " ".into()),
            &[(R25, ""), (R25, "/reason")],
        ),
        refused(
            "a closed case is reopened without a reason",
            closed(),
            command!(ReopenCase, |body| body.reason = "\n".into()),
            &[(R25, "/reason")],
        ),
        refused(
            "a closed case is reopened while another one is open",
            closed().holder(halle(), UNKNOWN),
            command!(ReopenCase),
            &[(R02, "")],
        ),
        accepted(
            "a closed case is reopened while it holds the key itself",
            closed().holder(halle(), sample::CASE),
            command!(ReopenCase),
        ),
    ];
    for (key, what) in [
        (
            "03152",
            "a closed case is reopened while another has the key it began with",
        ),
        (
            "03159",
            "a closed case is reopened while another has the successor's key",
        ),
    ] {
        let mut history = sample::succession();
        history.push(closing());
        scenarios.push(refused(
            what,
            given(&history).holder(Key::open_case(key), UNKNOWN),
            command!(ReopenCase),
            &[(R02, "")],
        ));
    }
    scenarios
}

fn other_open_items() -> Vec<Scenario> {
    let naming = |items: &[Uuid]| {
        let items = items.to_vec();
        command!(CloseCase, |body| body.acknowledge = items)
    };
    vec![
        accepted(
            "an open follow-up is named",
            before(CommandKind::CompleteFollowUp),
            naming(&[sample::FOLLOW_UP, sample::AGREEMENT]),
        ),
        refused(
            "an open follow-up is not named",
            before(CommandKind::CompleteFollowUp),
            naming(&[sample::AGREEMENT]),
            &[(R24, "/acknowledge")],
        ),
        refused(
            "a completed follow-up is named",
            before(CommandKind::RecordCouncilResolution),
            naming(&[sample::AGREEMENT, sample::FOLLOW_UP]),
            &[(R24, "/acknowledge/1")],
        ),
        accepted(
            "an undecided application is named",
            before(CommandKind::RecordFundingDecision),
            naming(&[sample::AGREEMENT, sample::APPLICATION]),
        ),
        refused(
            "an undecided application is not named",
            before(CommandKind::RecordFundingDecision),
            naming(&[sample::AGREEMENT]),
            &[(R24, "/acknowledge")],
        ),
        refused(
            "a decided application is named",
            before(CommandKind::ChangeFundingPeriod),
            naming(&[sample::APPLICATION, sample::AGREEMENT]),
            &[(R24, "/acknowledge/0")],
        ),
        refused(
            "an ended agreement is named",
            before(CommandKind::PauseCase),
            naming(&[sample::AGREEMENT]),
            &[(R24, "/acknowledge/0")],
        ),
        accepted(
            "an agreement that ran out is named",
            signed(),
            naming(&[sample::AGREEMENT]).on(date!(2017 - 05 - 01)),
        ),
        refused(
            "nothing of three is named",
            given(&three_open_items()),
            naming(&[]),
            &[
                (R24, "/acknowledge"),
                (R24, "/acknowledge"),
                (R24, "/acknowledge"),
            ],
        ),
    ]
}

/// The sample case with an agreement in force, an undecided application and an open follow-up.
fn three_open_items() -> Vec<Event> {
    let mut history = history_before(CommandKind::RecordFundingDecision);
    let scheduled = FollowUpScheduled {
        assignee: sample::ADVISOR,
        due_on: date!(2016 - 03 - 15),
        follow_up: sample::FOLLOW_UP,
        title: "Bescheid erfragen".into(),
    };
    history.push(happened(
        date!(2016 - 01 - 12),
        CaseEvent::FollowUpScheduled(scheduled),
    ));
    history
}

/// Every command whose body was fine just before, after a closing.
fn after_the_closing() -> impl Iterator<Item = Scenario> {
    use CommandKind::{LinkDocument, OpenCase, ReopenCase, SucceedMunicipality};
    let late = CommandKind::ALL
        .iter()
        .filter(|kind| !matches!(kind, OpenCase | ReopenCase | LinkDocument));
    late.map(|kind| {
        let mut history = if *kind == SucceedMunicipality {
            sample::succession()[..1].to_vec()
        } else {
            history_before(*kind)
        };
        history.push(closing());
        refused(
            "something happens after the closing",
            given(&history).among(sample::streams()),
            sample::command(*kind),
            &[(R23, "")],
        )
    })
}

#[test]
fn each_open_item_is_called_by_its_kind() {
    let command = command!(CloseCase, |body| body.acknowledge.clear());
    let rejection = given(&three_open_items()).when(command).0.unwrap_err();
    let [agreement, follow_up, application] =
        [sample::AGREEMENT, sample::FOLLOW_UP, sample::APPLICATION];
    let told = |language| {
        let findings = rejection.findings.iter();
        findings
            .map(|found| found.message(language).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        told(Language::De),
        [
            format!(
                "Die Zielvereinbarung ab 27.04.2015 ist noch offen und nicht genannt ({agreement})."
            ),
            format!(
                "Die Wiedervorlage „Bescheid erfragen“ ist noch offen und nicht genannt ({follow_up})."
            ),
            format!("Der Antrag vom 28.10.2015 ist noch offen und nicht genannt ({application})."),
        ]
    );
    assert_eq!(
        told(Language::En),
        [
            format!("The agreement from 27 April 2015 is still open and not named ({agreement})."),
            format!("The follow-up “Bescheid erfragen” is still open and not named ({follow_up})."),
            format!(
                "The application of 28 October 2015 is still open and not named ({application})."
            ),
        ]
    );
}
