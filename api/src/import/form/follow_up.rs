//! Follow-ups.

use fallbuch_domain::case::command::ScheduleFollowUp;

use super::{CASE, Column, Kind, NUMBER, Needed, REASON};
use crate::import::reader::RowReader;
use crate::import::step::{Part, Step, Wish};
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

/// Where the members of the body stand in the table.
pub(in crate::import) static POINTERS: &[(&str, &Column)] = &[
    ("/occurred_on", &OCCURRED_ON),
    ("/title", &TITLE),
    ("/due_on", &DUE_ON),
    ("/assignee", &ASSIGNEE),
    ("/reason", &REASON),
];

/// Reads a line.
pub(in crate::import) fn read(row: &mut RowReader<'_>) -> Vec<Step> {
    let begin = row.mark();
    let (reference, number) = (row.reference(&CASE), row.number(&NUMBER));
    let occurred_on = row.day(&OCCURRED_ON);
    let title = row.line(&TITLE);
    let due_on = row.day(&DUE_ON);
    let assignee = row.member(&ASSIGNEE);
    let reason = row.prose(&REASON);
    let body = || {
        Some(ScheduleFollowUp {
            occurred_on: occurred_on?,
            reason,
            title: title?,
            due_on: due_on?,
            assignee: assignee?,
        })
    };
    let wish = body().map(Wish::FollowUp);
    let step = Step::of(row, begin, Part::FollowUp, (reference, number), occurred_on);
    step.map(|step| step.with(wish)).into_iter().collect()
}
