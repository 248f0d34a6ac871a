//! How much a caller may ask for, how long a statement may take, and what the security log tells of both.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::num::NonZeroU32;
use std::time::Duration;

use fallbuch_api::TrustedIssuers;
use fallbuch_domain::Role;
use fallbuch_domain::case::CommandKind;
use fallbuch_tests::{
    Answer, Cast, Client, Database, Engine, SampleCase, Step, World, fresh_key, on_both,
};
use serde_json::json;

async fn limited(engine: Engine, per_minute: u32) -> World {
    let database = Database::migrated(engine).await;
    let options = database.options();
    let quota = NonZeroU32::new(per_minute);
    let world = World::limited(database, options, TrustedIssuers::default(), quota).await;
    for agency in ["transmit", "bayern"] {
        world.found(agency).await;
    }
    world
}

async fn get(client: &Client, path: &str) -> Answer {
    client.get(path).send().await
}

fn left(answer: &Answer) -> String {
    answer.header("ratelimit").unwrap().to_owned()
}

on_both!(
    async fn each_caller_has_its_own_limit_in_each_agency(engine: Engine) {
        let world = limited(engine, 5).await;
        let reader = world.as_role("transmit", Role::Reader);
        // Who has not been met is counted by identity; from then on as the member it is.
        let first = get(&reader, "/v1/agencies/transmit")
            .await
            .expect_status(200);
        assert_eq!(
            first.header("ratelimit-policy"),
            Some("\"caller\";q=5;w=60")
        );
        for rest in (0..5).rev() {
            let answer = get(&reader, "/v1/agencies/transmit")
                .await
                .expect_status(200);
            assert!(left(&answer).starts_with(&format!("\"caller\";r={rest};t=")));
        }
        let refused = get(&reader, "/v1/agencies/transmit")
            .await
            .expect_status(429);
        let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=12).contains(&wait), "{wait}");
        assert_eq!(refused.json()["code"], "too-many-requests");
        assert!(left(&refused).starts_with("\"caller\";r=0;t="));
        // Nobody else is held up: neither others of the agency nor other agencies.
        for (agency, role) in [("transmit", Role::Advisor), ("bayern", Role::Reader)] {
            let other = world.as_role(agency, role);
            get(&other, &format!("/v1/agencies/{agency}"))
                .await
                .expect_status(200);
        }
        // What is open to all is not counted.
        get(&world.anonymous(), "/health/live")
            .await
            .expect_status(200);
        world.stop().await;
    }
);

on_both!(
    async fn a_command_that_is_held_up_does_nothing_and_can_be_sent_again(engine: Engine) {
        let world = limited(engine, 5).await;
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        let path = "/v1/agencies/transmit/members";
        let key = fresh_key();
        let body = json!({
            "occurred_on": "2015-03-02",
            "login": {"issuer": "https://login.example.org", "subject": "somebody"},
            "roles": ["reader"],
        });
        for _ in 0..6 {
            get(&admin, path).await.expect_status(200);
        }
        let before = world.raw().await;
        let contents = before.contents().await;
        let held_up = admin.post(path, &body).key(&key).if_match("*").send().await;
        held_up.expect_status(429);
        assert_eq!(before.contents().await, contents);
        before.close().await;
        tokio::time::sleep(Duration::from_secs(13)).await;
        let sent_again = admin.post(path, &body).key(&key).if_match("*").send().await;
        let sent_again = sent_again.expect_status(201);
        assert_eq!(sent_again.header("idempotent-replayed"), None);
        world.stop().await;
    }
);

on_both!(
    async fn foreign_and_absent_agencies_count_alike(engine: Engine) {
        let world = limited(engine, 8).await;
        let outsider = world.as_role("bayern", Role::Coordinator);
        let mut told = Vec::new();
        for path in ["transmit", "nirgends", "transmit", "nirgends"] {
            let answer = get(&outsider, &format!("/v1/agencies/{path}")).await;
            let left = left(&answer.expect_status(404));
            told.push(left.split(';').nth(1).unwrap().to_owned());
        }
        assert_eq!(told, ["r=7", "r=6", "r=5", "r=4"]);
        world.stop().await;
    }
);

/// A lane that somebody else holds: whoever waits for it is told to come again, and nothing is lost or done twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_waits_too_long_for_a_lock_is_told_so_on_postgres() {
    let database = Database::migrated(Engine::Postgres).await;
    let mut options = database.options();
    options.patience = Duration::from_secs(2);
    let world = World::with(database, options).await;
    world.found("transmit").await;
    let cast = Cast::of(&world, "transmit").await;
    let coordinator = world.as_role("transmit", Role::Coordinator);
    let open = || Step::sample(CommandKind::OpenCase, None);
    let unopened = SampleCase::unopened(&cast, "15088020");
    let raw = world.raw().await;
    for sql in ["BEGIN", "SELECT position FROM lane FOR UPDATE"] {
        raw.run(sql).await.unwrap();
    }
    let key = fresh_key();
    let sent = unopened
        .request(&coordinator, &open())
        .key(&key)
        .send()
        .await;
    let sent = sent.expect_status(503);
    assert!(sent.header("retry-after").is_some());
    raw.run("ROLLBACK").await.unwrap();
    let sent_again = unopened
        .request(&coordinator, &open())
        .key(&key)
        .send()
        .await;
    sent_again.expect_status(201);
    let cases = "SELECT COUNT(*) FROM event WHERE type = 'case_opened'";
    assert_eq!(raw.number(cases).await, 1);
    raw.close().await;
    world.stop().await;
}

/// What the binary logs, as its lines of JSON.
fn told(server: &fallbuch_tests::Server, event: &str) -> Vec<serde_json::Value> {
    let said = server.said();
    let lines = said
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    lines
        .filter(|line| line["target"] == "fallbuch::security" && line["fields"]["event"] == event)
        .collect()
}

/// The log is the process's, so this one runs the binary. Requests do not depend on the database in what they tell.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_security_log_tells_names_who_and_what_and_no_payload() {
    let database = Database::migrated(Engine::Sqlite).await;
    let world = World::on(database).await;
    fallbuch_api::demo::seed(&world.store).await.unwrap();
    let mut server = fallbuch_tests::Server::spawn(&world.database);
    let base = server.serving().await.unwrap();
    let at = |client: Client| client.at(&base);
    let outsider = at(world.as_role("bayern", Role::Reader));
    let unknown = outsider.get("/v1/agencies/transmit/cases?secret=in-the-query");
    unknown
        .header("x-forwarded-for", "203.0.113.9")
        .send()
        .await
        .expect_status(404);
    let body = json!({"occurred_on": "2015-03-02", "summary": "in-the-body"});
    let open = at(world.as_role("transmit", Role::Reader));
    let refused = open.post("/v1/agencies/transmit/cases", &body).send().await;
    refused.expect_status(403);
    let forged = at(world.anonymous().with_token("in.the.token"));
    forged.get("/v1/me").send().await.expect_status(401);
    let admin = at(world.as_role("transmit", Role::AgencyAdmin));
    let admission = json!({
        "occurred_on": "2015-03-02",
        "login": {"issuer": "https://login.example.org", "subject": "in-the-login"},
        "roles": ["reader"],
    });
    let admitted = admin
        .post("/v1/agencies/transmit/members", &admission)
        .if_match("*");
    admitted.send().await.expect_status(201);
    let network = at(world.as_role("network", Role::NetworkAdmin));
    let opening = json!({
        "occurred_on": "2015-03-02", "code": "nordlicht", "name": "Nordlicht", "carrier": "Nordlicht",
        "land_codes": ["13"], "case_prefix": "NL",
        "administrator": {"login": {"issuer": "https://login.example.org", "subject": "in-the-login"}},
    });
    let opened = network.post("/v1/agencies", &opening).key("opening");
    opened.clone().send().await.expect_status(201);
    // Answered again, it has changed nothing.
    opened.send().await.expect_status(201);
    let refused = outsider.post("/v1/agencies", &opening).send().await;
    refused.expect_status(403);

    let unknown = told(&server, "unknown_agency");
    assert_eq!(unknown.len(), 1);
    let fields = &unknown[0]["fields"];
    assert_eq!(fields["operation"], "list_cases");
    assert_eq!(fields["subject"], "\"demo-reader@bayern\"");
    // Nobody is trusted to say for whom it asks.
    assert_eq!(fields["client"], "Some(127.0.0.1)");
    assert!(unknown[0]["span"]["request_id"].is_string());
    let missing = told(&server, "permission_missing");
    assert_eq!(missing[0]["fields"]["permission"], "case:open");
    assert_eq!(missing[1]["fields"]["permission"], "network:admin");
    assert_eq!(
        told(&server, "sign_in_failed")[0]["fields"]["reason"],
        "not a well-formed token"
    );
    let changed = told(&server, "rights_changed");
    assert_eq!(changed[0]["fields"]["operation"], "admit_member");
    assert_eq!(changed[1]["fields"]["operation"], "open_agency");
    assert_eq!(changed[1]["fields"]["agency"], "nordlicht");
    assert_eq!(changed.len(), 2);
    let said = server.said();
    for hidden in [
        "in-the-query",
        "in-the-body",
        "in.the.token",
        "in-the-login",
        "203.0.113.9",
    ] {
        assert!(!said.contains(hidden), "{hidden}");
    }
    server.kill();
    world.stop().await;
}
