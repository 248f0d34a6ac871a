//! Priorities.

use fallbuch_domain::case::command::AgreePriority;

use super::{CASE, Column, Form, Kind, NUMBER, Needed, REASON};
use crate::import::reader::RowReader;
use crate::import::step::{Links, Part, Step, Wish};
use crate::language::Localized;

pub(super) static COLUMNS: &[&Column] = &[
    &CASE,
    &NUMBER,
    &AGREED_ON,
    &TITLE,
    &FOCUS_AREA,
    &NEEDS,
    &RANK,
    &TARGET_ON,
    &REASON,
];

static AGREED_ON: Column = Column {
    name: "agreed_on",
    german: "vereinbart_am",
    synonyms: &["occurred_on", "datum"],
    needed: Needed::Always,
    kind: Kind::Day,
    says: Localized::fixed("Tag der Vereinbarung", "the day it was agreed"),
    example: ("12.03.2015", "2015-03-12"),
};

static TITLE: Column = Column {
    name: "title",
    german: "schwerpunkt",
    synonyms: &["titel"],
    needed: Needed::Always,
    kind: Kind::Line,
    says: Localized::fixed("Titel", "the title"),
    example: ("Bildungskonzept der Stadt", "Bildungskonzept der Stadt"),
};

static FOCUS_AREA: Column = Column {
    name: "focus_area",
    german: "handlungsfeld",
    synonyms: &[],
    needed: Needed::Never,
    kind: Kind::FocusArea,
    says: Localized::fixed(
        "Handlungsfeld, aus dem er stammt",
        "the focus area it comes from",
    ),
    example: ("education_concept", "education_concept"),
};

static NEEDS: Column = Column {
    name: "needs",
    german: "bedarfe",
    synonyms: &["bedarf", "nummern_der_bedarfe"],
    needed: Needed::Never,
    kind: Kind::References,
    says: Localized::fixed(
        "Nummern der Bedarfe, auf die er antwortet, durch Komma getrennt",
        "the numbers of the needs that it meets, separated by commas",
    ),
    example: ("1", "1"),
};

static RANK: Column = Column {
    name: "rank",
    german: "rang",
    synonyms: &["reihenfolge"],
    needed: Needed::Always,
    kind: Kind::Whole,
    says: Localized::fixed("Rang im Fall, 1 bis 99", "its rank in the case, 1 to 99"),
    example: ("1", "1"),
};

static TARGET_ON: Column = Column {
    name: "target_on",
    german: "ziel_bis",
    synonyms: &["bis", "zieldatum"],
    needed: Needed::Never,
    kind: Kind::Day,
    says: Localized::fixed(
        "Tag, bis zu dem er erreicht sein soll",
        "the day by which it is to be reached",
    ),
    example: ("", ""),
};

/// Where the members of the body stand in the table.
pub(in crate::import) static POINTERS: &[(&str, &Column)] = &[
    ("/occurred_on", &AGREED_ON),
    ("/title", &TITLE),
    ("/focus_area", &FOCUS_AREA),
    ("/needs", &NEEDS),
    ("/rank", &RANK),
    ("/target_on", &TARGET_ON),
    ("/reason", &REASON),
];

/// Reads a line.
pub(in crate::import) fn read(row: &mut RowReader<'_>) -> Vec<Step> {
    let begin = row.mark();
    let (reference, number) = (row.reference(&CASE), row.number(&NUMBER));
    let agreed_on = row.day(&AGREED_ON);
    let title = row.line(&TITLE);
    let focus_area = row.focus_area(&FOCUS_AREA);
    let needs = row.references(&NEEDS).unwrap_or_default();
    let rank = row.whole(&RANK);
    let target_on = row.day(&TARGET_ON);
    let reason = row.prose(&REASON);
    let links = Links::new(Form::Needs, needs, row.place(&NEEDS));
    let body = || {
        Some(AgreePriority {
            occurred_on: agreed_on?,
            reason,
            focus_area,
            title: title?,
            needs: Vec::new(),
            rank: rank?,
            target_on,
        })
    };
    let wish = body().map(Wish::Priority);
    let step = Step::of(row, begin, Part::Priority, (reference, number), agreed_on);
    let step = step.map(|step| step.linked(links).with(wish));
    step.into_iter().collect()
}
