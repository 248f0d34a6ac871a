//! The walls between agencies, roles and sites: a missing permission is named, nothing answers without a token, and
//! sites and cases keep to themselves. Who gets in where is told by `isolation.rs`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "isolation/ask.rs"]
mod ask;

use fallbuch_domain::Role;
use fallbuch_domain::case::{CommandKind, sample};
use fallbuch_tests::{Cast, Client, Engine, SampleCase, Seen, Step, World, command_path, on_both};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

use ask::{MANNERS, NOTHING, halle, operations, request};

on_both!(
    async fn an_agency_is_known_to_its_members_only(engine: Engine) {
        let world = World::founded(engine, &["transmit", "bayern"]).await;
        let outsider = world.as_role("bayern", Role::Coordinator);
        let agencies = outsider
            .get("/v1/agencies")
            .send()
            .await
            .expect_status(200)
            .json();
        let codes: Vec<_> = agencies["items"].as_array().unwrap().iter().collect();
        assert_eq!(codes.len(), 1);
        assert_eq!(codes[0]["code"], "bayern");
        // Somebody whom no agency knows is nobody's member, but somebody.
        let stranger = world.as_login(&fallbuch_api::demo::login("nirgends", Role::Reader));
        let me = stranger
            .get("/v1/me")
            .send()
            .await
            .expect_status(200)
            .json();
        assert_eq!(me["memberships"], json!([]));
        let there = stranger.get("/v1/agencies/transmit").send().await;
        let nowhere = stranger.get("/v1/agencies/nirgends").send().await;
        assert_eq!(Seen::of(&there).status, 404);
        assert_eq!(Seen::of(&there), Seen::of(&nowhere));
    }
);

on_both!(
    async fn a_missing_permission_is_named_whatever_is_sent(engine: Engine) {
        let world = World::demo(engine).await;
        let (case, need) = halle(&world).await;
        let nothing = NOTHING.to_string();
        let mut refused = 0;
        for operation in operations(&world).await {
            let Some(permission) = operation.permission.as_deref() else {
                continue;
            };
            for role in Role::OF_AGENCIES {
                let named = fallbuch_api::demo::terms_of(*role).permissions;
                let mut granted = role.permissions().iter().chain(named.iter().flatten());
                if granted.any(|one| one.code() == permission) {
                    continue;
                }
                let client = world.as_role("transmit", *role);
                let on = ("transmit", case.as_str(), need.as_str());
                let first = request(&client, &operation, on, "right").send().await;
                let problem = first.json();
                assert_eq!(first.status, 403, "{role:?} {}: {problem}", operation.id);
                assert_eq!(problem["required_permission"], permission);
                // Neither what is sent nor whether the case exists changes the answer.
                for manner in MANNERS {
                    let absent = ("transmit", nothing.as_str(), nothing.as_str());
                    for place in [on, absent] {
                        let again = request(&client, &operation, place, manner).send().await;
                        let context = format!("{role:?} {} {manner} {place:?}", operation.id);
                        assert_eq!(
                            (again.status, again.text()),
                            (403, first.text()),
                            "{context}"
                        );
                    }
                }
                refused += 1;
            }
        }
        assert!(refused > 60, "{refused} refusals");
    }
);

/// Tokens that are none, or none of ours, or no more.
fn bad_tokens(world: &World) -> Vec<(&'static str, Client)> {
    let elsewhere = tempfile::tempdir().unwrap();
    let subject = fallbuch_api::demo::login("transmit", Role::Coordinator).subject;
    let token = |data_dir: &std::path::Path, audience: &str, lifetime| {
        fallbuch_api::development_token(&world.store, data_dir, &subject, audience, lifetime)
            .unwrap()
    };
    let (here, hour) = (world.database.data_dir(), Duration::hours(1));
    let good = token(here, "fallbuch", hour);
    let unsigned = format!("{}.", good.rsplit_once('.').unwrap().0);
    let anonymous = world.anonymous();
    vec![
        ("none", anonymous.clone()),
        ("empty", anonymous.with_token("")),
        ("garbage", anonymous.with_token("abc.def.ghi")),
        ("unsigned", anonymous.with_token(&unsigned)),
        (
            "of another key",
            anonymous.with_token(&token(elsewhere.path(), "fallbuch", hour)),
        ),
        (
            "for another audience",
            anonymous.with_token(&token(here, "elsewhere", hour)),
        ),
        (
            "expired",
            anonymous.with_token(&token(here, "fallbuch", Duration::minutes(-10))),
        ),
        (
            "too long",
            anonymous.with_token(&token(here, "fallbuch", Duration::hours(25))),
        ),
    ]
}

on_both!(
    async fn nothing_answers_without_a_token(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let nothing = NOTHING.to_string();
        let on = ("transmit", nothing.as_str(), nothing.as_str());
        let (mut secured, mut open) = (0, 0);
        let operations = operations(&world).await;
        for (what, client) in bad_tokens(&world) {
            for operation in &operations {
                if !operation.secured {
                    let answer = request(&client, operation, on, "right").send().await;
                    assert_eq!(answer.status, 200, "{} {what}", operation.id);
                    open += 1;
                    continue;
                }
                for manner in ["right", "broken body"] {
                    let answer = request(&client, operation, on, manner).send().await;
                    let context = format!("{} {what} {manner}: {}", operation.id, answer.text());
                    assert_eq!(answer.status, 401, "{context}");
                    assert_eq!(answer.json()["code"], "unauthenticated", "{context}");
                    let challenge = answer.header("www-authenticate").unwrap();
                    assert!(challenge.starts_with("Bearer"), "{context} {challenge}");
                }
                secured += 1;
            }
        }
        assert!(
            secured >= 8 * 32 && open >= 8 * 2,
            "{secured} secured, {open} open"
        );
    }
);

on_both!(
    async fn who_is_limited_to_sites_sees_their_cases_only(engine: Engine) {
        let world = World::demo(engine).await;
        let (case, need) = halle(&world).await;
        let (halle, leipzig) = (
            world.site("transmit", "Halle").await,
            world.site("transmit", "Leipzig").await,
        );
        let inside = world
            .admit("transmit", "in-halle", Role::Coordinator, vec![halle])
            .await;
        let outside = world
            .admit("transmit", "in-leipzig", Role::Coordinator, vec![leipzig])
            .await;
        let cases = "/v1/agencies/transmit/cases";
        let listed = async |client: &Client| {
            let list = client.get(cases).send().await.expect_status(200).json();
            list["items"].as_array().unwrap().len()
        };
        // Three of the demo's cases are in Halle, none is in Leipzig.
        assert_eq!((listed(&inside).await, listed(&outside).await), (3, 0));
        let path = format!("{cases}/{case}");
        assert_eq!(inside.get(&path).send().await.status, 200);

        // For the other site's member the case is not there, whatever is asked of it.
        let nothing = NOTHING.to_string();
        for operation in operations(&world).await {
            if !operation.path.contains("{case_id}") {
                continue;
            }
            for manner in MANNERS {
                let here = ("transmit", case.as_str(), need.as_str());
                let nowhere = ("transmit", nothing.as_str(), nothing.as_str());
                let here = request(&outside, &operation, here, manner).send().await;
                let nowhere = request(&outside, &operation, nowhere, manner).send().await;
                assert_eq!(
                    here.status,
                    404,
                    "{} {manner}: {}",
                    operation.id,
                    here.text()
                );
                assert_eq!(
                    Seen::of(&here),
                    Seen::of(&nowhere),
                    "{} {manner}",
                    operation.id
                );
            }
        }
        // Nor is another site's case opened by that member, nor named where it stands in the way.
        let advisor = world.member("transmit", Role::Advisor).await;
        let opening = |key: &str, site: Uuid| {
            json!({"occurred_on": "2015-01-05", "municipality": {"key": key}, "site": site,
                   "advisor": advisor, "origin": "kickoff"})
        };
        let refused = outside.post(cases, &opening("15003", halle)).send().await;
        let refused = refused.expect_status(409).json();
        assert_eq!(
            (&refused["rule"], &refused["errors"][0]["pointer"]),
            (&json!("R03"), &json!("/site"))
        );
        let taken = outside.post(cases, &opening("15002", leipzig)).send().await;
        let taken = taken.expect_status(409);
        assert_eq!(taken.json()["rule"], "R02");
        assert!(!taken.text().contains(&case), "{}", taken.text());
        let own = outside.post(cases, &opening("14713", leipzig)).send().await;
        assert_eq!(own.expect_status(201).json()["version"], 1);
        assert_eq!((listed(&inside).await, listed(&outside).await), (3, 1));
        let contact = json!({"occurred_on": "2016-01-01", "channel": "call", "participants": [],
                             "topics": []});
        let contact = inside
            .post(&format!("{path}/contacts"), &contact)
            .if_match("*");
        assert_eq!(contact.send().await.status, 201);
    }
);

on_both!(
    async fn a_thing_of_another_case_is_none_of_this_one(engine: Engine) {
        let world = World::founded(engine, &["transmit"]).await;
        let cast = Cast::of(&world, "transmit").await;
        let client = world.as_role("transmit", Role::Coordinator);
        let one = SampleCase::after(&client, &cast, "15083001", Step::walk()).await;
        let other = SampleCase::after(&client, &cast, "15083002", Step::walk()).await;
        for kind in CommandKind::ALL {
            // A model solution goes by the agency's own id in every case.
            let target =
                sample::target(*kind).filter(|id| *id != sample::SOLUTION && other.has(*id));
            let Some(target) = target else {
                continue;
            };
            let send = async |target: Uuid| {
                let path = format!("{}{}", one.path, command_path(*kind, Some(target)));
                let request = client.post(&path, &one.body(*kind));
                Seen::of(
                    &request
                        .if_match(&format!("\"{}\"", one.version))
                        .send()
                        .await,
                )
            };
            let foreign = send(other.real(target)).await;
            assert_eq!(foreign.status, 404, "{kind:?}: {}", foreign.text);
            assert_eq!(foreign, send(NOTHING).await, "{kind:?}");
        }
        // Nor may a body name it.
        let priority = json!({"occurred_on": "2015-03-10", "title": "x", "rank": 1,
                              "needs": [other.real(sample::NEED)]});
        let draft = json!({"occurred_on": "2015-04-07",
                           "priorities": [other.real(sample::PRIORITY)]});
        for (noun, body, rule) in [
            ("priorities", priority, "R14"),
            ("agreements", draft, "R21"),
        ] {
            let request = client.post(&format!("{}/{noun}", one.path), &body);
            let answer = request
                .if_match(&format!("\"{}\"", one.version))
                .send()
                .await;
            let problem: Value = answer.expect_status(409).json();
            assert_eq!(problem["rule"], rule);
        }
    }
);
