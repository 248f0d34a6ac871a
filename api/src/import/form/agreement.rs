//! Target agreements: a line is a draft, and its signing if it was signed.

use fallbuch_domain::case::Signature;
use fallbuch_domain::case::command::{DraftAgreement, SignAgreement};
use fallbuch_domain::case::event::Party;

use super::codes::END_CONDITIONS;
use super::{CASE, Column, Form, Kind, NUMBER, Needed, REASON};
use crate::import::reader::RowReader;
use crate::import::step::{Links, Part, Step, Wish};
use crate::language::Localized;

pub(super) static COLUMNS: &[&Column] = &[
    &CASE,
    &NUMBER,
    &DRAFTED_ON,
    &PRIORITIES,
    &PLANNED_UNTIL,
    &SIGNED_ON,
    &FOR_MUNICIPALITY,
    &FOR_AGENCY,
    &FOR_THIRD,
    &VALID_FROM,
    &VALID_UNTIL,
    &END_CONDITION,
    &REASON,
];

static DRAFTED_ON: Column = Column {
    name: "drafted_on",
    german: "entwurf_vom",
    synonyms: &["entworfen_am", "entwurf"],
    needed: Needed::Always,
    kind: Kind::Day,
    says: Localized::fixed("Tag des Entwurfs", "the day of the draft"),
    example: ("08.04.2015", "2015-04-08"),
};

static PRIORITIES: Column = Column {
    name: "priorities",
    german: "schwerpunkte",
    synonyms: &["nummern_der_schwerpunkte"],
    needed: Needed::Always,
    kind: Kind::References,
    says: Localized::fixed(
        "Nummern der Schwerpunkte, durch Komma getrennt",
        "the numbers of the priorities, separated by commas",
    ),
    example: ("1", "1"),
};

static PLANNED_UNTIL: Column = Column {
    name: "planned_until",
    german: "geplant_bis",
    synonyms: &[],
    needed: Needed::Never,
    kind: Kind::Day,
    says: Localized::fixed("geplantes Ende im Entwurf", "the end planned in the draft"),
    example: ("31.12.2016", "2016-12-31"),
};

static SIGNED_ON: Column = Column {
    name: "signed_on",
    german: "unterzeichnet_am",
    synonyms: &["unterschrieben_am"],
    needed: Needed::Sometimes,
    kind: Kind::Day,
    says: Localized::fixed(
        "Tag der Unterzeichnung; leer, solange nicht unterzeichnet ist",
        "the day it was signed; empty while it is not",
    ),
    example: ("06.05.2015", "2015-05-06"),
};

static FOR_MUNICIPALITY: Column = Column {
    name: "municipality_signatory",
    german: "unterschrift_kommune",
    synonyms: &["für_die_kommune"],
    needed: Needed::Sometimes,
    kind: Kind::Line,
    says: Localized::fixed(
        "Funktion, in der für die Kommune unterzeichnet wurde; kein Name",
        "the function of who signed for the municipality; no name",
    ),
    example: ("Oberbürgermeister", "Oberbürgermeister"),
};

static FOR_AGENCY: Column = Column {
    name: "agency_signatory",
    german: "unterschrift_agentur",
    synonyms: &["für_die_agentur"],
    needed: Needed::Sometimes,
    kind: Kind::Line,
    says: Localized::fixed(
        "Funktion, in der für die Agentur unterzeichnet wurde; kein Name",
        "the function of who signed for the agency; no name",
    ),
    example: ("Leitung der Agentur", "Leitung der Agentur"),
};

static FOR_THIRD: Column = Column {
    name: "third_signatory",
    german: "unterschrift_dritte",
    synonyms: &[],
    needed: Needed::Never,
    kind: Kind::Line,
    says: Localized::fixed(
        "Funktion, in der Dritte unterzeichnet haben; kein Name",
        "the function of a third party that signed; no name",
    ),
    example: ("", ""),
};

static VALID_FROM: Column = Column {
    name: "valid_from",
    german: "gültig_ab",
    synonyms: &["laufzeit_ab", "beginn"],
    needed: Needed::Sometimes,
    kind: Kind::Day,
    says: Localized::fixed("erster Tag der Laufzeit", "the first day it holds"),
    example: ("06.05.2015", "2015-05-06"),
};

static VALID_UNTIL: Column = Column {
    name: "valid_until",
    german: "gültig_bis",
    synonyms: &["laufzeit_bis", "ende"],
    needed: Needed::Sometimes,
    kind: Kind::Day,
    says: Localized::fixed("letzter Tag der Laufzeit", "the last day it holds"),
    example: ("31.12.2016", "2016-12-31"),
};

static END_CONDITION: Column = Column {
    name: "end_condition",
    german: "endbedingung",
    synonyms: &[],
    needed: Needed::Never,
    kind: Kind::Code(END_CONDITIONS),
    says: Localized::fixed(
        "was sie außer dem Datum beendet",
        "what ends it besides its date",
    ),
    example: ("Ende der Förderphase", "phase_end"),
};

/// Where the members of a draft stand in the table.
pub(in crate::import) static DRAFT_POINTERS: &[(&str, &Column)] = &[
    ("/occurred_on", &DRAFTED_ON),
    ("/priorities", &PRIORITIES),
    ("/planned_until", &PLANNED_UNTIL),
    ("/reason", &REASON),
];

/// Where the members of a signing stand in the table; the signatures in the order in which they are read.
pub(in crate::import) static SIGNING_POINTERS: &[(&str, &Column)] = &[
    ("/occurred_on", &SIGNED_ON),
    ("/signatures/0/function", &FOR_MUNICIPALITY),
    ("/signatures/1/function", &FOR_AGENCY),
    ("/signatures/2/function", &FOR_THIRD),
    ("/signatures", &SIGNED_ON),
    ("/valid_from", &VALID_FROM),
    ("/valid_until", &VALID_UNTIL),
    ("/end_condition", &END_CONDITION),
    ("/reason", &REASON),
    ("", &SIGNED_ON),
];

const NEEDS_IT: Localized = Localized::fixed(
    "Zu einer unterzeichneten Zielvereinbarung gehört diese Angabe.",
    "A signed agreement needs this.",
);

const NOT_SIGNED: Localized = Localized::fixed(
    "Diese Angabe gehört zur Unterzeichnung, deren Tag fehlt.",
    "This belongs to the signing, whose day is missing.",
);

/// Reads a line.
pub(in crate::import) fn read(row: &mut RowReader<'_>) -> Vec<Step> {
    let begin = row.mark();
    let (reference, number) = (row.reference(&CASE), row.number(&NUMBER));
    let whose = row.values(begin, row.mark());
    let reason = row.prose(&REASON);
    let drafted_on = row.day(&DRAFTED_ON);
    let priorities = row.references(&PRIORITIES).unwrap_or_default();
    let planned_until = row.day(&PLANNED_UNTIL);
    let links = Links::new(Form::Priorities, priorities, row.place(&PRIORITIES));
    let wish = drafted_on.map(|occurred_on| {
        Wish::Draft(DraftAgreement {
            occurred_on,
            reason: reason.clone(),
            priorities: Vec::new(),
            planned_until,
            document: None,
        })
    });
    let key = (reference, number);
    let draft = Step::of(row, begin, Part::Draft, key.clone(), drafted_on);
    let mut steps: Vec<Step> = draft
        .map(|draft| draft.linked(links).with(wish))
        .into_iter()
        .collect();
    let signing = row.mark();
    if !row.is_filled(&SIGNED_ON) {
        for column in [
            &FOR_MUNICIPALITY,
            &FOR_AGENCY,
            &FOR_THIRD,
            &VALID_FROM,
            &VALID_UNTIL,
            &END_CONDITION,
        ] {
            row.forbid(column, NOT_SIGNED);
        }
        return steps;
    }
    let signed_on = row.day(&SIGNED_ON);
    for column in [&FOR_MUNICIPALITY, &FOR_AGENCY, &VALID_FROM] {
        row.require(column, NEEDS_IT);
    }
    let parties = [
        (Party::Municipality, row.line(&FOR_MUNICIPALITY)),
        (Party::Agency, row.line(&FOR_AGENCY)),
        (Party::Third, row.line(&FOR_THIRD)),
    ];
    let (valid_from, valid_until) = (row.day(&VALID_FROM), row.day(&VALID_UNTIL));
    let end_condition = row.code(&END_CONDITION, END_CONDITIONS);
    let body = || {
        let signed_on = signed_on?;
        let signature = |(party, function)| {
            Some(Signature {
                function: function?,
                party,
                signed_on,
            })
        };
        Some(SignAgreement {
            occurred_on: signed_on,
            reason: reason.clone(),
            signatures: parties.into_iter().filter_map(signature).collect(),
            valid_from: valid_from?,
            valid_until,
            end_condition,
            document: None,
        })
    };
    let wish = body().map(Wish::Signing);
    let signed = Step::of(row, signing, Part::Signing, key, signed_on);
    let reason = reason.map(|reason| (REASON.name, reason.0));
    steps.extend(signed.map(|step| step.about(whose).about(reason).with(wish)));
    steps
}
