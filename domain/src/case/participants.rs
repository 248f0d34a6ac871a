//! Participants: who takes part in the case for the municipality, by function.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::timeline::{Telling, clause, day, name};
use super::topic::{Circumstances, Happening};
use crate::change::{Change, replace};
use crate::rule::{Finding, Findings, Rule};
use crate::text::Line;

pub(super) mod commands;

wire! {
    /// Data of `participant_added`.
    pub struct ParticipantAdded {
        /// The function, such as `Leitung des Bildungsbüros`. No name.
        pub function: Line,
        /// The organisation, if it is not the municipality itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub organisation: Option<Line>,
        /// The participant's id.
        pub participant: Uuid,
        /// The first day.
        pub valid_from: Date,
    }

    /// What changes of a participant; absent members stay, `null` clears.
    #[serde(deny_unknown_fields)]
    #[cfg_attr(feature = "openapi", schema(min_properties = 1))]
    pub struct ParticipantChanges {
        /// The function. No name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub function: Option<Line>,
        /// The organisation; `null` clears it.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::change::clearable_line))]
        pub organisation: Change<Line>,
    }

    /// Data of `participant_changed`.
    pub struct ParticipantChanged {
        /// The new values.
        pub changes: ParticipantChanges,
        /// The participant.
        pub participant: Uuid,
    }

    /// Data of `participant_left`.
    pub struct ParticipantLeft {
        /// The participant.
        pub participant: Uuid,
        /// The last day.
        pub valid_to: Date,
    }

    /// Somebody who takes part in the case; who left stays visible.
    pub struct CaseParticipant {
        /// The function.
        pub function: Line,
        /// The participant's id.
        pub id: Uuid,
        /// The organisation, if it is not the municipality itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub organisation: Option<Line>,
        /// The first day.
        pub valid_from: Date,
        /// The last day, once it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub valid_to: Option<Date>,
    }
}

impl CaseState {
    /// The participant with this id.
    #[must_use]
    pub fn participant(&self, id: Uuid) -> Option<&CaseParticipant> {
        self.participants.iter().find(|one| one.id == id)
    }

    fn participant_mut(&mut self, id: Uuid) -> Option<&mut CaseParticipant> {
        self.participants.iter_mut().find(|one| one.id == id)
    }
}

impl Happening for ParticipantAdded {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::AddParticipant, None)
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        state.participants.push(CaseParticipant {
            function: self.function.clone(),
            id: self.participant,
            organisation: self.organisation.clone(),
            valid_from: self.valid_from,
            valid_to: None,
        });
    }

    fn made(&self) -> Option<Uuid> {
        Some(self.participant)
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let function = clause(self.function.as_str());
        let of = self.organisation.as_ref();
        let of = of.map_or(String::new(), |one| format!(" ({})", clause(one.as_str())));
        let from = day(telling.language, self.valid_from);
        telling.say(
            &format!("{function}{of} ist ab {from} am Fall beteiligt"),
            &format!("{function}{of} takes part in the case from {from}"),
        )
    }
}

impl Happening for ParticipantChanged {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::ChangeParticipant, Some(self.participant))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(participant) = state.participant_mut(self.participant) {
            replace(&mut participant.function, self.changes.function.as_ref());
            self.changes
                .organisation
                .apply(&mut participant.organisation);
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let participant = telling.participant(self.participant);
        let mut parts = Vec::new();
        if let Some(function) = &self.changes.function {
            let function = name(telling.language, function.as_str());
            parts.push(telling.newly("neue Funktion", "new function", &function));
        }
        match &self.changes.organisation {
            Change::Keep => {}
            Change::Set(organisation) => {
                let organisation = name(telling.language, organisation.as_str());
                parts.push(telling.newly("Organisation", "organisation", &organisation));
            }
            Change::Clear => parts.push(telling.say("ohne Organisation", "no organisation")),
        }
        telling.revision(
            &format!("Beteiligung von {participant} geändert"),
            &format!("Participation of {participant} changed"),
            &parts,
        )
    }
}

impl Happening for ParticipantLeft {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (
            CommandKind::RecordParticipantDeparture,
            Some(self.participant),
        )
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(participant) = state.participant_mut(self.participant) {
            participant.valid_to = Some(self.valid_to);
        }
    }

    /// R06: nobody leaves before they came; R26: nor tomorrow.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let future = on.facts.not_in_the_future(self.valid_to, "/valid_to");
        findings.refusals.extend(future);
        let participant = state.participant(self.participant);
        let ordered = participant.is_none_or(|one| one.valid_from <= self.valid_to);
        findings.require(ordered, || {
            Finding::new(Rule::R06).at("/valid_to").because(
                "Die Beteiligung endet nicht vor ihrem Beginn.",
                "The participation does not end before it began.",
            )
        });
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let participant = telling.participant(self.participant);
        let until = day(telling.language, self.valid_to);
        telling.say(
            &format!("{participant} war bis {until} am Fall beteiligt"),
            &format!("{participant} took part in the case until {until}"),
        )
    }
}

/// R21: the participant has not left.
fn current(state: &CaseState, target: Option<Uuid>) -> Vec<Finding> {
    let participant = target.and_then(|id| state.participant(id));
    let current = participant.is_some_and(|one| one.valid_to.is_none());
    Findings::unless(current, || {
        Finding::new(Rule::R21).because(
            "Die Beteiligung hat geendet.",
            "The participation has ended.",
        )
    })
}

impl Telling<'_> {
    /// The participant by the function, or by the id if the state before does not know it.
    fn participant(&self, id: Uuid) -> String {
        let known = self.before.and_then(|state| state.participant(id));
        known.map_or(id.to_string(), |one| {
            name(self.language, one.function.as_str())
        })
    }
}
