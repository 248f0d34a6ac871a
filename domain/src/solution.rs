//! Model solutions: what programmes and municipalities have worked out and an agency passes on.
//!
//! Invariant: a solution is a stream of its own, the agency's catalogue; how a municipality took it over
//! stands with its case.

pub mod command;
mod decide;
pub mod sample;
#[cfg(test)]
mod tests;

pub use command::SolutionCommand;
pub use decide::decide;

use time::Date;

use crate::case::event::wire;
use crate::change::{Change, replace};
use crate::event_macro::events;
use crate::text::{Line, Prose};

events! {
    /// An event of a solution.
    SolutionEvent {
        /// The solution was described.
        SolutionDescribed(SolutionDescribed) = "solution_described" 1,
        /// It was described differently.
        SolutionRevised(SolutionRevised) = "solution_revised" 1,
        /// It is not offered any more.
        SolutionWithdrawn(SolutionWithdrawn) = "solution_withdrawn" 1,
    }
}

wire! {
    /// Data of `solution_described`.
    pub struct SolutionDescribed {
        /// What it is and what it needs.
        pub description: Prose,
        /// Codes of the quality dimensions it serves.
        pub dimensions: Vec<String>,
        /// Key of the municipality that gives it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub donor: Option<String>,
        /// Codes of the focus areas it serves.
        pub focus_areas: Vec<String>,
        /// Code of the programme it comes from.
        pub origin: String,
        /// Its title.
        pub title: Line,
    }

    /// What a revision changes of a solution; absent members stay, `null` clears.
    #[serde(deny_unknown_fields)]
    #[cfg_attr(feature = "openapi", schema(min_properties = 1))]
    pub struct SolutionChanges {
        /// What it is and what it needs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub description: Option<Prose>,
        /// Codes of the quality dimensions it serves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::text::codes))]
        pub dimensions: Option<Vec<String>>,
        /// Key of the municipality that gives it; `null` clears it.
        #[serde(default, skip_serializing_if = "Change::is_keep")]
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::change::clearable_municipality_key))]
        pub donor: Change<String>,
        /// Codes of the focus areas it serves.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(schema_with = crate::text::codes))]
        pub focus_areas: Option<Vec<String>>,
        /// Code of the programme it comes from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
        pub origin: Option<String>,
        /// Its title.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub title: Option<Line>,
    }

    /// Data of `solution_revised`.
    pub struct SolutionRevised {
        /// The new values.
        pub changes: SolutionChanges,
    }

    /// Data of `solution_withdrawn`; the reason stands in the envelope.
    pub struct SolutionWithdrawn {}

    /// Whether a solution is offered.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum SolutionStatus {
        /// It is.
        Offered,
        /// Not any more.
        Withdrawn,
    }

    /// How a solution was withdrawn.
    pub struct Withdrawal {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// When.
        pub withdrawn_on: Date,
    }

    /// The state of a solution.
    pub struct SolutionState {
        /// What it is and what it needs.
        pub description: Prose,
        /// Codes of the quality dimensions it serves.
        pub dimensions: Vec<String>,
        /// Key of the municipality that gives it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub donor: Option<String>,
        /// Codes of the focus areas it serves.
        pub focus_areas: Vec<String>,
        /// Code of the programme it comes from.
        pub origin: String,
        /// Whether it is offered.
        pub status: SolutionStatus,
        /// Its title.
        pub title: Line,
        /// How it was withdrawn, if it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub withdrawal: Option<Withdrawal>,
    }
}

impl SolutionStatus {
    /// Every status, in the order of a solution's life.
    pub const ALL: &[Self] = &[Self::Offered, Self::Withdrawn];

    /// The code on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The status with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.code() == code)
    }
}

impl SolutionState {
    /// The version of this state's stored shape.
    pub const SCHEMA: u32 = 2;

    /// The state after `event`. Total: what does not fit leaves the state as it was.
    #[must_use]
    pub fn evolve(
        state: Option<Self>,
        event: &SolutionEvent,
        occurred_on: Date,
        reason: Option<&Prose>,
    ) -> Option<Self> {
        match (state, event) {
            (None, SolutionEvent::SolutionDescribed(described)) => Some(Self::described(described)),
            (None, _) => None,
            (Some(mut state), event) => {
                state.apply(event, occurred_on, reason);
                Some(state)
            }
        }
    }

    fn described(described: &SolutionDescribed) -> Self {
        Self {
            description: described.description.clone(),
            dimensions: described.dimensions.clone(),
            donor: described.donor.clone(),
            focus_areas: described.focus_areas.clone(),
            origin: described.origin.clone(),
            status: SolutionStatus::Offered,
            title: described.title.clone(),
            withdrawal: None,
        }
    }

    fn apply(&mut self, event: &SolutionEvent, occurred_on: Date, reason: Option<&Prose>) {
        match event {
            // Describing is first; a second one changes nothing (R01 refuses it).
            SolutionEvent::SolutionDescribed(_) => {}
            SolutionEvent::SolutionRevised(revised) => {
                let changes = &revised.changes;
                replace(&mut self.description, changes.description.as_ref());
                replace(&mut self.dimensions, changes.dimensions.as_ref());
                changes.donor.apply(&mut self.donor);
                replace(&mut self.focus_areas, changes.focus_areas.as_ref());
                replace(&mut self.origin, changes.origin.as_ref());
                replace(&mut self.title, changes.title.as_ref());
            }
            SolutionEvent::SolutionWithdrawn(_) => {
                self.withdrawal = Some(Withdrawal {
                    reason: reason.cloned(),
                    withdrawn_on: occurred_on,
                });
                self.status = SolutionStatus::Withdrawn;
            }
        }
    }
}
