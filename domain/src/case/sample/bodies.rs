//! One command of every kind, with its optional members wherever they read well.

use time::macros::date;

use super::super::command::{
    AgreePriority, CaptureNeed, CaseCommand, CloseCase, CommandKind, DiscardAgreementDraft,
    DraftAgreement, DropPriority, MunicipalityKey, OpenCase, RecordContact, RecordInitialMeeting,
    ReopenCase, ReviseNeed, RevisePriority, SignAgreement, WithdrawNeed,
};
use super::super::event::{Channel, ClosingReason, EndCondition, MeetingOutcome, Origin, Urgency};
use super::{
    ADVISOR, AGREEMENT, MUNICIPALITY, NEED, OTHER_AGREEMENT, OTHER_NEED, OTHER_PRIORITY, PRIORITY,
    SITE, data,
};

#[expect(clippy::too_many_lines, reason = "one arm per kind of command")]
pub(super) fn command(kind: CommandKind) -> CaseCommand {
    match kind {
        CommandKind::OpenCase => CaseCommand::OpenCase(OpenCase {
            occurred_on: data::OPENED_ON,
            reason: None,
            municipality: MunicipalityKey {
                key: MUNICIPALITY.to_owned(),
                name: None,
            },
            site: SITE,
            advisor: ADVISOR,
            origin: Origin::Kickoff,
        }),
        CommandKind::RecordContact => CaseCommand::RecordContact(RecordContact {
            occurred_on: data::OPENED_ON,
            reason: None,
            channel: Channel::KickoffEvent,
            participants: data::participants(&["Beigeordnete für Bildung und Soziales"]),
            topics: data::lines(&["Leistungen der Agentur", "Termin für ein Erstgespräch"]),
        }),
        CommandKind::RecordInitialMeeting => {
            CaseCommand::RecordInitialMeeting(RecordInitialMeeting {
                occurred_on: date!(2015 - 01 - 20),
                reason: Some(data::ASSUMED_DAY.into()),
                place: "Stadthaus Halle (Saale)".into(),
                participants: data::participants(&data::MEETING),
                topics: data::lines(&data::AGENDA),
                outcome: MeetingOutcome::Interested,
                next_step: Some("Bedarfe aufnehmen".into()),
            })
        }
        CommandKind::CaptureNeed => CaseCommand::CaptureNeed(CaptureNeed {
            occurred_on: date!(2015 - 02 - 10),
            reason: None,
            dimension: "strategy".to_owned(),
            statement: data::STATEMENT.into(),
            urgency: Urgency::Medium,
            evidence: Some(data::lines(&data::EVIDENCE)),
        }),
        CommandKind::ReviseNeed => CaseCommand::ReviseNeed(
            NEED,
            ReviseNeed {
                occurred_on: date!(2015 - 02 - 24),
                reason: Some("Ergebnis der Abstimmung zwischen den Fachbereichen.".into()),
                changes: data::need_changes(),
            },
        ),
        CommandKind::WithdrawNeed => CaseCommand::WithdrawNeed(
            OTHER_NEED,
            WithdrawNeed {
                occurred_on: date!(2015 - 03 - 03),
                reason: "Der Bedarf war doppelt erfasst.".into(),
            },
        ),
        CommandKind::AgreePriority => CaseCommand::AgreePriority(AgreePriority {
            occurred_on: date!(2015 - 03 - 10),
            reason: None,
            focus_area: Some("education_concept".to_owned()),
            title: data::TITLE.into(),
            needs: vec![NEED],
            rank: 1,
            target_on: Some(date!(2016 - 12 - 31)),
        }),
        CommandKind::RevisePriority => CaseCommand::RevisePriority(
            PRIORITY,
            RevisePriority {
                occurred_on: date!(2015 - 03 - 17),
                reason: Some("Der Stadtrat berät erst im Frühjahr 2017.".into()),
                changes: data::priority_changes(),
            },
        ),
        CommandKind::DropPriority => CaseCommand::DropPriority(
            OTHER_PRIORITY,
            DropPriority {
                occurred_on: date!(2015 - 03 - 24),
                reason: "Der Schwerpunkt geht in einem anderen auf.".into(),
            },
        ),
        CommandKind::DraftAgreement => CaseCommand::DraftAgreement(DraftAgreement {
            occurred_on: date!(2015 - 04 - 07),
            reason: None,
            priorities: vec![PRIORITY],
            planned_until: Some(date!(2016 - 12 - 31)),
        }),
        CommandKind::RedraftAgreement => CaseCommand::RedraftAgreement(
            AGREEMENT,
            DraftAgreement {
                occurred_on: date!(2015 - 04 - 13),
                reason: Some("Die Laufzeit folgt der Programmphase.".into()),
                priorities: vec![PRIORITY],
                planned_until: Some(data::VALID_UNTIL),
            },
        ),
        CommandKind::DiscardAgreementDraft => CaseCommand::DiscardAgreementDraft(
            OTHER_AGREEMENT,
            DiscardAgreementDraft {
                occurred_on: date!(2015 - 04 - 20),
                reason: "Es bleibt bei einer einzigen Zielvereinbarung.".into(),
            },
        ),
        CommandKind::SignAgreement => CaseCommand::SignAgreement(
            AGREEMENT,
            SignAgreement {
                occurred_on: data::SIGNED_ON,
                reason: Some(data::ASSUMED_DAY.into()),
                signatures: data::signatures(),
                valid_from: data::SIGNED_ON,
                valid_until: Some(data::VALID_UNTIL),
                end_condition: Some(EndCondition::GoalsReached),
            },
        ),
        CommandKind::CloseCase => CaseCommand::CloseCase(CloseCase {
            occurred_on: data::VALID_UNTIL,
            reason: ClosingReason::PhaseEnd,
            summary: data::SUMMARY.into(),
            acknowledge: vec![AGREEMENT],
        }),
        CommandKind::ReopenCase => CaseCommand::ReopenCase(ReopenCase {
            occurred_on: date!(2017 - 05 - 15),
            reason: "Die Kommune bittet um Begleitung der Umsetzung.".into(),
        }),
    }
}
