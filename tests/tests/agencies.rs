//! Agencies over HTTP: the network opens, renames, phases and closes them; their administrators open and close sites.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;

use fallbuch_api::ISSUER;
use fallbuch_domain::agency::network::{AgencyChanges, OpenAgency, RenameAgency};
use fallbuch_domain::agency::{AgencyCommand, sample};
use fallbuch_domain::case::{self, CommandKind};
use fallbuch_domain::{Command, Permission, Role};
use fallbuch_persistence::{CommandError, Expected, Handling, IdempotencyKey, Identity};
use fallbuch_tests::{Answer, Client, Engine, World, fresh_key, on_both};
use serde_json::{Value, json};
use time::macros::date;

const AGENCIES: &str = "/v1/agencies";
const TRANSMIT: &str = "/v1/agencies/transmit";

fn login(name: &str) -> Identity {
    Identity {
        issuer: ISSUER.to_owned(),
        subject: name.to_owned(),
    }
}

/// An opening by this code, whose administrator signs in as `nora`.
fn opening(code: &str) -> Value {
    json!({
        "occurred_on": "2016-01-04", "code": code, "name": "Transferagentur Nordlicht",
        "carrier": "Verein Nordlicht", "land_codes": ["13", "01"], "case_prefix": "NL",
        "administrator": {"login": {"issuer": ISSUER, "subject": "nora"}},
    })
}

fn on_a_day(members: &Value) -> Value {
    let mut body = json!({"occurred_on": "2016-02-01"});
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// Sends a command that names no version.
async fn post(client: &Client, path: &str, body: &Value) -> Answer {
    client.post(path, body).if_match("*").send().await
}

async fn done(client: &Client, path: &str, body: &Value) -> Value {
    post(client, path, body).await.expect_status(201).json()
}

async fn refused(client: &Client, path: &str, body: &Value) -> Value {
    let answer = post(client, path, body).await.expect_status(409).json();
    answer["rule"].clone()
}

async fn status(client: &Client, path: &str) -> u16 {
    client.get(path).send().await.status
}

async fn read(client: &Client, path: &str) -> Value {
    client.get(path).send().await.expect_status(200).json()
}

fn network(world: &World) -> Client {
    world.as_role("network", Role::NetworkAdmin)
}

/// The administrator admits somebody.
async fn admitted(world: &World, admin: &Client, agency: &str, name: &str, role: &str) -> Client {
    let body = on_a_day(&json!({"login": {"issuer": ISSUER, "subject": name}, "roles": [role]}));
    done(admin, &format!("{agency}/members"), &body).await;
    world.as_login(&login(name))
}

/// What it takes to open a case at this site.
async fn case_at(site: &Value, advisor: &Client) -> Value {
    let mut body = case::sample::body(CommandKind::OpenCase);
    body["site"] = site.clone();
    body["advisor"] = read(advisor, "/v1/me").await["memberships"][0]["member"].clone();
    body
}

/// How many rows there are of what an opening makes.
async fn rows(world: &World) -> Vec<i64> {
    let raw = world.raw().await;
    let mut rows = Vec::new();
    for table in ["agency", "lane", "login", "event"] {
        rows.push(raw.number(&format!("SELECT COUNT(*) FROM {table}")).await);
    }
    raw.close().await;
    rows
}

on_both!(
    async fn the_network_opens_an_agency_and_its_administrator_goes_on(engine: Engine) {
        let world = World::demo(engine).await;
        let network = network(&world);
        let opened = network.post(AGENCIES, &opening("nordlicht")).send().await;
        let opened = opened.expect_status(201);
        let home = "/v1/agencies/nordlicht";
        assert_eq!(opened.header("location"), Some(home));
        assert!(!opened.text().contains("nora"), "no login in an event");
        let events = opened.json()["events"].clone();
        assert_eq!(events[0]["type"], "agency_opened");
        assert_eq!(events[0]["data"]["land_codes"], json!(["01", "13"]));
        assert_eq!(events[1]["type"], "member_admitted");
        assert_eq!(events[1]["position"], 2);
        assert_eq!(events[1]["actor"], events[0]["actor"]);
        assert_eq!(events[0]["actor"]["role"], "network_admin");
        let known = read(&network, AGENCIES).await["items"].clone();
        assert_eq!(known.as_array().unwrap().len(), 11);
        // It has opened the agency, and is a stranger in it.
        for path in ["", "/members", "/sites", "/cases", "/events"] {
            let answer = network.get(&format!("{home}{path}")).send().await;
            assert_eq!(answer.status, 403, "{path}");
        }

        let nora = world.as_login(&login("nora"));
        let me = read(&nora, "/v1/me").await;
        assert_eq!(me["memberships"][0]["roles"], json!(["agency_admin"]));
        assert_eq!(me["memberships"][0]["agency"]["code"], "nordlicht");
        let ada = admitted(&world, &nora, home, "ada", "coordinator").await;
        let sites = format!("{home}/sites");
        let site = done(&nora, &sites, &on_a_day(&json!({"name": "Kiel"}))).await;
        let site = site["events"][0]["data"]["site"].clone();
        let body = case_at(&site, &ada).await;
        let case = ada.post(&format!("{home}/cases"), &body).send().await;
        let case = case.expect_status(201).json();
        let number = case["events"][0]["data"]["case_number"].as_str().unwrap();
        assert!(number.starts_with("NL-"), "{number}");
        // The projections follow the new log as well.
        world.followed().await;

        let phase = json!({"phase": "Zweite Phase", "from": "2017-01-01"});
        done(&network, &format!("{home}/phases"), &on_a_day(&phase)).await;
        let backwards = json!({"phase": "x", "from": "2017-01-01", "until": "2016-12-31"});
        let phases = format!("{home}/phases");
        assert_eq!(
            refused(&network, &phases, &on_a_day(&backwards)).await,
            "R06"
        );
        let renamings = format!("{home}/renamings");
        let rename = on_a_day(&json!({"changes": {"name": "Nordlicht"}}));
        let renamed = post(&network, &renamings, &rename).await.expect_status(201);
        assert_eq!(renamed.header("location"), Some(home));
        let nothing = on_a_day(&json!({"changes": {}}));
        post(&network, &renamings, &nothing)
            .await
            .expect_status(400);
        let agency = read(&nora, home).await;
        assert_eq!(agency["name"], "Nordlicht");
        assert_eq!(agency["carrier"], "Verein Nordlicht");
        assert_eq!(agency["phase"], phase);
        assert!(agency.get("closed_on").is_none());
        world.stop().await;
    }
);

on_both!(
    async fn an_opening_acts_once_for_its_key_and_a_refused_one_leaves_nothing(engine: Engine) {
        let world = World::demo(engine).await;
        let client = network(&world);
        let before = rows(&world).await;
        let send =
            async |key: &str, body: &Value| client.post(AGENCIES, body).key(key).send().await;
        let taken = send(&fresh_key(), &opening("transmit")).await;
        let taken = taken.expect_status(409).json();
        assert_eq!(taken["rule"], "R36");
        assert_eq!(taken["errors"][0]["pointer"], "/code");
        let key = fresh_key();
        let mut tomorrow = opening("nordlicht");
        tomorrow["occurred_on"] = json!("2999-01-01");
        let refused = send(&key, &tomorrow).await.expect_status(409).json();
        assert_eq!(refused["rule"], "R26");
        assert_eq!(rows(&world).await, before);
        // Neither the key nor the code was spent.
        let first = send(&key, &opening("nordlicht")).await.expect_status(201);
        assert_eq!(first.header("idempotent-replayed"), None);
        let after = rows(&world).await;
        let again = send(&key, &opening("nordlicht")).await.expect_status(201);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!(again.text(), first.text());
        // The key is of that opening alone, and the code of that agency.
        send(&key, &opening("suedlicht")).await.expect_status(422);
        let other = send(&fresh_key(), &opening("nordlicht")).await;
        assert_eq!(other.expect_status(409).json()["rule"], "R36");
        assert_eq!(rows(&world).await, after);
        // Whatever became of the first answer: asked again later, somewhere else, it is the same.
        let world = World::on(world.halt().await).await;
        let client = network(&world);
        let later = client.post(AGENCIES, &opening("nordlicht")).key(&key);
        let later = later.send().await.expect_status(201);
        assert_eq!(later.text(), first.text());
        assert_eq!(rows(&world).await, after);
        world.stop().await;
    }
);

on_both!(
    async fn an_opening_that_fails_half_way_leaves_nothing_and_is_repeated(engine: Engine) {
        let world = World::demo(engine).await;
        let client = network(&world);
        let before = rows(&world).await;
        let raw = world.raw().await;
        let (doom, relieve) = match engine {
            Engine::Postgres => (
                "CREATE TRIGGER doomed BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION refuse_change()",
                "DROP TRIGGER doomed ON event",
            ),
            Engine::Sqlite => (
                "CREATE TRIGGER doomed BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'doomed'); END",
                "DROP TRIGGER doomed",
            ),
        };
        raw.run(doom).await.unwrap();
        let key = fresh_key();
        let open = || {
            client
                .post(AGENCIES, &opening("nordlicht"))
                .key(&key)
                .send()
        };
        open().await.expect_status(500);
        raw.run(relieve).await.unwrap();
        raw.close().await;
        assert_eq!(rows(&world).await, before);
        open().await.expect_status(201);
        let again = open().await.expect_status(201);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        world.stop().await;
    }
);

on_both!(
    async fn of_openings_at_once_with_one_code_one_wins(engine: Engine) {
        let one = World::demo(engine).await;
        let other = World::on(Arc::clone(&one.database)).await;
        let clients = [network(&one), network(&other)];
        for round in 0..5 {
            let code = format!("licht-{round}");
            let same = fresh_key();
            let keys = [fresh_key(), fresh_key(), same.clone(), same];
            let mut asked = tokio::task::JoinSet::new();
            for (index, key) in keys.into_iter().enumerate() {
                let pending = clients[index % 2].post(AGENCIES, &opening(&code)).key(&key);
                asked.spawn(pending.send());
            }
            let answers = asked.join_all().await;
            let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|one| one.status == 201);
            assert!(!won.is_empty(), "{answers:?}");
            assert!(won.iter().all(|one| one.text() == won[0].text()));
            for answer in lost {
                assert_eq!(answer.clone().expect_status(409).json()["rule"], "R36");
            }
        }
        let raw = one.raw().await;
        let opened = "SELECT COUNT(*) FROM event WHERE type = 'agency_opened'";
        assert_eq!(raw.number(opened).await, 15);
        assert_eq!(raw.number("SELECT COUNT(*) FROM lane").await, 15);
        raw.close().await;
        drop(clients);
        other.halt().await;
        one.stop().await;
    }
);

on_both!(
    async fn a_closed_agency_is_read_and_records_nothing(engine: Engine) {
        let world = World::demo(engine).await;
        let network = network(&world);
        let coordinator = world.as_role("transmit", Role::Coordinator);
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        let cases = read(&coordinator, &format!("{TRANSMIT}/cases")).await;
        let case = cases["items"][0]["case_id"].as_str().unwrap().to_owned();
        let case = format!("{TRANSMIT}/cases/{case}");
        let closures = format!("{TRANSMIT}/closures");
        let closing = on_a_day(&json!({"reason": "Ende der Förderung"}));
        let key = fresh_key();
        let close = || network.post(&closures, &closing).if_match("*").key(&key);
        let closed = close().send().await.expect_status(201);
        assert_eq!(closed.json()["events"][0]["type"], "agency_closed");
        assert_eq!(
            close().send().await.expect_status(201).text(),
            closed.text()
        );
        assert_eq!(read(&admin, TRANSMIT).await["closed_on"], "2016-02-01");

        // Every command is refused by the one rule, whatever its stream is.
        let contact = case::sample::body(CommandKind::RecordContact);
        let site = json!(world.site("transmit", "Halle").await);
        let body = case_at(&site, &coordinator).await;
        let open = format!("{TRANSMIT}/cases");
        assert_eq!(
            refused(&coordinator, &format!("{case}/contacts"), &contact).await,
            "R35"
        );
        assert_eq!(refused(&coordinator, &open, &body).await, "R35");
        let sites = format!("{TRANSMIT}/sites");
        assert_eq!(
            refused(&admin, &sites, &on_a_day(&json!({"name": "Gera"}))).await,
            "R35"
        );
        let site_closures = format!("{sites}/{}/closures", site.as_str().unwrap());
        assert_eq!(
            refused(&admin, &site_closures, &on_a_day(&json!({}))).await,
            "R35"
        );
        let rename = on_a_day(&json!({"changes": {"name": "x"}}));
        assert_eq!(
            refused(&network, &format!("{TRANSMIT}/renamings"), &rename).await,
            "R35"
        );
        let phase = on_a_day(&json!({"phase": "x", "from": "2017-01-01"}));
        assert_eq!(
            refused(&network, &format!("{TRANSMIT}/phases"), &phase).await,
            "R35"
        );
        assert_eq!(
            refused(&network, &closures, &on_a_day(&json!({}))).await,
            "R35"
        );
        let allowed = read(&coordinator, &format!("{case}/allowed-commands")).await;
        for one in allowed["items"].as_array().unwrap() {
            assert_eq!(one["allowed"], false, "{one}");
        }
        let may = allowed["items"].as_array().unwrap().iter();
        assert!(may.clone().any(|one| one["rule"] == "R35"));

        // What was readable stays so.
        for path in ["", "/timeline", "/events", "/versions/1"] {
            assert_eq!(
                status(&coordinator, &format!("{case}{path}")).await,
                200,
                "{path}"
            );
        }
        for path in ["cases", "sites", "members", "events", "statistics/activity"] {
            let path = format!("{TRANSMIT}/{path}");
            assert_eq!(status(&coordinator, &path).await, 200, "{path}");
        }
        // And who may read it is still settled.
        let late = admitted(&world, &admin, TRANSMIT, "late", "reader").await;
        assert_eq!(status(&late, &case).await, 200);
        let member = read(&late, "/v1/me").await["memberships"][0]["member"].clone();
        let departures = format!("{TRANSMIT}/members/{}/departures", member.as_str().unwrap());
        done(&admin, &departures, &on_a_day(&json!({}))).await;
        assert_eq!(status(&late, &case).await, 404);
        let auditor = world.as_role("network", Role::AuditorGeneral);
        let wish = json!({"purpose": "x", "valid_from": "2999-01-01", "valid_until": "2999-01-02"});
        done(
            &auditor,
            &format!("{TRANSMIT}/audit-engagements"),
            &on_a_day(&wish),
        )
        .await;
        // Another agency has nothing to do with it.
        let other = world.as_role("bayern", Role::AgencyAdmin);
        let site = on_a_day(&json!({"name": "Gera"}));
        done(&other, "/v1/agencies/bayern/sites", &site).await;
        world.stop().await;
    }
);

on_both!(
    async fn only_the_network_administers_agencies_and_it_does_nothing_else(engine: Engine) {
        let world = World::demo(engine).await;
        let rename = on_a_day(&json!({"changes": {"name": "x"}}));
        let renamings = format!("{TRANSMIT}/renamings");
        let forbidden = async |client: Client, path: &str, permission: &str| {
            let answer = post(&client, path, &rename).await.expect_status(403);
            assert_eq!(answer.json()["required_permission"], permission, "{path}");
        };
        for role in [Role::NetworkReporter, Role::AuditorGeneral] {
            forbidden(world.as_role("network", role), AGENCIES, "network:admin").await;
        }
        let own = world.as_role("transmit", Role::AgencyAdmin);
        let foreign = world.as_role("bayern", Role::AgencyAdmin);
        forbidden(own.clone(), AGENCIES, "network:admin").await;
        forbidden(own, &renamings, "network:admin").await;
        forbidden(world.as_login(&login("nobody")), AGENCIES, "network:admin").await;
        post(&foreign, &renamings, &rename).await.expect_status(404);
        let network = network(&world);
        let (cases, sites) = (format!("{TRANSMIT}/cases"), format!("{TRANSMIT}/sites"));
        forbidden(network.clone(), &cases, "case:open").await;
        forbidden(network.clone(), &sites, "agency:admin").await;
        let members = format!("{TRANSMIT}/members");
        forbidden(network.clone(), &members, "agency:admin").await;
        for path in [&cases, &sites, &members] {
            assert_eq!(status(&network, path).await, 403, "{path}");
        }
        // A stale version tells where the stream is, and none of its events.
        let stale = network
            .post(&renamings, &rename)
            .if_match("\"1\"")
            .send()
            .await;
        let stale = stale.expect_status(412).json();
        assert_eq!(stale["events"], json!([]), "{stale}");
        let itself = on_a_day(&json!({}));
        let closures = "/v1/agencies/network/closures";
        assert_eq!(refused(&network, closures, &itself).await, "R38");
        world.stop().await;
    }
);

on_both!(
    async fn a_right_of_the_network_is_read_again_before_the_command(engine: Engine) {
        let world = World::demo(engine).await;
        let store = &world.store;
        let login = fallbuch_api::demo::login("network", Role::NetworkAdmin);
        let permission = Permission::NetworkAdmin;
        let inside = store.access(&login, "network", permission).await.unwrap();
        let outside = store.access(&login, "transmit", permission).await.unwrap();
        let operator = store.operator();
        let network = operator.agency("network").await.unwrap().unwrap();
        let left = operator.end_membership(&network, date!(2016 - 01 - 01), &login);
        left.await.unwrap().unwrap();
        let before = rows(&world).await;
        let key = || IdempotencyKey {
            key: "late".to_owned(),
            fingerprint: Vec::new(),
        };
        let rename = AgencyCommand::RenameAgency(RenameAgency {
            occurred_on: date!(2016 - 01 - 01),
            reason: None,
            changes: AgencyChanges {
                carrier: None,
                name: Some("x".into()),
            },
        });
        let (stream, rename) = (Some(outside.agency()), Command::Agency(rename));
        let late = store.execute(&outside, stream, Expected::Any, rename, key());
        assert!(matches!(late.await, Err(CommandError::NotFound)));
        let bodies = sample::bodies().unwrap();
        let (_, body) = bodies.iter().find(|(id, _)| *id == "open_agency").unwrap();
        let mut body: OpenAgency = serde_json::from_value(body.clone()).unwrap();
        "nordlicht".clone_into(&mut body.code);
        let late = store
            .open_agency(&inside, body, key(), Handling::Lenient)
            .await;
        assert!(matches!(late, Err(CommandError::Forbidden(_))));
        assert_eq!(rows(&world).await, before);
        world.stop().await;
    }
);

on_both!(
    async fn a_closed_site_keeps_its_cases_and_takes_no_new_one(engine: Engine) {
        let world = World::demo(engine).await;
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        let coordinator = world.as_role("transmit", Role::Coordinator);
        let halle = world.site("transmit", "Halle").await;
        let limited = world
            .admit("transmit", "limited", Role::Coordinator, vec![halle])
            .await;
        let sites = format!("{TRANSMIT}/sites");
        let closures = format!("{sites}/{halle}/closures");
        let closing = on_a_day(&json!({"reason": "Umzug"}));
        let key = fresh_key();
        let close = || admin.post(&closures, &closing).if_match("*").key(&key);
        let closed = close().send().await.expect_status(201);
        assert_eq!(closed.header("location"), Some(sites.as_str()));
        assert_eq!(closed.json()["warnings"], json!([]));
        assert_eq!(
            close().send().await.expect_status(201).text(),
            closed.text()
        );
        assert_eq!(refused(&admin, &closures, &closing).await, "R21");
        let nowhere = format!("{sites}/{}/closures", sample::SITE);
        post(&admin, &nowhere, &closing).await.expect_status(404);

        let open = read(&coordinator, &sites).await["items"].clone();
        assert_eq!(open.as_array().unwrap().len(), 1);
        let all = read(&coordinator, &format!("{sites}?all=true")).await["items"].clone();
        let found = all
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["id"] == json!(halle));
        assert_eq!(found.unwrap()["closed_on"], "2016-02-01");
        assert_eq!(all.as_array().unwrap().len(), 2);
        assert_eq!(status(&coordinator, &format!("{sites}?all=1")).await, 400);

        // Who is limited to it still sees its cases, and they go on.
        let cases = format!("{TRANSMIT}/cases");
        let listed = read(&limited, &cases).await["items"].clone();
        assert_eq!(listed.as_array().unwrap().len(), 3);
        let me = read(&limited, "/v1/me").await;
        assert_eq!(me["memberships"][0]["sites"][0]["closed_on"], "2016-02-01");
        let case = format!("{cases}/{}", listed[0]["case_id"].as_str().unwrap());
        let contact = case::sample::body(CommandKind::RecordContact);
        done(&limited, &format!("{case}/contacts"), &contact).await;
        let mut body = case_at(&json!(halle), &coordinator).await;
        body["municipality"] = json!({"key": "14713"});
        let refused = coordinator.post(&cases, &body).send().await;
        let refused = refused.expect_status(409).json();
        assert_eq!(refused["rule"], "R03");
        assert_eq!(refused["errors"][0]["pointer"], "/site");

        let leipzig = world.site("transmit", "Leipzig").await;
        let last = done(&admin, &format!("{sites}/{leipzig}/closures"), &closing).await;
        assert_eq!(last["warnings"][0]["rule"], "R37");
        world.stop().await;
    }
);
