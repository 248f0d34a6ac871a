//! The kinds of streams, and the four functions every kind gives to the store: decide, evolve,
//! claims and row.
//!
//! The store knows only this module. A new kind of stream is one more variant in each enum here,
//! and the compiler names the places.

mod decision;
mod lists;

pub use decision::Decision;

use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

use crate::agency::{AgencyCommand, AgencyEvent, AgencyState};
use crate::case::{CaseCommand, CaseEvent, CaseState};
use crate::catalogue::Catalogue;
use crate::envelope::UnreadableEvent;
use crate::facts::{Claim, Facts, Needs};
use crate::offering::{OfferingCommand, OfferingEvent, OfferingState};
use crate::rights::Permission;
use crate::rule::Rejection;
use crate::solution::{SolutionCommand, SolutionEvent, SolutionState};
use crate::text::Prose;

/// What kind of stream an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum StreamKind {
    /// The agency itself: its sites and members. The stream's id is the agency's.
    Agency,
    /// One advisory case.
    Case,
    /// One offering, to which the agency invites its municipalities.
    Offering,
    /// One model solution of the agency's catalogue.
    Solution,
}

impl StreamKind {
    /// The code in the log.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Agency => "agency",
            Self::Case => "case",
            Self::Offering => "offering",
            Self::Solution => "solution",
        }
    }

    /// Every kind.
    pub const ALL: &[Self] = &[Self::Agency, Self::Case, Self::Offering, Self::Solution];

    /// The kind with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.code() == code)
    }
}

/// The data of an event of any stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum EventData {
    /// Of an agency's own stream.
    Agency(AgencyEvent),
    /// Of a case.
    Case(CaseEvent),
    /// Of an offering.
    Offering(OfferingEvent),
    /// Of a solution.
    Solution(SolutionEvent),
}

impl EventData {
    /// The wire name.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::Agency(event) => event.event_type(),
            Self::Case(event) => event.event_type(),
            Self::Offering(event) => event.event_type(),
            Self::Solution(event) => event.event_type(),
        }
    }

    /// The version of the data's shape.
    #[must_use]
    pub fn schema(&self) -> u32 {
        match self {
            Self::Agency(event) => event.schema(),
            Self::Case(event) => event.schema(),
            Self::Offering(event) => event.schema(),
            Self::Solution(event) => event.schema(),
        }
    }

    /// Every wire name of a kind of stream with every version of its shape that can be read.
    #[must_use]
    pub fn readable(kind: StreamKind) -> &'static [(&'static str, u32)] {
        match kind {
            StreamKind::Agency => AgencyEvent::READABLE,
            StreamKind::Case => CaseEvent::READABLE,
            StreamKind::Offering => OfferingEvent::READABLE,
            StreamKind::Solution => SolutionEvent::READABLE,
        }
    }

    /// Reads the data of a stored event; an older shape is lifted to the present one.
    ///
    /// # Errors
    /// If type and schema are not known here, or the data do not fit them.
    pub fn from_stored(
        kind: StreamKind,
        event_type: &str,
        schema: u32,
        data: &str,
    ) -> Result<Self, UnreadableEvent> {
        match kind {
            StreamKind::Agency => {
                AgencyEvent::from_stored(event_type, schema, data).map(Self::Agency)
            }
            StreamKind::Case => CaseEvent::from_stored(event_type, schema, data).map(Self::Case),
            StreamKind::Offering => {
                OfferingEvent::from_stored(event_type, schema, data).map(Self::Offering)
            }
            StreamKind::Solution => {
                SolutionEvent::from_stored(event_type, schema, data).map(Self::Solution)
            }
        }
    }
}

/// Something that happened: the part of an event that rules and states read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The day it happened in the world.
    pub occurred_on: Date,
    /// Why, in the words of the actor.
    pub reason: Option<Prose>,
    /// What happened.
    pub data: EventData,
}

/// The state of a stream: a fold of its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all states are of cases; a box would cost each of them an allocation"
)]
pub enum State {
    /// Of an agency.
    Agency(AgencyState),
    /// Of a case.
    Case(CaseState),
    /// Of an offering.
    Offering(OfferingState),
    /// Of a solution.
    Solution(SolutionState),
}

impl State {
    /// The kind of stream it is the state of.
    #[must_use]
    pub fn kind(&self) -> StreamKind {
        match self {
            Self::Agency(_) => StreamKind::Agency,
            Self::Case(_) => StreamKind::Case,
            Self::Offering(_) => StreamKind::Offering,
            Self::Solution(_) => StreamKind::Solution,
        }
    }

    /// The version of the state's stored shape; a stored state of another version is folded anew
    /// from the log.
    #[must_use]
    pub fn schema(kind: StreamKind) -> u32 {
        match kind {
            StreamKind::Agency => AgencyState::SCHEMA,
            StreamKind::Case => CaseState::SCHEMA,
            StreamKind::Offering => OfferingState::SCHEMA,
            StreamKind::Solution => SolutionState::SCHEMA,
        }
    }

    /// Reads a stored state of the present shape.
    ///
    /// # Errors
    /// If the text is no such state.
    pub fn from_stored(kind: StreamKind, text: &str) -> Result<Self, serde_json::Error> {
        match kind {
            StreamKind::Agency => serde_json::from_str(text).map(Self::Agency),
            StreamKind::Case => serde_json::from_str(text).map(Self::Case),
            StreamKind::Offering => serde_json::from_str(text).map(Self::Offering),
            StreamKind::Solution => serde_json::from_str(text).map(Self::Solution),
        }
    }

    /// The state after `event`. Total: an event that fits no state leaves it as it was.
    #[must_use]
    pub fn evolve(state: Option<Self>, event: &Event) -> Option<Self> {
        let (on, why) = (event.occurred_on, event.reason.as_ref());
        match (&event.data, state) {
            (EventData::Agency(data), None) => {
                AgencyState::evolve(None, data, on).map(Self::Agency)
            }
            (EventData::Agency(data), Some(Self::Agency(state))) => {
                AgencyState::evolve(Some(state), data, on).map(Self::Agency)
            }
            (EventData::Case(data), None) => CaseState::evolve(None, data, on).map(Self::Case),
            (EventData::Case(data), Some(Self::Case(state))) => {
                CaseState::evolve(Some(state), data, on).map(Self::Case)
            }
            (EventData::Offering(data), None) => {
                OfferingState::evolve(None, data, on, why).map(Self::Offering)
            }
            (EventData::Offering(data), Some(Self::Offering(state))) => {
                OfferingState::evolve(Some(state), data, on, why).map(Self::Offering)
            }
            (EventData::Solution(data), None) => {
                SolutionState::evolve(None, data, on, why).map(Self::Solution)
            }
            (EventData::Solution(data), Some(Self::Solution(state))) => {
                SolutionState::evolve(Some(state), data, on, why).map(Self::Solution)
            }
            // An event of another kind of stream.
            (
                EventData::Agency(_)
                | EventData::Case(_)
                | EventData::Offering(_)
                | EventData::Solution(_),
                Some(state),
            ) => Some(state),
        }
    }

    /// The unique keys and counters that `event` moves; `state` is the one before it.
    #[must_use]
    pub fn claims(state: Option<&Self>, event: &Event) -> Vec<Claim> {
        match &event.data {
            EventData::Agency(_) | EventData::Offering(_) | EventData::Solution(_) => Vec::new(),
            EventData::Case(data) => crate::case::claims(state.and_then(Self::as_case), data),
        }
    }

    /// The case, if it is one.
    #[must_use]
    pub fn as_case(&self) -> Option<&CaseState> {
        if let Self::Case(state) = self {
            Some(state)
        } else {
            None
        }
    }

    /// The agency, if it is one.
    #[must_use]
    pub fn as_agency(&self) -> Option<&AgencyState> {
        if let Self::Agency(state) = self {
            Some(state)
        } else {
            None
        }
    }

    /// The offering, if it is one.
    #[must_use]
    pub fn as_offering(&self) -> Option<&OfferingState> {
        if let Self::Offering(state) = self {
            Some(state)
        } else {
            None
        }
    }

    /// The solution, if it is one.
    #[must_use]
    pub fn as_solution(&self) -> Option<&SolutionState> {
        if let Self::Solution(state) = self {
            Some(state)
        } else {
            None
        }
    }
}

/// A wish to change one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// To an agency's own stream; the operator's or an administrator's.
    Agency(AgencyCommand),
    /// To a case.
    Case(CaseCommand),
    /// To an offering.
    Offering(OfferingCommand),
    /// To a solution.
    Solution(SolutionCommand),
}

impl Command {
    /// The kind of stream it addresses.
    #[must_use]
    pub fn stream_kind(&self) -> StreamKind {
        match self {
            Self::Agency(_) => StreamKind::Agency,
            Self::Case(_) => StreamKind::Case,
            Self::Offering(_) => StreamKind::Offering,
            Self::Solution(_) => StreamKind::Solution,
        }
    }

    /// The permission it asks for.
    #[must_use]
    pub fn permission(&self) -> Permission {
        match self {
            Self::Agency(command) => command.permission(),
            Self::Case(command) => command.kind().permission(),
            Self::Offering(_) => OfferingCommand::PERMISSION,
            Self::Solution(_) => SolutionCommand::PERMISSION,
        }
    }

    /// Whether it means the same on every version of its stream, so that none has to be named.
    #[must_use]
    pub fn commutes(&self) -> bool {
        match self {
            Self::Agency(_) => true,
            Self::Case(command) => command.kind().commutes(),
            Self::Offering(_) | Self::Solution(_) => false,
        }
    }

    /// What it needs to know beyond its stream.
    #[must_use]
    pub fn needs(&self, state: Option<&State>, catalogue: &Catalogue) -> Needs {
        match self {
            Self::Agency(_) | Self::Offering(_) | Self::Solution(_) => Needs::default(),
            Self::Case(command) => command.needs(state.and_then(State::as_case), catalogue),
        }
    }

    /// Whether a closed agency takes it.
    fn is_about_readers(&self) -> bool {
        match self {
            Self::Agency(command) => command.is_about_readers(),
            Self::Case(_) | Self::Offering(_) | Self::Solution(_) => false,
        }
    }

    /// Decides: which events, or which rules refuse. In a closed agency R35 refuses, whatever the stream is.
    ///
    /// # Errors
    /// The rules that refuse, all of them.
    pub fn decide(
        &self,
        state: Option<&State>,
        facts: &Facts<'_>,
        new_id: &mut dyn FnMut() -> Uuid,
    ) -> Result<Decision, Rejection> {
        if let Some(refusal) = crate::agency::network::closed(facts)
            && !self.is_about_readers()
        {
            return Err(Rejection::by(refusal));
        }
        match self {
            Self::Agency(command) => {
                crate::agency::decide(state.and_then(State::as_agency), command, facts, new_id)
            }
            Self::Case(command) => {
                crate::case::decide(state.and_then(State::as_case), command, facts, new_id)
            }
            Self::Offering(command) => {
                crate::offering::decide(state.and_then(State::as_offering), command, facts)
            }
            Self::Solution(command) => {
                crate::solution::decide(state.and_then(State::as_solution), command, facts)
            }
        }
    }
}
