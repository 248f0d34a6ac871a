//! Qualifications: which offerings the municipality attended, and with whom.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::timeline::{Telling, clause, quote};
use super::topic::{Circumstances, Happening};
use crate::offering::OfferingStatus;
use crate::rule::{Finding, Findings, Rule};
use crate::text::{Line, Prose};

pub(super) mod commands;

wire! {
    /// How many of one function took part.
    #[serde(deny_unknown_fields)]
    pub struct Attendees {
        /// How many.
        #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 9999))]
        pub count: u32,
        /// The function, such as `Sachbearbeitung Schulverwaltung`. No name.
        pub function: Line,
    }

    /// Data of `qualification_attended`.
    pub struct QualificationAttended {
        /// What the participants said about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub feedback: Option<Prose>,
        /// The agency's offering.
        pub offering: Uuid,
        /// Who took part, by function.
        pub participants: Vec<Attendees>,
        /// The offering's title on that day.
        pub title: Line,
    }

    /// An offering that the municipality attended.
    pub struct Qualification {
        /// The day it was attended.
        pub attended_on: Date,
        /// The agency's offering.
        pub offering: Uuid,
        /// How many took part, all functions together.
        pub participants: u64,
        /// The offering's title on that day.
        pub title: Line,
    }
}

impl Happening for QualificationAttended {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::RecordQualification, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        let counts = self.participants.iter().map(|one| u64::from(one.count));
        state.qualifications.push(Qualification {
            attended_on: occurred_on,
            offering: self.offering,
            participants: counts.sum(),
            title: self.title.clone(),
        });
    }

    /// R34, and R39 for the day it was held.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let known = on.facts.offering(self.offering);
        findings.require(
            known.is_some_and(|one| one.status == OfferingStatus::Held),
            || {
                Finding::new(Rule::R34).at("/offering").because(
                    "Die Qualifizierung gibt es nicht, oder sie ist nicht durchgeführt.",
                    "There is no such offering, or it was not held.",
                )
            },
        );
        let held_on = known.and_then(|one| one.held_on);
        findings.warn(held_on.is_some_and(|day| on.occurred_on < day), || {
            Finding::new(Rule::R39).at("/occurred_on")
        });
        let mut earlier = state.qualifications.iter();
        let again = earlier.any(|one| one.offering == self.offering);
        findings.require(!again, || {
            Finding::new(Rule::R34).at("/offering").because(
                "Die Teilnahme an dieser Qualifizierung ist in diesem Fall schon vermerkt.",
                "Attendance at this offering is on record in this case already.",
            )
        });
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let title = quote(telling.language, self.title.as_str());
        let who: Vec<_> = self
            .participants
            .iter()
            .map(|one| Line(format!("{} × {}", one.count, clause(one.function.as_str()))))
            .collect();
        let feedback = self.feedback.as_ref().map_or(String::new(), |text| {
            telling.listed("Rückmeldung", "Feedback", &clause(text.as_str()))
        });
        Telling::sentences(&[
            telling.say(
                &format!("An der Qualifizierung {title} teilgenommen"),
                &format!("Offering {title} attended"),
            ),
            telling.labelled("Beteiligt", "Present", &who),
            feedback,
        ])
    }
}
