//! Needs.

use fallbuch_domain::case::command::CaptureNeed;

use super::codes::URGENCIES;
use super::{CASE, Column, Kind, NUMBER, Needed, REASON};
use crate::import::reader::RowReader;
use crate::import::step::{Part, Step, Wish};
use crate::language::Localized;

pub(super) static COLUMNS: &[&Column] = &[
    &CASE,
    &NUMBER,
    &CAPTURED_ON,
    &DIMENSION,
    &STATEMENT,
    &URGENCY,
    &EVIDENCE,
    &REASON,
];

static CAPTURED_ON: Column = Column {
    name: "captured_on",
    german: "aufgenommen_am",
    synonyms: &["occurred_on", "datum"],
    needed: Needed::Always,
    kind: Kind::Day,
    says: Localized::fixed("Tag der Aufnahme", "the day it was captured"),
    example: ("19.02.2015", "2015-02-19"),
};

static DIMENSION: Column = Column {
    name: "dimension",
    german: "qualitätsdimension",
    synonyms: &[],
    needed: Needed::Always,
    kind: Kind::Dimension,
    says: Localized::fixed("Qualitätsdimension", "the quality dimension"),
    example: ("Strategie", "strategy"),
};

static STATEMENT: Column = Column {
    name: "statement",
    german: "bedarf",
    synonyms: &["beschreibung"],
    needed: Needed::Always,
    kind: Kind::Prose,
    says: Localized::fixed(
        "der Bedarf in Worten; keine Namen",
        "the need in words; no names",
    ),
    example: (
        "Für die Bildung in der Stadt fehlt ein Gesamtkonzept.",
        "Für die Bildung in der Stadt fehlt ein Gesamtkonzept.",
    ),
};

static URGENCY: Column = Column {
    name: "urgency",
    german: "dringlichkeit",
    synonyms: &["priorität"],
    needed: Needed::Always,
    kind: Kind::Code(URGENCIES),
    says: Localized::fixed("wie dringend", "how pressing"),
    example: ("hoch", "high"),
};

static EVIDENCE: Column = Column {
    name: "evidence",
    german: "belege",
    synonyms: &["beleg", "nachweise"],
    needed: Needed::Never,
    kind: Kind::Lines,
    says: Localized::fixed(
        "was den Bedarf zeigt, durch | getrennt",
        "what shows the need, separated by |",
    ),
    example: ("Bildungsbericht 2014", "Bildungsbericht 2014"),
};

/// Where the members of the body stand in the table.
pub(in crate::import) static POINTERS: &[(&str, &Column)] = &[
    ("/occurred_on", &CAPTURED_ON),
    ("/dimension", &DIMENSION),
    ("/statement", &STATEMENT),
    ("/urgency", &URGENCY),
    ("/evidence", &EVIDENCE),
    ("/reason", &REASON),
];

/// Reads a line.
pub(in crate::import) fn read(row: &mut RowReader<'_>) -> Vec<Step> {
    let begin = row.mark();
    let (reference, number) = (row.reference(&CASE), row.number(&NUMBER));
    let captured_on = row.day(&CAPTURED_ON);
    let dimension = row.dimension(&DIMENSION);
    let statement = row.prose(&STATEMENT);
    let urgency = row.code(&URGENCY, URGENCIES);
    let evidence = row.lines(&EVIDENCE);
    let reason = row.prose(&REASON);
    let body = || {
        Some(CaptureNeed {
            occurred_on: captured_on?,
            reason,
            dimension: dimension?,
            statement: statement?,
            urgency: urgency?,
            evidence,
        })
    };
    let wish = body().map(Wish::Need);
    let step = Step::of(row, begin, Part::Need, (reference, number), captured_on);
    step.map(|step| step.with(wish)).into_iter().collect()
}
