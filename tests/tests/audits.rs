//! Audit engagements: what an auditor sees by them, what it never does, and that the agency sees it all.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "audits/audit.rs"]
mod audit;

use audit::{Auditor, world};
use fallbuch_domain::Role;
use fallbuch_domain::case::CommandKind;
use fallbuch_tests::{Cast, Client, Engine, SampleCase, Step, World, fresh_key, on_both};
use serde_json::{Value, json};

const CASES: &str = "/v1/agencies/transmit/cases";
const LOG: &str = "/v1/agencies/transmit/access-log";
const DAY: i64 = 24 * 3_600;

async fn halle(world: &World) -> String {
    let reader = world.as_role("transmit", Role::Reader);
    let cases = reader.get(CASES).send().await.expect_status(200).json();
    cases["items"][0]["case_id"].as_str().unwrap().to_owned()
}

/// Another case of the agency.
async fn opened(world: &World, municipality: &str) -> String {
    let coordinator = world.as_role("transmit", Role::Coordinator);
    let cast = Cast::of(world, "transmit").await;
    let mut another = SampleCase::unopened(&cast, municipality);
    let open = Step::sample(CommandKind::OpenCase, None);
    another.play(&coordinator, open).await.expect_status(201);
    another.path.rsplit('/').next().unwrap().to_owned()
}

async fn log(world: &World) -> Vec<Value> {
    let admin = world.as_role("transmit", Role::AgencyAdmin);
    let log = admin.get(LOG).send().await.expect_status(200).json();
    log["items"].as_array().unwrap().clone()
}

async fn status(client: &Client, path: &str) -> u16 {
    client.get(path).send().await.status
}

on_both!(
    async fn an_auditor_sees_what_was_approved_on_its_days_and_nothing_else(engine: Engine) {
        let (world, clock) = world(engine).await;
        let case = halle(&world).await;
        let path = format!("{CASES}/{case}");
        let auditor = Auditor::of(&world, "paula").await;
        let client = auditor.calls();
        // The network's auditors know the agencies; nobody else's cases.
        let known = client.get("/v1/agencies").send().await.json();
        assert_eq!(known["items"].as_array().unwrap().len(), 10);
        assert_eq!(status(&client, &path).await, 403);
        let id = auditor.asks("transmit", &clock, Some(&case), 2).await;
        assert_eq!(status(&client, &path).await, 403, "not approved yet");
        auditor.is_approved("transmit", &id, &clock).await;
        assert_eq!(status(&client, &path).await, 200);
        assert_eq!(status(&client, &format!("{path}/events")).await, 200);
        // A second case, which the engagement does not name.
        let other = opened(&world, "14713").await;
        assert_eq!(status(&client, &format!("{CASES}/{other}")).await, 404);
        assert_eq!(
            status(&client, &format!("{CASES}/{other}/events")).await,
            404
        );
        let list = client.get(CASES).send().await.expect_status(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
        assert_eq!(list["items"][0]["case_id"], case.as_str());
        // Figures, log and engagements are the whole agency's.
        for whole in ["statistics/activity", "access-log", "audit-engagements"] {
            let path = format!("/v1/agencies/transmit/{whole}");
            assert_eq!(status(&client, &path).await, 403, "{whole}");
        }
        // Another agency approved nothing.
        assert_eq!(status(&client, "/v1/agencies/bayern/cases").await, 403);
        let own = client.get("/v1/me/audit-engagements").send().await.json();
        assert_eq!(own["items"][0]["agency"], "transmit");
        assert_eq!(own["items"][0]["engagement"]["in_force"], true);
        // The day after the last one.
        clock.later(2 * DAY);
        let client = auditor.calls();
        assert_eq!(status(&client, &path).await, 403, "expired");
        let own = client.get("/v1/me/audit-engagements").send().await.json();
        assert_eq!(own["items"][0]["engagement"]["in_force"], false);
        assert_eq!(own["items"][0]["engagement"]["standing"], "approved");
        world.stop().await;
    }
);

on_both!(
    async fn what_the_agency_ends_is_over_at_once_and_so_is_what_the_network_ends(engine: Engine) {
        let (world, clock) = world(engine).await;
        let auditor = Auditor::of(&world, "paula").await;
        let client = auditor.calls();
        let first = auditor.asks("transmit", &clock, None, 30).await;
        auditor.is_approved("transmit", &first, &clock).await;
        for path in [CASES, LOG, "/v1/agencies/transmit/statistics/activity"] {
            assert_eq!(status(&client, path).await, 200, "{path}");
        }
        auditor.is_ended("transmit", &first, &clock).await;
        assert_eq!(status(&client, CASES).await, 403);
        let second = auditor.asks("transmit", &clock, None, 30).await;
        auditor.is_approved("transmit", &second, &clock).await;
        assert_eq!(status(&client, CASES).await, 200);
        auditor.leaves().await;
        assert_eq!(status(&client, CASES).await, 404);
        assert_eq!(status(&client, "/v1/agencies/network").await, 404);
        world.stop().await;
    }
);

on_both!(
    async fn an_auditor_changes_nothing_and_learns_nothing_by_trying(engine: Engine) {
        let (world, clock) = world(engine).await;
        let case = halle(&world).await;
        let auditor = Auditor::of(&world, "paula").await;
        let client = auditor.calls();
        let id = auditor.asks("transmit", &clock, None, 30).await;
        auditor.is_approved("transmit", &id, &clock).await;
        let contact = json!({"occurred_on": "2016-01-04", "medium": "phone", "summary": "x"});
        let path = format!("{CASES}/{case}/contacts");
        let tried = client.post(&path, &contact).key(&fresh_key()).if_match("*");
        let refused = tried.send().await.expect_status(403).json();
        assert_eq!(refused["required_permission"], "case:record");
        for act in ["approvals", "endings"] {
            let path = format!("/v1/agencies/transmit/audit-engagements/{id}/{act}");
            let body = json!({"occurred_on": clock.today().to_string()});
            let tried = client.post(&path, &body).key(&fresh_key()).if_match("*");
            tried.send().await.expect_status(403);
        }
        // An agency's own events are not told to whoever may only ask.
        let asked = "/v1/agencies/bayern/audit-engagements";
        let wish = Auditor::wish(&clock, None, 3);
        let stale = client
            .post(asked, &wish)
            .key(&fresh_key())
            .if_match("\"1\"");
        let stale = stale.send().await.expect_status(412).json();
        assert_eq!(stale["events"], json!([]));
        assert!(stale["current_version"].as_u64().unwrap() > 1);
        // Nor does anybody else ask: administrators of agencies and of the network among them.
        for (agency, role) in [
            ("bayern", Role::AgencyAdmin),
            ("network", Role::NetworkAdmin),
        ] {
            let other = world.as_role(agency, role);
            let tried = other.post(asked, &wish).key(&fresh_key()).if_match("*");
            tried.send().await.expect_status(403);
        }
        world.stop().await;
    }
);

on_both!(
    async fn every_read_and_every_refusal_is_in_the_access_log(engine: Engine) {
        let (world, clock) = world(engine).await;
        let case = halle(&world).await;
        let auditor = Auditor::of(&world, "paula").await;
        let client = auditor.calls();
        let path = format!("{CASES}/{case}");
        assert_eq!(status(&client, &path).await, 403);
        let id = auditor.asks("transmit", &clock, None, 30).await;
        auditor.is_approved("transmit", &id, &clock).await;
        // Many at once: each has its place.
        let reads = (0..20).map(|_| client.get(&format!("{path}/timeline")).send());
        for read in futures_util::future::join_all(reads).await {
            read.expect_status(200);
        }
        let contact = json!({"occurred_on": "2016-01-04", "medium": "phone", "summary": "x"});
        let tried = client.post(&format!("{path}/contacts"), &contact);
        tried
            .key(&fresh_key())
            .if_match("*")
            .send()
            .await
            .expect_status(403);
        client.get(LOG).send().await.expect_status(200);
        let log = log(&world).await;
        let positions: Vec<_> = log
            .iter()
            .map(|one| one["position"].as_u64().unwrap())
            .collect();
        assert_eq!(positions, (1..=23).collect::<Vec<_>>());
        let told: Vec<_> = log
            .iter()
            .map(|one| {
                (
                    one["operation"].as_str().unwrap(),
                    one["permitted"].as_bool().unwrap(),
                )
            })
            .collect();
        assert_eq!(told[0], ("read_case", false));
        assert!(log[0].get("engagement").is_none());
        assert!(
            told[1..21]
                .iter()
                .all(|one| *one == ("read_timeline", true))
        );
        assert!(
            log[1..21]
                .iter()
                .all(|one| one["engagement"] == id.as_str())
        );
        assert!(log[1..21].iter().all(|one| one["case_id"] == case.as_str()));
        assert_eq!(
            told[21..],
            [("record_contact", false), ("read_access_log", true)]
        );
        // The agency's own reads are no visits, and another agency's log is its own.
        let bayern = world.as_role("bayern", Role::AgencyAdmin);
        let theirs = bayern
            .get("/v1/agencies/bayern/access-log")
            .send()
            .await
            .json();
        assert_eq!(theirs["items"], json!([]));
        // In pages, without a gap.
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        let page = admin
            .get(&format!("{LOG}?after=20&limit=2"))
            .send()
            .await
            .json();
        assert_eq!(page["items"][0]["position"], 21);
        assert_eq!(page["page"]["has_more"], true);
        world.stop().await;
    }
);

on_both!(
    async fn the_database_keeps_the_access_log_as_it_is(engine: Engine) {
        let (world, _) = world(engine).await;
        let auditor = Auditor::of(&world, "paula").await;
        assert_eq!(status(&auditor.calls(), CASES).await, 403);
        let raw = world.raw().await;
        for sql in [
            "UPDATE access_log SET was_permitted = was_permitted",
            "DELETE FROM access_log",
        ] {
            let refused = raw.run(sql).await.unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{refused}");
        }
        let many = match engine {
            Engine::Sqlite => "INSERT OR REPLACE INTO access_log SELECT * FROM access_log",
            Engine::Postgres => "TRUNCATE access_log",
        };
        let refused = raw.run(many).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
        raw.close().await;
        assert_eq!(log(&world).await.len(), 1);
        world.stop().await;
    }
);

on_both!(
    async fn an_engagement_has_a_period_and_one_approval(engine: Engine) {
        let (world, clock) = world(engine).await;
        let auditor = Auditor::of(&world, "paula").await;
        let client = auditor.calls();
        let asked = "/v1/agencies/transmit/audit-engagements";
        for (days, says) in [(0, "beginnt"), (367, "366")] {
            let wish = Auditor::wish(&clock, None, days);
            let tried = client.post(asked, &wish).key(&fresh_key()).if_match("*");
            let refused = tried.send().await.expect_status(409).json();
            assert_eq!(refused["rule"], "R33");
            assert!(
                refused["detail"].as_str().unwrap().contains(says),
                "{refused}"
            );
        }
        let id = auditor.asks("transmit", &clock, None, 366).await;
        auditor.is_approved("transmit", &id, &clock).await;
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        let body = json!({"occurred_on": clock.today().to_string()});
        let again = admin.post(&format!("{asked}/{id}/approvals"), &body);
        let again = again.key(&fresh_key()).if_match("*").send().await;
        assert_eq!(again.expect_status(409).json()["rule"], "R33");
        auditor.is_ended("transmit", &id, &clock).await;
        let again = admin.post(&format!("{asked}/{id}/endings"), &body);
        let again = again.key(&fresh_key()).if_match("*").send().await;
        assert_eq!(again.expect_status(409).json()["rule"], "R33");
        // What nobody approved in time is approved no more.
        let late = auditor.asks("transmit", &clock, None, 2).await;
        clock.later(2 * DAY);
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        let late = admin.post(&format!("{asked}/{late}/approvals"), &body);
        let late = late.key(&fresh_key()).if_match("*").send().await;
        assert_eq!(late.expect_status(409).json()["rule"], "R33");
        world.stop().await;
    }
);
