//! The demo's case as a target: addresses that exist, and what an answer to bad input has to be.

use std::collections::{BTreeMap, BTreeSet};

use fallbuch_domain::Role;
use fallbuch_domain::case::Target as Thing;
use fallbuch_tests::document::{Document, Operation};
use fallbuch_tests::planting::MARK;
use fallbuch_tests::{
    Answer, Cast, Client, Engine, EventRecord, HeadRecord, Offers, Pending, Raw, SampleCase, Step,
    World, list_of,
};
use reqwest::Method;
use serde_json::{Value, json};

/// The agency whose case is the target.
pub(crate) const AGENCY: &str = "transmit";

/// The languages in which problems are written.
const LANGUAGES: [&str; 2] = ["de", "en"];

type Contents = (Vec<EventRecord>, Vec<HeadRecord>, Vec<(String, i64)>);

/// A place that a problem has to name: part of the request, pointer, and the violation's code.
pub(crate) type Expected = (&'static str, String, &'static str);

/// A world with the demo's case, and what is known of it.
pub(crate) struct Target {
    // Before the world: a database with a connection open is not to be removed.
    raw: Raw,
    pub(crate) world: World,
    pub(crate) document: Document,
    contents: Contents,
    ids: BTreeMap<&'static str, String>,
    clients: BTreeMap<String, Client>,
    titles: BTreeMap<(String, &'static str), String>,
}

/// What was found to be wrong with the server.
#[derive(Default)]
pub(crate) struct Findings(Vec<String>);

impl Findings {
    pub(crate) fn add(&mut self, finding: impl Into<String>) {
        self.0.push(finding.into());
    }

    pub(crate) fn extend(&mut self, findings: impl IntoIterator<Item = String>) {
        self.0.extend(findings);
    }

    /// Fails with the first of them.
    #[track_caller]
    pub(crate) fn none(self) {
        let shown: Vec<_> = self.0.iter().take(25).map(String::as_str).collect();
        assert!(
            self.0.is_empty(),
            "{} findings, the first:\n\n{}",
            self.0.len(),
            shown.join("\n\n")
        );
    }
}

impl Target {
    /// A fresh server with the demo.
    pub(crate) async fn new(engine: Engine) -> Self {
        let world = World::demo(engine).await;
        let document = Document::served(&world.anonymous()).await;
        let coordinator = world.as_role(AGENCY, Role::Coordinator);
        // A district of which the demo has no case.
        let played = SampleCase::after(
            &coordinator,
            &Cast::of(&world, AGENCY).await,
            "15082",
            Step::whole_walk(),
        )
        .await;
        let case = coordinator.get(&played.path).send().await;
        let case = case.expect_status(200).json();
        let case_id = text(&case["case_id"]);
        let offers = Offers::of(&world, AGENCY).await;
        let mut ids = BTreeMap::from([
            ("offering_id", offers.offering),
            ("solution_id", offers.solution),
            ("engagement_id", engagement(&world).await),
            ("agency", AGENCY.to_owned()),
            ("case_id", case_id),
            (
                "member_id",
                world.member(AGENCY, Role::Reader).await.to_string(),
            ),
            ("site_id", world.site(AGENCY, "").await.to_string()),
            ("version", "1".to_owned()),
        ]);
        let things = Thing::THINGS.iter().map(|thing| {
            let first = &case[list_of(*thing)][0]["id"];
            (thing.parameter().unwrap(), text(first))
        });
        ids.extend(things);
        assert!(
            ids.values().all(|id| !id.is_empty()),
            "the demo lacks {ids:?}"
        );
        let raw = world.raw().await;
        let contents = raw.contents().await;
        Self {
            clients: clients(&world).await,
            titles: titles(&world, &document).await,
            world,
            document,
            raw,
            contents,
            ids,
        }
    }

    /// What stands in an address for a placeholder: something that is there.
    pub(crate) fn id(&self, placeholder: &str) -> String {
        let id = self.ids.get(placeholder);
        id.unwrap_or_else(|| panic!("nothing is known for {{{placeholder}}}"))
            .clone()
    }

    /// An address of the operation that exists.
    pub(crate) fn address(&self, operation: &Operation) -> String {
        operation.address(|placeholder| self.id(placeholder))
    }

    /// Somebody who may call the operation.
    pub(crate) fn client(&self, operation: &Operation) -> Client {
        match &operation.permission {
            None if !operation.secured => self.world.anonymous(),
            None => self.clients["case:read"].clone(),
            Some(permission) => self
                .clients
                .get(permission)
                .unwrap_or_else(|| panic!("no demo member may {permission}"))
                .clone(),
        }
    }

    /// A request to the operation at this address, complete but for the body of a command.
    pub(crate) fn request(&self, operation: &Operation, address: &str) -> Pending {
        let method = Method::from_bytes(operation.method.as_bytes()).expect("a method");
        let request = self.client(operation).request(method, address);
        if operation.request_schema().is_some() {
            request.key("bad-input").if_match("\"1\"")
        } else {
            request
        }
    }

    /// Checks a refusal: its status and shape, its language, and that it names exactly these places.
    pub(crate) fn check(
        &self,
        what: &str,
        language: &'static str,
        answer: &Answer,
        (status, code): (u16, &str),
        expected: &[Expected],
    ) -> Result<(), String> {
        let fail = |reason: String| Err(format!("{what}: {reason}\n  {}", answer.text()));
        if answer.status != status {
            return fail(format!("{} instead of {status}", answer.status));
        }
        if answer.header("content-type") != Some("application/problem+json") {
            return fail("it is no problem".to_owned());
        }
        if answer.header("content-language") != Some(language) {
            return fail(format!("it is not in {language}"));
        }
        if answer.header("x-request-id").is_none() {
            return fail("it has no X-Request-Id".to_owned());
        }
        let problem = answer.json();
        let title = self.titles.get(&(code.to_owned(), language));
        if problem["code"] != code || problem["status"] != status {
            return fail(format!("it is not {code}"));
        }
        if problem["title"].as_str() != title.map(String::as_str) {
            return fail(format!("its title is not {title:?}"));
        }
        if problem["detail"].as_str().is_none_or(str::is_empty) {
            return fail("it has no detail".to_owned());
        }
        // A pointer names members as they were sent; only what was sent as a value is kept back.
        if answer.text().contains(MARK) {
            return fail("it repeats what was sent".to_owned());
        }
        named(&problem, expected).or_else(fail)
    }

    /// Checks that the store is as it was.
    pub(crate) async fn unchanged(&self, what: &str) -> Result<(), String> {
        if self.raw.contents().await == self.contents {
            Ok(())
        } else {
            Err(format!("{what}: the store has changed"))
        }
    }
}

/// Compares the places that a problem names with those that it should name.
fn named(problem: &Value, expected: &[Expected]) -> Result<(), String> {
    let errors = problem["errors"].as_array().cloned().unwrap_or_default();
    let place = |error: &Value| (text(&error["in"]), text(&error["pointer"]));
    let found: BTreeSet<_> = errors.iter().map(place).collect();
    let wanted = expected.iter();
    let wanted: BTreeSet<_> = wanted
        .map(|(part, pointer, _)| ((*part).to_owned(), pointer.clone()))
        .collect();
    if found != wanted {
        return Err(format!("it names {found:?} instead of {wanted:?}"));
    }
    for (part, pointer, code) in expected {
        let says = |error: &&Value| {
            error["in"] == *part && error["pointer"] == pointer.as_str() && error["code"] == *code
        };
        let Some(error) = errors.iter().find(says) else {
            return Err(format!("it does not say {code} of {pointer}"));
        };
        if error["message"].as_str().is_none_or(str::is_empty) {
            return Err(format!("it has no sentence for {pointer}"));
        }
    }
    Ok(())
}

/// Which language the n-th request asks for.
pub(crate) fn language(number: usize) -> &'static str {
    LANGUAGES[number % LANGUAGES.len()]
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// An audit engagement that was asked for.
async fn engagement(world: &World) -> String {
    let auditor = world.as_role("network", Role::AuditorGeneral);
    let path = format!("/v1/agencies/{AGENCY}/audit-engagements");
    let wish = json!({"occurred_on": "2016-01-04", "purpose": "x", "valid_from": "2999-01-01", "valid_until": "2999-01-02"});
    let asked = auditor.post(&path, &wish).if_match("*").send().await;
    text(&asked.expect_status(201).json()["events"][0]["data"]["engagement"])
}

/// For every permission a demo member who has it, in the agency or in the network.
async fn clients(world: &World) -> BTreeMap<String, Client> {
    let auditor = world.as_role("network", Role::AuditorGeneral);
    let administrator = world.as_role("network", Role::NetworkAdmin);
    let mut clients = BTreeMap::from([
        ("audit:request".to_owned(), auditor),
        ("network:admin".to_owned(), administrator),
    ]);
    for role in Role::OF_AGENCIES {
        let client = world.as_role(AGENCY, *role);
        let me = client.get("/v1/me").send().await.expect_status(200).json();
        for permission in me["memberships"][0]["permissions"].as_array().unwrap() {
            let permission = text(permission);
            clients.entry(permission).or_insert_with(|| client.clone());
        }
    }
    clients
}

/// The titles of all problems in both languages, as their pages give them.
async fn titles(world: &World, document: &Document) -> BTreeMap<(String, &'static str), String> {
    let codes = &document.json()["components"]["schemas"]["ProblemCode"]["enum"];
    let mut titles = BTreeMap::new();
    for code in codes.as_array().unwrap() {
        let code = text(code);
        for language in LANGUAGES {
            let page = world.anonymous().get(&format!("/problems/{code}"));
            let page = page.header("accept-language", language).send().await;
            let title = text(&page.expect_status(200).json()["title"]);
            titles.insert((code.clone(), language), title);
        }
    }
    titles
}

#[test]
fn a_place_that_is_not_named_is_noticed() {
    let error = |pointer: &str, code: &str| json!({"in": "body", "pointer": pointer, "code": code, "message": "No."});
    let problem = json!({"errors": [error("/a", "missing"), error("/b", "unknown")]});
    let a = || ("body", "/a".to_owned(), "missing");
    let b = |code| ("body", "/b".to_owned(), code);
    assert_eq!(named(&problem, &[a(), b("unknown")]), Ok(()));
    assert!(named(&problem, &[a()]).is_err(), "one more than expected");
    assert!(
        named(&problem, &[a(), b("missing")]).is_err(),
        "another code"
    );
    assert!(named(&json!({}), &[a()]).is_err(), "none at all");
    assert_eq!(named(&json!({}), &[]), Ok(()));
}
