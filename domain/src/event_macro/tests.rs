//! Lifting, shown on an enum of its own: no real type has an older shape yet.

#![expect(unreachable_pub, reason = "the macros make public types")]

use std::path::{Path, PathBuf};

use super::leads_up_to;
use crate::case::event::wire;
use crate::envelope::UnreadableEvent;
use crate::testing::golden;

events! {
    /// An event that no stream has.
    SampleEvent {
        /// Its shape changed twice.
        NoteTaken(NoteTaken) = "note_taken" 3 from {
            1: NoteTakenV1 => split_note,
            2: NoteTakenV2 => wrap_page,
        },
        /// Its shape is the first.
        BellRung(BellRung) = "bell_rung" 1,
    }
}

wire! {
    /// Data of `note_taken`: everything in one text.
    pub struct NoteTakenV1 {
        /// Page and text, with a bar between them.
        pub note: String,
    }

    /// Data of `note_taken`: two members.
    pub struct NoteTakenV2 {
        /// The page; 0 where the note named none.
        pub page: u32,
        /// The text.
        pub text: String,
    }

    /// Data of `note_taken` as they are written now.
    pub struct NoteTaken {
        /// The lines of the text.
        pub lines: Vec<String>,
        /// The page.
        pub page: Page,
    }

    /// A page.
    pub struct Page {
        /// Its number.
        pub number: u32,
    }

    /// Data of `bell_rung`.
    pub struct BellRung {}
}

fn split_note(old: NoteTakenV1) -> NoteTakenV2 {
    // Total: what is in the log happened, so every text has to come to something.
    let split = old.note.split_once('|');
    let parsed = split.and_then(|(page, text)| Some((page.parse().ok()?, text.to_owned())));
    let (page, text) = parsed.unwrap_or((0, old.note));
    NoteTakenV2 { page, text }
}

fn wrap_page(old: NoteTakenV2) -> NoteTaken {
    NoteTaken {
        lines: vec![old.text],
        page: Page { number: old.page },
    }
}

fn golden_directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/event_macro/golden")
}

fn released(event_type: &str, schema: u32) -> String {
    let file = golden_directory().join(format!("{event_type}.{schema}.json"));
    std::fs::read_to_string(file).unwrap().trim_end().to_owned()
}

fn note(page: u32, lines: &[&str]) -> SampleEvent {
    SampleEvent::NoteTaken(NoteTaken {
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        page: Page { number: page },
    })
}

#[test]
fn the_present_shape_is_listed_and_every_older_one_is_readable() {
    assert_eq!(SampleEvent::TYPES, [("note_taken", 3), ("bell_rung", 1)]);
    assert_eq!(
        SampleEvent::READABLE,
        [
            ("note_taken", 1),
            ("note_taken", 2),
            ("note_taken", 3),
            ("bell_rung", 1)
        ]
    );
}

#[test]
fn an_older_shape_is_lifted_step_by_step() {
    let expected = note(7, &["Beispiel"]);
    for schema in 1..=3 {
        let data = released("note_taken", schema);
        let event = SampleEvent::from_stored("note_taken", schema, &data).unwrap();
        assert_eq!(event, expected, "{schema}");
        // What is lifted is of the present shape in every respect.
        assert_eq!((event.event_type(), event.schema()), ("note_taken", 3));
        assert_eq!(
            serde_json::to_string(&event).unwrap(),
            released("note_taken", 3)
        );
    }
}

#[test]
fn lifting_is_total() {
    for (data, expected) in [
        (r#"{"note":"no bar"}"#, note(0, &["no bar"])),
        (r#"{"note":"x|y"}"#, note(0, &["x|y"])),
        (r#"{"note":"3|a|b"}"#, note(3, &["a|b"])),
        (r#"{"note":""}"#, note(0, &[""])),
    ] {
        let event = SampleEvent::from_stored("note_taken", 1, data);
        assert_eq!(event.unwrap(), expected, "{data}");
    }
}

#[test]
fn a_shape_is_read_as_its_own_schema_and_no_other() {
    for (schema, other) in [(1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)] {
        let data = released("note_taken", other);
        let error = SampleEvent::from_stored("note_taken", schema, &data).unwrap_err();
        let expected = format!("data of note_taken with schema {schema}: ");
        assert!(error.to_string().starts_with(&expected), "{error}");
        assert!(!error.is_unknown());
    }
}

#[test]
fn unknown_types_and_schemas_are_named() {
    for (event_type, schema, expected) in [
        (
            "note_taken",
            4,
            "unknown schema 4 of event type note_taken; the newest known is 3",
        ),
        (
            "note_taken",
            0,
            "unknown schema 0 of event type note_taken; the newest known is 3",
        ),
        (
            "bell_rung",
            2,
            "unknown schema 2 of event type bell_rung; the newest known is 1",
        ),
        ("note_lost", 2, "unknown event type note_lost with schema 2"),
    ] {
        let error = SampleEvent::from_stored(event_type, schema, "{}").unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert!(error.is_unknown());
    }
}

#[test]
fn older_schemas_lead_up_to_the_present_one() {
    for (older, present, fits) in [
        (&[][..], 1, true),
        (&[1, 2], 3, true),
        (&[], 2, false),
        (&[1, 3], 4, false),
        (&[2, 1], 3, false),
        (&[1, 2], 4, false),
        (&[1, 2], 2, false),
        (&[0, 1], 2, false),
    ] {
        assert_eq!(leads_up_to(older, present), fits, "{older:?} {present}");
    }
}

#[cfg(feature = "openapi")]
#[test]
fn the_contract_can_describe_every_readable_shape() {
    let names = SampleEvent::data_names();
    let shapes: Vec<_> = names
        .iter()
        .map(|(event_type, schema, _)| (*event_type, *schema))
        .collect();
    assert_eq!(shapes, SampleEvent::READABLE);
    let names: Vec<_> = names.into_iter().map(|(_, _, name)| name).collect();
    assert_eq!(
        names,
        ["NoteTakenV1", "NoteTakenV2", "NoteTaken", "BellRung"]
    );
    let schemas = SampleEvent::data_schemas();
    let described: Vec<_> = schemas.into_iter().map(|(name, _)| name).collect();
    for name in names.iter().map(String::as_str).chain(["Page"]) {
        assert!(
            described.iter().any(|described| described == name),
            "{name}"
        );
    }
}

type Shape = (&'static str, u32);

/// What is wrong with the golden files if these shapes are said to be present and readable, and are
/// read so.
fn deviations(
    shapes: (&[Shape], &[Shape]),
    read: impl Fn(&str, u32, &str) -> Result<Shape, UnreadableEvent>,
) -> Vec<String> {
    golden::deviations(&golden_directory(), shapes, read)
}

fn read(event_type: &str, schema: u32, data: &str) -> Result<Shape, UnreadableEvent> {
    let event = SampleEvent::from_stored(event_type, schema, data)?;
    Ok((event.event_type(), event.schema()))
}

#[test]
fn every_readable_shape_has_a_golden_file_that_loads() {
    let shapes = (SampleEvent::TYPES, SampleEvent::READABLE);
    assert_eq!(deviations(shapes, read), Vec::<String>::new());
}

#[test]
fn a_golden_file_that_is_missing_left_over_or_unread_is_told() {
    let (present, readable) = (SampleEvent::TYPES, SampleEvent::READABLE);
    let told = |deviations: Vec<String>, expected: &[&str]| {
        assert_eq!(deviations.len(), expected.len(), "{deviations:?}");
        for (deviation, expected) in deviations.iter().zip(expected) {
            assert!(deviation.contains(expected), "{deviation}");
        }
    };
    // A new schema that nobody wrote a file for.
    let more = [readable, &[("bell_rung", 2)]].concat();
    told(
        deviations((present, &more), read),
        &["bell_rung.2.json: No such file"],
    );
    // An older shape that was dropped from the line.
    told(
        deviations((present, &readable[1..]), read),
        &["note_taken.1.json: of no readable shape"],
    );
    // A shape that cannot be read any more.
    let unread = |event_type: &str, schema: u32, data: &str| match schema {
        2 => read(event_type, 4, data),
        _ => read(event_type, schema, data),
    };
    told(
        deviations((present, readable), unread),
        &["note_taken.2.json: unknown schema 4"],
    );
    // A shape that is read, and not lifted.
    let unlifted = |event_type: &str, schema: u32, data: &str| match schema {
        1 => read(event_type, schema, data).map(|(event_type, _)| (event_type, schema)),
        _ => read(event_type, schema, data),
    };
    told(
        deviations((present, readable), unlifted),
        &["note_taken.1.json: read as (\"note_taken\", 1)"],
    );
}
