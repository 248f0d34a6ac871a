//! Who gets in where: every operation of the contract for every kind of caller, against a table written by hand; and
//! that nobody can tell what is foreign from what is absent.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

#[path = "isolation/ask.rs"]
mod ask;
#[path = "audits/audit.rs"]
mod audit;
#[path = "isolation/matrix.rs"]
mod matrix;
#[path = "isolation/table.rs"]
mod table;

use std::collections::{BTreeMap, BTreeSet};

use fallbuch_domain::case::{CommandKind, Target};
use fallbuch_domain::offering::OfferingCommand;
use fallbuch_domain::solution::SolutionCommand;
use fallbuch_domain::{Role, agency};
use fallbuch_tests::document::{Document, Operation};
use fallbuch_tests::{Ahead, Answer, Client, Engine, Offers, Seen, World, list_of, on_both};
use time::macros::date;

use ask::{MANNERS, NOTHING, halle, operations, request};
use audit::Auditor;
use matrix::{Audits, Cell, Who, differences, expected, text};
use table::OPERATIONS;

/// What has no row, and which rows have nothing.
fn unmatched(known: &[&str], document: &Document) -> Vec<String> {
    let served = document.operations();
    let served: BTreeSet<_> = served.iter().map(|one| one.id.as_str()).collect();
    let known: BTreeSet<_> = known.iter().copied().collect();
    let new = served
        .difference(&known)
        .map(|id| format!("{id} has no row"));
    let gone = known.difference(&served);
    new.chain(gone.map(|id| format!("{id} is no operation any more")))
        .collect()
}

fn contract() -> Document {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi/openapi.json");
    let text = std::fs::read_to_string(path).unwrap();
    Document::from_json(serde_json::from_str(&text).unwrap())
}

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let known: Vec<_> = OPERATIONS.iter().map(|(id, ..)| *id).collect();
    assert_eq!(unmatched(&known, &contract()), Vec::<String>::new());
    for operation in contract().operations() {
        let (_, permission, reach) = OPERATIONS.iter().find(|row| row.0 == operation.id).unwrap();
        assert_eq!(operation.permission.as_deref().unwrap_or(""), *permission);
        assert_eq!(
            operation.secured,
            *reach != table::Reach::Public,
            "{}",
            operation.id
        );
        let of_case = *reach == table::Reach::Case;
        assert_eq!(
            operation.path.contains("{case_id}"),
            of_case,
            "{}",
            operation.id
        );
    }
}

#[test]
fn a_missing_row_and_one_too_many_are_named() {
    let mut known: Vec<_> = OPERATIONS.iter().map(|(id, ..)| *id).collect();
    known.retain(|id| *id != "close_case");
    known.push("erase_everything");
    let found = unmatched(&known, &contract());
    assert_eq!(
        found,
        [
            "close_case has no row",
            "erase_everything is no operation any more"
        ]
    );
}

/// Everybody who calls, with what they call with.
async fn callers(world: &World) -> Vec<(Who, Client)> {
    let own = |role: Role| (Who::Own(role.code()), world.as_role("transmit", role));
    let foreign = |role: Role| (Who::Foreign(role.code()), world.as_role("bayern", role));
    let mut callers: Vec<_> = Role::OF_AGENCIES.iter().copied().map(own).collect();
    callers.extend(Role::OF_AGENCIES.iter().copied().map(foreign));
    let halle = world.site("transmit", "Halle").await;
    let leipzig = world.site("transmit", "Leipzig").await;
    for role in [Role::Coordinator, Role::AgencyAdmin] {
        let at_halle = format!("{}-in-halle", role.code());
        let at_leipzig = format!("{}-in-leipzig", role.code());
        let inside = world.admit("transmit", &at_halle, role, vec![halle]);
        callers.push((Who::Inside(role.code()), inside.await));
        let outside = world.admit("transmit", &at_leipzig, role, vec![leipzig]);
        callers.push((Who::Outside(role.code()), outside.await));
    }
    let stranger = fallbuch_api::demo::login("nirgends", Role::Coordinator);
    callers.push((Who::Stranger, world.as_login(&stranger)));
    let left = world
        .admit("transmit", "left", Role::Coordinator, Vec::new())
        .await;
    let operator = world.store.operator();
    let access = operator.agency("transmit").await.unwrap().unwrap();
    let login = fallbuch_persistence::Identity {
        issuer: fallbuch_api::ISSUER.to_owned(),
        subject: "left@transmit".to_owned(),
    };
    let ended = operator.end_membership(&access, date!(2016 - 01 - 01), &login);
    ended.await.unwrap().expect("it was a member");
    callers.push((Who::Left, left));
    callers.push((Who::Nobody, world.anonymous()));
    for role in Role::OF_NETWORK {
        let client = world.as_role("network", *role);
        callers.push((Who::Network(role.code()), client));
    }
    callers
}

/// Auditors of the network with an engagement of each kind, and the id of one that is in force.
async fn auditors(world: &World, clock: &Ahead, case: &str) -> (Vec<(Who, Client)>, String) {
    let nothing = NOTHING.to_string();
    let mut auditors = Vec::new();
    let mut engagement = String::new();
    for (audits, cases) in [
        (Audits::Expired, None),
        (Audits::Unapproved, None),
        (Audits::All, None),
        (Audits::TheCase, Some(case)),
        (Audits::AnotherCase, Some(nothing.as_str())),
        (Audits::Ended, None),
        (Audits::Left, None),
    ] {
        let name = format!("{audits:?}");
        let auditor = Auditor::of(world, &name).await;
        // The first one's days are over before the others ask.
        let id = auditor.asks("transmit", clock, cases, 3).await;
        if !matches!(audits, Audits::Unapproved) {
            auditor.is_approved("transmit", &id, clock).await;
        }
        match audits {
            Audits::Expired => clock.later(10 * 24 * 3_600),
            Audits::All => engagement.clone_from(&id),
            Audits::Ended => auditor.is_ended("transmit", &id, clock).await,
            Audits::Left => auditor.leaves().await,
            Audits::Unapproved | Audits::TheCase | Audits::AnotherCase => {}
        }
        auditors.push((Who::Auditor(audits), name));
    }
    // Tokens of the day it is now.
    let clients = auditors
        .into_iter()
        .map(|(who, name)| (who, Auditor::client(world, &name)));
    (clients.collect(), engagement)
}

fn cell(answer: &Answer) -> Cell {
    match answer.status {
        // An old version was named: whoever gets that far is in.
        200 | 409 | 412 => Cell::In,
        401 => Cell::Unauthenticated,
        403 => {
            let named = answer.json()["required_permission"].clone();
            Cell::Forbidden(named.as_str().unwrap_or_default().to_owned())
        }
        404 => Cell::Unknown,
        other => Cell::Other(other, answer.text().chars().take(200).collect()),
    }
}

/// The demo's case with a thing of every kind, by the names that paths have for them.
async fn things(world: &World) -> BTreeMap<&'static str, String> {
    let (case, _) = halle(world).await;
    let client = world.as_role("transmit", Role::Reader);
    let path = format!("/v1/agencies/transmit/cases/{case}");
    let state = client.get(&path).send().await.expect_status(200).json();
    let member = world.member("transmit", Role::Reader).await.to_string();
    let offers = Offers::of(world, "transmit").await;
    let site = world.site("transmit", "Halle").await.to_string();
    let of_case = Target::THINGS.iter().map(|thing| {
        let first = &state[list_of(*thing)][0]["id"];
        let first = first.as_str().unwrap_or_else(|| panic!("no {thing:?}"));
        (thing.parameter().unwrap(), first.to_owned())
    });
    let of_agency = [
        ("member_id", member),
        ("offering_id", offers.offering),
        ("solution_id", offers.solution),
        ("site_id", site),
        ("case_id", case),
    ];
    of_case.chain(of_agency).collect()
}

/// The thing that the operation's path names last.
fn thing<'a>(operation: &Operation, things: &'a BTreeMap<&'static str, String>) -> &'a str {
    let named = things
        .iter()
        .find(|(name, _)| **name != "case_id" && operation.path.contains(&format!("{{{name}}}")));
    named.map_or("", |(_, id)| id)
}

on_both!(
    #[expect(clippy::print_stderr, reason = "the matrix is worth a look")]
    async fn everybody_gets_in_where_the_table_says_and_nowhere_else(engine: Engine) {
        let (world, clock) = audit::world(engine).await;
        let mut things = things(&world).await;
        let (auditors, engagement) = auditors(&world, &clock, &things["case_id"]).await;
        things.insert("engagement_id", engagement);
        let mut callers = callers(&world).await;
        callers.extend(auditors);
        let columns: Vec<Who> = callers.iter().map(|(who, _)| who.clone()).collect();
        let before = world.raw().await;
        let contents = before.contents().await;
        let (mut rows, mut wrong) = (Vec::new(), Vec::new());
        for row in OPERATIONS {
            let operation = contract().named(row.0);
            let on = (
                "transmit",
                things["case_id"].as_str(),
                thing(&operation, &things),
            );
            let mut found = Vec::new();
            for (_, client) in &callers {
                let answer = request(client, &operation, on, "right").send().await;
                found.push(cell(&answer));
            }
            let expected: Vec<_> = columns.iter().map(|who| expected(row, who)).collect();
            wrong.extend(differences(row.0, &columns, &expected, &found));
            rows.push((row.0.to_owned(), found));
        }
        let text = text(&columns, &rows);
        eprintln!("{engine:?}\n{text}");
        assert_eq!(wrong, Vec::<String>::new(), "\n{text}");
        // Nobody has left anything.
        assert_eq!(before.contents().await, contents);
        before.close().await;
    }
);

/// The comparer itself: an altered table and an altered answer are found, and named.
#[test]
fn a_cell_that_is_altered_is_found() {
    let columns: Vec<Who> = vec![
        Who::Own("reader"),
        Who::Own("coordinator"),
        Who::Foreign("coordinator"),
        Who::Outside("coordinator"),
        Who::Auditor(Audits::TheCase),
        Who::Nobody,
    ];
    let mut altered = 0;
    for row in OPERATIONS {
        let right: Vec<_> = columns.iter().map(|who| expected(row, who)).collect();
        assert!(differences(row.0, &columns, &right, &right).is_empty());
        for index in 0..right.len() {
            let wrong = [
                Cell::In,
                Cell::Unknown,
                Cell::Unauthenticated,
                Cell::Forbidden("case:never".to_owned()),
                Cell::Other(500, String::new()),
            ];
            for cell in wrong.into_iter().filter(|cell| *cell != right[index]) {
                let mut found = right.clone();
                found[index] = cell;
                let named = differences(row.0, &columns, &right, &found);
                assert_eq!(named.len(), 1, "{named:?}");
                assert!(named[0].contains(row.0) && named[0].contains(&columns[index].head()));
                altered += 1;
            }
        }
    }
    assert!(altered > 600, "{altered}");
}

/// How many events cases have.
const CASE_EVENTS: &str = "SELECT COUNT(*) FROM event WHERE stream_kind = 'case'";

on_both!(
    async fn foreign_and_absent_answer_alike(engine: Engine) {
        let world = World::demo(engine).await;
        let (case, need) = halle(&world).await;
        let offers = Offers::of(&world, "transmit").await;
        let nothing = NOTHING.to_string();
        let outsider = world.as_role("bayern", Role::Coordinator);
        let raw = world.raw().await;
        let told = raw.number(CASE_EVENTS).await;
        raw.close().await;
        let (mut asked, mut commands) = (0, 0);
        for operation in operations(&world).await {
            if !operation.path.contains("{agency}") {
                continue;
            }
            let of_offers = [
                ("{offering_id}", &offers.offering),
                ("{solution_id}", &offers.solution),
            ];
            let offer = of_offers
                .into_iter()
                .find(|(name, _)| operation.path.contains(name));
            let thing = offer.map_or(need.as_str(), |(_, id)| id.as_str());
            let mut places = vec![
                ("transmit", case.as_str(), thing),
                ("transmit", nothing.as_str(), nothing.as_str()),
                ("nirgends", case.as_str(), thing),
                ("nirgends", nothing.as_str(), "no-id"),
            ];
            if operation.path.contains("{case_id}") || offer.is_some() {
                places.push(("bayern", &case, thing));
                places.push(("bayern", &nothing, &nothing));
            }
            // Without its case, what is no id of a thing is not looked at.
            if operation.path.contains("{case_id}") {
                places.push(("bayern", &nothing, "no-id"));
            }
            for manner in MANNERS {
                let first = request(&outsider, &operation, places[0], manner)
                    .send()
                    .await;
                let first = Seen::of(&first);
                assert_eq!(
                    first.status, 404,
                    "{} {manner}: {}",
                    operation.id, first.text
                );
                for place in &places[1..] {
                    let answer = request(&outsider, &operation, *place, manner).send().await;
                    let context = format!("{} {manner} {place:?}", operation.id);
                    assert_eq!(Seen::of(&answer), first, "{context}");
                    asked += 1;
                }
            }
            commands += usize::from(operation.method.eq_ignore_ascii_case("post"));
        }
        // Opening one addresses no agency.
        let of_agencies = agency::sample::bodies().unwrap().len() - 1;
        let of_offers = OfferingCommand::OPERATIONS.len() + SolutionCommand::OPERATIONS.len();
        // And the one to many cases.
        assert_eq!(
            commands,
            CommandKind::ALL.len() + of_agencies + of_offers + 1
        );
        assert!(asked > 700, "{asked} requests");
        let raw = world.raw().await;
        assert_eq!(raw.number(CASE_EVENTS).await, told, "nothing was recorded");
        raw.close().await;
    }
);
