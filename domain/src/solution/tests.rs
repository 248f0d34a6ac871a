//! Scenarios of solutions: what each command comes to, and which rule refuses it.

use time::macros::date;

use super::command::{DescribeSolution, ReviseSolution, WithdrawSolution};
use super::sample::{DESCRIBED_ON, describe, history, revise, withdraw};
use super::{SolutionChanges, SolutionCommand, SolutionState, SolutionStatus};
use crate::change::Change;
use crate::rule::Rule;
use crate::stream::{Event, State};
use crate::testing::{Given, given};

fn offered() -> Given {
    given(&history()[..1])
}

fn withdrawn() -> Given {
    given(&history())
}

fn folded(events: &[Event]) -> SolutionState {
    let state = events.iter().fold(None, State::evolve).unwrap();
    state.as_solution().unwrap().clone()
}

fn nothing() -> SolutionChanges {
    SolutionChanges {
        description: None,
        dimensions: None,
        donor: Change::Keep,
        focus_areas: None,
        origin: None,
        title: None,
    }
}

/// A revision of this alone.
fn changing(changes: SolutionChanges) -> SolutionCommand {
    SolutionCommand::Revise(ReviseSolution {
        changes,
        ..revise()
    })
}

#[test]
fn every_command_comes_to_its_event() {
    let [first, second, third] = <[Event; 3]>::try_from(history()).unwrap();
    given(&[])
        .when(SolutionCommand::Describe(describe()))
        .then_events(std::slice::from_ref(&first))
        .then_warns(&[]);
    given(std::slice::from_ref(&first))
        .when(SolutionCommand::Revise(revise()))
        .then_events(std::slice::from_ref(&second))
        .then_warns(&[]);
    given(&[first, second])
        .when(SolutionCommand::Withdraw(withdraw()))
        .then_events(&[third])
        .then_warns(&[]);
}

#[test]
fn r01_describing_is_first_and_once() {
    for command in [
        SolutionCommand::Revise(revise()),
        SolutionCommand::Withdraw(withdraw()),
    ] {
        given(&[]).when(command).then_refused(&[Rule::R01]);
    }
    offered()
        .when(SolutionCommand::Describe(describe()))
        .then_refused(&[Rule::R01]);
}

#[test]
fn r12_the_codes_of_a_description_are_in_the_catalogue() {
    let unknown = || "unknown".to_owned();
    let wrong = DescribeSolution {
        origin: unknown(),
        donor: Some("15999".to_owned()),
        dimensions: vec!["data".to_owned(), unknown()],
        focus_areas: vec![unknown(), "steering_group".to_owned()],
        ..describe()
    };
    given(&[])
        .when(SolutionCommand::Describe(wrong))
        .then_refused_at(&[
            (Rule::R12, "/origin"),
            (Rule::R12, "/donor"),
            (Rule::R12, "/dimensions/1"),
            (Rule::R12, "/focus_areas/0"),
        ]);
    let bare = DescribeSolution {
        donor: None,
        dimensions: Vec::new(),
        focus_areas: Vec::new(),
        ..describe()
    };
    given(&[])
        .when(SolutionCommand::Describe(bare))
        .then_warns(&[]);
}

#[test]
fn r12_the_codes_of_a_revision_are_in_the_catalogue() {
    let unknown = || "unknown".to_owned();
    let of_origin = SolutionChanges {
        origin: Some(unknown()),
        ..nothing()
    };
    let of_donor = SolutionChanges {
        donor: Change::Set("15999".to_owned()),
        ..nothing()
    };
    let of_dimensions = SolutionChanges {
        dimensions: Some(vec![unknown()]),
        ..nothing()
    };
    let of_focus_areas = SolutionChanges {
        focus_areas: Some(vec![unknown()]),
        ..nothing()
    };
    for (changes, at) in [
        (of_origin, "/changes/origin"),
        (of_donor, "/changes/donor"),
        (of_dimensions, "/changes/dimensions/0"),
        (of_focus_areas, "/changes/focus_areas/0"),
    ] {
        offered()
            .when(changing(changes))
            .then_refused_at(&[(Rule::R12, at)]);
    }
    let cleared = SolutionChanges {
        donor: Change::Clear,
        ..nothing()
    };
    offered().when(changing(cleared)).then_warns(&[]);
}

/// Osterode was a district of its own up to 2016-10-31.
#[test]
fn r12_a_donor_is_there_on_the_day() {
    let by = |occurred_on| {
        SolutionCommand::Describe(DescribeSolution {
            occurred_on,
            donor: Some("03156".to_owned()),
            ..describe()
        })
    };
    given(&[]).when(by(date!(2016 - 10 - 31))).then_warns(&[]);
    given(&[])
        .when(by(date!(2016 - 11 - 01)))
        .then_refused_at(&[(Rule::R12, "/donor")]);
}

#[test]
fn r21_what_is_withdrawn_does_not_change() {
    for command in [
        SolutionCommand::Revise(revise()),
        SolutionCommand::Withdraw(withdraw()),
    ] {
        withdrawn().when(command).then_refused(&[Rule::R21]);
    }
}

#[test]
fn r26_nothing_happened_in_the_future() {
    let (today, tomorrow) = (DESCRIBED_ON, DESCRIBED_ON.next_day().unwrap());
    let (mut described, mut revised) = (describe(), revise());
    (described.occurred_on, revised.occurred_on) = (tomorrow, tomorrow);
    let withdrawn = WithdrawSolution {
        occurred_on: tomorrow,
        ..withdraw()
    };
    given(&[])
        .on(today)
        .when(SolutionCommand::Describe(described))
        .then_refused_at(&[(Rule::R26, "/occurred_on")]);
    for command in [
        SolutionCommand::Revise(revised),
        SolutionCommand::Withdraw(withdrawn),
    ] {
        offered()
            .on(today)
            .when(command)
            .then_refused_at(&[(Rule::R26, "/occurred_on")]);
    }
}

#[test]
fn every_refusal_speaks_both_languages() {
    use crate::Language::{De, En};
    let by_nobody = SolutionChanges {
        donor: Change::Set("15999".to_owned()),
        ..nothing()
    };
    for refused in [
        given(&[]).when(SolutionCommand::Revise(revise())),
        offered().when(changing(by_nobody)),
        withdrawn().when(SolutionCommand::Withdraw(withdraw())),
    ] {
        for found in refused.0.unwrap_err().findings {
            let (de, en) = (found.message(De), found.message(En));
            assert!(
                de.ends_with('.') && en.ends_with('.') && de != en,
                "{de} {en}"
            );
        }
    }
}

#[test]
fn a_revision_changes_what_it_names_and_null_clears_the_donor() {
    let events = history();
    let (before, after) = (folded(&events[..1]), folded(&events[..2]));
    assert_eq!(before.donor.as_deref(), Some("14713"));
    let expected = SolutionState {
        dimensions: vec!["data".to_owned(), "steering".to_owned()],
        donor: None,
        title: "Kommunaler Bildungsbericht".into(),
        ..before
    };
    assert_eq!(after, expected);
}

#[test]
fn the_state_tells_whether_it_is_offered() {
    let events = history();
    assert_eq!(folded(&events[..2]).status, SolutionStatus::Offered);
    assert_eq!(folded(&events).status, SolutionStatus::Withdrawn);
    let told = folded(&events).withdrawal.unwrap();
    let last = events.last().unwrap();
    assert!(told.reason.is_some());
    assert_eq!(
        (told.withdrawn_on, &told.reason),
        (last.occurred_on, &last.reason)
    );
    // Total: what does not fit changes nothing.
    assert_eq!(events[1..].iter().fold(None, State::evolve), None);
    let twice = folded(&[events[0].clone(), events[0].clone()]);
    assert_eq!(twice, folded(&events[..1]));
    for status in SolutionStatus::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.code());
        assert_eq!(SolutionStatus::from_code(status.code()), Some(*status));
    }
}

#[test]
fn an_event_of_another_kind_leaves_a_stream_as_it_was() {
    let offering = crate::offering::sample::history();
    let state = offered();
    let solution = history()[..1].iter().fold(None, State::evolve);
    assert_eq!(State::evolve(solution.clone(), &offering[0]), solution);
    assert!(state.case().is_none());
}
