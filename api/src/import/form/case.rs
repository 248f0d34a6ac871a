//! The cases: which municipality, since when, where and by whom.

use fallbuch_domain::case::command::{MunicipalityKey, OpenCase};

use super::codes::ORIGINS;
use super::{CASE, Column, Kind, Needed, REASON};
use crate::import::reader::RowReader;
use crate::import::step::{Part, Step, Wish};
use crate::language::Localized;

pub(super) static COLUMNS: &[&Column] = &[
    &CASE, &OPENED_ON, &KEY, &NAME, &SITE, &ADVISOR, &ORIGIN, &REASON,
];

static OPENED_ON: Column = Column {
    name: "opened_on",
    german: "eröffnet_am",
    synonyms: &["occurred_on", "eröffnung", "datum"],
    needed: Needed::Always,
    kind: Kind::Day,
    says: Localized::fixed(
        "Tag der Eröffnung; sein Jahr steht im neuen Aktenzeichen",
        "the opening day; its year stands in the new file number",
    ),
    example: ("01.12.2014", "2014-12-01"),
};

static KEY: Column = Column {
    name: "municipality_key",
    german: "kreisschlüssel",
    synonyms: &[
        "schlüssel",
        "ags",
        "gemeindeschlüssel",
        "kommune",
        "municipality",
    ],
    needed: Needed::Always,
    kind: Kind::Key,
    says: Localized::fixed(
        "amtlicher Schlüssel der Kommune: fünf Stellen, als Text mit führender Null (auch acht für eine Gemeinde, 11000-01 für einen Berliner Bezirk)",
        "the municipality's official key: five digits, as text with its leading zero (or eight for a Gemeinde, 11000-01 for a borough of Berlin)",
    ),
    example: ("15002", "15002"),
};

static NAME: Column = Column {
    name: "municipality_name",
    german: "gemeindename",
    synonyms: &["name", "name_der_gemeinde"],
    needed: Needed::Sometimes,
    kind: Kind::Line,
    says: Localized::fixed(
        "Name, nur zu einem achtstelligen Gemeindeschlüssel",
        "the name, with a key of eight digits only",
    ),
    example: ("", ""),
};

static SITE: Column = Column {
    name: "site",
    german: "standort",
    synonyms: &[],
    needed: Needed::Always,
    kind: Kind::Site,
    says: Localized::fixed(
        "Standort der Agentur, mit Namen wie in Fallbuch",
        "the agency's site, by its name in Fallbuch",
    ),
    example: ("Halle (Saale)", "Halle (Saale)"),
};

static ADVISOR: Column = Column {
    name: "advisor",
    german: "zuständig",
    synonyms: &["berater", "beraterin", "beratung"],
    needed: Needed::Always,
    kind: Kind::Member,
    says: Localized::fixed(
        "wer berät: Kennung oder Mitgliedsnummer eines Mitglieds der Agentur",
        "who advises: login or id of a member of the agency",
    ),
    example: ("demo-advisor@transmit", "demo-advisor@transmit"),
};

static ORIGIN: Column = Column {
    name: "origin",
    german: "zugang",
    synonyms: &["anlass", "herkunft"],
    needed: Needed::Always,
    kind: Kind::Code(ORIGINS),
    says: Localized::fixed("wie der Fall zustande kam", "how the case came about"),
    example: ("Auftaktveranstaltung", "kickoff"),
};

/// Where the members of the body stand in the table.
pub(in crate::import) static POINTERS: &[(&str, &Column)] = &[
    ("/occurred_on", &OPENED_ON),
    ("/municipality/key", &KEY),
    ("/municipality/name", &NAME),
    ("/site", &SITE),
    ("/advisor", &ADVISOR),
    ("/origin", &ORIGIN),
    ("/reason", &REASON),
];

/// Reads a line.
pub(in crate::import) fn read(row: &mut RowReader<'_>) -> Vec<Step> {
    let begin = row.mark();
    let reference = row.reference(&CASE);
    let opened_on = row.day(&OPENED_ON);
    let key = row.key(&KEY);
    let name = row.line(&NAME);
    let (site, advisor) = (row.site(&SITE), row.member(&ADVISOR));
    let origin = row.code(&ORIGIN, ORIGINS);
    let reason = row.prose(&REASON);
    let body = || {
        Some(OpenCase {
            occurred_on: opened_on?,
            reason,
            municipality: MunicipalityKey { key: key?, name },
            site: site?,
            advisor: advisor?,
            origin: origin?,
        })
    };
    let wish = body().map(Wish::Open);
    let step = Step::of(row, begin, Part::Opening, (reference, None), opened_on);
    step.map(|step| step.with(wish)).into_iter().collect()
}
