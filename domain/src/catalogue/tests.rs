//! What the shipped catalogue holds, and which entries are refused.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use time::Date;
use time::macros::date;

use super::MunicipalityKind::{Borough, District, IndependentCity, LocalMunicipality};
use super::{Catalogue, Entry, EntryKind, shipped, shipped_agencies};
use crate::language::Language;

const TODAY: Date = date!(2023 - 11 - 30);

fn catalogue() -> Catalogue {
    Catalogue::shipped().expect("the shipped catalogue is good")
}

/// An entry like that of Halle (15002) but for the members of the body in `changes`.
fn halle(code: &str, changes: &Value) -> Entry {
    let mut body = json!({"name": "Halle", "kind": "independent_city", "land": "15"});
    for (member, value) in changes.as_object().into_iter().flatten() {
        body[member] = value.clone();
    }
    let (kind, code) = (EntryKind::Municipality, code.to_owned());
    Entry {
        kind,
        code,
        version: 1,
        valid_from: None,
        valid_to: None,
        body,
    }
}

#[test]
fn municipalities_are_complete_and_in_order() {
    let catalogue = catalogue();
    let cases = [
        (None, 403),
        (Some(date!(2016 - 10 - 31)), 402),
        (Some(date!(2016 - 11 - 01)), 401),
        (Some(TODAY), 400),
    ];
    for (date, districts) in cases {
        let listed: Vec<_> = catalogue.municipalities_on(date).collect();
        let boroughs = listed.iter().filter(|found| found.kind == Borough).count();
        assert_eq!((boroughs, listed.len()), (12, districts + 12), "{date:?}");
    }
    let all: Vec<_> = catalogue.municipalities_on(None).collect();
    assert!(all.is_sorted_by(|one, next| one.key < next.key));
    assert!(all.iter().all(|found| found.key[..2] == found.land));
    let lands: BTreeSet<_> = all.iter().map(|found| &found.land).collect();
    assert_eq!(lands.len(), 16);
}

#[test]
fn a_key_is_valid_up_to_and_including_its_last_day() {
    let catalogue = catalogue();
    let ended = [
        ("03152", date!(2016 - 10 - 31), "03159"),
        ("03156", date!(2016 - 10 - 31), "03159"),
        ("16056", date!(2021 - 06 - 30), "16063"),
    ];
    for (key, last, successor) in ended {
        let next = last.next_day().expect("a day after");
        assert!(catalogue.municipality(key, last).is_some(), "{key}");
        assert_eq!(catalogue.municipality(key, next), None, "{key}");
        assert!(catalogue.municipality(successor, next).is_some(), "{key}");
    }
    assert_eq!(catalogue.municipality("03159", ended[0].1), None);
    let all = catalogue.municipalities_on(None);
    let successors: Vec<_> = all.filter_map(|found| found.successor.as_deref()).collect();
    assert_eq!(successors, ended.map(|(_, _, successor)| successor));
}

#[test]
fn keys_are_text() {
    let catalogue = catalogue();
    let kind_of = |key| Some(catalogue.municipality(key, TODAY)?.kind);
    assert_eq!(kind_of("01001"), Some(IndependentCity));
    assert_eq!(kind_of("15084"), Some(District));
    assert_eq!(kind_of("11000-01"), Some(Borough));
    let wrong = "|1001|01|001001|0100١|01001 |11000-1|11000-13|15002-01|99999001|0315901x";
    for key in wrong.split('|') {
        assert_eq!(kind_of(key), None, "{key:?}");
    }
}

#[test]
fn local_keys_follow_their_district() {
    let catalogue = catalogue();
    let began = date!(2016 - 11 - 01);
    let found = catalogue.municipality("03159016", began).expect("valid");
    assert_eq!((found.kind, found.name), (LocalMunicipality, None));
    assert_eq!((&*found.key, &*found.land), ("03159016", "03"));
    let day_before = date!(2016 - 10 - 31);
    assert_eq!(catalogue.municipality("03159016", day_before), None);
    assert_eq!(catalogue.municipality("03152012", TODAY), None);
}

#[test]
fn no_municipality_has_two_keys() {
    let catalogue = catalogue();
    let kind_of = |key| Some(catalogue.municipality(key, TODAY)?.kind);
    // Halle, Berlin and Hamburg are cities without local municipalities; Burgenlandkreis has some.
    for key in [
        "15002000", "15002001", "11000000", "11000001", "11001001", "02000001",
    ] {
        assert_eq!(kind_of(key), None, "{key:?}");
    }
    assert_eq!(kind_of("15084000"), None);
    assert_eq!(kind_of("15084001"), Some(LocalMunicipality));
    assert_eq!(kind_of("15084590"), Some(LocalMunicipality));
    // Eisenach was a city of its own and is a local municipality since.
    let (last, first) = (date!(2021 - 06 - 30), date!(2021 - 07 - 01));
    assert_eq!(catalogue.municipality("16056001", last), None);
    assert!(catalogue.municipality("16056", last).is_some());
    assert!(catalogue.municipality("16063105", first).is_some());
}

#[test]
fn code_lists_are_complete_and_in_order() {
    let catalogue = catalogue();
    let dimensions = catalogue.dimensions_on(Some(TODAY));
    let codes: Vec<_> = dimensions.iter().map(|found| found.code.as_str()).collect();
    let codes = codes.join(" ");
    assert_eq!(codes, "strategy steering cooperation participation data");
    let focus_areas = catalogue.focus_areas_on(None);
    assert!(focus_areas.iter().map(|found| found.rank).eq(1..=8));
    assert_eq!(catalogue.origins_on(None).count(), 3);
    let formats = catalogue.formats_on(Some(TODAY));
    assert!(formats.iter().map(|found| found.rank).eq(1..=6));
    assert!(catalogue.format("theme_day", TODAY).is_some());
    assert!(catalogue.format("concert", TODAY).is_none());
    let early = date!(2014 - 06 - 01);
    let steering = catalogue.dimension("steering", early).expect("steering");
    assert_eq!(steering.name.get(Language::De), "Steuerung");
    assert_eq!(steering.name.get(Language::En), "Steering");
    assert!(catalogue.focus_area("education_concept", early).is_some());
    assert!(catalogue.focus_area("unknown", early).is_none());
}

#[test]
fn the_programme_has_its_calls() {
    let catalogue = catalogue();
    let programme = catalogue.programme("bildung_integriert", TODAY).unwrap();
    assert_eq!(programme.eligible_kinds, [District, IndependentCity]);
    assert_eq!((programme.duration_months, programme.max_posts), (36, 2));
    assert!(programme.agreement_required);
    let calls = serde_json::to_value(&programme.calls).expect("JSON");
    assert_eq!(calls[0]["deadline"], "2015-04-30");
    assert_eq!(calls[1]["deadline"], "2015-10-31");
    assert_eq!(calls[2].get("deadline"), None);
}

#[test]
fn nine_agencies_have_fourteen_sites() {
    let agencies = shipped_agencies().expect("the shipped agencies are good");
    let sites: BTreeSet<_> = agencies.iter().flat_map(|agency| &agency.sites).collect();
    let codes: BTreeSet<_> = agencies.iter().map(|agency| &agency.code).collect();
    let prefixes: BTreeSet<_> = agencies.iter().map(|agency| &agency.case_prefix).collect();
    assert_eq!((agencies.len(), sites.len()), (9, 14));
    assert_eq!((codes.len(), prefixes.len()), (9, 9));
}

#[test]
fn every_file_names_its_source() {
    let lists = shipped::LISTS.map(|(_, file)| file);
    for file in lists.iter().chain([&shipped::AGENCIES]) {
        let content: Value = serde_json::from_str(file.json).expect("JSON");
        let source = content["source"].as_str().unwrap_or_default();
        assert!(source.starts_with("Quelle: "), "{}", file.name);
    }
}

#[test]
fn a_bad_entry_is_named() {
    let good = || halle("15002", &Value::Null);
    let (mut zero, mut reversed) = (good(), good());
    zero.version = 0;
    reversed.valid_from = Some(date!(2016 - 01 - 02));
    reversed.valid_to = Some(date!(2016 - 01 - 01));
    let orphan = halle("15002", &json!({"successor": "15999"}));
    let cases = [
        (vec![good(), good()], "occurs twice"),
        (vec![good(), zero], "version is 0"),
        (vec![reversed], "ends before it begins"),
        (vec![orphan], "successor \"15999\" is not"),
        (vec![halle("15002", &json!({"colour": "red"}))], "`colour`"),
        (vec![halle("15002", &json!({"land": "16"}))], "Land \"16\""),
        (vec![halle("15002", &json!({"kind": "borough"}))], "its key"),
        (vec![halle("5002", &Value::Null)], "its key"),
    ];
    for (entries, fault) in cases {
        let code = entries[0].code.clone();
        let refusal = Catalogue::from_entries(entries).expect_err(fault);
        let (named, text) = (format!("municipality {code:?} "), refusal.to_string());
        assert!(text.contains(&named) && text.contains(fault), "{text}");
    }
}

#[test]
fn the_highest_valid_version_counts() {
    let mut second = halle("15002", &json!({"name": "Halle an der Saale"}));
    second.version = 2;
    second.valid_from = Some(date!(2020 - 01 - 01));
    let first = halle("15002", &Value::Null);
    let catalogue = Catalogue::from_entries([second, first]).expect("good");
    let name_on = |on| catalogue.municipality("15002", on)?.name;
    let (before, from) = (date!(2019 - 12 - 31), date!(2020 - 01 - 01));
    assert_eq!(name_on(before).as_deref(), Some("Halle"));
    assert_eq!(name_on(from).as_deref(), Some("Halle an der Saale"));
    assert_eq!(catalogue.municipalities_on(None).count(), 2);
    assert_eq!(catalogue.municipalities_on(Some(TODAY)).count(), 1);
}

/// A quality dimension with one version per validity, both days included.
fn dimension(code: &str, validities: &[(Option<Date>, Option<Date>)]) -> Vec<Entry> {
    let name = json!({"de": code, "en": code});
    let body = json!({"rank": 1, "name": name, "guiding_question": name});
    let versions = (1..).zip(validities);
    versions
        .map(|(version, (valid_from, valid_to))| Entry {
            kind: EntryKind::Dimension,
            code: code.to_owned(),
            version,
            valid_from: *valid_from,
            valid_to: *valid_to,
            body: body.clone(),
        })
        .collect()
}

#[test]
fn dimensions_stay_in_their_version() {
    let (last, first) = (date!(2015 - 12 - 31), date!(2016 - 01 - 01));
    let began = date!(2014 - 06 - 01);
    let old = (Some(began), Some(last));
    let mut entries = dimension("strategy", &[old, (Some(first), None)]);
    entries.extend(dimension("data", &[old]));
    let mut digital = dimension("digital", &[(Some(first), None)]);
    digital[0].version = 2;
    entries.extend(digital);
    let catalogue = Catalogue::from_entries(entries).expect("good");

    let version_on = |day| catalogue.dimensions_version(day);
    assert_eq!(version_on(date!(2014 - 05 - 31)), None);
    assert_eq!((version_on(began), version_on(last)), (Some(1), Some(1)));
    assert_eq!(version_on(first), Some(2));

    let codes = |version| {
        let found = catalogue.dimensions_in(version);
        found.map(|one| one.code.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(codes(1), ["data", "strategy"]);
    assert_eq!(codes(2), ["digital", "strategy"]);
    assert_eq!((codes(0).len(), codes(3).len()), (0, 0));

    // Whatever the day: what is rated in a version stays in it.
    assert_eq!(catalogue.dimension("data", first), None);
    assert!(catalogue.dimension_in("data", 1).is_some());
    assert_eq!(catalogue.dimension_in("data", 2), None);
    assert_eq!(catalogue.dimension_in("digital", 1), None);
    let versions = [1, 2].map(|version| Some(catalogue.dimension_in("strategy", version)?.version));
    assert_eq!(versions, [Some(1), Some(2)]);
}

#[test]
fn only_an_ended_key_has_a_successor() {
    let catalogue = catalogue();
    assert_eq!(catalogue.successor("03152"), Some("03159"));
    assert_eq!(catalogue.successor("03156"), Some("03159"));
    assert_eq!(catalogue.successor("16056"), Some("16063"));
    for key in ["03159", "15002", "99999", "03152012", ""] {
        assert_eq!(catalogue.successor(key), None, "{key:?}");
    }
}

#[test]
fn a_local_municipality_goes_with_its_district() {
    let catalogue = catalogue();
    assert!(catalogue.is_succeeded("03152021"));
    assert!(catalogue.takes_over("03159021", "03152021"));
    assert!(catalogue.takes_over("03159", "03152"));
    for (key, ended) in [
        ("03159", "03152021"),
        ("03159021", "03152"),
        ("03101021", "03152021"),
    ] {
        assert!(!catalogue.takes_over(key, ended), "{key} {ended}");
    }
    for key in ["15084030", "15084", "03152000", "11000-01", "99999"] {
        assert!(!catalogue.is_succeeded(key), "{key}");
    }
}

#[test]
fn a_successor_is_named_by_whatever_version_names_it() {
    let first = halle("15002", &Value::Null);
    let mut second = halle("15002", &json!({"successor": "15003"}));
    second.version = 2;
    let entries = [first, second, halle("15003", &Value::Null)];
    let catalogue = Catalogue::from_entries(entries).expect("good");
    assert_eq!(catalogue.successor("15002"), Some("15003"));
}

#[test]
fn kinds_read_back_from_their_stored_form() {
    for kind in EntryKind::ALL {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
    assert!("agency".parse::<EntryKind>().is_err());
}
