//! The agency's feed and the figures that follow from it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use fallbuch_domain::Role;
use fallbuch_tests::{Client, Engine, World, on_both};
use serde_json::{Value, json};

const FEED: &str = "/v1/agencies/transmit/events";
const ACTIVITY: &str = "/v1/agencies/transmit/statistics/activity";

/// The report, once it counts everything that is in the log now.
async fn activity(world: &World, client: &Client, query: &str) -> Value {
    let raw = world.raw().await;
    let head = raw
        .number("SELECT position FROM lane JOIN agency USING (agency_id) WHERE code = 'transmit'")
        .await;
    raw.close().await;
    for _ in 0..100 {
        let report = client.get(&format!("{ACTIVITY}{query}")).send().await;
        let report = report.expect_status(200).json();
        if report["position"] == head {
            return report;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the report does not follow the log");
}

on_both!(
    async fn the_feed_is_the_log(engine: Engine) {
        let world = World::demo(engine).await;
        let client = world.as_role("transmit", Role::Coordinator);
        let raw = world.raw().await;
        let log = raw.events().await;
        raw.close().await;
        let log: Vec<_> = log
            .iter()
            .filter(|event| event.code == "transmit")
            .collect();

        // By the links of the pages.
        let (mut read, mut path) = (Vec::new(), format!("{FEED}?limit=4"));
        loop {
            let page = client.get(&path).send().await.expect_status(200);
            let text = page.text();
            for event in page.json()["items"].as_array().unwrap() {
                let stored = &log[read.len()].body;
                assert!(text.contains(std::str::from_utf8(stored).unwrap()));
                read.push(event["position"].as_u64().unwrap());
            }
            let Some(link) = page.header("link") else {
                assert_eq!(page.json()["page"], json!({"has_more": false}));
                break;
            };
            link[1..link.find('>').unwrap()].clone_into(&mut path);
        }
        assert_eq!(read, (1..=log.len() as u64).collect::<Vec<_>>());

        // By the last position seen, which is how a consumer goes on.
        let last = log.len();
        let none = client.get(&format!("{FEED}?after={last}")).send().await;
        assert_eq!(none.expect_status(200).json()["items"], json!([]));
        let one = client
            .get(&format!("{FEED}?after={}", last - 1))
            .send()
            .await;
        assert_eq!(one.expect_status(200).json()["items"][0]["position"], last);
        let all = client.get(&format!("{FEED}?after=0")).send().await;
        assert_eq!(all.expect_status(200).json()["items"][0]["position"], 1);

        // The link of a page that was asked for by position leads on, too.
        let first = client.get(&format!("{FEED}?after=2&limit=1")).send().await;
        let link = first.header("link").unwrap();
        let next = link.split(['<', '>']).nth(1).unwrap();
        let second = client.get(next).send().await.expect_status(200).json();
        assert_eq!(second["items"][0]["position"], 4);

        for (wrong, at) in [
            ("after=-1", "/after"),
            ("after=01", "/after"),
            ("after=x", "/after"),
            ("after=1&cursor=Mg", "/cursor"),
            ("cursor=eA", "/cursor"),
        ] {
            let refused = client.get(&format!("{FEED}?{wrong}")).send().await;
            let refused = refused.expect_status(400).json();
            assert_eq!(refused["code"], "invalid-request", "{wrong}");
            assert_eq!(refused["errors"][0]["pointer"], at, "{wrong}");
        }
        world.stop().await;
    }
);

on_both!(
    async fn figures_follow_the_log(engine: Engine) {
        let world = World::demo(engine).await;
        let client = world.as_role("transmit", Role::Coordinator);
        let report = activity(&world, &client, "").await;
        let items = report["items"].as_array().unwrap();
        let count = |month: &str, name: &str| {
            let mut found = items
                .iter()
                .filter(|item| item["month"] == month && item["type"] == name);
            let count = found
                .next()
                .map_or(0, |item| item["count"].as_u64().unwrap());
            assert!(found.next().is_none(), "a month and a type stand once");
            count
        };
        let raw = world.raw().await;
        let log = raw.events().await;
        raw.close().await;
        let mut expected = 0;
        for event in log.iter().filter(|event| event.code == "transmit") {
            let body: Value = serde_json::from_slice(&event.body).unwrap();
            let month = format!("{}-01", &body["occurred_on"].as_str().unwrap()[..7]);
            assert!(
                count(&month, &event.event_type) > 0,
                "{month} {}",
                event.event_type
            );
            expected += 1;
        }
        let total: u64 = items
            .iter()
            .map(|item| item["count"].as_u64().unwrap())
            .sum();
        assert_eq!(total, expected);

        // A contact is there once the report says so.
        let cases = client.get("/v1/agencies/transmit/cases").send().await;
        let case = cases.json()["items"][0]["case_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let contact = json!({"occurred_on": "2018-02-28", "channel": "call", "participants": [],
                             "topics": []});
        let path = format!("/v1/agencies/transmit/cases/{case}/contacts");
        let sent = client.post(&path, &contact).if_match("*").send().await;
        assert_eq!(sent.status, 201, "{}", sent.text());
        let report = activity(&world, &client, "?from=2018-02-15&to=2018-02-15").await;
        let expected = json!([{"month": "2018-02-01", "type": "contact_recorded", "count": 1}]);
        assert_eq!(report["items"], expected);
        let earlier = activity(&world, &client, "?to=2014-01-01").await;
        assert_eq!(earlier["items"], json!([]));
        let refused = client
            .get(&format!("{ACTIVITY}?from=2016-01-02&to=2016-01-01"))
            .send()
            .await;
        assert_eq!(refused.status, 400);
        world.stop().await;
    }
);

on_both!(
    async fn neither_is_for_members_who_are_limited_to_sites(engine: Engine) {
        let world = World::demo(engine).await;
        let halle = world.site("transmit", "Halle").await;
        let limited = world
            .admit("transmit", "limited", Role::Coordinator, vec![halle])
            .await;
        for (path, permission) in [(FEED, "event:subscribe"), (ACTIVITY, "report:read")] {
            let refused = limited.get(path).send().await.expect_status(403).json();
            assert_eq!(refused["required_permission"], permission);
        }
        world.stop().await;
    }
);

on_both!(
    async fn health_tells_of_a_projection_that_stopped(engine: Engine) {
        let world = World::demo(engine).await;
        let client = world.as_role("transmit", Role::Coordinator);
        world.followed().await;
        let health = || async {
            let answer = world.anonymous().get("/health/ready").send().await;
            answer.expect_status(200).json()
        };
        assert_eq!(health().await, json!({"status": "ok", "stopped": []}));
        let raw = world.raw().await;
        let stumbling: &[&str] = match engine {
            Engine::Postgres => &[
                "CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS \
                 $$ BEGIN RAISE EXCEPTION 'stumbled'; END $$",
                "CREATE TRIGGER stumble BEFORE INSERT ON activity FOR EACH ROW EXECUTE FUNCTION stumble()",
            ],
            Engine::Sqlite => &[
                "CREATE TRIGGER stumble BEFORE INSERT ON activity BEGIN SELECT RAISE(ABORT, 'stumbled'); END",
            ],
        };
        for statement in stumbling {
            raw.run(statement).await.unwrap();
        }
        raw.close().await;
        let cases = client.get("/v1/agencies/transmit/cases").send().await;
        let case = cases.json()["items"][0]["case_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let contact = json!({"occurred_on": "2018-02-28", "channel": "call", "participants": [],
                             "topics": []});
        let path = format!("/v1/agencies/transmit/cases/{case}/contacts");
        let stored = client.post(&path, &contact).if_match("*").send().await;
        let event = stored.expect_status(201).json()["events"][0]["id"].clone();
        let mut told = health().await;
        for _ in 0..100 {
            if told["status"] != "ok" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            told = health().await;
        }
        let expected = json!({"status": "degraded",
                              "stopped": [{"projection": "activity", "event": event}]});
        assert_eq!(told, expected);
        // Nothing else depends on it.
        let sent = client.post(&path, &contact).if_match("*").send().await;
        assert_eq!(sent.status, 201, "{}", sent.text());
        world.stop().await;
    }
);
