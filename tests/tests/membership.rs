//! Membership: who may do what, from the moment it is recorded, and who could on a past day; on both databases.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use fallbuch_api::ISSUER;
use fallbuch_domain::Role;
use fallbuch_persistence::Identity;
use fallbuch_tests::{Answer, Client, Engine, World, fallbuch, fresh_key, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

const MEMBERS: &str = "/v1/agencies/transmit/members";

fn login(name: &str) -> Identity {
    Identity {
        issuer: ISSUER.to_owned(),
        subject: name.to_owned(),
    }
}

fn admission(name: &str, roles: &[&str]) -> Value {
    json!({
        "occurred_on": "2015-03-02",
        "login": {"issuer": ISSUER, "subject": name},
        "roles": roles,
    })
}

/// The member that an answer's event is about.
fn member(answer: &Answer) -> String {
    let event = &answer.json()["events"][0];
    event["data"]["member"].as_str().unwrap().to_owned()
}

/// Sends a command that names no version.
async fn post(client: &Client, path: &str, body: &Value) -> Answer {
    client.post(path, body).if_match("*").send().await
}

async fn reads(client: &Client) -> u16 {
    let answer = client.get("/v1/agencies/transmit/cases").send().await;
    answer.status
}

on_both!(
    async fn a_member_is_admitted_changed_and_leaves_at_once(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        let anna = world.as_login(&login("anna"));
        assert_eq!(reads(&anna).await, 404);

        let admitted = post(&admin, MEMBERS, &admission("anna", &["advisor"])).await;
        let admitted = admitted.expect_status(201);
        assert_eq!(admitted.header("location"), Some(MEMBERS));
        let id = member(&admitted);
        assert!(!admitted.text().contains("anna"), "no login in an event");
        assert_eq!(reads(&anna).await, 200);
        let me = anna.get("/v1/me").send().await.json();
        assert_eq!(me["memberships"][0]["roles"], json!(["advisor"]));

        // What she may is read anew for each request.
        let changes = format!("{MEMBERS}/{id}/role-changes");
        let auditor = json!({"occurred_on": "2015-03-03", "roles": ["agency_admin"]});
        post(&admin, &changes, &auditor).await.expect_status(201);
        let refused = anna.get("/v1/agencies/transmit/cases").send().await;
        let refused = refused.expect_status(403).json();
        assert_eq!(refused["required_permission"], "case:read");

        let departures = format!("{MEMBERS}/{id}/departures");
        let leaving = json!({"occurred_on": "2015-03-04", "reason": "Ende der Abordnung"});
        let key = fresh_key();
        let left = admin.post(&departures, &leaving).if_match("*").key(&key);
        let left = left.send().await.expect_status(201);
        assert_eq!(reads(&anna).await, 404);
        let me = anna.get("/v1/me").send().await.json();
        assert_eq!(me["memberships"], json!([]));
        // Sent again it is answered as before; anew it is refused, as she is gone.
        let again = admin.post(&departures, &leaving).if_match("*").key(&key);
        let again = again.send().await.expect_status(201);
        assert_eq!(again.header("idempotent-replayed"), Some("true"));
        assert_eq!(again.text(), left.text());
        let anew = post(&admin, &departures, &leaving).await.expect_status(409);
        assert_eq!(anew.json()["rule"], "R21");

        // Who comes back is the same member.
        let back = post(&admin, MEMBERS, &admission("anna", &["reader"])).await;
        assert_eq!(member(&back.expect_status(201)), id);
        assert_eq!(reads(&anna).await, 200);
        world.stop().await;
    }
);

on_both!(
    async fn an_admission_that_is_sent_again_admits_one_member(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        let body = admission("bela", &["reader"]);
        let key = fresh_key();
        let mut answers = Vec::new();
        for _ in 0..2 {
            let answer = admin
                .post(MEMBERS, &body)
                .if_match("*")
                .key(&key)
                .send()
                .await;
            answers.push(answer.expect_status(201).text());
        }
        assert_eq!(answers[0], answers[1]);
        let anew = post(&admin, MEMBERS, &body).await.expect_status(409);
        assert_eq!(anew.json()["errors"][0]["pointer"], "/login");
        // A refused one leaves no right behind.
        let nowhere = json!({
            "occurred_on": "2015-03-02",
            "login": {"issuer": ISSUER, "subject": "carla"},
            "roles": ["reader"],
            "sites": ["014f8806-ef40-7000-8000-00000000d001"],
        });
        let refused = post(&admin, MEMBERS, &nowhere)
            .await
            .expect_status(409)
            .json();
        assert_eq!(refused["rule"], "R03");
        assert_eq!(reads(&world.as_login(&login("carla"))).await, 404);
        world.stop().await;
    }
);

on_both!(
    async fn who_had_which_right_is_told_for_every_instant(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        let first = post(&admin, MEMBERS, &admission("dora", &["advisor"])).await;
        let id = member(&first.clone().expect_status(201));
        let changes = format!("{MEMBERS}/{id}/role-changes");
        let change = json!({"occurred_on": "2015-03-03", "roles": ["controller"]});
        let second = post(&admin, &changes, &change).await.expect_status(201);
        let departures = format!("{MEMBERS}/{id}/departures");
        let third = post(&admin, &departures, &json!({"occurred_on": "2015-03-04"})).await;
        let third = third.expect_status(201);

        let mut seen = Vec::new();
        for answer in [&first, &second, &third] {
            let at = answer.json()["events"][0]["recorded_at"].clone();
            let at = at.as_str().unwrap().to_owned();
            let path = format!("{MEMBERS}?recorded_at={at}");
            let list = admin.get(&path).send().await.expect_status(200).json();
            let mut members = list["items"].as_array().unwrap().clone().into_iter();
            let found = members.find(|one| one["id"] == json!(id));
            seen.push(found.map(|one| (one["roles"].clone(), one["permissions"].clone())));
        }
        let (roles, permissions) = seen[0].clone().unwrap();
        assert_eq!(roles, json!(["advisor"]));
        assert!(
            permissions
                .as_array()
                .unwrap()
                .contains(&json!("case:record"))
        );
        let (roles, permissions) = seen[1].clone().unwrap();
        assert_eq!(roles, json!(["controller"]));
        assert!(
            !permissions
                .as_array()
                .unwrap()
                .contains(&json!("case:record"))
        );
        assert_eq!(seen[2], None);
        let before = format!("{MEMBERS}?recorded_at=2001-01-01T00:00:00Z");
        let before = admin.get(&before).send().await.expect_status(200).json();
        assert_eq!(before["items"], json!([]));
        let wrong = admin
            .get(&format!("{MEMBERS}?recorded_at=gestern"))
            .send()
            .await;
        wrong.expect_status(400);
        world.stop().await;
    }
);

on_both!(
    async fn a_service_account_may_what_was_named(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        let mut body = admission("feed-reader", &["service"]);
        let refused = post(&admin, MEMBERS, &body).await.expect_status(409).json();
        assert_eq!(refused["rule"], "R31");
        body["permissions"] = json!(["event:subscribe"]);
        post(&admin, MEMBERS, &body).await.expect_status(201);
        let program = world.as_login(&login("feed-reader"));
        program
            .get("/v1/agencies/transmit/events")
            .send()
            .await
            .expect_status(200);
        program
            .get("/v1/agencies/transmit/cases")
            .send()
            .await
            .expect_status(403);
        program.get(MEMBERS).send().await.expect_status(403);
        body["permissions"] = json!(["network:admin"]);
        body["login"]["subject"] = json!("another");
        post(&admin, MEMBERS, &body).await.expect_status(409);
        world.stop().await;
    }
);

on_both!(
    async fn members_are_administered_by_those_who_may_and_nobody_else(engine: Engine) {
        let world = World::founded(engine, &["transmit", "bayern"]).await;
        let member = world.member("transmit", Role::Reader).await;
        let foreign = world.member("bayern", Role::Reader).await;
        let change = json!({"occurred_on": "2015-03-03", "roles": ["coordinator"]});
        let path = |id: Uuid| format!("{MEMBERS}/{id}/role-changes");
        for role in Role::OF_AGENCIES {
            let client = world.as_role("transmit", *role);
            let answer = post(&client, &path(member), &change).await;
            let expected = if *role == Role::AgencyAdmin { 201 } else { 403 };
            assert_eq!(answer.status, expected, "{role:?}: {}", answer.text());
        }
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        let absent = post(&admin, &path(Uuid::from_u128(7)), &change).await;
        let theirs = post(&admin, &path(foreign), &change).await;
        assert_eq!((absent.status, theirs.status), (404, 404));
        assert_eq!(absent.text(), theirs.text());
        // An administrator of one agency is nobody in another.
        let elsewhere = admin.post(
            "/v1/agencies/bayern/members",
            &admission("eve", &["reader"]),
        );
        elsewhere.if_match("*").send().await.expect_status(404);
        // The version can be named, and is then looked at.
        let list = admin.get(MEMBERS).send().await.expect_status(200);
        let tag = list.header("etag").unwrap().to_owned();
        let done = admin
            .post(&path(member), &change)
            .if_match(&tag)
            .send()
            .await;
        done.expect_status(201);
        let stale = admin
            .post(&path(member), &change)
            .if_match(&tag)
            .send()
            .await;
        let stale = stale.expect_status(412).json();
        assert_eq!(stale["events"].as_array().unwrap().len(), 1);
        let unsaid = admin.post(&path(member), &change).send().await;
        unsaid.expect_status(428);
        world.stop().await;
    }
);

on_both!(
    async fn the_last_administrator_is_warned(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        let me = world.member("transmit", Role::AgencyAdmin).await;
        let departures = format!("{MEMBERS}/{me}/departures");
        let left = post(&admin, &departures, &json!({"occurred_on": "2015-03-03"})).await;
        let left = left.expect_status(201).json();
        assert_eq!(left["warnings"][0]["rule"], "R32");
        world.stop().await;
    }
);

on_both!(
    /// Many writers of one member while it leaves: nothing of it stands behind its leaving.
    async fn nothing_of_a_member_stands_behind_its_leaving(engine: Engine) {
        let world = World::demo(engine).await;
        let admin = world.as_role("transmit", Role::AgencyAdmin);
        for round in 0..4 {
            let name = format!("writer-{round}");
            let admitted = post(&admin, MEMBERS, &admission(&name, &["advisor"])).await;
            let id = member(&admitted.expect_status(201));
            let writer = world.as_login(&login(&name));
            let cases = writer
                .get("/v1/agencies/transmit/cases")
                .send()
                .await
                .json();
            let case = cases["items"][0]["case_id"].as_str().unwrap().to_owned();
            let contacts = format!("/v1/agencies/transmit/cases/{case}/contacts");
            let writers = (0..6).map(|_| {
                let (writer, contacts) = (writer.apart(), contacts.clone());
                tokio::spawn(async move {
                    let contact = json!({
                        "occurred_on": "2015-03-05", "channel": "call",
                        "participants": [{"function": "Referentin"}], "topics": ["Stand"],
                    });
                    let (mut done, mut status) = (0, 201);
                    while status == 201 {
                        status = post(&writer, &contacts, &contact).await.status;
                        done += u32::from(status == 201);
                    }
                    (done, status)
                })
            });
            let writers: Vec<_> = writers.collect();
            tokio::time::sleep(std::time::Duration::from_millis(60)).await;
            let departures = format!("{MEMBERS}/{id}/departures");
            let left = post(&admin, &departures, &json!({"occurred_on": "2015-03-06"})).await;
            let left = left.expect_status(201).json();
            let left_at = left["events"][0]["position"].as_u64().unwrap();
            let mut done = 0;
            for writer in writers {
                let (written, status) = writer.await.unwrap();
                // In the queue already it is refused by the writer, later at the door: as a stranger is.
                assert_eq!(status, 404);
                done += written;
            }
            assert!(done > 0, "nobody wrote");
            let raw = world.raw().await;
            let bodies = raw.events().await;
            raw.close().await;
            let of_member = bodies.iter().filter_map(|event| {
                let body: Value = serde_json::from_slice(&event.body).unwrap();
                (body["actor"]["member"] == json!(id)).then_some(event.position)
            });
            let positions: Vec<_> = of_member.collect();
            assert_eq!(positions.len(), done as usize);
            let last = *positions.iter().max().unwrap();
            assert!(
                u64::try_from(last).unwrap() < left_at,
                "{last} behind {left_at}"
            );
        }
        world.stop().await;
    }
);

on_both!(
    async fn the_command_line_admits_the_first_administrator(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let run = |arguments: &[&str]| {
            let output = fallbuch(&world.database, arguments).output().unwrap();
            let text = [output.stdout, output.stderr].concat();
            (output.status.success(), String::from_utf8(text).unwrap())
        };
        let who = [
            "--agency",
            "transmit",
            "--issuer",
            ISSUER,
            "--subject",
            "first",
        ];
        let admit = [&["member", "admit"], &who[..], &["--role", "agency_admin"]].concat();
        let (done, text) = run(&admit);
        assert!(done && text.contains("rights_changed"), "{text}");
        let said = |text: &str| text.lines().next().map(ToOwned::to_owned);
        assert!(text.starts_with("first is the member"), "{text}");
        let (done, again) = run(&admit);
        assert_eq!((done, said(&again)), (true, said(&text)));
        assert!(
            !again.contains("rights_changed"),
            "nothing changed: {again}"
        );
        let admin = world.as_login(&login("first"));
        post(&admin, MEMBERS, &admission("second", &["reader"]))
            .await
            .expect_status(201);
        let (done, text) = run(&["member", "list", "--agency", "transmit"]);
        assert!(done && text.contains("agency_admin"), "{text}");
        let leave = [&["member", "leave"], &who[..]].concat();
        assert!(run(&leave).0);
        admin.get(MEMBERS).send().await.expect_status(404);
        let (done, text) = run(&leave);
        assert!(!done && text.contains("no member"), "{text}");
        let (done, text) = run(&[&admit[..], &["--permission", "case:read"]].concat());
        assert!(!done && text.contains("R31"), "{text}");
        world.stop().await;
    }
);
