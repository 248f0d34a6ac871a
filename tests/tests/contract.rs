//! The contract does not lie: it is the committed one, its examples are accepted, and every answer
//! keeps to its schema.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a broken harness is a failed test"
)]

use std::collections::BTreeSet;
use std::process::Command;

use fallbuch_domain::Role;
use fallbuch_domain::case::{CommandKind, sample};
use fallbuch_domain::offering::OfferingCommand;
use fallbuch_domain::solution::SolutionCommand;
use fallbuch_tests::document::Document;
use fallbuch_tests::{Cast, Engine, Offers, SampleCase, Step, World, offer_body, on_both};
use serde_json::Value;

mod contract {
    pub(crate) mod problems;
    pub(crate) mod shape;
    pub(crate) use super::AGENCY;
}

const AGENCY: &str = "transmit";
const COMMITTED: &str = include_str!("../../openapi/openapi.json");

on_both!(
    async fn it_is_the_committed_one(engine: Engine) {
        let world = World::empty(engine).await;
        let served = world
            .anonymous()
            .get("/openapi.json")
            .send()
            .await
            .expect_status(200);
        assert!(served.text() == COMMITTED, "run: make openapi");
        world.stop().await;
    }
);

#[test]
fn the_binary_prints_the_committed_one() {
    let this = std::env::current_exe().unwrap();
    let binary = this.parent().unwrap().parent().unwrap().join("fallbuch");
    let printed = Command::new(binary)
        .arg("openapi")
        .output()
        .expect("the binary is built");
    assert!(printed.status.success());
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(printed == COMMITTED, "run: make openapi");
}

on_both!(
    async fn every_operation_is_described_with_examples_that_keep_to_it(engine: Engine) {
        let world = World::empty(engine).await;
        let document = Document::served(&world.anonymous()).await;
        let mut ids = BTreeSet::new();
        for operation in document.operations() {
            let (id, raw) = (&operation.id, &operation.raw);
            assert!(ids.insert(id.clone()), "{id} twice");
            for member in ["summary", "description"] {
                assert!(
                    raw[member].as_str().is_some_and(|text| !text.is_empty()),
                    "{id}: {member}"
                );
            }
            assert_eq!(raw["tags"].as_array().map(Vec::len), Some(1), "{id}: tags");
            let (_, success) = operation.success();
            let content = &success["content"]["application/json"];
            assert!(
                !content["example"].is_null(),
                "{id}: no example of the answer"
            );
            let wrong = document.deviations(&content["schema"], &content["example"]);
            assert_eq!(wrong, Vec::<String>::new(), "{id}: the answer's example");
            if let Some(schema) = operation.request_schema() {
                let example = operation.request_example().expect("an example of the body");
                assert_eq!(
                    document.deviations(schema, example),
                    Vec::<String>::new(),
                    "{id}"
                );
            }
        }
        assert!(
            ids.len() >= CommandKind::ALL.len() + 17,
            "{} operations",
            ids.len()
        );
        world.stop().await;
    }
);

on_both!(
    async fn every_example_is_accepted_and_every_answer_keeps_to_its_schema(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let document = Document::served(&world.anonymous()).await;
        let coordinator = world.as_role(AGENCY, Role::Coordinator);
        let cast = Cast::of(&world, AGENCY).await;
        let mut case = SampleCase::unopened(&cast, sample::MUNICIPALITY);
        let mut accepted = Vec::new();
        for step in Step::whole_walk() {
            let kind = step.kind;
            let operation = document.named(kind.operation());
            // The walk sends the examples of the contract, with real ids in place of the samples'.
            assert_eq!(
                operation.request_example(),
                Some(&sample::body(kind)),
                "{kind:?}"
            );
            let answer = case.play(&coordinator, step).await;
            assert_eq!(answer.status, 201, "{kind:?}: {}", answer.text());
            let (status, success) = operation.success();
            assert_eq!(status, 201);
            let schema = &success["content"]["application/json"]["schema"];
            let wrong = document.deviations(schema, &answer.json());
            assert_eq!(wrong, Vec::<String>::new(), "{kind:?}");
            accepted.push(kind);
        }
        // Halle has no successor; Göttingen has one.
        let succession = Step::sample(CommandKind::SucceedMunicipality, None);
        let opening = [Step::sample(CommandKind::OpenCase, None)];
        let mut other = SampleCase::after(&coordinator, &cast, "03152", opening).await;
        let answer = other.play(&coordinator, succession).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        accepted.push(CommandKind::SucceedMunicipality);
        assert!(CommandKind::ALL.iter().all(|kind| accepted.contains(kind)));
        let offers = offers(&document, &world).await;
        reads(&document, &world, &case, &offers).await;
        world.stop().await;
    }
);

/// Plays the examples of offerings and solutions, with the agency's own site in place of the sample's.
async fn offers(document: &Document, world: &World) -> Offers {
    let offers = Offers::of(world, AGENCY).await;
    let operations = OfferingCommand::OPERATIONS.iter();
    for id in operations.chain(SolutionCommand::OPERATIONS) {
        let operation = document.named(id);
        assert_eq!(operation.request_example(), offer_body(id).as_ref(), "{id}");
        let (_, success) = operation.success();
        let schema = &success["content"]["application/json"]["schema"];
        let mut answers = offers.answers.iter();
        let (_, answer) = answers.find(|(one, _)| one == id).expect("it was played");
        let wrong = document.deviations(schema, &answer.json());
        assert_eq!(wrong, Vec::<String>::new(), "{id}");
    }
    offers
}

/// Every read answers as its schema says.
async fn reads(document: &Document, world: &World, case: &SampleCase, offers: &Offers) {
    let coordinator = world.as_role(AGENCY, Role::Coordinator);
    let controller = world.as_role(AGENCY, Role::Controller);
    let id = case.path.rsplit('/').next().unwrap().to_owned();
    for operation in document.operations() {
        if operation.method != "GET" {
            continue;
        }
        let path = operation.address(|name| match name {
            "agency" => AGENCY.to_owned(),
            "case_id" => id.clone(),
            "offering_id" => offers.offering.clone(),
            "solution_id" => offers.solution.clone(),
            "version" => "3".to_owned(),
            other => panic!("{other} is a new name in a path: give it a value here"),
        });
        let audits = operation.permission.as_deref() == Some("audit:read");
        let client = if audits { &controller } else { &coordinator };
        let answer = client.get(&path).send().await.expect_status(200);
        let (_, success) = operation.success();
        let schema = &success["content"]["application/json"]["schema"];
        let wrong = document.deviations(schema, &answer.json());
        assert_eq!(wrong, Vec::<String>::new(), "{}", operation.id);
        assert!(answer.header("x-request-id").is_some());
        if let (true, Some(tag)) = (operation.secured, answer.header("etag")) {
            let again = client.get(&path).header("if-none-match", tag).send().await;
            assert_eq!(
                (again.status, again.bytes.len()),
                (304, 0),
                "{}",
                operation.id
            );
        }
    }
}

on_both!(
    async fn a_role_without_the_permission_is_refused_by_its_name(engine: Engine) {
        let world = World::founded(engine, &[AGENCY]).await;
        let document = Document::served(&world.anonymous()).await;
        let problem = document.json()["components"]["schemas"]["Problem"].clone();
        let mut refused = 0;
        for role in Role::OF_AGENCIES {
            let client = world.as_role(AGENCY, *role);
            for operation in document.operations() {
                let Some(permission) = &operation.permission else {
                    continue;
                };
                let named = fallbuch_api::demo::terms_of(*role).permissions;
                let allowed = role
                    .permissions()
                    .iter()
                    .chain(named.iter().flatten())
                    .any(|one| one.code() == permission);
                // Nothing is there under these ids; who lacks the permission does not get so far.
                let path = operation.address(|name| match name {
                    "agency" => AGENCY.to_owned(),
                    "version" => "1".to_owned(),
                    _ => sample::CASE.to_string(),
                });
                let method = operation.method.parse().unwrap();
                let answer = client.request(method, &path).send().await;
                if allowed {
                    assert_ne!(answer.status, 403, "{role:?} {}", operation.id);
                } else {
                    assert_eq!(answer.status, 403, "{role:?} {}", operation.id);
                    let body = answer.json();
                    assert_eq!(&body["required_permission"], permission.as_str());
                    assert_eq!(document.deviations(&problem, &body), Vec::<String>::new());
                    refused += 1;
                }
            }
        }
        assert!(refused > 50, "{refused} refusals");
        world.stop().await;
    }
);

on_both!(
    async fn pages_need_nothing_from_elsewhere(engine: Engine) {
        let world = World::empty(engine).await;
        let anybody = world.anonymous();
        let docs = anybody.get("/docs/").send().await.expect_status(200);
        assert!(
            docs.header("content-type")
                .unwrap()
                .starts_with("text/html")
        );
        let page = docs.text();
        let mut assets = 0;
        for attribute in ["src=\"", "href=\""] {
            for rest in page.split(attribute).skip(1) {
                let asset = rest.split('"').next().unwrap();
                assert!(!asset.contains("//"), "{asset} comes from elsewhere");
                let asset = format!("/docs/{}", asset.trim_start_matches("./"));
                let _found = anybody.get(&asset).send().await.expect_status(200);
                assets += 1;
            }
        }
        assert!(assets >= 4, "{assets} assets");
        for path in ["/health/live", "/health/ready"] {
            assert_eq!(
                anybody.get(path).send().await.expect_status(200).json()["status"],
                "ok"
            );
        }
        let document = Document::served(&anybody).await;
        let codes = document.json()["components"]["schemas"]["ProblemCode"].clone();
        let listed = codes["enum"].as_array().cloned().unwrap_or_default();
        let from_choices = codes["oneOf"].as_array().into_iter().flatten();
        let listed: Vec<Value> = listed
            .into_iter()
            .chain(
                from_choices
                    .flat_map(|choice| choice["enum"].as_array().cloned().unwrap_or_default()),
            )
            .collect();
        assert!(listed.len() > 15, "{codes}");
        for code in listed {
            let path = format!("/problems/{}", code.as_str().unwrap());
            for (accept, language) in [
                ("text/html", "de"),
                ("text/html", "en"),
                ("application/json", "de"),
            ] {
                let page = anybody
                    .get(&path)
                    .header("accept", accept)
                    .header("accept-language", language);
                let page = page.send().await.expect_status(200);
                assert_eq!(page.header("content-language"), Some(language));
                assert!(page.header("content-type").unwrap().starts_with(accept));
            }
        }
        world.stop().await;
    }
);
