//! Everything that can be read of an agency: its log, its cases now and at every point, its lists.

use std::collections::BTreeSet;

use fallbuch_domain::Timestamp;
use fallbuch_domain::agency::AgencyState;
use fallbuch_domain::case::{CaseState, Stage};
use fallbuch_domain::envelope::StoredEvent;
use fallbuch_persistence::{CaseFilter, CaseListItem, Point};
use time::Date;
use uuid::Uuid;

use crate::subject::{Part, Reading, Subject};

/// Where it is looked.
pub(super) struct Sights {
    cases: Vec<(Uuid, u64)>,
    instants: BTreeSet<i64>,
    days: BTreeSet<Date>,
    position: u64,
}

/// What is seen.
#[derive(Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "a few at a time, and compared at once"
)]
pub(super) enum Sight {
    Position(u64),
    Agency(AgencyState),
    Bodies(Part<String>),
    List(Part<CaseListItem>),
    Case(Option<(u64, Timestamp, CaseState)>),
}

impl Sights {
    pub(super) fn of(log: &[String], cases: Vec<Uuid>) -> Self {
        let stored = log
            .iter()
            .map(|body| StoredEvent::from_bytes(body.as_bytes()));
        let stored: Vec<_> = stored.map(Result::unwrap).collect();
        let versions = |case: Uuid| {
            let events = stored.iter().filter(|event| event.stream.id == case);
            (case, events.count() as u64)
        };
        let instants = stored
            .iter()
            .map(|event| event.recorded_at.unix_microseconds());
        let days = stored.iter().map(|event| event.occurred_on);
        Self {
            cases: cases.into_iter().map(versions).collect(),
            // Just before an instant, and at it.
            instants: instants.flat_map(|at| [at - 1, at]).collect(),
            days: days
                .flat_map(|day| [day.previous_day().unwrap(), day])
                .collect(),
            position: stored.len() as u64,
        }
    }
}

/// Looks everywhere; `accesses` are the members'.
pub(super) async fn view<S: Subject>(
    subject: &S,
    accesses: &[S::Access],
    sights: &Sights,
) -> Vec<(String, Sight)> {
    let mut seen = Vec::new();
    let all = &accesses[0];
    let position = subject.position(all).await;
    seen.push(("position".to_owned(), Sight::Position(position)));
    seen.push((
        "agency".to_owned(),
        Sight::Agency(subject.agency(all).await),
    ));
    for after in (0..=sights.position).step_by(5) {
        let page = subject.feed(all, after, 5).await;
        seen.push((format!("feed after {after}"), Sight::Bodies(page)));
    }
    for (member, access) in accesses.iter().enumerate() {
        lists(subject, (member, access), sights, &mut seen).await;
        for (case, _) in &sights.cases {
            let now = subject.case(access, *case).await.map(parts);
            seen.push((format!("case {case} as member {member}"), Sight::Case(now)));
        }
    }
    for (case, versions) in &sights.cases {
        let page = subject.events(all, *case, 1, 4).await;
        seen.push((format!("events of {case}"), Sight::Bodies(page)));
        let versions = (0..=versions + 1).map(Point::Version);
        let instants = sights
            .instants
            .iter()
            .map(|at| Timestamp::from_unix_microseconds(*at));
        let instants = instants.map(|at| Point::RecordedAt(at.unwrap()));
        let days = sights.days.iter().copied().map(Point::ValidOn);
        for point in versions.chain(instants).chain(days) {
            let then = subject.case_as_of(all, *case, point).await.map(parts);
            seen.push((format!("case {case} at {point:?}"), Sight::Case(then)));
        }
    }
    seen
}

async fn lists<S: Subject>(
    subject: &S,
    (member, access): (usize, &S::Access),
    sights: &Sights,
    seen: &mut Vec<(String, Sight)>,
) {
    let before = sights.cases.iter().map(|(case, _)| Some(*case));
    for before in before.chain([None]) {
        let page = subject
            .cases(access, &CaseFilter::default(), before, 2)
            .await;
        let what = format!("cases before {before:?} as member {member}");
        seen.push((what, Sight::List(page)));
    }
    let stages = Stage::ALL.iter().map(|stage| CaseFilter {
        stage: Some(*stage),
        ..CaseFilter::default()
    });
    let of_municipality = CaseFilter {
        municipality: Some("15002".to_owned()),
        ..CaseFilter::default()
    };
    for filter in stages.chain([of_municipality]) {
        let page = subject.cases(access, &filter, None, 50).await;
        let what = format!("cases of {filter:?} as member {member}");
        seen.push((what, Sight::List(page)));
    }
}

fn parts(reading: Reading) -> (u64, Timestamp, CaseState) {
    (reading.version, reading.recorded_at, reading.state)
}
