//! The bytes that are stored: canonical, read back equal, and as released.

use std::path::{Path, PathBuf};

use serde_json::Value;
use time::macros::date;

use super::{Body, StoredEvent, StreamReference, UnreadableEvent};
use crate::agency::{AgencyEvent, sample as agency};
use crate::case::event::{NeedChanges, NeedRevised, PriorityChanges, PriorityRevised};
use crate::case::{CaseEvent, CaseState, sample};
use crate::change::Change;
use crate::offering::{self, OfferingEvent};
use crate::solution::{self, SolutionEvent};
use crate::stream::{Event, EventData, State, StreamKind};
use crate::testing::golden;

/// Characters that serialisers disagree on: controls, quotes, separators, beyond the first plane.
const NASTY: &str =
    "\u{0}\u{1}\u{8}\t\n\u{b}\u{c}\r\u{1f}\"\\/\u{7f}\u{80}äöü\u{2028}\u{2029}\u{feff}🏛e\u{301}";

fn of_case(data: CaseEvent) -> Event {
    let (occurred_on, reason) = (date!(2015 - 02 - 10), Some("Beispiel.".into()));
    Event {
        occurred_on,
        reason,
        data: EventData::Case(data),
    }
}

/// Every sample event of every kind of stream.
fn events() -> Vec<Event> {
    let of_agency = |data| Event {
        occurred_on: agency::OPENED_ON,
        reason: None,
        data: EventData::Agency(data),
    };
    let agency = agency::life().into_iter().map(of_agency);
    agency
        .chain(sample::history())
        .chain(sample::events().into_iter().map(of_case))
        .chain(offering::sample::history())
        .chain([offering::sample::cancelled()])
        .chain(solution::sample::history())
        .collect()
}

fn stored(event: &Event) -> Body<'_> {
    match event.data {
        EventData::Case(_) => sample::stored(event, 1),
        EventData::Agency(_) => Body {
            stream: StreamReference {
                id: agency::AGENCY,
                kind: StreamKind::Agency,
            },
            ..sample::stored(event, 1)
        },
        EventData::Offering(_) => offering::sample::stored(event, 1),
        EventData::Solution(_) => solution::sample::stored(event, 1),
    }
}

#[track_caller]
fn is_canonical(bytes: &[u8]) {
    let value: Value = serde_json::from_slice(bytes).unwrap();
    let oracle = serde_json_canonicalizer::to_string(&value).unwrap();
    assert_eq!(std::str::from_utf8(bytes).unwrap(), oracle);
}

#[track_caller]
fn reads_back(event: &Event) {
    let bytes = stored(event).to_bytes().unwrap();
    is_canonical(&bytes);
    assert_eq!(
        StoredEvent::from_bytes(&bytes).unwrap().event().unwrap(),
        *event
    );
}

#[test]
fn bodies_are_canonical_and_read_back() {
    for event in events() {
        reads_back(&event);
    }
}

#[test]
fn every_member_of_the_envelope_is_read_back() {
    let event = &events()[7];
    let body = Body {
        causation_id: Some(sample::EVENT),
        ..stored(event)
    };
    let bytes = body.to_bytes().unwrap();
    is_canonical(&bytes);
    let read = StoredEvent::from_bytes(&bytes).unwrap();
    assert_eq!(
        (read.actor, read.stream, read.id),
        (body.actor, body.stream, body.id)
    );
    assert_eq!(
        (read.command_id, read.correlation_id),
        (body.command_id, body.correlation_id)
    );
    assert_eq!(
        (read.position, read.version, read.schema),
        (body.position, body.version, body.schema)
    );
    assert_eq!(
        (read.occurred_on, read.recorded_at),
        (body.occurred_on, body.recorded_at)
    );
    assert_eq!(
        (read.event_type.as_str(), read.reason.as_ref()),
        (body.event_type, body.reason)
    );
}

#[test]
fn texts_survive_whatever_is_in_them() {
    let mut event = of_case(sample::events().swap_remove(3));
    event.reason = Some(NASTY.into());
    let EventData::Case(CaseEvent::NeedCaptured(captured)) = &mut event.data else {
        panic!("a need")
    };
    captured.statement = NASTY.into();
    reads_back(&event);
}

#[test]
fn absent_members_stay_absent_and_null_clears() {
    let nothing = NeedChanges {
        dimension: None,
        evidence: Change::Keep,
        statement: None,
        urgency: None,
    };
    let cleared = PriorityChanges {
        focus_area: Change::Clear,
        needs: None,
        rank: None,
        target_on: Change::Clear,
        title: None,
    };
    let need = of_case(CaseEvent::NeedRevised(NeedRevised {
        changes: nothing,
        need: sample::NEED,
    }));
    let priority = sample::PRIORITY;
    let priority = of_case(CaseEvent::PriorityRevised(PriorityRevised {
        changes: cleared,
        priority,
    }));
    let changes = |event: &Event| serde_json::to_value(&event.data).unwrap()["changes"].to_string();
    assert_eq!(changes(&need), "{}");
    assert_eq!(
        changes(&priority),
        r#"{"focus_area":null,"target_on":null}"#
    );
    reads_back(&need);
    reads_back(&priority);
}

#[test]
fn states_are_canonical_and_read_back() {
    let mut states: Vec<_> = sample::history()
        .iter()
        .scan(None, |state, event| {
            *state = State::evolve(state.take(), event);
            Some(state.clone().unwrap())
        })
        .collect();
    states.push(State::Agency(agency::state()));
    states.extend(offering::sample::state().map(State::Offering));
    states.extend(solution::sample::state().map(State::Solution));
    for state in states {
        let kind = state.kind();
        let text = serde_json::to_string(&state).unwrap();
        is_canonical(text.as_bytes());
        assert_eq!(State::from_stored(kind, &text).unwrap(), state);
    }
}

#[test]
fn a_folded_state_and_a_read_one_go_on_alike() {
    let history = sample::history();
    let mut folded: Option<CaseState> = None;
    for event in &history {
        let EventData::Case(data) = &event.data else {
            panic!("an event of a case")
        };
        let text = serde_json::to_string(&folded).unwrap();
        let read: Option<CaseState> = serde_json::from_str(&text).unwrap();
        folded = CaseState::evolve(folded, data, event.occurred_on);
        assert_eq!(CaseState::evolve(read, data, event.occurred_on), folded);
    }
}

#[test]
fn unknown_types_shapes_and_data_are_named() {
    let read = |kind, event_type, schema, data| {
        EventData::from_stored(kind, event_type, schema, data).unwrap_err()
    };
    let case = StreamKind::Case;
    for (event_type, schema, expected) in [
        (
            "case_forgotten",
            1,
            "unknown event type case_forgotten with schema 1",
        ),
        (
            "case_opened",
            2,
            "unknown schema 2 of event type case_opened; the newest known is 1",
        ),
        (
            "site_opened",
            1,
            "unknown event type site_opened with schema 1",
        ),
    ] {
        let error = read(case, event_type, schema, "{}");
        assert_eq!(error.to_string(), expected);
        assert!(error.is_unknown());
    }
    let error = read(case, "need_withdrawn", 1, r#"{"need":7}"#);
    let expected = "data of need_withdrawn with schema 1: ";
    assert!(error.to_string().starts_with(expected), "{error}");
    assert!(!error.is_unknown());
    assert!(matches!(
        StoredEvent::from_bytes(b"{}"),
        Err(UnreadableEvent::Envelope(_))
    ));
}

/// Data that some release wrote must be read for ever, and data written now are what they were.
///
/// After a new event type or schema, write the missing files once by
/// `FALLBUCH_WRITE_GOLDEN=1 cargo test -p fallbuch-domain golden` and commit them. A file that is
/// there is never written again: whoever changes a shape makes a new schema.
#[test]
fn golden_data_are_written_and_read_as_released() {
    for event in first_of_each_type() {
        let data = serde_json::to_string(&event.data).unwrap();
        let path = golden_file(&event.data);
        if !path.exists() && std::env::var_os("FALLBUCH_WRITE_GOLDEN").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, format!("{data}\n")).unwrap();
        }
        let released = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!(
                "{}: {error}; FALLBUCH_WRITE_GOLDEN=1 writes it",
                path.display()
            )
        });
        assert_eq!(released, format!("{data}\n"), "{}", path.display());
    }
}

/// Whoever makes a new schema keeps the files of the older ones and adds one for the new.
#[test]
fn every_readable_shape_has_a_golden_file_that_loads() {
    let folders = StreamKind::ALL.iter();
    let folders = folders.map(|kind| golden_directory().join(kind.code()));
    assert_eq!(golden::files(&golden_directory()), folders.collect());
    for kind in StreamKind::ALL {
        let present = match kind {
            StreamKind::Agency => AgencyEvent::TYPES,
            StreamKind::Case => CaseEvent::TYPES,
            StreamKind::Offering => OfferingEvent::TYPES,
            StreamKind::Solution => SolutionEvent::TYPES,
        };
        let read = |event_type: &str, schema: u32, data: &str| {
            let data = EventData::from_stored(*kind, event_type, schema, data)?;
            Ok((data.event_type(), data.schema()))
        };
        let directory = golden_directory().join(kind.code());
        let shapes = (present, EventData::readable(*kind));
        let deviations = golden::deviations(&directory, shapes, read);
        assert_eq!(deviations, Vec::<String>::new());
    }
}

fn first_of_each_type() -> Vec<Event> {
    let mut met = std::collections::BTreeSet::new();
    let first = |event: &Event| met.insert((kind_of(&event.data).code(), event.data.event_type()));
    events().into_iter().filter(first).collect()
}

fn golden_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn golden_file(data: &EventData) -> PathBuf {
    let file = format!("{}.{}.json", data.event_type(), data.schema());
    golden_directory().join(kind_of(data).code()).join(file)
}

fn kind_of(data: &EventData) -> StreamKind {
    match data {
        EventData::Agency(_) => StreamKind::Agency,
        EventData::Case(_) => StreamKind::Case,
        EventData::Offering(_) => StreamKind::Offering,
        EventData::Solution(_) => StreamKind::Solution,
    }
}
