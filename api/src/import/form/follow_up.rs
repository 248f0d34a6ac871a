//! Follow-ups. Their cells are checked like all others; recording them waits for the domain's command, and until then
//! a table with follow-ups is refused as a whole.

use super::{CASE, Column, Kind, NUMBER, Needed, REASON};
use crate::import::reader::RowReader;
use crate::import::step::Step;
use crate::language::Localized;

pub(super) static COLUMNS: &[&Column] = &[
    &CASE,
    &NUMBER,
    &OCCURRED_ON,
    &TITLE,
    &DUE_ON,
    &ASSIGNEE,
    &REASON,
];

static OCCURRED_ON: Column = Column {
    name: "scheduled_on",
    german: "angelegt_am",
    synonyms: &["occurred_on", "datum", "vom"],
    needed: Needed::Always,
    kind: Kind::Day,
    says: Localized::fixed("Tag, an dem sie angelegt wurde", "the day it was scheduled"),
    example: ("06.05.2015", "2015-05-06"),
};

static TITLE: Column = Column {
    name: "title",
    german: "wiedervorlage",
    synonyms: &["titel", "aufgabe"],
    needed: Needed::Always,
    kind: Kind::Line,
    says: Localized::fixed(
        "was zu tun ist; keine Namen",
        "what is to be done; no names",
    ),
    example: (
        "Stand der Lenkungsgruppe erfragen",
        "Stand der Lenkungsgruppe erfragen",
    ),
};

static DUE_ON: Column = Column {
    name: "due_on",
    german: "fällig_am",
    synonyms: &["bis", "termin"],
    needed: Needed::Always,
    kind: Kind::Day,
    says: Localized::fixed("Tag, an dem sie fällig ist", "the day it is due"),
    example: ("01.09.2015", "2015-09-01"),
};

static ASSIGNEE: Column = Column {
    name: "assignee",
    german: "zuständig",
    synonyms: &["wer"],
    needed: Needed::Always,
    kind: Kind::Member,
    says: Localized::fixed(
        "wer sie erledigt: Kennung oder Mitgliedsnummer eines Mitglieds der Agentur",
        "who sees to it: login or id of a member of the agency",
    ),
    example: ("demo-advisor@transmit", "demo-advisor@transmit"),
};

/// Reads a line.
pub(in crate::import) fn read(row: &mut RowReader<'_>) -> Vec<Step> {
    row.reference(&CASE);
    row.number(&NUMBER);
    row.day(&OCCURRED_ON);
    row.line(&TITLE);
    row.day(&DUE_ON);
    row.member(&ASSIGNEE);
    row.prose(&REASON);
    Vec::new()
}
