//! The kinds of streams, and the four functions every kind gives to the store: decide, evolve,
//! claims and row.
//!
//! The store knows only this module. A new kind of stream is one more variant in each enum here,
//! and the compiler names the places.

use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

use crate::agency::{AgencyCommand, AgencyEvent, AgencyState};
use crate::case::{CaseCommand, CaseEvent, CaseRow, CaseState};
use crate::envelope::UnreadableEvent;
use crate::facts::{Claim, Facts, Needs};
use crate::rights::Permission;
use crate::rule::{Finding, Rejection};
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
}

impl StreamKind {
    /// The code in the log.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Agency => "agency",
            Self::Case => "case",
        }
    }

    /// Every kind.
    pub const ALL: &[Self] = &[Self::Agency, Self::Case];

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
}

impl EventData {
    /// The wire name.
    #[must_use]
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::Agency(event) => event.event_type(),
            Self::Case(event) => event.event_type(),
        }
    }

    /// The version of the data's shape.
    #[must_use]
    pub fn schema(&self) -> u32 {
        match self {
            Self::Agency(event) => event.schema(),
            Self::Case(event) => event.schema(),
        }
    }

    /// Every wire name of a kind of stream with every version of its shape that can be read.
    #[must_use]
    pub fn readable(kind: StreamKind) -> &'static [(&'static str, u32)] {
        match kind {
            StreamKind::Agency => AgencyEvent::READABLE,
            StreamKind::Case => CaseEvent::READABLE,
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

/// What a command comes to when no rule refuses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// At least one event.
    pub events: Vec<Event>,
    /// What was noticed without being refused.
    pub warnings: Vec<Finding>,
}

/// The state of a stream: a fold of its events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum State {
    /// Of an agency.
    Agency(AgencyState),
    /// Of a case.
    Case(CaseState),
}

impl State {
    /// The kind of stream it is the state of.
    #[must_use]
    pub fn kind(&self) -> StreamKind {
        match self {
            Self::Agency(_) => StreamKind::Agency,
            Self::Case(_) => StreamKind::Case,
        }
    }

    /// The version of the state's stored shape; a stored state of another version is folded anew
    /// from the log.
    #[must_use]
    pub fn schema(kind: StreamKind) -> u32 {
        match kind {
            StreamKind::Agency => AgencyState::SCHEMA,
            StreamKind::Case => CaseState::SCHEMA,
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
        }
    }

    /// The state after `event`. Total: an event that fits no state leaves it as it was.
    #[must_use]
    pub fn evolve(state: Option<Self>, event: &Event) -> Option<Self> {
        match (state, &event.data) {
            (None, EventData::Agency(data)) => {
                AgencyState::evolve(None, data, event.occurred_on).map(Self::Agency)
            }
            (Some(Self::Agency(state)), EventData::Agency(data)) => {
                AgencyState::evolve(Some(state), data, event.occurred_on).map(Self::Agency)
            }
            (None, EventData::Case(data)) => {
                CaseState::evolve(None, data, event.occurred_on).map(Self::Case)
            }
            (Some(Self::Case(state)), EventData::Case(data)) => {
                CaseState::evolve(Some(state), data, event.occurred_on).map(Self::Case)
            }
            (Some(state @ Self::Agency(_)), EventData::Case(_))
            | (Some(state @ Self::Case(_)), EventData::Agency(_)) => Some(state),
        }
    }

    /// The unique keys and counters that `event` moves; `state` is the one before it.
    #[must_use]
    pub fn claims(state: Option<&Self>, event: &Event) -> Vec<Claim> {
        match &event.data {
            EventData::Agency(_) => Vec::new(),
            EventData::Case(data) => crate::case::claims(state.and_then(Self::as_case), data),
        }
    }

    /// The row of the case list; none for streams that are in no list.
    #[must_use]
    pub fn row(&self) -> Option<CaseRow> {
        match self {
            Self::Agency(_) => None,
            Self::Case(state) => Some(state.row()),
        }
    }

    /// The case, if it is one.
    #[must_use]
    pub fn as_case(&self) -> Option<&CaseState> {
        match self {
            Self::Case(state) => Some(state),
            Self::Agency(_) => None,
        }
    }

    /// The agency, if it is one.
    #[must_use]
    pub fn as_agency(&self) -> Option<&AgencyState> {
        match self {
            Self::Agency(state) => Some(state),
            Self::Case(_) => None,
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
}

impl Command {
    /// The kind of stream it addresses.
    #[must_use]
    pub fn stream_kind(&self) -> StreamKind {
        match self {
            Self::Agency(_) => StreamKind::Agency,
            Self::Case(_) => StreamKind::Case,
        }
    }

    /// The permission it asks for.
    #[must_use]
    pub fn permission(&self) -> Permission {
        match self {
            Self::Agency(command) => command.permission(),
            Self::Case(command) => command.kind().permission(),
        }
    }

    /// Whether it means the same on every version of its stream, so that none has to be named.
    #[must_use]
    pub fn commutes(&self) -> bool {
        match self {
            Self::Agency(_) => true,
            Self::Case(command) => command.kind().commutes(),
        }
    }

    /// What it needs to know beyond its stream.
    #[must_use]
    pub fn needs(&self, state: Option<&State>) -> Needs {
        match self {
            Self::Agency(_) => Needs::default(),
            Self::Case(command) => command.needs(state.and_then(State::as_case)),
        }
    }

    /// Whether a closed agency takes it.
    fn is_about_readers(&self) -> bool {
        match self {
            Self::Agency(command) => command.is_about_readers(),
            Self::Case(_) => false,
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
        }
    }
}
