//! A log that a newer version wrote to: its events pass through untouched, the stream that needs them
//! is refused with a problem of its own, and everything else goes on.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;

use fallbuch_api::demo;
use fallbuch_domain::case::CommandKind;
use fallbuch_domain::case::command::{CaseCommand, ReopenCase};
use fallbuch_domain::{Command, Permission, Role};
use fallbuch_persistence::{Access, CommandError, Expected, IdempotencyKey, RecordedBody};
use fallbuch_tests::document::Document;
use fallbuch_tests::{Answer, Cast, Client, Engine, EventRecord, SampleCase, Step, World, on_both};
use futures_util::future::join_all;
use serde_json::{Value, json};
use uuid::Uuid;

const AGENCY: &str = "transmit";

/// What a newer version may have written, and how the store names what it cannot read.
const UNKNOWN: [(&str, u32, &str); 2] = [
    (
        "case_audited",
        1,
        "unknown event type case_audited with schema 1",
    ),
    (
        "contact_recorded",
        7,
        "unknown schema 7 of event type contact_recorded; the newest known is 1",
    ),
];

/// An agency with two cases, the first of which has an event that is not known here.
struct Planted {
    world: World,
    client: Client,
    unreadable: SampleCase,
    other: SampleCase,
    /// The last event of the first case.
    event: EventRecord,
}

impl Planted {
    async fn new(engine: Engine, event_type: &str, schema: u32) -> Self {
        let world = World::founded(engine, &[AGENCY]).await;
        let client = world.as_role(AGENCY, Role::Coordinator);
        let cast = Cast::of(&world, AGENCY).await;
        let steps = || {
            let meeting = CommandKind::RecordInitialMeeting;
            let walk = Step::walk().into_iter();
            walk.take_while(move |step| step.kind != meeting)
        };
        let other = SampleCase::after(&client, &cast, "15083001", steps()).await;
        let mut unreadable = SampleCase::after(&client, &cast, "15083002", steps()).await;
        let event = plant(&world, event_type, schema).await;
        unreadable.version += 1;
        Self {
            world,
            client,
            unreadable,
            other,
            event,
        }
    }

    async fn access(&self) -> Access {
        let login = demo::login(AGENCY, Role::Coordinator);
        let store = &self.world.store;
        let access = store.access(&login, AGENCY, Permission::CaseReopen).await;
        access.unwrap()
    }

    async fn get(&self, below: &str) -> Answer {
        let path = format!("{}{below}", self.unreadable.path);
        self.client.get(&path).send().await
    }

    fn event_text(&self) -> String {
        String::from_utf8(self.event.body.clone()).unwrap()
    }

    async fn contact(&self, case: &SampleCase, key: &str) -> Answer {
        let body = json!({"occurred_on": "2016-01-01", "channel": "call", "participants": [],
                          "topics": []});
        let request = self.client.post(&format!("{}/contacts", case.path), &body);
        request.key(key).if_match("*").send().await
    }
}

/// Appends an event behind the agency's last one, to its stream, as a newer version would have: with
/// a head whose state has a shape of its own.
async fn plant(world: &World, event_type: &str, schema: u32) -> EventRecord {
    let raw = world.raw().await;
    let last = raw.events().await.pop().unwrap();
    let (position, version) = (last.position + 1, last.version + 1);
    let mut body: Value = serde_json::from_slice(&last.body).unwrap();
    body["type"] = json!(event_type);
    body["schema"] = json!(schema);
    body["position"] = json!(position);
    body["version"] = json!(version);
    body["data"] = json!({"added": {"since": [1, 2]}, "zürich": "\u{2028}"});
    let body = serde_json_canonicalizer::to_string(&body).unwrap();
    let mut hex = String::new();
    for byte in body.bytes() {
        write!(hex, "{byte:02x}").unwrap();
    }
    let bytes = match world.database.engine() {
        Engine::Sqlite => format!("X'{hex}'"),
        Engine::Postgres => format!("'\\x{hex}'::bytea"),
    };
    let agency = format!("(SELECT agency_id FROM agency WHERE code = '{AGENCY}')");
    let old = last.position;
    for statement in [
        format!(
            "INSERT INTO event (agency_id, position, stream_id, version, stream_kind, type, schema, \
             occurred_on, recorded_at, command_id, body_hash, mac, body) \
             SELECT agency_id, {position}, stream_id, {version}, stream_kind, '{event_type}', {schema}, \
             occurred_on, recorded_at, command_id, body_hash, mac, {bytes} \
             FROM event WHERE agency_id = {agency} AND position = {old}"
        ),
        format!("UPDATE lane SET position = {position} WHERE agency_id = {agency}"),
        format!(
            "UPDATE stream_head SET version = {version}, last_position = {position}, \
             state_schema = 999, state = '{{}}' WHERE agency_id = {agency} AND last_position = {old}"
        ),
    ] {
        assert_eq!(raw.run(&statement).await.unwrap(), 1, "{statement}");
    }
    let planted = raw.events().await.pop().unwrap();
    assert_eq!(
        (planted.position, planted.body.as_slice()),
        (position, body.as_bytes())
    );
    raw.close().await;
    planted
}

on_both!(
    async fn it_passes_feeds_and_event_endpoints_as_stored(engine: Engine) {
        for (event_type, schema, _) in UNKNOWN {
            let planted = Planted::new(engine, event_type, schema).await;
            let (store, access) = (&planted.world.store, planted.access().await);
            let (position, version) = (planted.event.position, planted.unreadable.version);
            let before = u64::try_from(position).unwrap() - 1;
            let feed = store.feed(&access, before, 10).await.unwrap();
            let body = &planted.event.body;
            let bodies: Vec<_> = feed.items.iter().map(RecordedBody::as_bytes).collect();
            assert_eq!(bodies, [body.as_slice()]);
            let stream = planted.event.stream_id;
            let events = store.events(&access, stream, 0, 100).await.unwrap();
            assert_eq!(events.items.len() as u64, version);
            assert_eq!(events.items.last().unwrap().as_bytes(), body.as_slice());

            let event = planted.get(&format!("/events/{version}")).await;
            let event = event.expect_status(200);
            assert_eq!(event.bytes, *body);
            let head = format!("\"{version}.");
            assert!(event.header("etag").unwrap().starts_with(&head));
            let list = planted.get("/events").await.expect_status(200);
            assert!(
                list.text().contains(&planted.event_text()),
                "{}",
                list.text()
            );
            assert!(list.header("etag").unwrap().starts_with(&head));
            let beyond = planted.get(&format!("/events/{}", version + 1)).await;
            let _nothing = beyond.expect_status(404);

            // But for what it says, which this contract cannot know, it keeps to the contract.
            let mut told = event.json();
            let known = json!({"type": "case_resumed", "schema": 1, "data": {}});
            told.as_object_mut()
                .unwrap()
                .extend(known.as_object().unwrap().clone());
            let document = Document::served(&planted.client).await;
            let operation = document.named("read_event");
            let (_, success) = operation.success();
            let schema = &document.resolved(success)["content"]["application/json"]["schema"];
            assert_eq!(document.deviations(schema, &told), Vec::<String>::new());
            planted.world.stop().await;
        }
    }
);

on_both!(
    async fn its_stream_is_refused_by_a_problem_of_its_own(engine: Engine) {
        for (event_type, schema, named) in UNKNOWN {
            let planted = Planted::new(engine, event_type, schema).await;
            let version = planted.unreadable.version;
            let refused = |answer: Answer| {
                let answer = answer.expect_status(503);
                assert_eq!(answer.header("retry-after"), Some("60"));
                let problem = answer.json();
                assert_eq!(problem["code"], "stream-unreadable");
                assert!(!answer.text().contains(event_type), "{}", answer.text());
            };
            for below in [
                String::new(),
                "?valid_on=2999-01-01".to_owned(),
                "/allowed-commands".to_owned(),
                "/timeline".to_owned(),
                format!("/versions/{version}"),
            ] {
                refused(planted.get(&below).await);
            }
            let raw = planted.world.raw().await;
            let before = raw.contents().await;
            refused(planted.contact(&planted.unreadable, "again").await);
            refused(planted.contact(&planted.unreadable, "again").await);

            // The writer refuses by itself, and names type and schema.
            let command = Command::Case(CaseCommand::ReopenCase(ReopenCase {
                occurred_on: time::macros::date!(2016 - 01 - 01),
                reason: "Beispiel.".into(),
            }));
            let key = IdempotencyKey {
                key: "writer".to_owned(),
                fingerprint: vec![7; 32],
            };
            let (access, stream) = (planted.access().await, Some(planted.event.stream_id));
            let store = &planted.world.store;
            let verdict = store
                .execute(&access, stream, Expected::Any, command, key)
                .await;
            let Err(CommandError::Store(error)) = verdict else {
                panic!("{verdict:?}")
            };
            assert!(error.is_unknown_event() && !error.is_passing());
            assert!(error.to_string().contains(named), "{error}");
            assert_eq!(raw.contents().await, before, "nothing was stored");

            // What was before it is still told.
            let last = version - 1;
            for below in [
                format!("/versions/{last}"),
                format!("/timeline?limit={last}"),
            ] {
                let _told = planted.get(&below).await.expect_status(200);
            }
            raw.close().await;
            planted.world.stop().await;
        }
    }
);

on_both!(
    async fn other_streams_of_the_agency_go_on(engine: Engine) {
        for (event_type, schema, _) in UNKNOWN {
            let planted = Planted::new(engine, event_type, schema).await;
            let (client, other) = (&planted.client, &planted.other);
            // Together, so that both kinds stand in one batch of the writer.
            let keys: Vec<_> = (0..8).map(|number| format!("key-{number}")).collect();
            let case = |number: usize| match number % 2 {
                0 => other,
                _ => &planted.unreadable,
            };
            let sent = keys.iter().enumerate();
            let answers = sent.map(|(number, key)| planted.contact(case(number), key));
            for (number, answer) in join_all(answers).await.into_iter().enumerate() {
                let status = if number % 2 == 0 { 201 } else { 503 };
                let _answer = answer.expect_status(status);
            }
            let read = client.get(&other.path).send().await.expect_status(200);
            assert_eq!(read.json()["version"], other.version + 4);

            let cases = format!("/v1/agencies/{AGENCY}/cases");
            let cast = Cast::of(&planted.world, AGENCY).await;
            let body = SampleCase::unopened(&cast, "15088020").body(CommandKind::OpenCase);
            let opened = client.post(&cases, &body).send().await;
            let _opened = opened.expect_status(201);
            let list = client.get(&cases).send().await.expect_status(200).json();
            let items = list["items"].as_array().unwrap();
            assert_eq!(items.len(), 3, "the unreadable one is listed too");
            let listed = |item: &&Value| item["case_id"] == planted.event.stream_id.to_string();
            let item = items.iter().find(listed).unwrap();
            assert_eq!(item["version"], planted.unreadable.version);
            planted.world.stop().await;
        }
    }
);

on_both!(
    async fn who_may_not_see_a_case_does_not_see_its_history(engine: Engine) {
        let planted = Planted::new(engine, "case_audited", 1).await;
        let sites = planted.world.store.agency(&planted.access().await).await;
        let sites = sites.unwrap().sites.clone();
        let limited = vec![sites.last().unwrap().id];
        assert_ne!(
            sites.first().unwrap().id,
            limited[0],
            "the case is of the first"
        );
        let client = planted
            .world
            .admit(AGENCY, "limited", Role::Coordinator, limited);
        let client = client.await;
        let nothing = format!("/v1/agencies/{AGENCY}/cases/{}/events", Uuid::from_u128(7));
        let nothing = client.get(&nothing).send().await.expect_status(404);
        for below in ["/events", "/events/1", "/versions/1", "/timeline"] {
            let path = format!("{}{below}", planted.unreadable.path);
            let answer = client.get(&path).send().await.expect_status(404);
            assert_eq!(answer.bytes, nothing.bytes, "{below}");
        }
        planted.world.stop().await;
    }
);
