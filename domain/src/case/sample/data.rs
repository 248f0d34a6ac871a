//! The events of the sample case and the texts they share with its commands.
//!
//! The events are written down, not decided: a test holds them against what the commands come to.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::super::event::{
    AgreementDraftDiscarded, AgreementDrafted, AgreementSigned, CaseClosed, CaseEvent, CaseOpened,
    CaseReopened, Channel, ClosingReason, ContactRecorded, EndCondition, InitialMeetingHeld,
    MeetingOutcome, MunicipalityReference, NeedCaptured, NeedChanges, NeedRevised, NeedWithdrawn,
    Origin, Participant, Party, PriorityAgreed, PriorityChanges, PriorityDropped, PriorityRevised,
    Signature, Urgency,
};
use super::{
    ADVISOR, AGREEMENT, CASE_NUMBER, MUNICIPALITY, NEED, OTHER_AGREEMENT, OTHER_NEED,
    OTHER_PRIORITY, PRIORITY, SITE,
};
use crate::catalogue::MunicipalityKind;
use crate::change::Change;
use crate::stream::{Event, EventData};
use crate::text::Line;

pub(super) const OPENED_ON: Date = date!(2014 - 12 - 01);
pub(super) const SIGNED_ON: Date = date!(2015 - 04 - 27);
pub(super) const VALID_UNTIL: Date = date!(2017 - 04 - 30);
pub(super) const ASSUMED_DAY: &str = "Beispiel, der Tag ist angenommen.";
pub(super) const MEETING: [&str; 2] = [
    "Beigeordnete für Bildung und Soziales",
    "Referent der Agentur",
];
pub(super) const AGENDA: [&str; 2] = [
    "Gesamtstrategie für Bildung",
    "Bildungs- und Sozialberichterstattung",
];
pub(super) const STATEMENT: &str =
    "Es fehlt eine ressortübergreifende Gesamtstrategie für Bildung.";
pub(super) const EVIDENCE: [&str; 2] = [
    "Bildungs- und Sozialberichterstattung",
    "Beschluss des Stadtrats",
];
pub(super) const TITLE: &str = "Bildungskonzept „Bildungsstadt Halle“";
pub(super) const SUMMARY: &str =
    "Das Bildungskonzept liegt dem Stadtrat vor; die Lenkungsgruppe arbeitet.";

pub(super) fn lines(texts: &[&str]) -> Vec<Line> {
    texts.iter().copied().map(Line::from).collect()
}

pub(super) fn participants(functions: &[&str]) -> Vec<Participant> {
    functions
        .iter()
        .map(|function| Participant {
            function: (*function).into(),
        })
        .collect()
}

pub(super) fn need_changes() -> NeedChanges {
    NeedChanges {
        dimension: Some("steering".to_owned()),
        evidence: Change::Set(lines(&["Beschluss des Stadtrats"])),
        statement: Some("Bildung wird nicht ressortübergreifend gesteuert.".into()),
        urgency: Some(Urgency::High),
    }
}

pub(super) fn priority_changes() -> PriorityChanges {
    PriorityChanges {
        focus_area: Change::Set("steering_group".to_owned()),
        needs: Some(vec![NEED]),
        rank: Some(2),
        target_on: Change::Set(date!(2017 - 03 - 31)),
        title: Some("Lenkungsgruppe Bildung".into()),
    }
}

pub(super) fn signatures() -> Vec<Signature> {
    let by = |party, function: &str| Signature {
        function: function.into(),
        party,
        signed_on: SIGNED_ON,
    };
    vec![
        by(Party::Municipality, "Oberbürgermeister"),
        by(Party::Agency, "Leitung"),
    ]
}

pub(super) fn opened() -> CaseOpened {
    CaseOpened {
        advisor: ADVISOR,
        case_number: CASE_NUMBER.to_owned(),
        municipality: MunicipalityReference {
            key: MUNICIPALITY.to_owned(),
            kind: MunicipalityKind::IndependentCity,
            land: "15".to_owned(),
            name: "Halle (Saale), Stadt".to_owned(),
        },
        origin: Origin::Kickoff,
        site: SITE,
    }
}

fn captured(need: Uuid) -> CaseEvent {
    CaseEvent::NeedCaptured(NeedCaptured {
        dimension: "strategy".to_owned(),
        evidence: Some(lines(&EVIDENCE)),
        need,
        statement: STATEMENT.into(),
        urgency: Urgency::Medium,
    })
}

fn agreed(priority: Uuid) -> CaseEvent {
    CaseEvent::PriorityAgreed(PriorityAgreed {
        focus_area: Some("education_concept".to_owned()),
        needs: vec![NEED],
        priority,
        rank: 1,
        target_on: Some(date!(2016 - 12 - 31)),
        title: TITLE.into(),
    })
}

fn drafted(agreement: Uuid, revision: u32, planned_until: Date) -> CaseEvent {
    CaseEvent::AgreementDrafted(AgreementDrafted {
        agreement,
        planned_until: Some(planned_until),
        priorities: vec![PRIORITY],
        revision,
    })
}

#[expect(clippy::too_many_lines, reason = "one entry per event")]
pub(super) fn history() -> Vec<Event> {
    let on = |occurred_on, data| Event {
        occurred_on,
        reason: None,
        data: EventData::Case(data),
    };
    let because = |occurred_on, reason: &str, data| Event {
        reason: Some(reason.into()),
        ..on(occurred_on, data)
    };
    vec![
        on(OPENED_ON, CaseEvent::CaseOpened(opened())),
        on(
            OPENED_ON,
            CaseEvent::ContactRecorded(ContactRecorded {
                channel: Channel::KickoffEvent,
                participants: participants(&["Beigeordnete für Bildung und Soziales"]),
                topics: lines(&["Leistungen der Agentur", "Termin für ein Erstgespräch"]),
            }),
        ),
        because(
            date!(2015 - 01 - 20),
            ASSUMED_DAY,
            CaseEvent::InitialMeetingHeld(InitialMeetingHeld {
                next_step: Some("Bedarfe aufnehmen".into()),
                outcome: MeetingOutcome::Interested,
                participants: participants(&MEETING),
                place: "Stadthaus Halle (Saale)".into(),
                topics: lines(&AGENDA),
            }),
        ),
        on(date!(2015 - 02 - 10), captured(NEED)),
        because(
            date!(2015 - 02 - 24),
            "Ergebnis der Abstimmung zwischen den Fachbereichen.",
            CaseEvent::NeedRevised(NeedRevised {
                changes: need_changes(),
                need: NEED,
            }),
        ),
        on(date!(2015 - 02 - 10), captured(OTHER_NEED)),
        because(
            date!(2015 - 03 - 03),
            "Der Bedarf war doppelt erfasst.",
            CaseEvent::NeedWithdrawn(NeedWithdrawn { need: OTHER_NEED }),
        ),
        on(date!(2015 - 03 - 10), agreed(PRIORITY)),
        because(
            date!(2015 - 03 - 17),
            "Der Stadtrat berät erst im Frühjahr 2017.",
            CaseEvent::PriorityRevised(PriorityRevised {
                changes: priority_changes(),
                priority: PRIORITY,
            }),
        ),
        on(date!(2015 - 03 - 10), agreed(OTHER_PRIORITY)),
        because(
            date!(2015 - 03 - 24),
            "Der Schwerpunkt geht in einem anderen auf.",
            CaseEvent::PriorityDropped(PriorityDropped {
                priority: OTHER_PRIORITY,
            }),
        ),
        on(
            date!(2015 - 04 - 07),
            drafted(AGREEMENT, 1, date!(2016 - 12 - 31)),
        ),
        because(
            date!(2015 - 04 - 13),
            "Die Laufzeit folgt der Programmphase.",
            drafted(AGREEMENT, 2, VALID_UNTIL),
        ),
        on(
            date!(2015 - 04 - 07),
            drafted(OTHER_AGREEMENT, 1, date!(2016 - 12 - 31)),
        ),
        because(
            date!(2015 - 04 - 20),
            "Es bleibt bei einer einzigen Zielvereinbarung.",
            CaseEvent::AgreementDraftDiscarded(AgreementDraftDiscarded {
                agreement: OTHER_AGREEMENT,
            }),
        ),
        because(
            SIGNED_ON,
            ASSUMED_DAY,
            CaseEvent::AgreementSigned(AgreementSigned {
                agreement: AGREEMENT,
                end_condition: Some(EndCondition::GoalsReached),
                revision: 2,
                signatures: signatures(),
                valid_from: SIGNED_ON,
                valid_until: Some(VALID_UNTIL),
            }),
        ),
        on(
            VALID_UNTIL,
            CaseEvent::CaseClosed(CaseClosed {
                acknowledged: vec![AGREEMENT],
                reason: ClosingReason::PhaseEnd,
                summary: SUMMARY.into(),
            }),
        ),
        because(
            date!(2017 - 05 - 15),
            "Die Kommune bittet um Begleitung der Umsetzung.",
            CaseEvent::CaseReopened(CaseReopened {}),
        ),
    ]
}
