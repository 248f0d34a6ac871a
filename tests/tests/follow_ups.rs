//! Follow-ups across the cases of an agency, over HTTP and on both databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "audits/audit.rs"]
mod audit;

use audit::Auditor;
use fallbuch_domain::Role;
use fallbuch_domain::case::{CommandKind, sample};
use fallbuch_tests::{Answer, Client, Engine, World, check_rebuild, on_both};
use serde_json::{Value, json};
use time::{Date, Duration};
use uuid::Uuid;

const HOME: &str = "/v1/agencies/transmit";
const LIST: &str = "/v1/agencies/transmit/follow-ups";

/// A case and the version it is at.
struct Case {
    path: String,
    version: u64,
}

impl Case {
    /// A case of the municipality at this site of the agency.
    async fn open(client: &Client, agency: &str, municipality: &str, who: (Uuid, Uuid)) -> Self {
        let body = json!({
            "occurred_on": "2015-03-02", "municipality": {"key": municipality}, "origin": "request",
            "site": who.0, "advisor": who.1,
        });
        let path = format!("/v1/agencies/{agency}/cases");
        let opened = client.post(&path, &body).send().await.expect_status(201);
        Self {
            path: opened.header("location").unwrap().to_owned(),
            version: 1,
        }
    }

    fn id(&self) -> &str {
        self.path.rsplit('/').next().unwrap()
    }

    async fn act(&mut self, client: &Client, path: &str, body: &Value) -> Answer {
        let path = format!("{}/{path}", self.path);
        let request = client.post(&path, body);
        let request = request.if_match(&format!("\"{}\"", self.version));
        let answer = request.send().await.expect_status(201);
        self.version = answer.json()["version"].as_u64().unwrap();
        answer
    }

    /// Schedules a follow-up, and tells its id.
    async fn schedule(&mut self, client: &Client, title: &str, due: Date, who: Uuid) -> String {
        let body = json!({"occurred_on": "2015-03-02", "title": title, "due_on": due.to_string(), "assignee": who});
        let done = self.act(client, "follow-ups", &body).await.json();
        let id = done["events"][0]["data"]["follow_up"].as_str();
        id.unwrap().to_owned()
    }
}

async fn list(client: &Client, query: &str) -> Vec<Value> {
    let answer = client.get(&format!("{LIST}{query}")).send().await;
    let answer = answer.expect_status(200).json();
    answer["items"].as_array().unwrap().clone()
}

async fn titles(client: &Client, query: &str) -> Vec<String> {
    let items = list(client, query).await;
    let titles = items.iter().map(|item| item["title"].as_str());
    titles.map(|title| title.unwrap().to_owned()).collect()
}

/// The agency's first site and a member of it.
async fn who(world: &World, agency: &str) -> (Uuid, Uuid) {
    let site = world.site(agency, "").await;
    (site, world.member(agency, Role::Advisor).await)
}

const DAY: Date = time::macros::date!(2999 - 05 - 20);

on_both!(
    async fn whatever_becomes_of_a_follow_up_is_in_the_next_answer(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let client = world.as_role("transmit", Role::Coordinator);
        let (site, advisor) = who(&world, "transmit").await;
        let me = world.member("transmit", Role::Coordinator).await;
        let mut case = Case::open(&client, "transmit", "03152", (site, advisor)).await;
        let first = case.schedule(&client, "Erste", DAY, advisor).await;
        let second = case.schedule(&client, "Zweite", DAY, advisor).await;
        let third = case.schedule(&client, "Dritte", DAY, advisor).await;
        let state = client.get(&case.path).send().await.json();
        let expected = json!({
            "follow_up": first, "case_id": case.id(), "case_number": state["case_number"],
            "municipality": {"key": "03152", "name": state["municipality"]["name"]},
            "title": "Erste", "due_on": "2999-05-20", "overdue": false, "assignee": advisor,
            "status": "open", "site": site, "version": 4,
        });
        assert_eq!(list(&client, "").await[0], expected);
        // Of one day, in the order of their ids, which is the one they were made in.
        assert_eq!(titles(&client, "").await, ["Erste", "Zweite", "Dritte"]);

        let later = json!({"occurred_on": "2015-03-02", "due_on": "2999-06-01"});
        case.act(
            &client,
            &format!("follow-ups/{first}/reschedulings"),
            &later,
        )
        .await;
        assert_eq!(titles(&client, "").await, ["Zweite", "Dritte", "Erste"]);
        assert!(list(&client, "?assignee=me").await.is_empty());
        let mine = json!({"occurred_on": "2015-03-02", "assignee": me});
        case.act(&client, &format!("follow-ups/{first}/reassignments"), &mine)
            .await;
        assert_eq!(titles(&client, "?assignee=me").await, ["Erste"]);

        let done = json!({"occurred_on": "2015-03-02"});
        case.act(&client, &format!("follow-ups/{second}/completions"), &done)
            .await;
        let given_up = json!({"occurred_on": "2015-03-02", "reason": "Erledigt sich."});
        case.act(
            &client,
            &format!("follow-ups/{third}/cancellations"),
            &given_up,
        )
        .await;
        assert_eq!(titles(&client, "").await, ["Erste"]);
        assert_eq!(titles(&client, "?status=completed").await, ["Zweite"]);
        assert_eq!(titles(&client, "?status=cancelled").await, ["Dritte"]);

        // Left open in a closed case it is not to be done, until the case is open again.
        let close = json!({"occurred_on": "2016-03-02", "reason": "completed", "summary": "Ende.", "acknowledge": [first]});
        case.act(&client, "closures", &close).await;
        assert!(list(&client, "").await.is_empty());
        assert_eq!(titles(&client, "?status=completed").await, ["Zweite"]);
        let reopen = json!({"occurred_on": "2016-03-03", "reason": "Versehen."});
        case.act(&client, "reopenings", &reopen).await;
        assert_eq!(titles(&client, "").await, ["Erste"]);

        let succession = sample::body(CommandKind::SucceedMunicipality);
        case.act(&client, "municipality-successions", &succession)
            .await;
        let after = list(&client, "").await;
        let now = client.get(&case.path).send().await.json();
        assert_eq!(after[0]["municipality"]["key"], "03159");
        assert_eq!(
            after[0]["municipality"]["name"],
            now["municipality"]["name"]
        );
        assert_eq!(after[0]["version"], json!(case.version));

        check_rebuild(&world.database).unwrap();
        world.stop().await;
    }
);

on_both!(
    async fn filters_combine_and_wrong_ones_are_named(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let client = world.as_role("transmit", Role::Coordinator);
        let (site, advisor) = who(&world, "transmit").await;
        let me = world.member("transmit", Role::Coordinator).await;
        let mut case = Case::open(&client, "transmit", "15002", (site, advisor)).await;
        let mut other = Case::open(&client, "transmit", "15003", (site, advisor)).await;
        let past = time::macros::date!(2015 - 04 - 01);
        case.schedule(&client, "alt, fremd", past, advisor).await;
        other.schedule(&client, "alt, mein", past, me).await;
        let old = case.schedule(&client, "alt, erledigt", past, me).await;
        case.schedule(&client, "neu, mein", DAY, me).await;
        let done = json!({"occurred_on": "2015-04-02"});
        case.act(&client, &format!("follow-ups/{old}/completions"), &done)
            .await;
        let of_case = format!("?case={}", case.id());
        let of_member = format!("?assignee={advisor}");
        for (query, expected) in [
            ("", &["alt, fremd", "alt, mein", "neu, mein"][..]),
            ("?overdue=true", &["alt, fremd", "alt, mein"]),
            ("?overdue=false", &["neu, mein"]),
            ("?overdue=true&assignee=me", &["alt, mein"]),
            (&of_member, &["alt, fremd"]),
            (&of_case, &["alt, fremd", "neu, mein"]),
            ("?status=completed", &["alt, erledigt"]),
            ("?status=completed&overdue=false", &["alt, erledigt"]),
            ("?due_before=2015-04-01", &[]),
            ("?due_before=2015-04-02", &["alt, fremd", "alt, mein"]),
            (
                "?overdue=true&due_before=2999-12-31",
                &["alt, fremd", "alt, mein"],
            ),
            ("?case=019f0000-0000-7000-8000-00000000dead", &[]),
        ] {
            assert_eq!(titles(&client, query).await, expected, "{query}");
        }
        for item in list(&client, "").await {
            assert_eq!(item["overdue"], json!(item["due_on"] == "2015-04-01"));
        }
        assert_eq!(
            list(&client, "?status=completed").await[0]["overdue"],
            false
        );
        for query in [
            "?overdue=1",
            "?status=done",
            "?assignee=I",
            "?case=x",
            "?due_before=morgen",
            "?cursor=Nw",
            "?limit=0",
            "?site=1",
            "?overdue=true&status=completed",
        ] {
            let refused = client.get(&format!("{LIST}{query}")).send().await;
            let refused = refused.expect_status(400).json();
            assert_eq!(refused["errors"][0]["in"], "query", "{query}");
        }
        world.stop().await;
    }
);

on_both!(
    async fn pages_have_no_gaps_while_others_write(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let client = world.as_role("transmit", Role::Coordinator);
        let (site, advisor) = who(&world, "transmit").await;
        let mut case = Case::open(&client, "transmit", "15002", (site, advisor)).await;
        let mut there = Vec::new();
        for number in 0..12 {
            // Three of each day.
            let due = DAY + Duration::days(number % 4);
            let title = format!("da {number}");
            there.push(case.schedule(&client, &title, due, advisor).await);
        }
        let (mut seen, mut query, mut pages) = (Vec::new(), "?limit=3".to_owned(), 0);
        loop {
            let answer = client.get(&format!("{LIST}{query}")).send().await;
            let body = answer.expect_status(200).json();
            for item in body["items"].as_array().unwrap() {
                seen.push(item["follow_up"].as_str().unwrap().to_owned());
            }
            pages += 1;
            assert_eq!(
                body["page"]["has_more"],
                json!(body["page"]["next"].is_string())
            );
            let Some(next) = body["page"]["next"].as_str() else {
                break;
            };
            query = format!("?limit=3&cursor={next}");
            // One in front of what was read, one behind it.
            for due in [DAY - Duration::days(1), DAY + Duration::days(9)] {
                if pages < 4 {
                    case.schedule(&client, "dazu", due, advisor).await;
                }
            }
        }
        let mut once = seen.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), seen.len(), "nothing comes twice");
        assert!(
            there.iter().all(|one| seen.contains(one)),
            "nothing is left out"
        );
        assert!(seen.len() >= there.len() + 3, "what came behind is there");
        world.stop().await;
    }
);

/// The titles of this test's own follow-ups in an agency's list, which may hold others.
async fn made(client: &Client, home: &str) -> Vec<String> {
    let answer = client.get(&format!("{home}/follow-ups")).send().await;
    let answer = answer.expect_status(200).json();
    let items = answer["items"].as_array().unwrap().iter();
    let titles = items.map(|item| item["title"].as_str().unwrap().to_owned());
    titles.filter(|title| title.starts_with("in ")).collect()
}

on_both!(
    async fn everybody_sees_those_of_the_cases_they_see(engine: Engine) {
        let (world, clock) = audit::world(engine).await;
        let client = world.as_role("transmit", Role::Coordinator);
        let advisor = world.member("transmit", Role::Advisor).await;
        let halle = world.site("transmit", "Halle").await;
        let leipzig = world.site("transmit", "Leipzig").await;
        let mut in_halle = Case::open(&client, "transmit", "15001", (halle, advisor)).await;
        let mut in_leipzig = Case::open(&client, "transmit", "15003", (leipzig, advisor)).await;
        in_halle.schedule(&client, "in Halle", DAY, advisor).await;
        in_leipzig
            .schedule(&client, "in Leipzig", DAY, advisor)
            .await;
        assert_eq!(made(&client, HOME).await, ["in Halle", "in Leipzig"]);

        let limited = world.admit("transmit", "in-leipzig", Role::Reader, vec![leipzig]);
        let limited = limited.await;
        assert_eq!(made(&limited, HOME).await, ["in Leipzig"]);
        let of_halle = format!("?case={}", in_halle.id());
        assert!(list(&limited, &of_halle).await.is_empty());
        let nowhere = world.admit("transmit", "nowhere", Role::Reader, Vec::new());
        assert!(list(&nowhere.await, "").await.is_empty());

        let auditor = Auditor::of(&world, "of-one-case").await;
        let id = auditor
            .asks("transmit", &clock, Some(in_halle.id()), 3)
            .await;
        auditor.is_approved("transmit", &id, &clock).await;
        assert_eq!(titles(&auditor.calls(), "").await, ["in Halle"]);
        auditor.is_ended("transmit", &id, &clock).await;
        let over = auditor.calls().get(LIST).send().await;
        over.expect_status(403);
        auditor.leaves().await;
        let gone = auditor.calls().get(LIST).send().await;
        gone.expect_status(404);

        // Another agency has its own list, and none of this one.
        let other = world.as_role("bayern", Role::Coordinator);
        other.get(LIST).send().await.expect_status(404);
        assert!(made(&other, "/v1/agencies/bayern").await.is_empty());
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        let refused = admin.get(LIST).send().await.expect_status(403).json();
        assert_eq!(refused["required_permission"], "case:read");
        drop(world);
    }
);

on_both!(
    async fn overdue_begins_at_midnight_in_berlin(engine: Engine) {
        let (world, clock) = World::clocked(engine).await;
        world.found("transmit").await;
        // A minute is enough for what follows.
        if clock.until_midnight() < 60 {
            clock.later(60);
        }
        let client = world.as_role("transmit", Role::Coordinator);
        let who = who(&world, "transmit").await;
        let mut case = Case::open(&client, "transmit", "15002", who).await;
        case.schedule(&client, "heute", clock.today(), who.1).await;
        clock.later(clock.until_midnight() - 30);
        let client = world.as_role("transmit", Role::Coordinator);
        assert_eq!(list(&client, "").await[0]["overdue"], false);
        assert!(list(&client, "?overdue=true").await.is_empty());
        assert_eq!(titles(&client, "?overdue=false").await, ["heute"]);
        clock.later(clock.until_midnight() + 1);
        assert_eq!(list(&client, "").await[0]["overdue"], true);
        assert_eq!(titles(&client, "?overdue=true").await, ["heute"]);
        assert!(list(&client, "?overdue=false").await.is_empty());
        world.stop().await;
    }
);

on_both!(
    async fn rows_follow_from_the_log_and_wrong_ones_are_found_and_mended(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let client = world.as_role("transmit", Role::Coordinator);
        let who = who(&world, "transmit").await;
        let mut case = Case::open(&client, "transmit", "15002", who).await;
        case.schedule(&client, "Frage", DAY, who.1).await;
        check_rebuild(&world.database).unwrap();
        let before = list(&client, "").await;
        let raw = world.raw().await;
        for wrong in [
            "UPDATE follow_up SET title = 'anders'",
            "UPDATE follow_up SET status = 'completed'",
            "UPDATE follow_up SET due_on = '2000-01-01'",
        ] {
            raw.run(wrong).await.unwrap();
            let found = check_rebuild(&world.database).unwrap_err();
            assert!(found.contains("follow_up: 1 rows do not follow"), "{found}");
            let run = ["rebuild", "heads", "--agency", "transmit"];
            let rebuilt = fallbuch_tests::fallbuch(&world.database, &run);
            assert!({ rebuilt }.output().unwrap().status.success());
            check_rebuild(&world.database).unwrap();
            assert_eq!(list(&client, "").await, before, "{wrong}");
        }
        let refused = raw.run("DELETE FROM follow_up").await.unwrap_err();
        assert!(refused.to_string().contains("are not removed"), "{refused}");
        // What is written after a rebuild is written to the rows that count.
        case.schedule(&client, "Noch eine", DAY, who.1).await;
        assert_eq!(
            titles(&client, &format!("?case={}", case.id())).await,
            ["Frage", "Noch eine"]
        );
        check_rebuild(&world.database).unwrap();
        raw.close().await;
        world.stop().await;
    }
);
