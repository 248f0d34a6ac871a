//! Scenarios of offerings: what each command comes to, and which rule refuses it.

use time::macros::date;
use uuid::Uuid;

use super::command::{HoldOffering, PostponeOffering, ScheduleOffering};
use super::sample::{
    HELD_ON, PLANNED_FOR, SCHEDULED_ON, cancel, cancelled, history, hold, postpone, schedule,
};
use super::{OfferingCommand, OfferingState, OfferingStatus};
use crate::agency::sample::{OTHER_SITE, SITE};
use crate::rule::Rule;
use crate::stream::{Event, State};
use crate::testing::{Given, given};

/// The offering while it is planned.
fn scheduled() -> Given {
    given(&history()[..1]).on(SCHEDULED_ON)
}

fn held() -> Given {
    given(&history())
}

fn called_off() -> Given {
    given(&[history().swap_remove(0), cancelled()])
}

fn folded(events: &[Event]) -> OfferingState {
    let state = events.iter().fold(None, State::evolve).unwrap();
    state.as_offering().unwrap().clone()
}

#[test]
fn every_command_comes_to_its_event() {
    let [first, second, third] = <[Event; 3]>::try_from(history()).unwrap();
    let new = given(&[]).on(SCHEDULED_ON);
    new.when(OfferingCommand::Schedule(schedule()))
        .then_events(std::slice::from_ref(&first))
        .then_warns(&[]);
    let planned = given(std::slice::from_ref(&first)).on(HELD_ON);
    planned
        .when(OfferingCommand::Postpone(postpone()))
        .then_events(std::slice::from_ref(&second))
        .then_warns(&[]);
    planned
        .when(OfferingCommand::Cancel(cancel()))
        .then_events(&[cancelled()])
        .then_warns(&[]);
    given(&[first, second])
        .on(HELD_ON)
        .when(OfferingCommand::Hold(hold()))
        .then_events(&[third])
        .then_warns(&[]);
}

#[test]
fn r01_scheduling_is_first_and_once() {
    let none = given(&[]);
    for command in [
        OfferingCommand::Postpone(postpone()),
        OfferingCommand::Hold(hold()),
        OfferingCommand::Cancel(cancel()),
    ] {
        assert_eq!(none.when(command).rules().unwrap_err(), [Rule::R01]);
    }
    scheduled()
        .when(OfferingCommand::Schedule(schedule()))
        .then_refused(&[Rule::R01]);
}

#[test]
fn r03_it_is_at_an_open_site_or_another_place() {
    let new = given(&[]).on(SCHEDULED_ON);
    let at = |site: Option<Uuid>, place: Option<&str>| {
        let place = place.map(Into::into);
        OfferingCommand::Schedule(ScheduleOffering {
            place,
            site,
            ..schedule()
        })
    };
    new.when(at(Some(OTHER_SITE), None)).then_warns(&[]);
    new.when(at(None, Some("Stadthaus"))).then_warns(&[]);
    new.when(at(None, None))
        .then_refused_at(&[(Rule::R03, "/site")]);
    new.when(at(Some(SITE), Some("Stadthaus")))
        .then_refused_at(&[(Rule::R03, "/place")]);
    new.when(at(Some(Uuid::nil()), None))
        .then_refused_at(&[(Rule::R03, "/site")]);
    new.clone()
        .agency(None)
        .when(at(Some(SITE), None))
        .then_refused(&[Rule::R03]);
}

#[test]
fn r03_it_moves_to_an_open_site_or_another_place_or_stays() {
    let to = |site: Option<Uuid>, place: Option<&str>| {
        let place = place.map(Into::into);
        OfferingCommand::Postpone(PostponeOffering {
            occurred_on: SCHEDULED_ON,
            place,
            site,
            ..postpone()
        })
    };
    for (site, place) in [
        (None, None),
        (Some(OTHER_SITE), None),
        (None, Some("Stadthaus")),
    ] {
        scheduled().when(to(site, place)).then_warns(&[]);
    }
    scheduled()
        .when(to(Some(SITE), Some("Stadthaus")))
        .then_refused_at(&[(Rule::R03, "/place")]);
    scheduled()
        .when(to(Some(Uuid::nil()), None))
        .then_refused_at(&[(Rule::R03, "/site")]);
}

#[test]
fn r12_the_format_is_in_the_catalogue() {
    let concert = ScheduleOffering {
        format: "concert".to_owned(),
        ..schedule()
    };
    given(&[])
        .on(SCHEDULED_ON)
        .when(OfferingCommand::Schedule(concert))
        .then_refused_at(&[(Rule::R12, "/format")]);
}

#[test]
fn r21_what_was_held_or_cancelled_does_not_change() {
    for ended in [held(), called_off()] {
        for command in [
            OfferingCommand::Postpone(postpone()),
            OfferingCommand::Hold(hold()),
            OfferingCommand::Cancel(cancel()),
        ] {
            let rules = ended.when(command).rules().unwrap_err();
            assert_eq!(rules, [Rule::R21]);
        }
    }
}

#[test]
fn r22_a_day_in_the_past_is_noticed() {
    let new = given(&[]);
    let scheduling = OfferingCommand::Schedule(schedule());
    new.clone()
        .on(PLANNED_FOR)
        .when(scheduling.clone())
        .then_warns(&[]);
    let day_after = PLANNED_FOR.next_day().unwrap();
    new.on(day_after).when(scheduling).then_warns(&[Rule::R22]);
    let putting_off = OfferingCommand::Postpone(postpone());
    let planned = scheduled();
    planned
        .clone()
        .on(HELD_ON)
        .when(putting_off.clone())
        .then_warns(&[]);
    planned
        .on(HELD_ON.next_day().unwrap())
        .when(putting_off)
        .then_warns(&[Rule::R22]);
}

#[test]
fn r26_nothing_happened_in_the_future() {
    let tomorrow = HELD_ON.next_day().unwrap();
    let planned = scheduled().on(HELD_ON);
    let (mut postponed, mut called_off) = (postpone(), cancel());
    (postponed.occurred_on, called_off.occurred_on) = (tomorrow, tomorrow);
    let held = HoldOffering {
        occurred_on: tomorrow,
        reason: None,
    };
    for command in [
        OfferingCommand::Postpone(postponed),
        OfferingCommand::Hold(held),
        OfferingCommand::Cancel(called_off),
    ] {
        planned
            .when(command)
            .then_refused_at(&[(Rule::R26, "/occurred_on")]);
    }
    given(&[])
        .on(SCHEDULED_ON.previous_day().unwrap())
        .when(OfferingCommand::Schedule(schedule()))
        .then_refused_at(&[(Rule::R26, "/occurred_on")]);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let wrong = ScheduleOffering {
        occurred_on: date!(2020 - 01 - 01),
        format: "concert".to_owned(),
        site: None,
        ..schedule()
    };
    given(&[])
        .when(OfferingCommand::Schedule(wrong))
        .then_refused(&[Rule::R26, Rule::R12, Rule::R03]);
}

#[test]
fn every_refusal_speaks_both_languages() {
    use crate::Language::{De, En};
    let both = ScheduleOffering {
        place: Some("Stadthaus".into()),
        ..schedule()
    };
    let nowhere = ScheduleOffering {
        site: None,
        ..schedule()
    };
    let elsewhere = ScheduleOffering {
        site: Some(Uuid::nil()),
        ..schedule()
    };
    let called_off_again = called_off().when(OfferingCommand::Cancel(cancel()));
    for refused in [
        scheduled().when(OfferingCommand::Schedule(both)),
        given(&[]).when(OfferingCommand::Schedule(nowhere)),
        given(&[]).when(OfferingCommand::Schedule(elsewhere)),
        held().when(OfferingCommand::Hold(hold())),
        called_off_again,
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
fn a_postponed_offering_moves_only_if_it_says_so() {
    let events = history();
    let moved = folded(&events[..2]);
    assert_eq!((moved.on, moved.site), (HELD_ON, None));
    assert_eq!(moved.place, Some("Stadthaus Halle (Saale)".into()));
    let stays = OfferingCommand::Postpone(PostponeOffering {
        place: None,
        ..postpone()
    });
    let decided = scheduled().on(HELD_ON).when(stays);
    let event = decided.0.unwrap().events.remove(0);
    let stayed = folded(&[events[0].clone(), event]);
    assert_eq!((stayed.on, stayed.site), (HELD_ON, Some(SITE)));
    assert_eq!(stayed.place, None);
}

#[test]
fn the_state_tells_what_became_of_it() {
    let events = history();
    let planned = folded(&events[..1]);
    assert_eq!(planned.status, OfferingStatus::Scheduled);
    assert_eq!((planned.on, planned.held_on), (PLANNED_FOR, None));
    assert_eq!(planned.capacity, Some(40));
    let held = folded(&events);
    assert_eq!(held.status, OfferingStatus::Held);
    assert_eq!(held.held_on, Some(HELD_ON));
    let event = cancelled();
    let cancelled = folded(&[events[0].clone(), event.clone()]);
    assert_eq!(cancelled.status, OfferingStatus::Cancelled);
    let told = cancelled.cancellation.unwrap();
    assert!(told.reason.is_some());
    assert_eq!(
        (told.cancelled_on, told.reason),
        (event.occurred_on, event.reason)
    );
    // Total: what does not fit changes nothing.
    assert_eq!(events[1..].iter().fold(None, State::evolve), None);
    let twice = folded(&[events[0].clone(), events[0].clone()]);
    assert_eq!(twice, planned);
    for status in OfferingStatus::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.code());
        assert_eq!(OfferingStatus::from_code(status.code()), Some(*status));
    }
}

#[test]
fn another_stream_is_known_if_it_was_asked_for() {
    let (id, solution) = (super::sample::OFFERING, crate::solution::sample::history());
    let other = crate::solution::sample::SOLUTION;
    let given = given(&[])
        .stream(id, &history())
        .stream(other, &solution[..1]);
    let facts = given.facts();
    let held = facts.offering(id).map(|offering| offering.status);
    assert_eq!(held, Some(OfferingStatus::Held));
    let title = facts
        .solution(other)
        .map(|solution| solution.title.as_str());
    assert_eq!(title, Some("Kommunaler Bildungsbericht in drei Bänden"));
    assert!(facts.offering(other).is_none() && facts.solution(id).is_none());
    assert!(facts.offering(Uuid::nil()).is_none());
}
