//! Samples of a case: Halle (15002), from the kick-off to a reopening.
//!
//! Invariant: ids are fixed and of the form of UUIDv7, so that documents made from samples are the
//! same in every run; and [`WALK`] is a possible life of a case, in which no rule refuses anything.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;
use time::Date;
use time::macros::date;
use uuid::{Uuid, uuid};

use super::command::OpenCase;
use super::event::{CaseOpened, MunicipalityReference, Origin, Participant};
use super::topic::Act as _;
use super::{CaseCommand, CaseEvent, CaseState, CommandKind};
pub use crate::agency::sample::{ADVISOR, AGENCY, COORDINATOR, OTHER_SITE, SITE};
use crate::catalogue::{Catalogue, MunicipalityKind};
use crate::envelope::{Actor, Body, StreamReference};
use crate::facts::Facts;
pub use crate::offering::sample::OFFERING;
use crate::rights::Role;
pub use crate::solution::sample::SOLUTION;
use crate::stream::{Command, Event, EventData, State, StreamKind};
use crate::text::Line;
use crate::time::Timestamp;

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
/// A priority that comes into the agreement by an amendment.
pub const THIRD_PRIORITY: Uuid = uuid!("014f8806-ef40-7000-8000-000000002003");
/// An agreement that is signed in the end.
pub const AGREEMENT: Uuid = uuid!("014f8806-ef40-7000-8000-000000003001");
/// An agreement whose draft is discarded in the end.
pub const OTHER_AGREEMENT: Uuid = uuid!("014f8806-ef40-7000-8000-000000003002");
/// A document that is linked.
pub const DOCUMENT: Uuid = uuid!("014f8806-ef40-7000-8000-000000004001");
/// A document that is unlinked in the end.
pub const OTHER_DOCUMENT: Uuid = uuid!("014f8806-ef40-7000-8000-000000004002");
/// An assessment that is completed in the end.
pub const ASSESSMENT: Uuid = uuid!("014f8806-ef40-7000-8000-000000005001");
/// An assessment that is abandoned in the end.
pub const OTHER_ASSESSMENT: Uuid = uuid!("014f8806-ef40-7000-8000-000000005002");
/// A measure that is completed in the end.
pub const MEASURE: Uuid = uuid!("014f8806-ef40-7000-8000-000000006001");
/// A measure that is cancelled in the end.
pub const OTHER_MEASURE: Uuid = uuid!("014f8806-ef40-7000-8000-000000006002");
/// An application that is granted in the end.
pub const APPLICATION: Uuid = uuid!("014f8806-ef40-7000-8000-000000007001");
/// A follow-up that is completed in the end.
pub const FOLLOW_UP: Uuid = uuid!("014f8806-ef40-7000-8000-000000008001");
/// A follow-up that is cancelled in the end.
pub const OTHER_FOLLOW_UP: Uuid = uuid!("014f8806-ef40-7000-8000-000000008002");
/// Somebody who takes part and leaves in the end.
pub const PARTICIPANT: Uuid = uuid!("014f8806-ef40-7000-8000-000000009001");
/// 128 bits as they stand in a body.
pub const SALT: &str = "m3nQ0eWTyPpVvT7tX1d4hA";
/// The municipality's key.
pub const MUNICIPALITY: &str = "15002";
/// The file number.
pub const CASE_NUMBER: &str = "TM-2014-0001";
/// A day after everything that happens in the samples.
pub const TODAY: Date = date!(2017 - 06 - 01);

/// The opening day.
pub const OPENED_ON: Date = date!(2014 - 12 - 01);
/// The day the agreement is signed.
pub const SIGNED_ON: Date = date!(2015 - 04 - 27);
/// The last day of the agreement as it was signed.
pub const VALID_UNTIL: Date = date!(2017 - 04 - 30);
pub(super) const ASSUMED_DAY: &str = "Beispiel, der Tag ist angenommen.";

/// One sample command in the life of the sample case.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The kind of command.
    pub kind: CommandKind,
    /// What it is about, if that is one of the case's things.
    pub about: Option<Uuid>,
    /// The id of what it makes.
    pub made: Option<Uuid>,
}

const fn step(kind: CommandKind) -> Step {
    Step {
        kind,
        about: None,
        made: None,
    }
}

impl Step {
    const fn about(self, thing: Uuid) -> Self {
        Self {
            about: Some(thing),
            ..self
        }
    }

    const fn making(self, made: Uuid) -> Self {
        Self {
            made: Some(made),
            ..self
        }
    }
}

/// The sample commands in an order in which all are accepted. A kind may occur more than once, about
/// other things.
pub const WALK: &[Step] = &[
    step(CommandKind::OpenCase),
    step(CommandKind::RecordContact),
    step(CommandKind::RecordInitialMeeting),
    step(CommandKind::CaptureNeed).making(NEED),
    step(CommandKind::ReviseNeed).about(NEED),
    step(CommandKind::CaptureNeed).making(OTHER_NEED),
    step(CommandKind::WithdrawNeed).about(OTHER_NEED),
    step(CommandKind::AgreePriority).making(PRIORITY),
    step(CommandKind::RevisePriority).about(PRIORITY),
    step(CommandKind::AgreePriority).making(OTHER_PRIORITY),
    step(CommandKind::DropPriority).about(OTHER_PRIORITY),
    step(CommandKind::DraftAgreement).making(AGREEMENT),
    step(CommandKind::RedraftAgreement).about(AGREEMENT),
    step(CommandKind::DraftAgreement).making(OTHER_AGREEMENT),
    step(CommandKind::DiscardAgreementDraft).about(OTHER_AGREEMENT),
    step(CommandKind::SignAgreement).about(AGREEMENT),
    step(CommandKind::CloseCase),
    step(CommandKind::ReopenCase),
    step(CommandKind::LinkDocument).making(DOCUMENT),
    step(CommandKind::LinkDocument).making(OTHER_DOCUMENT),
    step(CommandKind::UnlinkDocument).about(OTHER_DOCUMENT),
    step(CommandKind::ExtendAgreement).about(AGREEMENT),
    step(CommandKind::AgreePriority).making(THIRD_PRIORITY),
    step(CommandKind::AmendAgreement).about(AGREEMENT),
    step(CommandKind::AssignAdvisor),
    step(CommandKind::AddParticipant).making(PARTICIPANT),
    step(CommandKind::ChangeParticipant).about(PARTICIPANT),
    step(CommandKind::RecordParticipantDeparture).about(PARTICIPANT),
    step(CommandKind::StartAssessment).making(ASSESSMENT),
    step(CommandKind::RecordInterview).about(ASSESSMENT),
    step(CommandKind::RateDimension).about(ASSESSMENT),
    step(CommandKind::CompleteAssessment).about(ASSESSMENT),
    step(CommandKind::StartAssessment).making(OTHER_ASSESSMENT),
    step(CommandKind::AbandonAssessment).about(OTHER_ASSESSMENT),
    step(CommandKind::ProposeModelSolution),
    step(CommandKind::RejectModelSolution).about(SOLUTION),
    step(CommandKind::ProposeModelSolution),
    step(CommandKind::SelectModelSolution).about(SOLUTION),
    step(CommandKind::AdaptModelSolution).about(SOLUTION),
    step(CommandKind::AdoptModelSolution).about(SOLUTION),
    step(CommandKind::PlanMeasure).making(MEASURE),
    step(CommandKind::CompleteMeasure).about(MEASURE),
    step(CommandKind::PlanMeasure).making(OTHER_MEASURE),
    step(CommandKind::CancelMeasure).about(OTHER_MEASURE),
    step(CommandKind::RecordQualification),
    step(CommandKind::AdviseOnFunding),
    step(CommandKind::SubmitFundingApplication).making(APPLICATION),
    step(CommandKind::RecordFundingDecision).about(APPLICATION),
    step(CommandKind::ChangeFundingPeriod).about(APPLICATION),
    step(CommandKind::ScheduleFollowUp).making(FOLLOW_UP),
    step(CommandKind::RescheduleFollowUp).about(FOLLOW_UP),
    step(CommandKind::ReassignFollowUp).about(FOLLOW_UP),
    step(CommandKind::CompleteFollowUp).about(FOLLOW_UP),
    step(CommandKind::ScheduleFollowUp).making(OTHER_FOLLOW_UP),
    step(CommandKind::CancelFollowUp).about(OTHER_FOLLOW_UP),
    step(CommandKind::RecordCouncilResolution),
    step(CommandKind::RecordMilestone),
    step(CommandKind::ReviewProgress),
    step(CommandKind::EndAgreement).about(AGREEMENT),
    step(CommandKind::PauseCase),
    step(CommandKind::ResumeCase),
];

/// The place of the first command of this kind in [`WALK`].
#[must_use]
pub fn place(kind: CommandKind) -> usize {
    WALK.iter().take_while(|step| step.kind != kind).count()
}

/// What a command of this kind is about in [`WALK`].
#[must_use]
pub fn target(kind: CommandKind) -> Option<Uuid> {
    WALK.get(place(kind)).and_then(|step| step.about)
}

/// A command of this kind, on the ids of this module.
#[must_use]
pub fn command(kind: CommandKind) -> CaseCommand {
    kind.sample(target(kind).unwrap_or_default())
}

/// The body of [`command`] as a client sends it. A server accepts it, once the ids are real ones,
/// at the command's place in [`WALK`].
#[must_use]
pub fn body(kind: CommandKind) -> Value {
    command(kind).body().unwrap_or_default()
}

/// What comes of [`WALK`], event by event.
#[must_use]
pub fn history() -> Vec<Event> {
    static HISTORY: LazyLock<Vec<Event>> = LazyLock::new(walked);
    HISTORY.clone()
}

/// The opening of another case and its succession, which Halle's case cannot have.
#[must_use]
pub fn succession() -> Vec<Event> {
    static HISTORY: LazyLock<Vec<Event>> = LazyLock::new(|| {
        let mut opening = OpenCase::sample();
        "03152".clone_into(&mut opening.municipality.key);
        let opening = CaseCommand::OpenCase(opening);
        let succession = CommandKind::SucceedMunicipality.sample(Uuid::nil());
        decided([(opening, None), (succession, None)])
    });
    HISTORY.clone()
}

/// The event that a sample command of this kind comes to, with its version.
#[must_use]
pub fn outcome(kind: CommandKind) -> Option<(u64, Event)> {
    let (history, place) = if kind == CommandKind::SucceedMunicipality {
        (succession(), 1)
    } else {
        (history(), place(kind))
    };
    let event = history.into_iter().nth(place)?;
    Some((place as u64 + 1, event))
}

fn walked() -> Vec<Event> {
    decided(WALK.iter().map(|step| {
        let command = step.kind.sample(step.about.unwrap_or_default());
        (command, step.made)
    }))
}

/// What commands come to, one on top of the other, each on its own day; up to the first that is
/// refused, which a test says there is none.
fn decided(commands: impl IntoIterator<Item = (CaseCommand, Option<Uuid>)>) -> Vec<Event> {
    let Ok(catalogue) = Catalogue::shipped() else {
        return Vec::new();
    };
    let agency = crate::agency::sample::state();
    let streams = streams();
    let mut state = None;
    let mut history: Vec<Event> = Vec::new();
    for (command, made) in commands {
        let facts = Facts {
            stream: CASE,
            today: command.occurred_on(),
            agency: Some(&agency),
            catalogue: &catalogue,
            holders: BTreeMap::new(),
            counters: BTreeMap::new(),
            streams: streams.clone(),
        };
        let mut new_id = || made.unwrap_or_default();
        let decided = Command::Case(command).decide(state.as_ref(), &facts, &mut new_id);
        let Ok(decided) = decided else { break };
        state = decided.events.iter().fold(state, State::evolve);
        history.extend(decided.events);
    }
    history
}

/// The agency's other streams that the sample case asks about: an offering that was held, and a
/// solution.
pub(crate) fn streams() -> BTreeMap<Uuid, State> {
    let offering = crate::offering::sample::history();
    let offering = offering.iter().fold(None, State::evolve);
    let solution = crate::solution::sample::history();
    let solution = solution.iter().take(1).fold(None, State::evolve);
    let streams = [(OFFERING, offering), (SOLUTION, solution)].into_iter();
    streams
        .filter_map(|(id, state)| Some((id, state?)))
        .collect()
}

pub(super) fn lines(texts: &[&str]) -> Vec<Line> {
    texts.iter().copied().map(Line::from).collect()
}

pub(super) fn participants(functions: &[&str]) -> Vec<Participant> {
    let named = functions.iter().copied();
    named
        .map(|function| Participant {
            function: function.into(),
        })
        .collect()
}

/// One event of every type, in the order of [`CaseEvent::TYPES`], with its optional members.
#[must_use]
pub fn events() -> Vec<CaseEvent> {
    let of_case = |event: Event| match event.data {
        EventData::Case(event) => Some(event),
        EventData::Agency(_) | EventData::Offering(_) | EventData::Solution(_) => None,
    };
    let all = history().into_iter().chain(succession());
    let all: Vec<_> = all.filter_map(of_case).collect();
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
    let mut state = CaseState::opened(&opened(), OPENED_ON);
    for event in history().iter().take(place(kind)) {
        if let EventData::Case(data) = &event.data {
            data.happening().apply(&mut state, event.occurred_on);
        }
    }
    state
}

fn opened() -> CaseOpened {
    CaseOpened {
        advisor: ADVISOR,
        case_number: CASE_NUMBER.to_owned(),
        municipality: MunicipalityReference {
            key: MUNICIPALITY.to_owned(),
            kind: MunicipalityKind::IndependentCity,
            land: "15".to_owned(),
            name: "Halle (Saale), Stadt".to_owned(),
        },
        origin: Origin::Kickoff,
        site: SITE,
    }
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
