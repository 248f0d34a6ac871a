//! The shipped catalogue, renewed by files that are made of it.

use time::macros::date;

use super::MunicipalityKind::{District, IndependentCity};
use super::*;

const DAY: Date = date!(2025 - 12 - 31);

fn shipped() -> Vec<Entry> {
    Catalogue::shipped_entries().unwrap()
}

fn catalogue(entries: &[Entry]) -> Catalogue {
    Catalogue::from_entries(entries.to_vec()).unwrap()
}

/// What the catalogue has on a day, as a file of another one.
fn file_of(catalogue: &Catalogue, on: Date, day: Date) -> DistrictFile {
    DistrictFile {
        day,
        districts: catalogue.districts_on(on),
    }
}

fn listed(name: &str, kind: MunicipalityKind) -> ListedDistrict {
    ListedDistrict {
        name: name.to_owned(),
        kind,
    }
}

/// The entries once a renewal is stored.
fn renewed(entries: &[Entry], renewal: &Renewal) -> Vec<Entry> {
    let mut entries = entries.to_vec();
    for closed in &renewal.closed {
        let same = |one: &&mut Entry| {
            (one.kind, &one.code, one.version) == (closed.kind, &closed.code, closed.version)
        };
        *entries.iter_mut().find(same).unwrap() = closed.clone();
    }
    entries.extend(renewal.added.iter().cloned());
    entries
}

/// Later than whatever file there is here.
const TODAY: Date = date!(2030 - 01 - 01);

type Successors = BTreeMap<String, Option<String>>;

fn none() -> Successors {
    BTreeMap::new()
}

fn given(pairs: &[(&str, &str)]) -> Successors {
    let pairs = pairs.iter();
    pairs
        .map(|(key, successor)| ((*key).to_owned(), Some((*successor).to_owned())))
        .collect()
}

fn nobody(keys: &[&str]) -> Successors {
    keys.iter().map(|key| ((*key).to_owned(), None)).collect()
}

/// The shipped catalogue's file with some of everything: one key new, two gone, two other ones.
fn eventful() -> DistrictFile {
    let mut file = file_of(&catalogue(&shipped()), DAY, DAY);
    file.districts.remove("15081").unwrap();
    file.districts.remove("15001").unwrap();
    let new = listed("Altmark-Dessau", District);
    file.districts.insert("15999".to_owned(), new);
    file.districts.get_mut("15002").unwrap().name = "Halle an der Saale, Stadt".to_owned();
    file.districts.get_mut("16063").unwrap().kind = IndependentCity;
    file
}

#[test]
fn the_present_list_changes_nothing_on_whatever_day() {
    let catalogue = catalogue(&shipped());
    for day in [date!(2021 - 07 - 01), date!(2023 - 11 - 30), DAY] {
        let file = file_of(&catalogue, day, day);
        let renewal = catalogue.renewal(&file, &none(), TODAY).unwrap();
        assert!(renewal.is_empty() && renewal.closed.is_empty() && renewal.added.is_empty());
        assert_eq!(renewal.listed, 400);
    }
}

#[test]
fn what_began_ended_and_changed_is_told_and_the_past_stays() {
    let before = shipped();
    let successors = given(&[("15081", "15999"), ("15001", "15999")]);
    let file = eventful();
    let renewal = catalogue(&before)
        .renewal(&file, &successors, TODAY)
        .unwrap();
    let told: Vec<_> = renewal
        .changes
        .iter()
        .map(|change| match change {
            Change::Began { key, now } => format!("{key} began {}", now.name),
            Change::Ended { key, successor, .. } => format!("{key} ended {successor:?}"),
            Change::Altered { key, was, now } => format!("{key} {was:?} {now:?}"),
            Change::Succeeded { key, successor } => format!("{key} {successor}"),
        })
        .collect();
    assert_eq!(told.len(), 5, "{told:?}");
    assert!(told[0].starts_with("15001 ended Some(\"15999\")"));
    assert!(told[1].contains("Halle (Saale), Stadt") && told[1].contains("Halle an der"));
    assert_eq!(told[3], "15999 began Altmark-Dessau");

    let after = catalogue(&renewed(&before, &renewal));
    let before = catalogue(&before);
    assert_eq!(after.districts_on(DAY), file.districts);
    let last = DAY.previous_day().unwrap();
    for day in [date!(2014 - 01 - 01), date!(2016 - 11 - 01), last] {
        let (one, other) = (after.districts_on(day), before.districts_on(day));
        assert_eq!(one, other, "{day}");
    }
    assert!(after.municipality("15081", DAY).is_none());
    assert!(after.municipality("15081", last).is_some());
    // Local municipalities follow from their district, boroughs are as they were.
    assert!(after.municipality("15081135", DAY).is_none());
    assert!(after.municipality("15999001", DAY).is_some());
    let boroughs = |catalogue: &Catalogue| {
        let all = catalogue.municipalities_on(Some(DAY));
        let boroughs = all.filter(|one| one.kind == MunicipalityKind::Borough);
        boroughs.cloned().collect::<Vec<_>>()
    };
    assert_eq!(boroughs(&after), boroughs(&before));
    let gone = after.municipalities.versions_of("15081").last().unwrap().1;
    assert_eq!(gone.successor.as_deref(), Some("15999"));
    assert_eq!(gone.valid_to, Some(last));

    // A second time nothing is left to say, and with the next list of the same things neither.
    for day in [DAY, date!(2026 - 12 - 31)] {
        let again = DistrictFile {
            day,
            ..file.clone()
        };
        assert!(
            after
                .renewal(&again, &successors, TODAY)
                .unwrap()
                .is_empty()
        );
    }
}

#[test]
fn whatever_a_file_says_holds_from_its_day_and_only_once() {
    // Keys are dropped, renamed and turned by a rule of thumb that hits other ones for each seed.
    for seed in 1..40_usize {
        let mut entries = shipped();
        for year in 0..3 {
            let day = DAY.replace_year(2025 + year).unwrap();
            let before = catalogue(&entries);
            let mut file = file_of(&before, day, day);
            let keys: Vec<_> = file.districts.keys().cloned().collect();
            for (number, key) in keys.iter().enumerate() {
                match (number * seed + usize::try_from(year).unwrap()) % 97 {
                    0 => drop(file.districts.remove(key)),
                    1 => file.districts.get_mut(key).unwrap().name.push_str(" neu"),
                    2 => {
                        let kind = &mut file.districts.get_mut(key).unwrap().kind;
                        *kind = if *kind == District {
                            IndependentCity
                        } else {
                            District
                        };
                    }
                    // Gone in one year, it may be there again in the next.
                    3 => {
                        let reborn = format!("{}9{:02}", &key[..2], number % 100);
                        file.districts.insert(reborn, listed("Neuland", District));
                    }
                    _ => {}
                }
            }
            let renewal = before.renewal(&file, &none(), TODAY).unwrap();
            entries = renewed(&entries, &renewal);
            let after = catalogue(&entries);
            assert_eq!(after.districts_on(day), file.districts, "seed {seed}");
            let last = day.previous_day().unwrap();
            for past in [last, date!(2020 - 01 - 01)] {
                assert_eq!(after.districts_on(past), before.districts_on(past));
            }
            assert!(after.renewal(&file, &none(), TODAY).unwrap().is_empty());
        }
    }
}

#[test]
fn every_open_version_of_a_key_ends_with_it() {
    // As a later release would say it: a second version beside a first one without an end.
    let mut entries = shipped();
    let mut second = entries
        .iter()
        .find(|one| one.code == "15081")
        .unwrap()
        .clone();
    (second.version, second.valid_from) = (2, Some(date!(2024 - 07 - 01)));
    second.body["name"] = json!("Altmark");
    entries.push(second);
    let before = catalogue(&entries);
    let mut file = file_of(&before, DAY, DAY);
    assert_eq!(file.districts.remove("15081").unwrap().name, "Altmark");
    let renewal = before.renewal(&file, &none(), TODAY).unwrap();
    assert_eq!(renewal.closed.len(), 2);
    let after = catalogue(&renewed(&entries, &renewal));
    assert!(after.municipality("15081", DAY).is_none());
}

#[test]
fn a_successor_may_be_told_later_and_only_of_what_ended() {
    let (entries, file) = (shipped(), eventful());
    let renewal = catalogue(&entries).renewal(&file, &none(), TODAY).unwrap();
    let entries = renewed(&entries, &renewal);
    let ended = catalogue(&entries);
    let later = given(&[("15081", "15999")]);
    let renewal = ended.renewal(&file, &later, TODAY).unwrap();
    assert_eq!((renewal.changes.len(), renewal.closed.len()), (1, 1));
    let told = catalogue(&renewed(&entries, &renewal));
    assert!(told.renewal(&file, &later, TODAY).unwrap().is_empty());

    let fault =
        |successors: &[(&str, &str)]| told.renewal(&file, &given(successors), TODAY).unwrap_err();
    let key = || "15081".to_owned();
    let known = "15999".to_owned();
    assert_eq!(
        fault(&[("15081", "15002")]),
        RenewalFault::OtherSuccessor { key: key(), known }
    );
    let successor = "15001".to_owned();
    assert_eq!(
        fault(&[("15081", "15001")]),
        RenewalFault::UnknownSuccessor {
            key: key(),
            successor
        }
    );
    for standing in ["15002", "15083", "11000-01", "00000"] {
        let key = standing.to_owned();
        assert_eq!(
            fault(&[(standing, "15999")]),
            RenewalFault::NotEnded { key }
        );
    }
}

#[test]
fn a_key_that_ends_is_asked_about() {
    let (entries, file) = (shipped(), eventful());
    let before = catalogue(&entries);
    let unanswered = |successors: &Successors| {
        let renewal = before.renewal(&file, successors, TODAY).unwrap();
        assert_eq!(
            renewal.check_answered().is_err(),
            !renewal.unanswered.is_empty()
        );
        renewal.unanswered.into_keys().collect::<Vec<_>>()
    };
    let all = before.renewal(&file, &none(), TODAY).unwrap();
    let fault = all.check_answered().unwrap_err();
    assert_eq!(fault, RenewalFault::Unanswered(all.unanswered));
    let told = fault.to_string();
    for line in [
        "15001 Dessau-Roßlau, Stadt (independent_city): --successor 15001=NEW, \
         or if nobody took over --ended-without-successor 15001",
        "15081 Altmarkkreis Salzwedel (district): --successor 15081=NEW, \
         or if nobody took over --ended-without-successor 15081",
    ] {
        assert!(told.lines().any(|one| one == line), "{told}");
    }
    assert_eq!(told.lines().count(), 3, "{told}");
    let (one, other) = (given(&[("15081", "15999")]), nobody(&["15001"]));
    assert_eq!(unanswered(&one), ["15001"]);
    assert_eq!(unanswered(&other), ["15081"]);
    let both: Successors = one.into_iter().chain(other).collect();
    assert_eq!(unanswered(&both), [""; 0]);

    // Once it is stored nobody is asked again, and to say it again changes nothing.
    let renewal = before.renewal(&file, &both, TODAY).unwrap();
    let after = catalogue(&renewed(&entries, &renewal));
    for said in [&none(), &both] {
        assert!(after.renewal(&file, said, TODAY).unwrap().is_empty());
    }
    let fault = |key: &str| after.renewal(&file, &nobody(&[key]), TODAY).unwrap_err();
    let known = "15999".to_owned();
    let key = "15081".to_owned();
    assert_eq!(fault("15081"), RenewalFault::OtherSuccessor { key, known });
    let key = "15002".to_owned();
    assert_eq!(fault("15002"), RenewalFault::NotEnded { key });
    // Whoever took over is known later.
    let later = given(&[("15001", "15999")]);
    assert_eq!(
        after.renewal(&file, &later, TODAY).unwrap().changes.len(),
        1
    );
}

#[test]
fn a_list_of_a_day_to_come_is_refused() {
    let shipped = catalogue(&shipped());
    let file = file_of(&shipped, DAY, DAY);
    assert!(shipped.renewal(&file, &none(), DAY).unwrap().is_empty());
    let today = DAY.previous_day().unwrap();
    let fault = shipped.renewal(&file, &none(), today).unwrap_err();
    assert_eq!(fault, RenewalFault::Future { file: DAY, today });
    assert_eq!(
        fault.to_string(),
        "the file is about 2025-12-31, and today is 2025-12-30: a list of a day to come is not taken over"
    );
}

#[test]
fn an_older_file_and_another_one_of_the_same_day_are_refused() {
    let entries = shipped();
    let shipped = catalogue(&entries);
    let day = date!(2021 - 06 - 30);
    let old = file_of(&shipped, day, day);
    let known = date!(2021 - 07 - 01);
    assert_eq!(
        shipped.renewal(&old, &none(), TODAY),
        Err(RenewalFault::Older { file: day, known })
    );
    let file = eventful();
    let renewal = shipped.renewal(&file, &none(), TODAY).unwrap();
    let after = catalogue(&renewed(&entries, &renewal));
    let mut other = file.clone();
    other.districts.remove("15999");
    let key = "15999".to_owned();
    assert_eq!(
        after.renewal(&other, &none(), TODAY),
        Err(RenewalFault::SameDay { key })
    );
}
