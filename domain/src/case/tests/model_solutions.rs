//! Model solutions, from the proposal to the adoption: R12, R15, R16, R17, R21, R23, R26, R34.

use time::Date;
use time::macros::date;

use super::{
    Scenario, UNKNOWN, accepted, before, closed, command, history_before, refused, signed, warned,
};
use crate::case::CommandKind::{
    AdaptModelSolution, AdoptModelSolution, PlanMeasure, ProposeModelSolution, RejectModelSolution,
    SelectModelSolution,
};
use crate::case::event::{ModelSolutionProposed, ModelSolutionRejected};
use crate::case::{CaseCommand, CaseEvent, CommandKind, sample};
use crate::rule::Rule::{R12, R15, R16, R17, R21, R23, R26, R34, R39};
use crate::solution::{SolutionEvent, sample as solution};
use crate::stream::{Event, EventData};
use crate::testing::{Given, given, happened};

/// The sample case before a command of this kind, in an agency with its other streams.
fn around(kind: CommandKind) -> Given {
    before(kind).among(sample::streams())
}

/// The sample case when the model solution was proposed and rejected.
fn rejected() -> Given {
    let mut history = history_before(RejectModelSolution);
    let solution = sample::SOLUTION;
    let rejected = ModelSolutionRejected { solution };
    history.push(happened(
        date!(2016 - 02 - 23),
        CaseEvent::ModelSolutionRejected(rejected),
    ));
    given(&history)
}

fn adopted() -> Given {
    before(PlanMeasure)
}

/// A proposal before any assessment began.
fn proposed_early() -> Given {
    let mut history = history_before(CommandKind::StartAssessment);
    history.push(happened(
        date!(2015 - 06 - 01),
        CaseEvent::ModelSolutionProposed(ModelSolutionProposed {
            donor: None,
            priority: None,
            solution: sample::SOLUTION,
            title: "Bildungsbericht".into(),
        }),
    ));
    given(&history)
}

/// The agency's solution, given by this municipality.
fn given_by(donor: &str) -> Vec<Event> {
    let mut history = solution::history();
    history.truncate(1);
    if let EventData::Solution(SolutionEvent::SolutionDescribed(described)) = &mut history[0].data {
        described.donor = Some(donor.to_owned());
    }
    history
}

pub(super) fn scenarios() -> Vec<Scenario> {
    let mut scenarios = proposals();
    scenarios.extend(donors());
    scenarios.extend(steps());
    scenarios.extend(ends());
    scenarios.extend(steps_tomorrow());
    scenarios
}

fn proposals() -> Vec<Scenario> {
    let ready = || around(ProposeModelSolution);
    let of = |solution| command!(ProposeModelSolution, |body| body.solution = solution);
    let for_priority = |id| command!(ProposeModelSolution, |body| body.priority = id);
    vec![
        accepted(
            "a solution is proposed",
            ready(),
            command!(ProposeModelSolution),
        ),
        accepted(
            "a solution is proposed for no priority",
            ready(),
            for_priority(None),
        ),
        accepted(
            "a solution is proposed again that was rejected",
            rejected().among(sample::streams()),
            command!(ProposeModelSolution),
        ),
        refused(
            "a solution is proposed twice",
            around(RejectModelSolution),
            command!(ProposeModelSolution),
            &[(R15, "/solution")],
        ),
        refused(
            "an adopted solution is proposed",
            adopted().among(sample::streams()),
            command!(ProposeModelSolution),
            &[(R15, "/solution")],
        ),
        refused(
            "a withdrawn solution is proposed",
            before(ProposeModelSolution).stream(sample::SOLUTION, &solution::history()),
            command!(ProposeModelSolution),
            &[(R34, "/solution")],
        ),
        refused(
            "a solution of no agency is proposed",
            ready(),
            of(UNKNOWN),
            &[(R34, "/solution")],
        ),
        refused(
            "what is proposed is no solution",
            ready(),
            of(sample::OFFERING),
            &[(R34, "/solution")],
        ),
        refused(
            "a solution is proposed for a dropped priority",
            ready(),
            for_priority(Some(sample::OTHER_PRIORITY)),
            &[(R21, "/priority")],
        ),
        refused(
            "a solution is proposed tomorrow",
            ready().on(date!(2016 - 01 - 18)),
            command!(ProposeModelSolution),
            &[(R26, "/occurred_on")],
        ),
        refused(
            "an unknown solution is proposed tomorrow",
            ready().on(date!(2016 - 01 - 18)),
            of(UNKNOWN),
            &[(R26, "/occurred_on"), (R34, "/solution")],
        ),
        refused(
            "an unknown solution is proposed after the closing",
            closed(),
            of(UNKNOWN),
            &[(R23, ""), (R34, "/solution")],
        ),
    ]
}

fn donors() -> Vec<Scenario> {
    let ready = || around(ProposeModelSolution);
    let from = |donor: &str| {
        command!(ProposeModelSolution, |body| body.donor =
            Some(donor.to_owned()))
    };
    let own = given_by(sample::MUNICIPALITY);
    vec![
        accepted(
            "a solution is proposed with another donor",
            ready(),
            from("05913"),
        ),
        refused(
            "the donor is the municipality itself",
            ready(),
            from(sample::MUNICIPALITY),
            &[(R17, "/donor")],
        ),
        refused(
            "the solution is the municipality's own",
            before(ProposeModelSolution).stream(sample::SOLUTION, &own),
            command!(ProposeModelSolution),
            &[(R17, "/donor")],
        ),
        accepted(
            "the municipality's own solution is proposed with another donor",
            before(ProposeModelSolution).stream(sample::SOLUTION, &own),
            from("14713"),
        ),
        refused(
            "the donor is no municipality",
            ready(),
            from("99999"),
            &[(R12, "/donor")],
        ),
        accepted(
            "the donor's key on its last day",
            ready(),
            from("03152").on(date!(2016 - 10 - 31)),
        ),
        refused(
            "the donor's key on the day after its last",
            ready(),
            from("03152").on(date!(2016 - 11 - 01)),
            &[(R12, "/donor")],
        ),
    ]
}

fn steps() -> Vec<Scenario> {
    vec![
        accepted(
            "a model solution is selected",
            before(SelectModelSolution),
            command!(SelectModelSolution),
        ),
        warned(
            "a model solution was selected before the assessment, as is entered late",
            before(SelectModelSolution),
            command!(SelectModelSolution, |_target, body| body.occurred_on =
                date!(2015 - 09 - 02)),
            &[R39, R16],
        ),
        warned(
            "a model solution is selected before any assessment",
            proposed_early(),
            command!(SelectModelSolution),
            &[R16],
        ),
        refused(
            "a model solution is selected twice",
            before(AdaptModelSolution),
            command!(SelectModelSolution),
            &[(R15, "")],
        ),
        refused(
            "a rejected model solution is selected",
            rejected(),
            command!(SelectModelSolution),
            &[(R15, "")],
        ),
        refused(
            "a model solution is selected that was not proposed",
            signed(),
            command!(SelectModelSolution),
            &[(R15, "")],
        ),
        accepted(
            "a model solution is adapted",
            before(AdaptModelSolution),
            command!(AdaptModelSolution),
        ),
        accepted(
            "a model solution is adapted twice",
            before(AdoptModelSolution),
            command!(AdaptModelSolution),
        ),
        refused(
            "a model solution is adapted that was proposed only",
            before(SelectModelSolution),
            command!(AdaptModelSolution),
            &[(R15, "")],
        ),
        refused(
            "a model solution is adapted after the adoption",
            adopted(),
            command!(AdaptModelSolution),
            &[(R15, "")],
        ),
    ]
}

fn ends() -> Vec<Scenario> {
    vec![
        accepted(
            "a model solution is adopted",
            before(AdoptModelSolution),
            command!(AdoptModelSolution),
        ),
        accepted(
            "a model solution is adopted as it is",
            before(AdaptModelSolution),
            command!(AdoptModelSolution),
        ),
        refused(
            "a model solution is adopted that was proposed only",
            before(SelectModelSolution),
            command!(AdoptModelSolution),
            &[(R15, "")],
        ),
        refused(
            "a model solution is adopted twice",
            adopted(),
            command!(AdoptModelSolution),
            &[(R15, "")],
        ),
        accepted(
            "a proposed model solution is rejected",
            before(RejectModelSolution),
            command!(RejectModelSolution),
        ),
        accepted(
            "a selected model solution is rejected",
            before(AdoptModelSolution),
            command!(RejectModelSolution),
        ),
        refused(
            "a model solution is rejected twice",
            rejected(),
            command!(RejectModelSolution),
            &[(R15, "")],
        ),
        refused(
            "an adopted model solution is rejected",
            adopted(),
            command!(RejectModelSolution),
            &[(R15, "")],
        ),
    ]
}

fn steps_tomorrow() -> Vec<Scenario> {
    let tomorrow = |kind, command: CaseCommand| {
        let yesterday: Date = command.occurred_on().previous_day().unwrap();
        let name = "a model solution's next step is taken tomorrow";
        refused(
            name,
            before(kind).on(yesterday),
            command,
            &[(R26, "/occurred_on")],
        )
    };
    vec![
        tomorrow(SelectModelSolution, command!(SelectModelSolution)),
        tomorrow(AdaptModelSolution, command!(AdaptModelSolution)),
        tomorrow(AdoptModelSolution, command!(AdoptModelSolution)),
        tomorrow(RejectModelSolution, command!(RejectModelSolution)),
    ]
}
