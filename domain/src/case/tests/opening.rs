//! Opening: R01, R02, R03, R04, R26.

use time::macros::date;

use super::{Scenario, UNKNOWN, accepted, closed, command, refused, signed, warned};
use crate::case::{CaseEvent, sample};
use crate::facts::Key;
use crate::rule::Rule::{R01, R02, R03, R04, R26};
use crate::stream::EventData;
use crate::testing::{Given, given};

fn nothing() -> Given {
    given(&[])
}

fn halle() -> Key {
    Key::open_case(sample::MUNICIPALITY)
}

fn agency_without_sites() -> Given {
    let mut agency = crate::agency::sample::state();
    agency.sites.clear();
    nothing().agency(Some(agency))
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn scenarios() -> Vec<Scenario> {
    vec![
        accepted("a case is opened", nothing(), command!(OpenCase)),
        accepted(
            "a case is opened on its first possible day",
            nothing().on(date!(2014 - 12 - 01)),
            command!(OpenCase),
        ),
        refused(
            "nothing is opened tomorrow",
            nothing().on(date!(2014 - 11 - 30)),
            command!(OpenCase),
            &[(R26, "/occurred_on")],
        ),
        refused(
            "an open case is opened again",
            signed(),
            command!(OpenCase),
            &[(R01, "")],
        ),
        refused(
            "a closed case is opened again",
            closed(),
            command!(OpenCase),
            &[(R01, "")],
        ),
        refused(
            "a contact comes before the opening",
            nothing(),
            command!(RecordContact),
            &[(R01, "")],
        ),
        refused(
            "a closing comes before the opening",
            nothing(),
            command!(CloseCase),
            &[(R01, "")],
        ),
        refused(
            "another case of Halle is open",
            nothing().holder(halle(), UNKNOWN),
            command!(OpenCase),
            &[(R02, "/municipality/key")],
        ),
        accepted(
            "the case itself holds the key",
            nothing().holder(halle(), sample::CASE),
            command!(OpenCase),
        ),
        accepted(
            "the case of another municipality is open",
            nothing().holder(Key::open_case("15003"), UNKNOWN),
            command!(OpenCase),
        ),
        refused(
            "the site is not the agency's",
            nothing(),
            command!(OpenCase, |body| body.site = UNKNOWN),
            &[(R03, "/site")],
        ),
        refused(
            "the site is not open",
            agency_without_sites(),
            command!(OpenCase),
            &[(R03, "/site")],
        ),
        refused(
            "the advisor is no member",
            nothing(),
            command!(OpenCase, |body| body.advisor = UNKNOWN),
            &[(R03, "/advisor")],
        ),
        refused(
            "the key names nothing",
            nothing(),
            command!(OpenCase, |body| body.municipality.key = "15999".into()),
            &[(R03, "/municipality/key")],
        ),
        refused(
            "the key of a city's local municipality",
            nothing(),
            command!(OpenCase, |body| body.municipality.key = "15002000".into()),
            &[(R03, "/municipality/key")],
        ),
        warned(
            "the key's last day, in another Land",
            nothing(),
            command!(OpenCase, |body| {
                body.municipality.key = "03152".into();
                body.occurred_on = date!(2016 - 10 - 31);
            }),
            &[R04],
        ),
        refused(
            "the day after the key's last",
            nothing(),
            command!(OpenCase, |body| {
                body.municipality.key = "03152".into();
                body.occurred_on = date!(2016 - 11 - 01);
            }),
            &[(R03, "/municipality/key")],
        ),
        refused(
            "a local municipality without its name",
            nothing(),
            command!(OpenCase, |body| body.municipality.key = "15084590".into()),
            &[(R03, "/municipality/name")],
        ),
        accepted(
            "a local municipality with its name",
            nothing(),
            command!(OpenCase, |body| {
                body.municipality.key = "15084590".into();
                body.municipality.name = Some("Zeitz, Stadt".into());
            }),
        ),
        warned(
            "a city of another Land",
            nothing(),
            command!(OpenCase, |body| body.municipality.key = "08121".into()),
            &[R04],
        ),
        refused(
            "everything is wrong at once, the key known",
            nothing()
                .on(date!(2014 - 11 - 30))
                .holder(halle(), UNKNOWN)
                .agency(None),
            command!(OpenCase),
            &[
                (R26, "/occurred_on"),
                (R02, "/municipality/key"),
                (R03, "/site"),
                (R03, "/advisor"),
            ],
        ),
        refused(
            "everything is wrong at once, the key unknown",
            signed()
                .on(date!(2014 - 11 - 30))
                .holder(Key::open_case("1"), UNKNOWN)
                .agency(None),
            command!(OpenCase, |body| body.municipality.key = "1".into()),
            &[
                (R01, ""),
                (R26, "/occurred_on"),
                (R02, "/municipality/key"),
                (R03, "/site"),
                (R03, "/advisor"),
                (R03, "/municipality/key"),
            ],
        ),
    ]
}

#[test]
fn the_file_number_counts_by_the_year_of_opening() {
    let given = nothing()
        .counter("case_number/2014", 41)
        .counter("case_number/2015", 9998);
    let number = |command| {
        let then = given.when(command);
        let EventData::Case(CaseEvent::CaseOpened(opened)) = &then.0.unwrap().events[0].data else {
            panic!("an opening")
        };
        opened.case_number.clone()
    };
    assert_eq!(number(command!(OpenCase)), "TM-2014-0042");
    let later = command!(OpenCase, |body| body.occurred_on = date!(2015 - 01 - 01));
    assert_eq!(number(later), "TM-2015-9999");
}

#[test]
fn the_municipality_is_kept_as_it_was() {
    let command = command!(OpenCase, |body| {
        body.municipality.key = "11000-01".into();
        body.municipality.name = Some("is not asked for".into());
    });
    let then = nothing().when(command);
    let EventData::Case(CaseEvent::CaseOpened(opened)) = &then.0.unwrap().events[0].data else {
        panic!("an opening")
    };
    let municipality = serde_json::to_value(&opened.municipality).unwrap();
    let expected = serde_json::json!({
        "key": "11000-01", "kind": "borough", "land": "11", "name": "Berlin, Bezirk Mitte"
    });
    assert_eq!(municipality, expected);
}
