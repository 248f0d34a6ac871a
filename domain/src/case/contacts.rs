//! Contacts and initial meetings.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::timeline::{Telling, clause};
use super::topic::{Circumstances, Happening};
use crate::language::Language;
use crate::rule::{Finding, Findings, Rule};
use crate::text::Line;

pub(super) mod commands;

wire! {
    /// How agency and municipality were in contact.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum Channel {
        /// At the kick-off event.
        KickoffEvent,
        /// By telephone or video call.
        Call,
        /// By letter or electronic mail.
        Mail,
        /// On a visit.
        Visit,
        /// In a meeting.
        Meeting,
    }

    /// Somebody who took part, named by function only.
    #[serde(deny_unknown_fields)]
    pub struct Participant {
        /// The function, such as `Dezernentin für Bildung`. No name.
        pub function: Line,
    }

    /// Data of `contact_recorded`.
    pub struct ContactRecorded {
        /// How.
        pub channel: Channel,
        /// Who took part, by function.
        pub participants: Vec<Participant>,
        /// What was talked about.
        pub topics: Vec<Line>,
    }

    /// What an initial meeting came to.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum MeetingOutcome {
        /// The municipality wants to go on.
        Interested,
        /// It has not decided.
        Undecided,
        /// It does not want to go on.
        Declined,
    }

    /// Data of `initial_meeting_held`.
    pub struct InitialMeetingHeld {
        /// What is to happen next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next_step: Option<Line>,
        /// What it came to.
        pub outcome: MeetingOutcome,
        /// Who took part, by function.
        pub participants: Vec<Participant>,
        /// Where.
        pub place: Line,
        /// What was talked about.
        pub topics: Vec<Line>,
    }

    /// An initial meeting.
    pub struct InitialMeeting {
        /// When it was held.
        pub held_on: Date,
        /// What it came to.
        pub outcome: MeetingOutcome,
    }
}

impl CaseState {
    /// The initial meeting held last on `day` or before; of two on one day the one entered last.
    pub(super) fn last_meeting_until(&self, day: Date) -> Option<&InitialMeeting> {
        let held = self.initial_meetings.iter();
        held.take_while(|one| one.held_on <= day).last()
    }
}

impl Happening for ContactRecorded {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::RecordContact, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        state.contacts += 1;
        let first = state
            .first_contact_on
            .map_or(occurred_on, |day| day.min(occurred_on));
        state.first_contact_on = Some(first);
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        Telling::sentences(&[
            telling.about(self.channel.word(telling.language), &self.topics),
            telling.present(&self.participants),
        ])
    }
}

impl Happening for InitialMeetingHeld {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::RecordInitialMeeting, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        // A meeting entered late stands before those that were held after it.
        let meetings = &mut state.initial_meetings;
        let at = meetings.partition_point(|one| one.held_on <= occurred_on);
        let meeting = InitialMeeting {
            held_on: occurred_on,
            outcome: self.outcome,
        };
        meetings.insert(at, meeting);
    }

    /// R05, for agreements that were signed after it and before the next meeting.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let declined = self.outcome == MeetingOutcome::Declined;
        let signed = state.agreements.iter().filter_map(|one| {
            let signed_on = one.signed.as_ref()?.signed_on;
            let last = state.last_meeting_until(signed_on);
            let counts = last.is_none_or(|last| last.held_on <= on.occurred_on);
            (on.occurred_on <= signed_on && counts).then_some(one.id)
        });
        for agreement in signed.filter(|_| declined) {
            let refused = Finding::new(Rule::R05).at("/outcome").because(
                "Danach ist eine Zielvereinbarung unterzeichnet, ohne ein weiteres Erstgespräch.",
                "An agreement was signed after that, without another initial meeting.",
            );
            findings.warnings.push(refused.concerning(agreement));
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let meeting = telling.either("Erstgespräch", "Initial meeting");
        let place = clause(self.place.as_str());
        let outcome = self.outcome.word(telling.language);
        let next = self.next_step.as_ref().map_or(String::new(), |step| {
            let label = telling.either("Nächster Schritt", "Next step");
            format!("{label}: {}", clause(step.as_str()))
        });
        Telling::sentences(&[
            telling.about(&format!("{meeting}, {place}"), &self.topics),
            telling.present(&self.participants),
            format!("{}: {outcome}", telling.either("Ergebnis", "Outcome")),
            next,
        ])
    }
}

impl Channel {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::KickoffEvent => (
                "Kontakt bei der Auftaktveranstaltung",
                "Contact at the kick-off event",
            ),
            Self::Call => (
                "Kontakt per Telefon oder Video",
                "Contact by telephone or video call",
            ),
            Self::Mail => (
                "Kontakt per Brief oder E-Mail",
                "Contact by letter or e-mail",
            ),
            Self::Visit => ("Kontakt bei einem Besuch", "Contact on a visit"),
            Self::Meeting => ("Kontakt in einer Besprechung", "Contact in a meeting"),
        })
    }
}

impl MeetingOutcome {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::Interested => (
                "die Kommune ist interessiert",
                "the municipality is interested",
            ),
            Self::Undecided => (
                "die Kommune hat sich noch nicht entschieden",
                "the municipality has not decided yet",
            ),
            Self::Declined => ("die Kommune hat abgesagt", "the municipality has declined"),
        })
    }
}
