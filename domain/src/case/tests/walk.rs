//! Every kind of command makes the event that the samples show, without a warning.

use crate::case::event::{PriorityAgreed, PriorityRevised};
use crate::case::{CaseEvent, CommandKind, sample};
use crate::rule::Rule;
use crate::stream::EventData;
use crate::testing::{given, new_id};

#[test]
fn each_step_of_the_walk_makes_its_event() {
    let history = sample::history();
    assert_eq!(history.len(), sample::WALK.len());
    for (index, step) in sample::WALK.iter().enumerate() {
        let mut command = sample::command(step.kind);
        if let Some(thing) = step.about {
            command = command.about(thing);
        }
        // One sample rates one dimension.
        let rules: &[_] = if step.kind == CommandKind::CompleteAssessment {
            &[Rule::R13]
        } else {
            &[]
        };
        given(&history[..index])
            .on(history[index].occurred_on)
            .among(sample::streams())
            .making(step.made)
            .when(command)
            .then_warns(rules)
            .then_events(&history[index..=index]);
    }
}

#[test]
fn another_case_is_succeeded() {
    let history = sample::succession();
    assert_eq!(history.len(), 2);
    given(&history[..1])
        .on(history[1].occurred_on)
        .when(sample::command(CommandKind::SucceedMunicipality))
        .then_warns(&[Rule::R04])
        .then_events(&history[1..]);
}

#[test]
fn the_walk_meets_every_kind_and_every_type() {
    for kind in CommandKind::ALL {
        let outcome = sample::outcome(*kind);
        assert!(outcome.is_some(), "{kind:?}");
        assert_eq!(sample::command(*kind).kind(), *kind);
    }
    let types: Vec<_> = sample::events()
        .iter()
        .map(|event| (event.event_type(), event.schema()))
        .collect();
    assert_eq!(types, CaseEvent::TYPES);
    let types: Vec<_> = crate::agency::sample::events()
        .iter()
        .map(|event| (event.event_type(), event.schema()))
        .collect();
    assert_eq!(types, crate::agency::AgencyEvent::TYPES);
}

#[test]
fn sample_ids_have_the_form_of_uuid_v7() {
    let fixed = [
        sample::CASE,
        sample::EVENT,
        sample::SITE,
        sample::OTHER_SITE,
        sample::ADVISOR,
    ];
    let made = sample::WALK.iter().filter_map(|step| step.made);
    for id in made
        .chain(fixed)
        .chain([sample::AGENCY, sample::COORDINATOR, new_id(7)])
    {
        assert_eq!(id.get_version_num(), 7, "{id}");
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122, "{id}");
    }
    assert_eq!(sample::COMMAND.get_version_num(), 5);
}

#[test]
fn new_things_get_the_next_id() {
    let state = sample::state_before(CommandKind::AgreePriority);
    let then = crate::testing::given_case(state).when(sample::command(CommandKind::AgreePriority));
    let events = then.0.unwrap().events;
    let EventData::Case(CaseEvent::PriorityAgreed(PriorityAgreed { priority, .. })) =
        &events[0].data
    else {
        panic!("a priority")
    };
    assert_eq!(*priority, new_id(1));
}

#[test]
fn bodies_read_back_as_their_commands() {
    for kind in CommandKind::ALL {
        let body = sample::body(*kind);
        let object = body.as_object().unwrap();
        assert!(object.contains_key("occurred_on"), "{kind:?}");
        assert!(object.values().all(|value| !value.is_null()), "{kind:?}");
    }
    let body = sample::body(CommandKind::RevisePriority);
    let revised: crate::case::command::RevisePriority = serde_json::from_value(body).unwrap();
    let history = sample::history();
    let EventData::Case(CaseEvent::PriorityRevised(PriorityRevised { changes, .. })) =
        &history[8].data
    else {
        panic!("a revision")
    };
    assert_eq!(revised.changes, *changes);
}
