//! What holds beyond one run: everything is there again, a start that would spoil the log is refused,
//! and the database itself lets nobody change what was written.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use fallbuch_api::demo;
use fallbuch_domain::Role;
use fallbuch_persistence::{Options, Secret, Store};
use fallbuch_tests::{Database, Engine, Log, ORIGIN, Raw, World, on_both};
use serde_json::json;

/// What a reader sees of the demo's case.
async fn told(world: &World) -> Vec<(u16, Vec<u8>)> {
    let client = world.as_role("transmit", Role::Controller);
    let cases = "/v1/agencies/transmit/cases";
    let list = client.get(cases).send().await;
    let id = list.json()["items"][0]["case_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut answers = vec![(list.status, list.bytes)];
    for below in [
        "",
        "/events?limit=200",
        "/timeline?limit=200",
        "/versions/7",
        "/allowed-commands",
    ] {
        let answer = client.get(&format!("{cases}/{id}{below}")).send().await;
        answers.push((answer.status, answer.bytes));
    }
    answers
}

/// Why a store does not open.
async fn refusal(options: Options) -> String {
    match Store::open(options).await {
        Ok(_) => panic!("the store opened"),
        Err(error) => error.to_string(),
    }
}

on_both!(
    async fn everything_is_there_again(engine: Engine) {
        let world = World::demo(engine).await;
        let before = told(&world).await;
        assert!(before.iter().all(|(status, _)| *status == 200));
        let raw = world.raw().await;
        let log = Log::read(&raw).await;
        raw.close().await;
        let key = "the-answer-got-lost";
        let contact = json!({"occurred_on": "2016-01-01", "channel": "call", "participants": [],
                             "topics": []});
        let send = async |world: &World| {
            let client = world.as_role("transmit", Role::Advisor);
            let list = client
                .get("/v1/agencies/transmit/cases")
                .send()
                .await
                .json();
            let id = list["items"][0]["case_id"].as_str().unwrap().to_owned();
            let path = format!("/v1/agencies/transmit/cases/{id}/contacts");
            client
                .post(&path, &contact)
                .key(key)
                .if_match("*")
                .send()
                .await
        };

        let world = World::on(world.halt().await).await;
        assert_eq!(told(&world).await, before);
        let raw = world.raw().await;
        assert_eq!(Log::read(&raw).await, log, "a start writes nothing");
        raw.close().await;
        let first = send(&world).await.expect_status(201);

        // The key outlives the process.
        let world = World::on(world.halt().await).await;
        let again = send(&world).await.expect_status(201);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.bytes, first.bytes);
        let raw = world.raw().await;
        assert_eq!(Log::read(&raw).await.verify(), Ok(()));
        raw.close().await;
    }
);

on_both!(
    async fn another_secret_or_origin_is_refused(engine: Engine) {
        let database = Database::migrated(engine).await;
        database.open().await.shutdown().await;
        let secret = Secret::new(vec![9; 32]).unwrap();
        let error = refusal(Options {
            secret,
            ..database.options()
        })
        .await;
        assert!(
            error.contains("another secret") && error.contains("FALLBUCH_SECRET"),
            "{error}"
        );
        let origin = "elsewhere.example".to_owned();
        let error = refusal(Options {
            origin,
            ..database.options()
        })
        .await;
        assert!(
            error.contains(ORIGIN) && error.contains("FALLBUCH_ORIGIN"),
            "{error}"
        );
        database.open().await.shutdown().await;
    }
);

on_both!(
    async fn a_store_that_stops_takes_nothing_more_and_loses_nothing(engine: Engine) {
        let world = World::demo(engine).await;
        let store = world.store.clone();
        let before = told(&world).await;
        let database = world.halt().await;
        let member = demo::login("transmit", Role::Reader);
        assert!(
            store.memberships(&member).await.is_err(),
            "its connections are closed"
        );
        let world = World::on(database).await;
        assert_eq!(told(&world).await, before);
    }
);

on_both!(
    async fn an_empty_or_foreign_schema_is_refused(engine: Engine) {
        let database = Database::bare(engine).await;
        let error = refusal(database.options()).await;
        assert!(error.contains("`fallbuch migrate`"), "{error}");
        assert!(error.contains("FALLBUCH_OWNER_DATABASE_URL"), "{error}");

        database.migrate().await;
        let raw = Raw::owner(&database).await;
        raw.run("UPDATE _sqlx_migrations SET version = version + 9000")
            .await
            .unwrap();
        let error = refusal(database.options()).await;
        assert!(error.contains("newer version"), "{error}");
        raw.run("DELETE FROM _sqlx_migrations").await.unwrap();
        let error = refusal(database.options()).await;
        assert!(error.contains("`fallbuch migrate`"), "{error}");
        raw.close().await;
    }
);

on_both!(
    async fn migrating_again_changes_nothing(engine: Engine) {
        let world = World::demo(engine).await;
        let database = world.halt().await;
        let raw = Raw::owner(&database).await;
        let before = Log::read(&raw).await;
        let entries = raw.number("SELECT COUNT(*) FROM catalogue").await;
        database.migrate().await;
        assert_eq!(Log::read(&raw).await, before);
        assert_eq!(raw.number("SELECT COUNT(*) FROM catalogue").await, entries);
        raw.close().await;
    }
);

/// The columns of a row of the log.
const COLUMNS: &str = "agency_id, position, stream_id, version, stream_kind, type, schema, \
    occurred_on, recorded_at, command_id, fingerprint, event_count, warnings, body_hash, mac, body";

/// A copy of the first event, with other values for some columns.
fn copied(changes: &[(&str, &str)]) -> String {
    let column = |name: &str| {
        let change = changes.iter().find(|(column, _)| *column == name);
        change.map_or(name.to_owned(), |(_, value)| (*value).to_owned())
    };
    let values: Vec<_> = COLUMNS.split(", ").map(column).collect();
    format!(
        "SELECT {} FROM event WHERE position = 1 LIMIT 1",
        values.join(", ")
    )
}

/// Statements that would change what was written.
fn attacks(engine: Engine) -> Vec<String> {
    let mut attacks: Vec<String> = [
        "UPDATE event SET body = body",
        "UPDATE event SET mac = body_hash WHERE position = 1",
        "UPDATE event SET position = position + 1000",
        "DELETE FROM event",
        "DELETE FROM event WHERE position = 1",
    ]
    .map(str::to_owned)
    .to_vec();
    let same = copied(&[]);
    // The keys by which a row can be in another one's way: each alone.
    let position = copied(&[
        ("stream_id", "agency_id"),
        ("version", "9999"),
        ("fingerprint", "NULL"),
    ]);
    let version = copied(&[("position", "9999"), ("fingerprint", "NULL")]);
    let command = copied(&[("position", "9999"), ("version", "9999")]);
    for rows in [&same, &position, &version, &command] {
        attacks.push(format!("INSERT INTO event ({COLUMNS}) {rows}"));
    }
    match engine {
        Engine::Sqlite => {
            attacks.push("UPDATE OR REPLACE event SET position = 2 WHERE position = 1".to_owned());
            for rows in [&same, &position, &version, &command] {
                attacks.push(format!("INSERT OR REPLACE INTO event ({COLUMNS}) {rows}"));
                attacks.push(format!("REPLACE INTO event ({COLUMNS}) {rows}"));
            }
            attacks.push(format!(
                "INSERT INTO event ({COLUMNS}) {same} ON CONFLICT DO UPDATE SET version = 77"
            ));
            // A row of its own in everything but the number by which the file knows it.
            let own = copied(&[
                ("position", "9999"),
                ("version", "9999"),
                ("fingerprint", "NULL"),
            ]);
            let rows = own.replacen("SELECT ", "SELECT rowid, ", 1);
            attacks.push(format!(
                "INSERT OR REPLACE INTO event (rowid, {COLUMNS}) {rows}"
            ));
        }
        Engine::Postgres => {
            attacks.push("TRUNCATE event".to_owned());
            attacks.push("TRUNCATE event CASCADE".to_owned());
            attacks.push(format!(
                "INSERT INTO event ({COLUMNS}) {same} ON CONFLICT (agency_id, position) \
                 DO UPDATE SET version = 77"
            ));
            attacks.push(
                "MERGE INTO event USING (SELECT 1) AS one ON event.position = 1 \
                 WHEN MATCHED THEN DELETE"
                    .to_owned(),
            );
        }
    }
    attacks
}

on_both!(
    async fn the_log_is_append_only_by_the_database(engine: Engine) {
        let world = World::demo(engine).await;
        let owner = world.raw().await;
        let application = Raw::application(&world.database).await;
        let before = Log::read(&owner).await;
        for attack in attacks(engine) {
            for (who, raw) in [("owner", &owner), ("application", &application)] {
                let verdict = raw.run(&attack).await;
                let kept = Log::read(&owner).await == before;
                assert!(
                    verdict.is_err() && kept,
                    "{who}: {attack}: {verdict:?}, kept: {kept}"
                );
            }
        }
        owner.close().await;
        application.close().await;
    }
);

on_both!(
    async fn what_the_first_start_fixed_stays(engine: Engine) {
        let database = Database::migrated(engine).await;
        database.open().await.shutdown().await;
        let raw = Raw::owner(&database).await;
        let mut attacks = vec![
            "UPDATE setting SET value = 'x'",
            "DELETE FROM setting WHERE name = 'origin'",
            "DELETE FROM setting WHERE name = 'secret_check'",
        ];
        if engine == Engine::Sqlite {
            attacks.push("INSERT OR REPLACE INTO setting (name, value) VALUES ('origin', 'x')");
        }
        for attack in attacks {
            let verdict = raw.run(attack).await;
            assert!(!matches!(verdict, Ok(1..)), "{attack}: {verdict:?}");
        }
        raw.close().await;
        database.open().await.shutdown().await;
    }
);

#[tokio::test(flavor = "multi_thread")]
async fn the_application_may_not_take_the_walls_down() {
    let world = World::demo(Engine::Postgres).await;
    let owner = world.raw().await;
    let application = Raw::application(&world.database).await;
    let before = Log::read(&owner).await;
    for attack in [
        "ALTER TABLE event DISABLE TRIGGER ALL",
        "DROP TRIGGER event_append_only ON event",
        "DROP TABLE event",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN RETURN OLD; END $$",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id integer)",
        "DELETE FROM lane",
        "UPDATE setting SET value = 'x'",
        "UPDATE catalogue SET body = '{}'",
        "DELETE FROM catalogue",
        "INSERT INTO _sqlx_migrations SELECT * FROM _sqlx_migrations",
        "UPDATE login SET member_id = member_id",
        "DELETE FROM login",
    ] {
        let error = application.run(attack).await.expect_err(attack).to_string();
        let denied = ["permission denied", "must be owner"];
        assert!(
            denied.iter().any(|words| error.contains(words)),
            "{attack}: {error}"
        );
    }
    for attack in [
        "UPDATE event SET body = body",
        "DELETE FROM event",
        "TRUNCATE event",
    ] {
        let error = application.run(attack).await.expect_err(attack).to_string();
        assert!(error.contains("permission denied"), "{attack}: {error}");
        let error = owner.run(attack).await.expect_err(attack).to_string();
        assert!(error.contains("append-only"), "{attack}: {error}");
    }
    for attack in ["DELETE FROM stream_head", "DELETE FROM counter"] {
        let error = application.run(attack).await.expect_err(attack).to_string();
        assert!(error.contains("permission denied"), "{attack}: {error}");
        let error = owner.run(attack).await.expect_err(attack).to_string();
        assert!(error.contains("not removed"), "{attack}: {error}");
    }
    assert_eq!(Log::read(&owner).await, before);
    owner.close().await;
    application.close().await;
}
