//! What surrounds the cases: the same code lists, agency, offerings and solutions for the domain and, as
//! tables of text, for the model.

use std::collections::BTreeMap;

use fallbuch_domain::agency::{AgencyState, sample};
use fallbuch_domain::catalogue::{Catalogue, Entry, EntryKind};
use fallbuch_domain::offering::OfferingState;
use fallbuch_domain::solution::SolutionState;
use fallbuch_domain::{State, StreamKind};
use fallbuch_tests::reference::{Row, Solution, Surroundings, Tables};
use serde_json::{Value, json};
use time::Date;
use uuid::Uuid;

/// The day in this text.
pub(super) fn day(text: &str) -> Date {
    serde_json::from_value(json!(text)).unwrap()
}

/// Code lists and agency.
pub(super) struct Scenery {
    pub(super) catalogue: Catalogue,
    pub(super) agency: AgencyState,
    /// The same, closed.
    pub(super) closed_agency: AgencyState,
    tables: Tables,
}

impl Scenery {
    pub(super) fn new() -> Self {
        let mut entries = Catalogue::shipped_entries().unwrap();
        let mut tables = Tables::shipped();
        // Before some day there are no dimensions at all.
        for entry in &mut entries {
            if entry.kind == EntryKind::Dimension {
                entry.valid_from = Some(day("2014-06-01"));
            }
        }
        for row in tables.rows_of("dimension") {
            "2014-06-01".clone_into(&mut row.from);
        }
        for row in more_rows() {
            entries.push(entry(&row, &entries));
            tables.add(row);
        }
        // The sample's history ends with the agency.
        let agency = AgencyState {
            closed_on: None,
            ..sample::state()
        };
        Self {
            catalogue: Catalogue::from_entries(entries).unwrap(),
            closed_agency: AgencyState {
                closed_on: Some(day("2018-01-01")),
                ..agency.clone()
            },
            agency,
            tables,
        }
    }

    /// The tables of a life; offerings and solutions are those of [`streams`].
    pub(super) fn surroundings(&self) -> Surroundings {
        let agency = json!(self.agency);
        let ids = |list: &str| {
            let all = agency[list].as_array().unwrap().iter();
            let there = all.filter(|one| one["closed_on"].is_null());
            there
                .map(|one| one["id"].as_str().unwrap().to_owned())
                .collect()
        };
        Surroundings {
            today: String::new(),
            closed: false,
            sites: ids("sites"),
            members: ids("members"),
            land_codes: self.agency.land_codes.iter().cloned().collect(),
            offerings: (0..6)
                .map(|n| {
                    (
                        id(0x0ff, n),
                        ["held", "held", "held", "held", "scheduled", "cancelled"][usize::from(n)],
                    )
                })
                .collect(),
            held_on: (0..4).map(|n| (id(0x0ff, n), HELD_ON.to_owned())).collect(),
            solutions: (0..6).map(|n| (id(0x501, n), solution(n))).collect(),
            taken: ["15091".to_owned()].into(),
            tables: self.tables.clone(),
        }
    }
}

/// When the offerings were held that were.
const HELD_ON: &str = "2015-06-01";

fn id(kind: u16, n: u8) -> String {
    Uuid::from_u128(
        0x014f_8806_ef40_7000_a000_0000_0000_0000 | u128::from(kind) << 16 | u128::from(n),
    )
    .to_string()
}

fn solution(n: u8) -> Solution {
    let donor = ["", "15002", "03152", "99999", "", "05913"][usize::from(n)];
    Solution {
        withdrawn: n == 0,
        donor: Some(donor.to_owned()).filter(|donor| !donor.is_empty()),
    }
}

/// The domain's states of the offerings and solutions in the tables.
pub(super) fn streams(around: &Surroundings) -> BTreeMap<Uuid, State> {
    let offerings = around.offerings.iter().map(|(id, status)| {
        let held_on = if *status == "held" {
            json!(HELD_ON)
        } else {
            Value::Null
        };
        let state: OfferingState = serde_json::from_value(json!({
            "format": "theme_day", "held_on": held_on, "on": HELD_ON, "place": "Halle",
            "status": status, "title": "Thementag",
        }))
        .unwrap();
        (id.parse().unwrap(), State::Offering(state))
    });
    let solutions = around.solutions.iter().map(|(id, solution)| {
        let status = if solution.withdrawn {
            "withdrawn"
        } else {
            "offered"
        };
        let state: SolutionState = serde_json::from_value(json!({
            "description": "Eine Lösung", "dimensions": [], "donor": solution.donor,
            "focus_areas": [], "origin": "lernen_vor_ort", "status": status, "title": "Lösung",
        }))
        .unwrap();
        (id.parse().unwrap(), State::Solution(state))
    });
    assert_eq!(
        StreamKind::ALL.len(),
        4,
        "a new kind of stream that cases might ask for"
    );
    offerings.chain(solutions).collect()
}

/// Codes that begin and end while cases run.
fn more_rows() -> Vec<Row> {
    let row = |list, code: &str, version, from: &str, to: &str, body| Row {
        list,
        code: code.to_owned(),
        version,
        from: from.to_owned(),
        to: to.to_owned(),
        body,
    };
    let kinds = [
        "district",
        "independent_city",
        "borough",
        "local_municipality",
    ];
    let programme = json!({
        "agreement_required": false,
        "eligible_kinds": kinds,
        "calls": [
            {"code": "spring", "round": 1, "year": 2015, "deadline": "2015-06-30"},
            {"code": "always", "round": 2, "year": 2016},
        ],
    });
    vec![
        row(
            "dimension",
            "climate",
            1,
            "2014-06-01",
            "2015-06-30",
            Value::Null,
        ),
        row("dimension", "strategy", 2, "2016-07-01", "", Value::Null),
        row("dimension", "digital", 2, "2016-07-01", "", Value::Null),
        row("focus_area", "old_area", 1, "", "2015-06-30", Value::Null),
        row("format", "radio", 1, "2016-01-01", "", Value::Null),
        row("programme", "for_all", 1, "2015-01-01", "", programme),
    ]
}

/// The row as an entry, with what it does not say itself as another entry of its list has it.
fn entry(row: &Row, like: &[Entry]) -> Entry {
    let kind: EntryKind = row.list.parse().unwrap();
    let mut body = like
        .iter()
        .find(|entry| entry.kind == kind)
        .unwrap()
        .body
        .clone();
    for (name, value) in row.body.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
    let bound = |text: &str| (!text.is_empty()).then(|| day(text));
    Entry {
        kind,
        code: row.code.clone(),
        version: u32::try_from(row.version).unwrap(),
        valid_from: bound(&row.from),
        valid_to: bound(&row.to),
        body,
    }
}
