//! Samples of a case: Halle (15002), from the kick-off to a reopening.
//!
//! Invariant: ids are fixed and of the form of UUIDv7, so that documents made from samples are the
//! same in every run; and [`WALK`] is a possible life of a case, in which no rule refuses anything.

use serde_json::{Value, json};
use time::Date;
use time::macros::date;
use uuid::{Uuid, uuid};

use super::{CaseCommand, CaseEvent, CaseState, CommandKind};
pub use crate::agency::sample::{ADVISOR, AGENCY, COORDINATOR, OTHER_SITE, SITE};
use crate::envelope::{Actor, Body, StreamReference};
use crate::rights::Role;
use crate::stream::{Event, EventData, StreamKind};
use crate::time::Timestamp;

mod bodies;
mod data;

/// The case.
pub const CASE: Uuid = uuid!("014f8806-ef40-7000-8000-00000000d001");
/// An event of the case.
pub const EVENT: Uuid = uuid!("014f8806-ef40-7000-8000-00000000e001");
/// The command the event came from (UUIDv5).
pub const COMMAND: Uuid = uuid!("3f0c5c0e-6d0b-5a5e-9c1f-2b6a4d1e8f70");
/// A need that stands.
pub const NEED: Uuid = uuid!("014f8806-ef40-7000-8000-000000001001");
/// A need that is withdrawn in the end.
pub const OTHER_NEED: Uuid = uuid!("014f8806-ef40-7000-8000-000000001002");
/// A priority that is pursued.
pub const PRIORITY: Uuid = uuid!("014f8806-ef40-7000-8000-000000002001");
/// A priority that is dropped in the end.
pub const OTHER_PRIORITY: Uuid = uuid!("014f8806-ef40-7000-8000-000000002002");
/// An agreement that is signed in the end.
pub const AGREEMENT: Uuid = uuid!("014f8806-ef40-7000-8000-000000003001");
/// An agreement whose draft is discarded in the end.
pub const OTHER_AGREEMENT: Uuid = uuid!("014f8806-ef40-7000-8000-000000003002");
/// 128 bits as they stand in a body.
pub const SALT: &str = "m3nQ0eWTyPpVvT7tX1d4hA";
/// The municipality's key.
pub const MUNICIPALITY: &str = "15002";
/// The file number.
pub const CASE_NUMBER: &str = "TM-2014-0001";
/// A day after everything that happens in the samples.
pub const TODAY: Date = date!(2017 - 06 - 01);

/// The sample commands in an order in which all are accepted, each with the id of what it makes.
pub const WALK: &[(CommandKind, Option<Uuid>)] = &[
    (CommandKind::OpenCase, None),
    (CommandKind::RecordContact, None),
    (CommandKind::RecordInitialMeeting, None),
    (CommandKind::CaptureNeed, Some(NEED)),
    (CommandKind::ReviseNeed, None),
    (CommandKind::CaptureNeed, Some(OTHER_NEED)),
    (CommandKind::WithdrawNeed, None),
    (CommandKind::AgreePriority, Some(PRIORITY)),
    (CommandKind::RevisePriority, None),
    (CommandKind::AgreePriority, Some(OTHER_PRIORITY)),
    (CommandKind::DropPriority, None),
    (CommandKind::DraftAgreement, Some(AGREEMENT)),
    (CommandKind::RedraftAgreement, None),
    (CommandKind::DraftAgreement, Some(OTHER_AGREEMENT)),
    (CommandKind::DiscardAgreementDraft, None),
    (CommandKind::SignAgreement, None),
    (CommandKind::CloseCase, None),
    (CommandKind::ReopenCase, None),
];

/// A command of this kind, on the ids of this module.
#[must_use]
pub fn command(kind: CommandKind) -> CaseCommand {
    bodies::command(kind)
}

/// The body of [`command`] as a client sends it. A server accepts it, once the ids are real ones,
/// at the command's place in [`WALK`].
#[must_use]
pub fn body(kind: CommandKind) -> Value {
    match command(kind) {
        CaseCommand::OpenCase(body) => json!(body),
        CaseCommand::RecordContact(body) => json!(body),
        CaseCommand::RecordInitialMeeting(body) => json!(body),
        CaseCommand::CaptureNeed(body) => json!(body),
        CaseCommand::ReviseNeed(_, body) => json!(body),
        CaseCommand::WithdrawNeed(_, body) => json!(body),
        CaseCommand::AgreePriority(body) => json!(body),
        CaseCommand::RevisePriority(_, body) => json!(body),
        CaseCommand::DropPriority(_, body) => json!(body),
        CaseCommand::DraftAgreement(body) | CaseCommand::RedraftAgreement(_, body) => json!(body),
        CaseCommand::DiscardAgreementDraft(_, body) => json!(body),
        CaseCommand::SignAgreement(_, body) => json!(body),
        CaseCommand::CloseCase(body) => json!(body),
        CaseCommand::ReopenCase(body) => json!(body),
    }
}

/// What comes of [`WALK`], event by event.
#[must_use]
pub fn history() -> Vec<Event> {
    data::history()
}

/// One event of every type, in the order of [`CaseEvent::TYPES`], with its optional members.
#[must_use]
pub fn events() -> Vec<CaseEvent> {
    let of_case = |event: Event| match event.data {
        EventData::Case(event) => Some(event),
        EventData::Agency(_) | EventData::Offering(_) | EventData::Solution(_) => None,
    };
    let all: Vec<_> = history().into_iter().filter_map(of_case).collect();
    let first = |(name, _): &(&str, u32)| all.iter().find(|event| event.event_type() == *name);
    CaseEvent::TYPES.iter().filter_map(first).cloned().collect()
}

/// The case once its agreement is signed.
#[must_use]
pub fn state() -> CaseState {
    state_before(CommandKind::CloseCase)
}

/// The case at the place of the first command of this kind in [`WALK`]; for an opening, just after
/// it.
#[must_use]
pub fn state_before(kind: CommandKind) -> CaseState {
    let mut state = CaseState::opened(&data::opened(), data::OPENED_ON);
    let earlier = WALK.iter().take_while(|(step, _)| *step != kind).count();
    for event in history().iter().take(earlier) {
        if let EventData::Case(data) = &event.data {
            state.apply(data, event.occurred_on);
        }
    }
    state
}

/// The whole stored form of an event of the case, at this place in its stream.
#[must_use]
pub fn stored(event: &Event, version: u64) -> Body<'_> {
    Body {
        actor: Actor {
            member: ADVISOR,
            role: Role::Advisor,
        },
        causation_id: None,
        command_id: COMMAND,
        correlation_id: COMMAND,
        data: &event.data,
        id: EVENT,
        occurred_on: event.occurred_on,
        // The agency's own events come first.
        position: version + crate::agency::sample::history().len() as u64,
        reason: event.reason.as_ref(),
        recorded_at: Timestamp::new(time::macros::datetime!(2015-09-01 08:30 UTC)),
        salt: SALT,
        schema: event.data.schema(),
        stream: StreamReference {
            id: CASE,
            kind: StreamKind::Case,
        },
        event_type: event.data.event_type(),
        version,
    }
}
