//! What the fold, the list row and the claims make of events.

use time::Date;
use time::macros::date;

use super::{closing, history_before, reopening};
use crate::case::event::{
    CaseClosed, CaseReopened, Channel, ClosingReason, ContactRecorded, InitialMeetingHeld,
    MeetingOutcome, NeedChanges, NeedRevised,
};
use crate::case::{CaseEvent, CaseState, CommandKind, Pause, Stage, claims, sample};

use crate::change::Change;
use crate::facts::{Claim, Key};
use crate::stream::{Event, EventData, State};

mod agreements;
mod things;

fn fold(history: &[Event]) -> CaseState {
    let state = history.iter().fold(None, State::evolve);
    state.unwrap().as_case().unwrap().clone()
}

fn before(kind: CommandKind) -> CaseState {
    fold(&history_before(kind))
}

#[test]
fn the_stage_follows_from_the_events() {
    let expected = [
        (CommandKind::RecordInitialMeeting, Stage::Contact),
        (CommandKind::CaptureNeed, Stage::Exploring),
        (CommandKind::SignAgreement, Stage::Exploring),
        (CommandKind::CloseCase, Stage::Agreed),
        (CommandKind::ReopenCase, Stage::Closed),
        (CommandKind::LinkDocument, Stage::Agreed),
        (CommandKind::EndAgreement, Stage::Agreed),
        (CommandKind::PauseCase, Stage::Exploring),
        (CommandKind::ResumeCase, Stage::Paused),
    ];
    for (kind, stage) in expected {
        assert_eq!(before(kind).stage(), stage, "before {kind:?}");
    }
    let whole = fold(&sample::history());
    assert_eq!(
        whole.stage(),
        Stage::Exploring,
        "a resumed case is where it was"
    );
}

#[test]
fn a_closing_ends_the_pause() {
    let mut history = history_before(CommandKind::ResumeCase);
    assert_eq!(
        fold(&history).pause,
        Some(Pause {
            paused_on: date!(2016 - 06 - 01),
            until: Some(date!(2016 - 09 - 30)),
        })
    );
    history.push(closing());
    assert_eq!(
        (fold(&history).stage(), fold(&history).pause),
        (Stage::Closed, None)
    );
    history.push(reopening());
    assert_eq!(fold(&history).stage(), Stage::Exploring);
}

#[test]
fn an_agreement_expires_after_its_last_day() {
    let state = sample::state();
    let last = date!(2017 - 04 - 30);
    assert_eq!(state.agreed_until(), Some(last));
    assert!(!state.expired(last));
    assert!(state.expired(last.next_day().unwrap()));
    assert!(!before(CommandKind::SignAgreement).expired(Date::MAX));
    assert!(!before(CommandKind::ReopenCase).expired(Date::MAX));
}

#[test]
fn a_late_entry_does_not_outrank_a_later_meeting() {
    let held = |outcome| {
        CaseEvent::InitialMeetingHeld(InitialMeetingHeld {
            next_step: None,
            outcome,
            participants: Vec::new(),
            place: "Halle".into(),
            topics: Vec::new(),
        })
    };
    let outcome = |day, outcome| {
        let state = CaseState::evolve(Some(sample::state()), &held(outcome), day);
        state.unwrap().initial_meetings.last().unwrap().outcome
    };
    let declined = MeetingOutcome::Declined;
    assert_eq!(
        outcome(date!(2015 - 01 - 19), declined),
        MeetingOutcome::Interested
    );
    assert_eq!(
        outcome(date!(2015 - 01 - 20), declined),
        declined,
        "the same day, entered later"
    );
}

#[test]
fn the_first_contact_is_the_earliest() {
    let contact = CaseEvent::ContactRecorded(ContactRecorded {
        channel: Channel::Call,
        participants: Vec::new(),
        topics: Vec::new(),
    });
    let mut state = sample::state();
    assert_eq!(
        (state.contacts, state.first_contact_on),
        (1, Some(date!(2014 - 12 - 01)))
    );
    for day in [date!(2014 - 11 - 24), date!(2015 - 11 - 24)] {
        state = CaseState::evolve(Some(state), &contact, day).unwrap();
    }
    assert_eq!(
        (state.contacts, state.first_contact_on),
        (3, Some(date!(2014 - 11 - 24)))
    );
}

#[test]
fn a_revision_changes_what_it_names() {
    let state = before(CommandKind::ReviseNeed);
    let changes = NeedChanges {
        dimension: None,
        evidence: Change::Clear,
        statement: Some("Neu.".into()),
        urgency: None,
    };
    let revised = CaseEvent::NeedRevised(NeedRevised {
        changes,
        need: sample::NEED,
    });
    let after = CaseState::evolve(Some(state.clone()), &revised, date!(2015 - 03 - 01)).unwrap();
    let (old, new) = (&state.needs[0], &after.needs[0]);
    assert_eq!((new.statement.as_str(), &new.evidence), ("Neu.", &None));
    assert_eq!(
        (&new.dimension, new.urgency, new.captured_on),
        (&old.dimension, old.urgency, old.captured_on)
    );
}

#[test]
fn evolve_is_total() {
    for event in sample::events() {
        let day = date!(2015 - 01 - 01);
        let alone = CaseState::evolve(None, &event, day);
        assert_eq!(alone.is_some(), event.event_type() == "case_opened");
        // On a case that knows none of the ids it must not panic.
        let bare = sample::state_before(CommandKind::RecordContact);
        assert!(CaseState::evolve(Some(bare), &event, day).is_some());
    }
    let opened = sample::events().swap_remove(0);
    let again = CaseState::evolve(Some(sample::state()), &opened, Date::MIN);
    assert_eq!(
        again,
        Some(sample::state()),
        "a second opening changes nothing"
    );
}

#[test]
fn the_key_is_held_while_the_case_is_open() {
    let key = || Key::open_case(sample::MUNICIPALITY);
    let counted = Claim::Count {
        counter: "case_number/2014".to_owned(),
        value: 1,
    };
    let mut state = None;
    for event in sample::history() {
        let EventData::Case(data) = &event.data else {
            panic!("an event of a case")
        };
        let expected = match data.event_type() {
            "case_opened" => vec![Claim::Take(key()), counted.clone()],
            "case_closed" => vec![Claim::Release(key())],
            "case_reopened" => vec![Claim::Take(key())],
            _ => Vec::new(),
        };
        assert_eq!(
            claims(state.as_ref(), data),
            expected,
            "{}",
            data.event_type()
        );
        state = CaseState::evolve(state, data, event.occurred_on);
    }
}

#[test]
fn a_succession_adds_a_key_until_the_case_is_closed() {
    let history = sample::succession();
    let before = fold(&history[..1]);
    let EventData::Case(succeeded) = &history[1].data else {
        panic!("an event of a case")
    };
    let (old, new) = (Key::open_case("03152"), Key::open_case("03159"));
    assert_eq!(
        claims(Some(&before), succeeded),
        [Claim::Take(new.clone())],
        "and the old one is kept"
    );
    let after = fold(&history);
    assert_eq!(
        (before.row().municipality.key, after.row().municipality.key),
        ("03152".into(), "03159".into())
    );
    assert_eq!(after.case_number, before.case_number);
    let closed = CaseEvent::CaseClosed(CaseClosed {
        acknowledged: Vec::new(),
        reason: ClosingReason::Completed,
        summary: "Fertig.".into(),
    });
    assert_eq!(after.former_municipalities, [before.municipality]);
    let both = [old, new];
    assert_eq!(
        claims(Some(&after), &closed),
        both.clone().map(Claim::Release)
    );
    let reopened = CaseEvent::CaseReopened(CaseReopened {});
    assert_eq!(claims(Some(&after), &reopened), both.map(Claim::Take));
}

#[test]
fn what_is_about_nothing_known_changes_nothing() {
    let bare = sample::state_before(CommandKind::RecordContact);
    let mut about_something = 0;
    for event in sample::events() {
        if event.happening().asked_by().1.is_none() {
            continue;
        }
        about_something += 1;
        let after = CaseState::evolve(Some(bare.clone()), &event, date!(2015 - 01 - 01));
        assert_eq!(after.as_ref(), Some(&bare), "{}", event.event_type());
    }
    let with_target = |kind: &&CommandKind| sample::target(**kind).is_some();
    let kinds = CommandKind::ALL.iter().filter(with_target).count();
    // A new draft makes the same event as the first.
    assert_eq!(about_something, kinds - 1);
}

#[test]
fn the_row_shows_the_state() {
    let (state, row) = (sample::state(), sample::state().row());
    assert_eq!(
        (row.case_number.as_str(), row.stage),
        (sample::CASE_NUMBER, Stage::Agreed)
    );
    assert_eq!(
        (row.site, row.advisor, row.opened_on),
        (state.site, state.advisor, state.opened_on)
    );
    assert_eq!(
        (row.municipality, row.agreed_until),
        (state.municipality, Some(date!(2017 - 04 - 30)))
    );
    for stage in Stage::ALL {
        assert_eq!(Stage::from_code(stage.code()), Some(*stage));
        assert_eq!(serde_json::to_value(stage).unwrap(), stage.code());
    }
}

#[test]
fn the_sample_state_is_the_fold_of_the_sample_history() {
    for kind in CommandKind::ALL
        .iter()
        .filter(|kind| **kind != CommandKind::OpenCase)
    {
        assert_eq!(sample::state_before(*kind), before(*kind), "{kind:?}");
    }
    let agency = crate::agency::sample::history();
    let evolve = |state, event| {
        crate::agency::AgencyState::evolve(state, event, crate::agency::sample::OPENED_ON)
    };
    let folded = agency.iter().fold(None, evolve);
    assert_eq!(folded, Some(crate::agency::sample::state()));
}
