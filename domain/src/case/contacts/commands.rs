//! Recording contacts and initial meetings.

use time::macros::date;

use super::{Channel, ContactRecorded, InitialMeetingHeld, MeetingOutcome, Participant};
use crate::case::CaseEvent;
use crate::case::command::bodies;
use crate::case::sample::{self, lines, participants};
use crate::case::topic::{Act, Making};
use crate::rule::Rejection;
use crate::text::Line;

bodies! {
    /// Records a contact.
    pub struct RecordContact on "The day of the contact.", reason optional {
        /// How.
        pub channel: Channel,
        /// Who took part, by function.
        #[cfg_attr(feature = "openapi", schema(max_items = 50))]
        pub participants: Vec<Participant>,
        /// What was talked about.
        #[cfg_attr(feature = "openapi", schema(max_items = 20))]
        pub topics: Vec<Line>,
    }

    /// Records the initial meeting.
    pub struct RecordInitialMeeting on "The day of the meeting.", reason optional {
        /// Where.
        pub place: Line,
        /// Who took part, by function.
        #[cfg_attr(feature = "openapi", schema(max_items = 50))]
        pub participants: Vec<Participant>,
        /// What was talked about.
        #[cfg_attr(feature = "openapi", schema(max_items = 20))]
        pub topics: Vec<Line>,
        /// What it came to.
        pub outcome: MeetingOutcome,
        /// What is to happen next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next_step: Option<Line>,
    }
}

impl Act for RecordContact {
    const COMMUTES: bool = true;

    fn event(&self, _making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::ContactRecorded(ContactRecorded {
            channel: self.channel,
            participants: self.participants.clone(),
            topics: self.topics.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: sample::OPENED_ON,
            reason: None,
            channel: Channel::KickoffEvent,
            participants: participants(&["Beigeordnete für Bildung und Soziales"]),
            topics: lines(&["Leistungen der Agentur", "Termin für ein Erstgespräch"]),
        }
    }
}

impl Act for RecordInitialMeeting {
    fn event(&self, _making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::InitialMeetingHeld(InitialMeetingHeld {
            next_step: self.next_step.clone(),
            outcome: self.outcome,
            participants: self.participants.clone(),
            place: self.place.clone(),
            topics: self.topics.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 01 - 20),
            reason: Some(sample::ASSUMED_DAY.into()),
            place: "Stadthaus Halle (Saale)".into(),
            participants: participants(&[
                "Beigeordnete für Bildung und Soziales",
                "Referent der Agentur",
            ]),
            topics: lines(&[
                "Gesamtstrategie für Bildung",
                "Bildungs- und Sozialberichterstattung",
            ]),
            outcome: MeetingOutcome::Interested,
            next_step: Some("Bedarfe aufnehmen".into()),
        }
    }
}
