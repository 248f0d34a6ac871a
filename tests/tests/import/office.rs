//! The files of an agency that kept two hundred cases in tables.

use std::path::{Path, PathBuf};

use fallbuch_domain::Role;
use fallbuch_domain::catalogue::{Catalogue, MunicipalityKind};
use fallbuch_tests::tables::{Style, Table, Value, workbook};
use time::macros::date;
use time::{Date, Duration};

/// How many cases there are.
pub(crate) const CASES: usize = 200;

/// The agency.
pub(crate) const AGENCY: &str = "transmit";

/// The places of the tables.
pub(crate) const FALLS: usize = 0;
pub(crate) const CONTACTS: usize = 1;
pub(crate) const NEEDS: usize = 2;
pub(crate) const PRIORITIES: usize = 3;
pub(crate) const AGREEMENTS: usize = 4;

/// The names of the files, of the sheets, and the headers.
const TABLES: [(&str, &str, &[&str]); 5] = [
    (
        "faelle.csv",
        "Fälle",
        &[
            "aktenzeichen_alt",
            "eröffnet_am",
            "kreisschlüssel",
            "gemeindename",
            "standort",
            "zuständig",
            "zugang",
            "grund",
        ],
    ),
    (
        "kontakte.csv",
        "Kontakte",
        &[
            "Aktenzeichen",
            "Nr.",
            "Datum",
            "Art",
            "Beteiligte",
            "Themen",
            "Ort",
            "Ergebnis",
            "Nächster Schritt",
            "Grund",
        ],
    ),
    (
        "needs.csv",
        "Bedarfe",
        &[
            "reference",
            "number",
            "captured_on",
            "dimension",
            "statement",
            "urgency",
            "evidence",
            "reason",
        ],
    ),
    (
        "schwerpunkte.csv",
        "Schwerpunkte",
        &[
            "aktenzeichen_alt",
            "nummer",
            "vereinbart_am",
            "schwerpunkt",
            "handlungsfeld",
            "bedarfe",
            "rang",
            "ziel_bis",
            "grund",
        ],
    ),
    (
        "zielvereinbarungen.csv",
        "Zielvereinbarungen",
        &[
            "aktenzeichen_alt",
            "nummer",
            "entwurf_vom",
            "schwerpunkte",
            "geplant_bis",
            "unterzeichnet_am",
            "unterschrift_kommune",
            "unterschrift_agentur",
            "unterschrift_dritte",
            "gültig_ab",
            "gültig_bis",
            "endbedingung",
            "grund",
        ],
    ),
];

/// A word of the tables with its code.
type Word = (&'static str, &'static str);

const ORIGINS: [Word; 3] = [
    ("Auftakt", "kickoff"),
    ("Anfrage", "request"),
    ("approach", "approach"),
];
const CHANNELS: [Word; 5] = [
    ("Auftaktveranstaltung", "kickoff_event"),
    ("Telefon", "call"),
    ("E-Mail", "mail"),
    ("visit", "visit"),
    ("Besprechung", "meeting"),
];
const DIMENSIONS: [Word; 5] = [
    ("Strategie", "strategy"),
    ("steering", "steering"),
    ("Zusammenarbeit", "cooperation"),
    ("participation", "participation"),
    ("data", "data"),
];
const URGENCIES: [Word; 3] = [("hoch", "high"), ("mittel", "medium"), ("low", "low")];

/// A case as somebody at the agency would tell it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Its place among the cases.
    pub(crate) number: usize,
    /// The municipality's key.
    pub(crate) key: String,
    /// The opening day.
    pub(crate) opened_on: Date,
}

impl Case {
    /// The agency's own reference.
    pub(crate) fn reference(&self) -> String {
        format!("A/{:03}", self.number)
    }

    /// So many days after the opening.
    pub(crate) fn after(&self, days: i64) -> Date {
        self.opened_on + Duration::days(days)
    }

    pub(crate) fn origin(&self) -> Word {
        ORIGINS[self.number % ORIGINS.len()]
    }

    pub(crate) fn channel(&self) -> Word {
        CHANNELS[self.number % CHANNELS.len()]
    }

    pub(crate) fn dimension(&self, need: usize) -> Word {
        DIMENSIONS[(self.number + need) % DIMENSIONS.len()]
    }

    pub(crate) fn urgency(&self, need: usize) -> Word {
        URGENCIES[(self.number + 2 * need) % URGENCIES.len()]
    }

    pub(crate) fn statement(&self, need: usize) -> String {
        format!(
            "Bedarf {need} von „{}“: es fehlt; Überblick,\nauch \"übergreifend\"",
            self.reference()
        )
    }

    pub(crate) fn evidence(&self, need: usize) -> Vec<String> {
        let report = format!("Bildungsbericht {}", 2010 + self.number % 5);
        let evidence = [report, "Beschluss, vertagt".to_owned()];
        evidence[..need].to_vec()
    }

    pub(crate) fn site(&self) -> &'static str {
        if self.number.is_multiple_of(4) {
            "Leipzig"
        } else {
            "Halle (Saale)"
        }
    }

    pub(crate) fn next_step(&self) -> &'static str {
        if self.number.is_multiple_of(3) {
            "Bedarfe aufnehmen"
        } else {
            ""
        }
    }

    pub(crate) fn focus_area(&self) -> &'static str {
        if self.number.is_multiple_of(2) {
            "steering_group"
        } else {
            ""
        }
    }

    pub(crate) fn target_on(&self) -> Option<Date> {
        self.number.is_multiple_of(4).then(|| self.after(400))
    }

    pub(crate) fn is_signed(&self) -> bool {
        self.number.is_multiple_of(2)
    }

    pub(crate) fn third(&self) -> &'static str {
        if self.number.is_multiple_of(10) {
            "Stiftungsvorstand"
        } else {
            ""
        }
    }

    pub(crate) fn ends_with_phase(&self) -> bool {
        self.number.is_multiple_of(4)
    }

    /// Its lines in each of the tables.
    fn lines(&self) -> [Vec<Vec<Value>>; 5] {
        let own = || Value::from(self.reference());
        let empty = || Value::from("");
        let day = |day: Option<Date>| day.map_or_else(empty, Value::from);
        let advisor = fallbuch_api::demo::login(AGENCY, Role::Advisor).subject;
        let case = vec![
            own(),
            self.opened_on.into(),
            self.key.as_str().into(),
            empty(),
            self.site().into(),
            advisor.into(),
            self.origin().0.into(),
            empty(),
        ];
        let contact = vec![
            own(),
            1_u32.into(),
            self.after(1).into(),
            self.channel().0.into(),
            "Landrat | Dezernentin für Bildung".into(),
            "Angebot der Agentur".into(),
            empty(),
            empty(),
            empty(),
            empty(),
        ];
        let meeting = vec![
            own(),
            2_u32.into(),
            self.after(10).into(),
            "Erstgespräch".into(),
            "Landrat".into(),
            "Ausgangslage;Erwartungen".into(),
            "\u{a0}Landratsamt ".into(),
            "interessiert".into(),
            self.next_step().into(),
            "Beispiel".into(),
        ];
        let need = |number: u32| {
            let place = usize::try_from(number).expect("a small number");
            vec![
                own(),
                number.into(),
                self.after(20).into(),
                self.dimension(place).0.into(),
                self.statement(place).into(),
                self.urgency(place).0.into(),
                self.evidence(place).join(" | ").into(),
                empty(),
            ]
        };
        let priority = vec![
            own(),
            "S-1".into(),
            self.after(30).into(),
            "Lenkungsgruppe Bildung".into(),
            self.focus_area().into(),
            "1, 2".into(),
            1_u32.into(),
            day(self.target_on()),
            empty(),
        ];
        let mut agreement = vec![
            own(),
            "Z 1".into(),
            self.after(40).into(),
            "S-1".into(),
            self.after(300).into(),
        ];
        if self.is_signed() {
            let ends = if self.ends_with_phase() {
                "Phasenende"
            } else {
                ""
            };
            agreement.extend([
                self.after(50).into(),
                "Landrat".into(),
                "Leitung der Agentur".into(),
                self.third().into(),
                self.after(60).into(),
                self.after(500).into(),
                ends.into(),
            ]);
        } else {
            agreement.extend((0..7).map(|_| empty()));
        }
        agreement.push("Beispiel".into());
        [
            vec![case],
            vec![contact, meeting],
            vec![need(1), need(2)],
            vec![priority],
            vec![agreement],
        ]
    }
}

/// The cases.
pub(crate) fn cases() -> Vec<Case> {
    let catalogue = Catalogue::shipped().expect("the shipped catalogue");
    let day = date!(2015 - 01 - 05);
    let municipalities = catalogue.municipalities_on(Some(day));
    let eligible = municipalities.filter(|one| one.kind != MunicipalityKind::Borough);
    let case = |(number, key): (usize, String)| Case {
        number,
        key,
        opened_on: day + Duration::days(i64::try_from(number % 20).expect("a small number")),
    };
    let keys = eligible.map(|one| one.key.clone()).take(CASES);
    keys.enumerate().map(case).collect()
}

/// How many commands the tables stand for.
pub(crate) fn commands() -> usize {
    let signed = cases().iter().filter(|case| case.is_signed()).count();
    CASES * 7 + signed
}

/// The tables of an agency.
#[derive(Clone, Debug)]
pub(crate) struct Office {
    pub(crate) tables: Vec<Table>,
}

impl Office {
    /// With all cases, and nothing wrong.
    pub(crate) fn sound() -> Self {
        let header = |headers: &[&str]| headers.iter().map(|one| Value::from(*one)).collect();
        let tables = TABLES.iter().map(|(_, name, headers)| Table {
            name,
            lines: vec![header(headers)],
        });
        let mut tables: Vec<_> = tables.collect();
        for case in cases() {
            for (table, lines) in tables.iter_mut().zip(case.lines()) {
                table.lines.extend(lines);
            }
        }
        Self { tables }
    }

    /// Writes the tables as files of text, each in a style of its own.
    pub(crate) fn texts(&self, folder: &Path) -> Vec<PathBuf> {
        let styles = [
            Style::GERMAN,
            Style::MARKED,
            Style::COMMAS,
            Style::WIDE,
            Style::GERMAN,
        ];
        let mut paths = Vec::new();
        for ((table, (file, ..)), style) in self.tables.iter().zip(TABLES).zip(styles) {
            let path = folder.join(file);
            std::fs::write(&path, table.text(style)).expect("a file is written");
            paths.push(path);
        }
        paths
    }

    /// Writes the tables as one workbook.
    pub(crate) fn workbook(&self, folder: &Path) -> Vec<PathBuf> {
        let path = folder.join("fallakten.xlsx");
        std::fs::write(&path, workbook(&self.tables)).expect("a file is written");
        vec![path]
    }

    /// A place as the report names it, without the header.
    pub(crate) fn place(table: usize, line: usize, column: usize, is_workbook: bool) -> String {
        let (file, sheet, _) = TABLES[table];
        let letter = char::from(b'A' + u8::try_from(column).expect("few columns"));
        let source = if is_workbook {
            format!("fallakten.xlsx, Blatt „{sheet}“")
        } else {
            file.to_owned()
        };
        format!("{source}, Zeile {line}, Spalte {letter}")
    }
}
