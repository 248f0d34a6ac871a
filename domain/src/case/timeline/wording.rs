//! What codes are called in sentences.

use super::super::event::{
    Channel, ClosingReason, EndCondition, MeetingOutcome, Origin, Party, Urgency,
};
use super::phrase::either;
use crate::language::Language;

pub(super) fn origin(language: Language, origin: Origin) -> &'static str {
    let (de, en) = match origin {
        Origin::Kickoff => ("Auftaktveranstaltung", "following the kick-off event"),
        Origin::Request => ("Anfrage der Kommune", "at the municipality’s request"),
        Origin::Approach => ("Initiative der Agentur", "on the agency’s initiative"),
    };
    either(language, de, en)
}

pub(super) fn contact(language: Language, channel: Channel) -> &'static str {
    let (de, en) = match channel {
        Channel::KickoffEvent => (
            "Kontakt bei der Auftaktveranstaltung",
            "Contact at the kick-off event",
        ),
        Channel::Call => (
            "Kontakt per Telefon oder Video",
            "Contact by telephone or video call",
        ),
        Channel::Mail => (
            "Kontakt per Brief oder E-Mail",
            "Contact by letter or e-mail",
        ),
        Channel::Visit => ("Kontakt bei einem Besuch", "Contact on a visit"),
        Channel::Meeting => ("Kontakt in einer Besprechung", "Contact in a meeting"),
    };
    either(language, de, en)
}

pub(super) fn outcome(language: Language, outcome: MeetingOutcome) -> &'static str {
    let (de, en) = match outcome {
        MeetingOutcome::Interested => (
            "die Kommune ist interessiert",
            "the municipality is interested",
        ),
        MeetingOutcome::Undecided => (
            "die Kommune hat sich noch nicht entschieden",
            "the municipality has not decided yet",
        ),
        MeetingOutcome::Declined => ("die Kommune hat abgesagt", "the municipality has declined"),
    };
    either(language, de, en)
}

pub(super) fn urgency(language: Language, urgency: Urgency) -> &'static str {
    let (de, en) = match urgency {
        Urgency::Low => ("niedrig", "low"),
        Urgency::Medium => ("mittel", "medium"),
        Urgency::High => ("hoch", "high"),
    };
    either(language, de, en)
}

pub(super) fn party(language: Language, party: Party) -> &'static str {
    let (de, en) = match party {
        Party::Municipality => ("Kommune", "municipality"),
        Party::Agency => ("Agentur", "agency"),
        Party::Third => ("Dritte", "third party"),
    };
    either(language, de, en)
}

pub(super) fn end_condition(language: Language, condition: EndCondition) -> &'static str {
    let (de, en) = match condition {
        EndCondition::GoalsReached => ("die Ziele erreicht sind", "the goals are reached"),
        EndCondition::PhaseEnd => ("die Programmphase endet", "the programme’s phase ends"),
    };
    either(language, de, en)
}

pub(super) fn closing_reason(language: Language, reason: ClosingReason) -> &'static str {
    let (de, en) = match reason {
        ClosingReason::Completed => ("Beratung vollendet", "advice completed"),
        ClosingReason::NoInterest => (
            "kein Interesse der Kommune",
            "no interest on the municipality’s part",
        ),
        ClosingReason::PhaseEnd => ("Ende der Programmphase", "end of the programme’s phase"),
        ClosingReason::OpenedInError => ("irrtümlich eröffnet", "opened in error"),
    };
    either(language, de, en)
}
