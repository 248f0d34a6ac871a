//! Offerings: theme days, workshops and the like, to which an agency invites its municipalities.
//!
//! Invariant: an offering is a stream of its own, because one of them serves many cases; who took part
//! stands with each case.

use time::Date;
use uuid::Uuid;

pub mod command;
mod decide;
pub mod sample;
#[cfg(test)]
mod tests;

pub use command::OfferingCommand;
pub use decide::decide;

use crate::case::event::wire;
use crate::event_macro::events;
use crate::text::{Line, Prose};

events! {
    /// An event of an offering.
    OfferingEvent {
        /// The offering was announced.
        OfferingScheduled(OfferingScheduled) = "offering_scheduled" 1,
        /// It was put off to another day.
        OfferingPostponed(OfferingPostponed) = "offering_postponed" 1,
        /// It took place.
        OfferingHeld(OfferingHeld) = "offering_held" 1,
        /// It was called off.
        OfferingCancelled(OfferingCancelled) = "offering_cancelled" 1,
    }
}

wire! {
    /// Data of `offering_scheduled`: at one of the agency's sites or at another place.
    pub struct OfferingScheduled {
        /// For how many participants there is room.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub capacity: Option<u32>,
        /// Code of the format.
        pub format: String,
        /// The day it is planned for.
        pub on: Date,
        /// Where, if not at one of the agency's sites.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub place: Option<Line>,
        /// The agency's site at which it is planned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub site: Option<Uuid>,
        /// Its title.
        pub title: Line,
    }

    /// Data of `offering_postponed`. If neither a site nor a place is named, it stays where it was.
    pub struct OfferingPostponed {
        /// The new day.
        pub on: Date,
        /// Where instead, if not at one of the agency's sites.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub place: Option<Line>,
        /// The agency's site at which it is planned instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub site: Option<Uuid>,
    }

    /// Data of `offering_held`; the event's day is the day it was held.
    pub struct OfferingHeld {}

    /// Data of `offering_cancelled`; the reason stands in the envelope.
    pub struct OfferingCancelled {}

    /// What became of an offering.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum OfferingStatus {
        /// It is planned.
        Scheduled,
        /// It took place.
        Held,
        /// It was called off.
        Cancelled,
    }

    /// How an offering was called off.
    pub struct Cancellation {
        /// When.
        pub cancelled_on: Date,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
    }

    /// The state of an offering.
    pub struct OfferingState {
        /// How it was called off, if it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cancellation: Option<Cancellation>,
        /// For how many participants there is room.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub capacity: Option<u32>,
        /// Code of the format.
        pub format: String,
        /// The day it was held, once it was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub held_on: Option<Date>,
        /// The day it is planned for, or was.
        pub on: Date,
        /// Where, if not at one of the agency's sites.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub place: Option<Line>,
        /// The agency's site, if it is at one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub site: Option<Uuid>,
        /// What became of it.
        pub status: OfferingStatus,
        /// Its title.
        pub title: Line,
    }
}

impl OfferingStatus {
    /// Every status, in the order of an offering's life.
    pub const ALL: &[Self] = &[Self::Scheduled, Self::Held, Self::Cancelled];

    /// The code on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Held => "held",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.code() == code)
    }
}

impl OfferingState {
    /// The version of this state's stored shape.
    pub const SCHEMA: u32 = 2;

    /// The state after `event`. Total: what does not fit leaves the state as it was.
    #[must_use]
    pub fn evolve(
        state: Option<Self>,
        event: &OfferingEvent,
        occurred_on: Date,
        reason: Option<&Prose>,
    ) -> Option<Self> {
        match (state, event) {
            (None, OfferingEvent::OfferingScheduled(scheduled)) => Some(Self::scheduled(scheduled)),
            (None, _) => None,
            (Some(mut state), event) => {
                state.apply(event, occurred_on, reason);
                Some(state)
            }
        }
    }

    fn scheduled(scheduled: &OfferingScheduled) -> Self {
        Self {
            cancellation: None,
            capacity: scheduled.capacity,
            format: scheduled.format.clone(),
            held_on: None,
            on: scheduled.on,
            place: scheduled.place.clone(),
            site: scheduled.site,
            status: OfferingStatus::Scheduled,
            title: scheduled.title.clone(),
        }
    }

    fn apply(&mut self, event: &OfferingEvent, occurred_on: Date, reason: Option<&Prose>) {
        match event {
            // Scheduling is first; a second one changes nothing (R01 refuses it).
            OfferingEvent::OfferingScheduled(_) => {}
            OfferingEvent::OfferingPostponed(postponed) => {
                self.on = postponed.on;
                if postponed.place.is_some() || postponed.site.is_some() {
                    self.place.clone_from(&postponed.place);
                    self.site = postponed.site;
                }
            }
            OfferingEvent::OfferingHeld(_) => {
                self.held_on = Some(occurred_on);
                self.status = OfferingStatus::Held;
            }
            OfferingEvent::OfferingCancelled(_) => {
                self.cancellation = Some(Cancellation {
                    cancelled_on: occurred_on,
                    reason: reason.cloned(),
                });
                self.status = OfferingStatus::Cancelled;
            }
        }
    }
}
