//! What a command comes to.

use time::Date;

use super::{Event, EventData};
use crate::rule::Finding;
use crate::text::Prose;

/// What a command comes to when no rule refuses it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// At least one event.
    pub events: Vec<Event>,
    /// What was noticed without being refused.
    pub warnings: Vec<Finding>,
}

impl Decision {
    /// One event, with what was noticed.
    pub(crate) fn of(
        occurred_on: Date,
        reason: Option<Prose>,
        data: EventData,
        warnings: Vec<Finding>,
    ) -> Self {
        let event = Event {
            occurred_on,
            reason,
            data,
        };
        Self {
            events: vec![event],
            warnings,
        }
    }
}
