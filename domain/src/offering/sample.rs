//! Samples of an offering: a theme day that is put off and held, and another end.
//!
//! Invariant: ids are fixed and of the form of UUIDv7, so that documents made from samples are the
//! same in every run.

use serde_json::{Value, json};
use time::Date;
use time::macros::date;
use uuid::{Uuid, uuid};

use super::command::{CancelOffering, HoldOffering, PostponeOffering, ScheduleOffering};
use super::{
    OfferingCancelled, OfferingEvent, OfferingHeld, OfferingPostponed, OfferingScheduled,
    OfferingState,
};
use crate::agency::sample::SITE;
use crate::envelope::{Body, StreamReference};
use crate::stream::{Event, EventData, StreamKind};
use crate::text::Prose;

/// The offering.
pub const OFFERING: Uuid = uuid!("014f8806-ef40-7000-8000-00000000f001");
/// The day it was scheduled.
pub const SCHEDULED_ON: Date = date!(2015 - 03 - 02);
/// The day it was planned for at first.
pub const PLANNED_FOR: Date = date!(2015 - 05 - 20);
/// The day it was held.
pub const HELD_ON: Date = date!(2015 - 06 - 10);

const POSTPONED_ON: Date = date!(2015 - 05 - 04);
const POSTPONED_FOR: &str = "Die Referentin ist verhindert.";
const CANCELLED_FOR: &str = "Zu wenige Anmeldungen.";

/// Schedules the offering at the agency's site.
#[must_use]
pub fn schedule() -> ScheduleOffering {
    ScheduleOffering {
        occurred_on: SCHEDULED_ON,
        reason: None,
        format: "theme_day".to_owned(),
        title: "Thementag Bildungsmonitoring".into(),
        on: PLANNED_FOR,
        place: None,
        site: Some(SITE),
        capacity: Some(40),
    }
}

/// Puts the offering off, to another place.
#[must_use]
pub fn postpone() -> PostponeOffering {
    PostponeOffering {
        occurred_on: POSTPONED_ON,
        reason: Some(POSTPONED_FOR.into()),
        on: HELD_ON,
        place: Some("Stadthaus Halle (Saale)".into()),
        site: None,
    }
}

/// Records that it was held.
#[must_use]
pub fn hold() -> HoldOffering {
    HoldOffering {
        occurred_on: HELD_ON,
        reason: None,
    }
}

/// Calls it off.
#[must_use]
pub fn cancel() -> CancelOffering {
    CancelOffering {
        occurred_on: HELD_ON,
        reason: CANCELLED_FOR.into(),
    }
}

/// What comes of scheduling, putting off and holding it.
#[must_use]
pub fn history() -> Vec<Event> {
    let postponed: Option<Prose> = Some(POSTPONED_FOR.into());
    let (schedule, postpone) = (schedule(), postpone());
    vec![
        Event {
            occurred_on: SCHEDULED_ON,
            reason: None,
            data: EventData::Offering(OfferingEvent::OfferingScheduled(OfferingScheduled {
                capacity: schedule.capacity,
                format: schedule.format,
                on: schedule.on,
                place: schedule.place,
                site: schedule.site,
                title: schedule.title,
            })),
        },
        Event {
            occurred_on: POSTPONED_ON,
            reason: postponed,
            data: EventData::Offering(OfferingEvent::OfferingPostponed(OfferingPostponed {
                on: postpone.on,
                place: postpone.place,
                site: postpone.site,
            })),
        },
        Event {
            occurred_on: HELD_ON,
            reason: None,
            data: EventData::Offering(OfferingEvent::OfferingHeld(OfferingHeld {})),
        },
    ]
}

/// What comes of calling it off instead of holding it.
#[must_use]
pub fn cancelled() -> Event {
    Event {
        occurred_on: HELD_ON,
        reason: Some(CANCELLED_FOR.into()),
        data: EventData::Offering(OfferingEvent::OfferingCancelled(OfferingCancelled {})),
    }
}

/// The body of every command as a client sends it, by its operation, with the event that comes of it.
#[must_use]
pub fn bodies() -> Vec<(&'static str, Value, Event)> {
    let bodies = [
        ("schedule_offering", json!(schedule())),
        ("postpone_offering", json!(postpone())),
        ("hold_offering", json!(hold())),
        ("cancel_offering", json!(cancel())),
    ];
    let events = history().into_iter().chain([cancelled()]);
    let both = bodies.into_iter().zip(events);
    both.map(|((operation, body), event)| (operation, body, event))
        .collect()
}

/// The offering after its history.
#[must_use]
pub fn state() -> Option<OfferingState> {
    let mut state = None;
    for event in history() {
        if let EventData::Offering(data) = &event.data {
            state = OfferingState::evolve(state, data, event.occurred_on, event.reason.as_ref());
        }
    }
    state
}

/// The whole stored form of an event of the offering, at this place in its stream.
#[must_use]
pub fn stored(event: &Event, version: u64) -> Body<'_> {
    Body {
        stream: StreamReference {
            id: OFFERING,
            kind: StreamKind::Offering,
        },
        ..crate::case::sample::stored(event, version)
    }
}
