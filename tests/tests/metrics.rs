//! Metrics: each request and command counts where it belongs and nowhere else, they stand on a listener
//! of their own, and no label says more than it may.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use fallbuch_api::demo;
use fallbuch_domain::case::CommandKind;
use fallbuch_domain::case::command::{CaseCommand, ReopenCase};
use fallbuch_domain::{Command, Permission, Role};
use fallbuch_persistence::{CommandError, Expected, IdempotencyKey};
use fallbuch_tests::document::Document;
use fallbuch_tests::exposition::{Exposition, Series};
use fallbuch_tests::{Answer, Cast, Engine, SampleCase, Step, World, on_both};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

mod metrics {
    mod binary;
    mod format;
}

const AGENCY: &str = "transmit";

/// What has to be counted, worked out from what was answered.
#[derive(Default)]
struct Tally {
    commands: BTreeMap<Series, f64>,
    requests: BTreeMap<Series, f64>,
    settled: f64,
    events: f64,
}

impl Tally {
    fn command(&mut self, verdict: &str, rules: &[&str]) {
        self.settled += 1.0;
        for rule in rules {
            let labels = [("verdict", verdict), ("rule", *rule)];
            let series = Series::new("fallbuch_commands_total", &labels);
            *self.commands.entry(series).or_default() += 1.0;
        }
    }

    fn request(&mut self, operation: &str, answer: &Answer) {
        let status = answer.status.to_string();
        let labels = [("operation", operation), ("status", status.as_str())];
        let series = Series::new("fallbuch_http_requests_total", &labels);
        *self.requests.entry(series).or_default() += 1.0;
    }

    /// An accepted command over HTTP.
    fn accepted(&mut self, operation: &str, answer: Answer) -> Answer {
        self.request(operation, &answer);
        self.command("accepted", &[""]);
        let answer = answer.expect_status(201);
        assert_eq!(answer.header("idempotent-replayed"), None);
        self.events += 1.0;
        answer
    }

    /// A command over HTTP that the writer does not carry out, or not again.
    fn settled(&mut self, operation: &str, verdict: &str, status: u16, answer: Answer) {
        self.request(operation, &answer);
        self.command(verdict, &[""]);
        let _settled = answer.expect_status(status);
    }

    /// A command over HTTP that rules refuse.
    fn refused(&mut self, operation: &str, expected: &[&str], answer: Answer) {
        self.request(operation, &answer);
        self.command("refused", expected);
        let problem = answer.expect_status(409).json();
        let errors = problem["errors"].as_array().unwrap().iter();
        let rules: BTreeSet<_> = errors
            .map(|error| error["rule"].as_str().unwrap())
            .collect();
        assert_eq!(rules, expected.iter().copied().collect());
    }

    #[track_caller]
    fn compare(&self, before: &Exposition, after: &Exposition) {
        let commands = after.changes(before, "fallbuch_commands_total");
        assert_eq!(commands, self.commands);
        let requests = after.changes(before, "fallbuch_http_requests_total");
        assert_eq!(requests, self.requests);
        let change = |name: &str| after.sum(name) - before.sum(name);
        let all: f64 = self.requests.values().sum();
        for (name, expected) in [
            ("fallbuch_http_request_duration_seconds_count", all),
            ("fallbuch_http_requests_in_flight", 0.0),
            ("fallbuch_flush_commands_sum", self.settled),
            ("fallbuch_flush_events_sum", self.events),
            ("fallbuch_queue_depth", 0.0),
        ] {
            assert_eq!(change(name).to_string(), expected.to_string(), "{name}");
        }
        let settled: f64 = ["fast", "locked", "single"]
            .iter()
            .map(|path| {
                let labels = [("path", *path), ("result", "settled")];
                let name = "fallbuch_flush_duration_seconds_count";
                after.value(name, &labels).unwrap() - before.value(name, &labels).unwrap()
            })
            .sum();
        let flushes = change("fallbuch_flush_commands_count");
        assert_eq!(settled.to_string(), flushes.to_string());
        assert_eq!(
            change("fallbuch_flush_size_bytes_count").to_string(),
            flushes.to_string()
        );
        assert!(change("fallbuch_flush_size_bytes_sum") > 300.0 * self.events);
    }
}

on_both!(
    async fn every_command_and_request_counts_where_it_belongs(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let metrics = world.metrics();
        let client = world.as_role(AGENCY, Role::Coordinator);
        let cast = Cast::of(&world, AGENCY).await;
        let mut tally = Tally::default();
        let before = metrics.scrape().await;

        let unopened = SampleCase::unopened(&cast, "15088020");
        let opening = unopened.body(CommandKind::OpenCase);
        let cases = unopened.address(CommandKind::OpenCase, None);
        let open = || client.post(&cases, &opening).key("open");
        let case = tally.accepted("open_case", open().send().await);
        let case = case.header("location").unwrap().to_owned();
        tally.settled("open_case", "replayed", 201, open().send().await);
        let mut nowhere = opening.clone();
        nowhere["occurred_on"] = json!("2999-01-01");
        nowhere["site"] = json!(Uuid::from_u128(7));
        nowhere["municipality"] = json!({"key": "15088150", "name": "Gemeinde 15088150"});
        let answer = client.post(&cases, &nowhere).send().await;
        tally.refused("open_case", &["R03", "R26"], answer);

        let contacts = format!("{case}/contacts");
        let contact = |day: &str| json!({"occurred_on": day, "channel": "call", "participants": [], "topics": []});
        let record = |day: &str| client.post(&contacts, &contact(day)).if_match("*");
        let answer = record("2016-01-01").key("contact").send().await;
        tally.accepted("record_contact", answer);
        let answer = record("2016-01-02").key("contact").send().await;
        tally.settled("record_contact", "key_reused", 422, answer);
        let answer = record("2999-01-01").send().await;
        tally.refused("record_contact", &["R26"], answer);
        let answer = record("2016-01-01").if_match("\"1\"").send().await;
        tally.settled("record_contact", "stale", 412, answer);
        let answer = record("2016-01-01").without_header("if-match").send().await;
        tally.settled("record_contact", "version_required", 428, answer);

        // Whom the door turns away is a request, and no command.
        let reader = world.as_role(AGENCY, Role::Reader);
        let answer = reader.post(&contacts, &contact("2016-01-01")).send().await;
        tally.request("record_contact", &answer.expect_status(403));
        let answer = client.get(&cases).send().await;
        tally.request("list_cases", &answer.expect_status(200));
        let answer = client.get("/v1/nowhere").send().await;
        tally.request("unknown", &answer.expect_status(404));

        // Past the door, the writer itself asks for the right, and whether there is such a case.
        let id: Uuid = case.rsplit('/').next().unwrap().parse().unwrap();
        let reader = demo::login(AGENCY, Role::Reader);
        let coordinator = demo::login(AGENCY, Role::Coordinator);
        for (login, stream, verdict) in [
            (reader, id, "forbidden"),
            (coordinator, Uuid::from_u128(7), "not_found"),
        ] {
            let access = world.store.access(&login, AGENCY, Permission::CaseRead);
            let key = IdempotencyKey {
                key: verdict.to_owned(),
                fingerprint: vec![7; 32],
            };
            let command = Command::Case(CaseCommand::ReopenCase(ReopenCase {
                occurred_on: time::macros::date!(2016 - 01 - 01),
                reason: "Beispiel.".into(),
            }));
            let access = access.await.unwrap();
            let expected = Expected::Any;
            let verdict_of = world
                .store
                .execute(&access, Some(stream), expected, command, key)
                .await;
            let error = verdict_of.unwrap_err();
            let told = matches!(
                (verdict, &error),
                ("forbidden", CommandError::Forbidden(_)) | ("not_found", CommandError::NotFound)
            );
            assert!(told, "{verdict}: {error}");
            tally.command(verdict, &[""]);
        }

        world.followed().await;
        let after = metrics.scrape().await;
        tally.compare(&before, &after);
        assert_eq!(
            after.value("fallbuch_queue_depth", &[("agency", AGENCY)]),
            Some(0.0)
        );
        assert_eq!(
            metrics.scrape().await,
            after,
            "a scrape itself counts nowhere"
        );
    }
);

on_both!(
    async fn no_label_says_more_than_it_may(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let metrics = world.metrics();
        let client = world.as_role(AGENCY, Role::Coordinator);
        let cast = Cast::of(&world, AGENCY).await;
        let case = SampleCase::after(&client, &cast, "15088020", Step::walk()).await;
        for path in ["", "/events/1", "/timeline", "/versions/1", "?Geheim=4711"] {
            let _answer = client.get(&format!("{}{path}", case.path)).send().await;
        }
        let brew = Method::from_bytes(b"BREW").unwrap();
        let _answer = client.request(brew, "/v1/Geheim4711").send().await;
        world.followed().await;

        let document = Document::served(&client).await;
        let described = document.operations().into_iter();
        let ids = described.map(|operation| operation.id);
        let others = [
            "unknown",
            "root",
            "read_contract",
            "read_docs",
            "explain_problem",
        ];
        let operations: BTreeSet<_> = ids.chain(others.map(str::to_owned)).collect();
        let is = |known: &[&str], value: &str| known.contains(&value);
        let exposition = metrics.scrape().await;
        assert!(exposition.series().count() > 100);
        for series in exposition.series() {
            for (name, value) in &series.labels {
                let fits = match name.as_str() {
                    "agency" => value == AGENCY,
                    "projection" => value == "activity",
                    "verdict" => is(
                        &[
                            "accepted",
                            "replayed",
                            "refused",
                            "stale",
                            "version_required",
                            "key_reused",
                            "forbidden",
                            "not_found",
                            "overloaded",
                            "failed",
                            "validated",
                        ],
                        value,
                    ),
                    "rule" => value.is_empty() || (value.starts_with('R') && value.len() == 3),
                    "path" => is(&["fast", "locked", "single"], value),
                    "result" => is(&["settled", "moved", "failed"], value),
                    "operation" => operations.contains(value),
                    "status" => value
                        .parse()
                        .is_ok_and(|status| (200..600_u16).contains(&status)),
                    "le" => value == "+Inf" || value.parse::<f64>().is_ok(),
                    "version" => value == env!("CARGO_PKG_VERSION"),
                    _ => false,
                };
                assert!(fits, "{series:?}");
            }
        }
    }
);

on_both!(
    async fn each_listener_has_its_own_and_nothing_of_the_other(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let metrics = world.metrics();
        let answer = metrics.client.get("/metrics").send().await;
        let answer = answer.expect_status(200);
        assert_eq!(
            answer.header("content-type"),
            Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
        );
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        let exposition = Exposition::parse(&answer.text()).unwrap();
        assert_eq!(exposition.value("fallbuch_build_info", &version), Some(1.0));

        let coordinator = world.as_role(AGENCY, Role::Coordinator);
        let _answer = coordinator.get("/metrics").send().await.expect_status(404);
        let there = coordinator.at(metrics.client.base());
        for path in [
            "/",
            "/metrics/",
            "/metrics/more",
            "//metrics",
            "/METRICS",
            "/v1/me",
            "/v1/agencies/transmit/cases",
            "/health/live",
            "/health/ready",
            "/openapi.json",
            "/docs/",
            "/problems/not-found",
        ] {
            let answer = there.get(path).send().await.expect_status(404);
            assert!(answer.bytes.is_empty(), "{path}: {}", answer.text());
        }
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = there.request(method, "/metrics").send().await;
            let _nothing = answer.expect_status(404);
        }
    }
);
