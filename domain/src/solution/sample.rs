//! Samples of a solution: one that a city gives, described, revised and withdrawn.
//!
//! Invariant: ids are fixed and of the form of UUIDv7, so that documents made from samples are the
//! same in every run.

use serde_json::{Value, json};
use time::Date;
use time::macros::date;
use uuid::{Uuid, uuid};

use super::command::{DescribeSolution, ReviseSolution, WithdrawSolution};
use super::{
    SolutionChanges, SolutionDescribed, SolutionEvent, SolutionRevised, SolutionState,
    SolutionWithdrawn,
};
use crate::change::Change;
use crate::envelope::{Body, StreamReference};
use crate::stream::{Event, EventData, StreamKind};

/// The solution.
pub const SOLUTION: Uuid = uuid!("014f8806-ef40-7000-8000-00000000f101");
/// The day it was described.
pub const DESCRIBED_ON: Date = date!(2015 - 02 - 16);

const REVISED_ON: Date = date!(2015 - 09 - 07);
const WITHDRAWN_ON: Date = date!(2016 - 04 - 11);
const WITHDRAWN_FOR: &str = "Durch eine neuere Fassung abgelöst.";

/// Describes the solution.
#[must_use]
pub fn describe() -> DescribeSolution {
    DescribeSolution {
        occurred_on: DESCRIBED_ON,
        reason: None,
        title: "Kommunaler Bildungsbericht in drei Bänden".into(),
        description: "Gliederung, Kennzahlen und Zeitplan eines Bildungsberichts, der alle zwei Jahre erscheint.".into(),
        origin: "lernen_vor_ort".to_owned(),
        donor: Some("14713".to_owned()),
        dimensions: vec!["data".to_owned()],
        focus_areas: vec!["education_reporting".to_owned()],
    }
}

/// Describes it differently.
#[must_use]
pub fn revise() -> ReviseSolution {
    ReviseSolution {
        occurred_on: REVISED_ON,
        reason: Some("Rückmeldung aus zwei Kommunen.".into()),
        changes: SolutionChanges {
            description: None,
            dimensions: Some(vec!["data".to_owned(), "steering".to_owned()]),
            donor: Change::Clear,
            focus_areas: None,
            origin: None,
            title: Some("Kommunaler Bildungsbericht".into()),
        },
    }
}

/// Withdraws it.
#[must_use]
pub fn withdraw() -> WithdrawSolution {
    WithdrawSolution {
        occurred_on: WITHDRAWN_ON,
        reason: WITHDRAWN_FOR.into(),
    }
}

/// What comes of describing, revising and withdrawing it.
#[must_use]
pub fn history() -> Vec<Event> {
    let (describe, revise) = (describe(), revise());
    vec![
        Event {
            occurred_on: DESCRIBED_ON,
            reason: None,
            data: EventData::Solution(SolutionEvent::SolutionDescribed(SolutionDescribed {
                description: describe.description,
                dimensions: describe.dimensions,
                donor: describe.donor,
                focus_areas: describe.focus_areas,
                origin: describe.origin,
                title: describe.title,
            })),
        },
        Event {
            occurred_on: REVISED_ON,
            reason: revise.reason,
            data: EventData::Solution(SolutionEvent::SolutionRevised(SolutionRevised {
                changes: revise.changes,
            })),
        },
        Event {
            occurred_on: WITHDRAWN_ON,
            reason: Some(WITHDRAWN_FOR.into()),
            data: EventData::Solution(SolutionEvent::SolutionWithdrawn(SolutionWithdrawn {})),
        },
    ]
}

/// The body of every command as a client sends it, by its operation, with the event that comes of it.
#[must_use]
pub fn bodies() -> Vec<(&'static str, Value, Event)> {
    let bodies = [
        ("describe_solution", json!(describe())),
        ("revise_solution", json!(revise())),
        ("withdraw_solution", json!(withdraw())),
    ];
    let both = bodies.into_iter().zip(history());
    both.map(|((operation, body), event)| (operation, body, event))
        .collect()
}

/// The solution before it was withdrawn.
#[must_use]
pub fn state() -> Option<SolutionState> {
    let mut state = None;
    for event in history().iter().take(2) {
        if let EventData::Solution(data) = &event.data {
            state = SolutionState::evolve(state, data, event.occurred_on, event.reason.as_ref());
        }
    }
    state
}

/// The whole stored form of an event of the solution, at this place in its stream.
#[must_use]
pub fn stored(event: &Event, version: u64) -> Body<'_> {
    Body {
        stream: StreamReference {
            id: SOLUTION,
            kind: StreamKind::Solution,
        },
        ..crate::case::sample::stored(event, version)
    }
}
