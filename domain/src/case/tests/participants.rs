//! Participants: R06, R21, R26.

use time::Date;
use time::macros::date;

use super::{Scenario, UNKNOWN, accepted, before, command, history_before, refused};
use crate::case::CommandKind::{
    AddParticipant, ChangeParticipant, RecordParticipantDeparture, StartAssessment,
};
use crate::case::event::ParticipantAdded;
use crate::case::{CaseCommand, CaseEvent, sample};
use crate::change::Change;
use crate::rule::Rule::{R06, R21, R26};
use crate::testing::{Given, given, happened};

/// The sample case with another participant, from this day on.
fn takes_part_from(day: Date) -> Given {
    let mut history = history_before(RecordParticipantDeparture);
    let added = ParticipantAdded {
        function: "Schulleitung".into(),
        organisation: None,
        participant: UNKNOWN,
        valid_from: day,
    };
    history.push(happened(
        date!(2016 - 01 - 12),
        CaseEvent::ParticipantAdded(added),
    ));
    given(&history)
}

fn leaves(day: Date) -> CaseCommand {
    command!(RecordParticipantDeparture, |_target, body| body.valid_to =
        day)
}

fn other_leaves(day: Date) -> CaseCommand {
    leaves(day).about(UNKNOWN)
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = arrivals();
    scenarios.extend(departures());
    scenarios
}

fn arrivals() -> Vec<Scenario> {
    let gone = || before(StartAssessment);
    vec![
        accepted(
            "somebody takes part",
            before(AddParticipant),
            command!(AddParticipant),
        ),
        accepted(
            "somebody will take part",
            before(AddParticipant),
            command!(AddParticipant, |body| body.valid_from =
                date!(2017 - 07 - 01)),
        ),
        refused(
            "it is known tomorrow that somebody takes part",
            before(AddParticipant).on(date!(2015 - 05 - 10)),
            command!(AddParticipant),
            &[(R26, "/occurred_on")],
        ),
        accepted(
            "a participant's function changes",
            before(ChangeParticipant),
            command!(ChangeParticipant),
        ),
        accepted(
            "a participant leaves the organisation",
            before(ChangeParticipant),
            command!(ChangeParticipant, |_target, body| body
                .changes
                .organisation =
                Change::Clear),
        ),
        refused(
            "somebody changes who left",
            gone(),
            command!(ChangeParticipant),
            &[(R21, "")],
        ),
        refused(
            "somebody of no case changes",
            before(ChangeParticipant),
            command!(ChangeParticipant, |target, _body| *target = UNKNOWN),
            &[(R21, "")],
        ),
        refused(
            "a participant changes tomorrow",
            before(ChangeParticipant).on(date!(2016 - 01 - 10)),
            command!(ChangeParticipant),
            &[(R26, "/occurred_on")],
        ),
    ]
}

fn departures() -> Vec<Scenario> {
    let here = || before(RecordParticipantDeparture);
    let (first, today) = (date!(2015 - 05 - 01), sample::TODAY);
    let tomorrow = date!(2017 - 06 - 02);
    vec![
        accepted(
            "a participant leaves",
            here(),
            command!(RecordParticipantDeparture),
        ),
        accepted(
            "a participant leaves on the first day",
            here(),
            leaves(first),
        ),
        refused(
            "a participant leaves before the first day",
            here(),
            leaves(date!(2015 - 04 - 30)),
            &[(R06, "/valid_to")],
        ),
        accepted("a participant leaves today", here(), leaves(today)),
        refused(
            "a participant leaves tomorrow",
            here(),
            leaves(tomorrow),
            &[(R26, "/valid_to")],
        ),
        refused(
            "a participant leaves twice",
            before(StartAssessment),
            command!(RecordParticipantDeparture),
            &[(R21, "")],
        ),
        refused(
            "somebody of no case leaves",
            here(),
            other_leaves(today),
            &[(R21, "")],
        ),
        accepted(
            "a participant leaves who came today",
            takes_part_from(today),
            other_leaves(today),
        ),
        refused(
            "a participant leaves who comes tomorrow",
            takes_part_from(tomorrow),
            other_leaves(today),
            &[(R06, ""), (R06, "/valid_to")],
        ),
        refused(
            "a participant leaves tomorrow who comes tomorrow",
            takes_part_from(tomorrow),
            other_leaves(tomorrow),
            &[(R06, ""), (R26, "/valid_to")],
        ),
    ]
}
