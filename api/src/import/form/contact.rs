//! Contacts, and initial meetings among them.

use fallbuch_domain::case::command::{RecordContact, RecordInitialMeeting};
use fallbuch_domain::case::event::Participant;

use super::codes::{CHANNELS, INITIAL_MEETING, OUTCOMES};
use super::{CASE, Column, Kind, NUMBER, Needed, REASON};
use crate::import::reader::RowReader;
use crate::import::step::{Part, Step, Wish};
use crate::language::Localized;

pub(super) static COLUMNS: &[&Column] = &[
    &CASE,
    &NUMBER,
    &OCCURRED_ON,
    &CHANNEL,
    &PARTICIPANTS,
    &TOPICS,
    &PLACE,
    &OUTCOME,
    &NEXT_STEP,
    &REASON,
];

static OCCURRED_ON: Column = Column {
    name: "occurred_on",
    german: "datum",
    synonyms: &["am", "tag", "date"],
    needed: Needed::Always,
    kind: Kind::Day,
    says: Localized::fixed("Tag des Kontakts", "the day of the contact"),
    example: ("22.01.2015", "2015-01-22"),
};

static CHANNEL: Column = Column {
    name: "channel",
    german: "art",
    synonyms: &["kontaktart", "weg"],
    needed: Needed::Always,
    kind: Kind::Code(CHANNELS),
    says: Localized::fixed("Art des Kontakts", "the kind of contact"),
    example: ("Erstgespräch", "initial_meeting"),
};

static PARTICIPANTS: Column = Column {
    name: "participants",
    german: "beteiligte",
    synonyms: &["teilnehmende"],
    needed: Needed::Never,
    kind: Kind::Lines,
    says: Localized::fixed(
        "Funktionen der Beteiligten, durch | getrennt; keine Namen",
        "the functions of who took part, separated by |; no names",
    ),
    example: (
        "Beigeordneter für Bildung | Leiterin des Fachbereichs Bildung",
        "Beigeordneter für Bildung | Leiterin des Fachbereichs Bildung",
    ),
};

static TOPICS: Column = Column {
    name: "topics",
    german: "themen",
    synonyms: &["inhalt", "thema"],
    needed: Needed::Never,
    kind: Kind::Lines,
    says: Localized::fixed("Themen, durch | getrennt", "topics, separated by |"),
    example: ("Ausgangslage | Erwartungen", "Ausgangslage | Erwartungen"),
};

static PLACE: Column = Column {
    name: "place",
    german: "ort",
    synonyms: &[],
    needed: Needed::Sometimes,
    kind: Kind::Line,
    says: Localized::fixed(
        "Ort, nur beim Erstgespräch",
        "the place, of an initial meeting only",
    ),
    example: (
        "Stadtverwaltung Halle (Saale)",
        "Stadtverwaltung Halle (Saale)",
    ),
};

static OUTCOME: Column = Column {
    name: "outcome",
    german: "ergebnis",
    synonyms: &[],
    needed: Needed::Sometimes,
    kind: Kind::Code(OUTCOMES),
    says: Localized::fixed(
        "Ergebnis, nur beim Erstgespräch",
        "the outcome, of an initial meeting only",
    ),
    example: ("interessiert", "interested"),
};

static NEXT_STEP: Column = Column {
    name: "next_step",
    german: "nächster_schritt",
    synonyms: &[],
    needed: Needed::Never,
    kind: Kind::Line,
    says: Localized::fixed(
        "nächster Schritt, nur beim Erstgespräch",
        "what is to happen next, of an initial meeting only",
    ),
    example: ("Bedarfe aufnehmen", "Bedarfe aufnehmen"),
};

/// Where the members of the bodies stand in the table.
pub(in crate::import) static POINTERS: &[(&str, &Column)] = &[
    ("/occurred_on", &OCCURRED_ON),
    ("/channel", &CHANNEL),
    ("/participants", &PARTICIPANTS),
    ("/topics", &TOPICS),
    ("/place", &PLACE),
    ("/outcome", &OUTCOME),
    ("/next_step", &NEXT_STEP),
    ("/reason", &REASON),
];

const NEEDS_IT: Localized = Localized::fixed(
    "Zum Erstgespräch gehört diese Angabe.",
    "An initial meeting needs this.",
);

const MEETINGS_ONLY: Localized = Localized::fixed(
    "Diese Angabe gehört nur zum Erstgespräch.",
    "This belongs to an initial meeting only.",
);

/// Reads a line.
pub(in crate::import) fn read(row: &mut RowReader<'_>) -> Vec<Step> {
    let begin = row.mark();
    let (reference, number) = (row.reference(&CASE), row.number(&NUMBER));
    let occurred_on = row.day(&OCCURRED_ON);
    // One of a kind that cannot be read may be an initial meeting: what follows is not to depend on that.
    let is_contact = row
        .wire_of(&CHANNEL, CHANNELS)
        .is_some_and(|wire| wire != INITIAL_MEETING);
    let wish = if is_contact {
        contact(row, occurred_on)
    } else {
        meeting(row, occurred_on)
    };
    let part = if is_contact {
        Part::Contact
    } else {
        Part::Meeting
    };
    let step = Step::of(row, begin, part, (reference, number), occurred_on);
    step.map(|step| step.with(wish)).into_iter().collect()
}

fn contact(row: &mut RowReader<'_>, occurred_on: Option<time::Date>) -> Option<Wish> {
    let channel = row.code(&CHANNEL, CHANNELS);
    let (participants, topics) = (participants(row), row.lines(&TOPICS).unwrap_or_default());
    for column in [&PLACE, &OUTCOME, &NEXT_STEP] {
        row.forbid(column, MEETINGS_ONLY);
    }
    let reason = row.prose(&REASON);
    Some(Wish::Contact(RecordContact {
        occurred_on: occurred_on?,
        reason,
        channel: channel?,
        participants,
        topics,
    }))
}

fn meeting(row: &mut RowReader<'_>, occurred_on: Option<time::Date>) -> Option<Wish> {
    let kind = row.wire(&CHANNEL, CHANNELS);
    let (participants, topics) = (participants(row), row.lines(&TOPICS).unwrap_or_default());
    if kind.is_some() {
        row.require(&PLACE, NEEDS_IT);
        row.require(&OUTCOME, NEEDS_IT);
    }
    let (place, outcome) = (row.line(&PLACE), row.code(&OUTCOME, OUTCOMES));
    let (next_step, reason) = (row.line(&NEXT_STEP), row.prose(&REASON));
    Some(Wish::Meeting(RecordInitialMeeting {
        occurred_on: occurred_on?,
        reason,
        place: place?,
        participants,
        topics,
        outcome: outcome?,
        next_step,
    }))
}

fn participants(row: &mut RowReader<'_>) -> Vec<Participant> {
    let functions = row.lines(&PARTICIPANTS).unwrap_or_default().into_iter();
    functions.map(|function| Participant { function }).collect()
}
