//! The histories of the demo: told by the product itself and played over HTTP, they end in the state
//! and the timeline that are written down, on both databases.
//!
//! `FALLBUCH_WRITE_GOLDEN=1` writes what they come to into `histories/`, for people to read what changed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

use fallbuch_api::demo::HISTORIES;
use fallbuch_domain::Role;
use fallbuch_domain::case::{CaseEvent, CommandKind};
use fallbuch_tests::{Client, Engine, World, command_path, on_both};
use serde_json::{Value, json};
use uuid::Uuid;

/// A history as its file has it.
fn file(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Ids by the order in which they occur, so that two tellings can be compared.
fn numbered(text: &str) -> String {
    let mut seen: Vec<String> = Vec::new();
    let mut numbered = String::new();
    let mut rest = text;
    while let Some((id, at)) = next_id(rest) {
        let number = seen.iter().position(|one| *one == id).unwrap_or_else(|| {
            seen.push(id.clone());
            seen.len() - 1
        });
        numbered.push_str(&rest[..at]);
        numbered.push('#');
        numbered.push_str(&(number + 1).to_string());
        rest = &rest[at + id.len()..];
    }
    numbered + rest
}

fn next_id(text: &str) -> Option<(String, usize)> {
    let starts = text.char_indices().map(|(at, _)| at);
    starts.into_iter().find_map(|at| {
        let id = text.get(at..at + 36)?;
        Uuid::try_parse(id).ok()?;
        Some((id.to_owned(), at))
    })
}

/// Holds what a history came to against the file of this name.
fn compare(name: &str, told: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/histories");
    let path = path.join(name);
    if std::env::var_os("FALLBUCH_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, told).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(told, written, "{name}");
}

/// State and timeline of a case as the file has them.
async fn compare_case(client: &Client, case: &str, name: &str) {
    for language in ["de", "en"] {
        let timeline = format!("{case}/timeline?limit=200");
        let request = client.get(&timeline).header("accept-language", language);
        let timeline = request.send().await.expect_status(200).json();
        let items = timeline["items"].as_array().unwrap().iter();
        let lines =
            items.map(|item| format!("{} {}\n", text(&item["occurred_on"]), text(&item["text"])));
        compare(
            &format!("{name}.{language}.txt"),
            &numbered(&lines.collect::<String>()),
        );
    }
    let mut state = client.get(case).send().await.expect_status(200).json();
    state.as_object_mut().unwrap().remove("recorded_at");
    let state = serde_json::to_string_pretty(&state).unwrap() + "\n";
    compare(&format!("{name}.state.json"), &numbered(&state));
}

/// One history on its way over HTTP.
struct Player {
    client: Client,
    agency: String,
    ids: BTreeMap<String, String>,
}

impl Player {
    async fn new(world: &World, history: &Value) -> Self {
        let agency = text(&history["agency"]);
        let site = world.site(agency, text(&history["site"])).await;
        let advisor = world.member(agency, Role::Advisor).await;
        Self {
            client: world.as_role(agency, Role::Coordinator),
            agency: format!("/v1/agencies/{agency}"),
            ids: BTreeMap::from([
                ("site".to_owned(), site.to_string()),
                ("advisor".to_owned(), advisor.to_string()),
            ]),
        }
    }

    /// The body with ids in place of names.
    fn named(&self, body: &Value) -> Value {
        let mut text = body.to_string();
        for (name, id) in &self.ids {
            text = text.replace(&format!("\"@{name}\""), &format!("\"{id}\""));
        }
        serde_json::from_str(&text).unwrap()
    }

    /// Plays it to its end; where the case is.
    async fn play(&mut self, history: &Value) -> String {
        for solution in history["solutions"].as_array().into_iter().flatten() {
            let begun = self.begin("solutions", &solution["body"]).await;
            self.ids.insert(text(&solution["name"]).to_owned(), begun);
        }
        for offering in history["offerings"].as_array().into_iter().flatten() {
            let begun = self.begin("offerings", &offering["schedule"]).await;
            let path = format!("{}/offerings/{begun}/holdings", self.agency);
            let held = self.client.post(&path, &offering["hold"]).if_match("\"1\"");
            held.send().await.expect_status(201);
            self.ids.insert(text(&offering["name"]).to_owned(), begun);
        }
        let (mut case, mut tag) = (String::new(), None::<String>);
        for step in history["steps"].as_array().unwrap() {
            let operation = text(&step["do"]);
            let mut kinds = CommandKind::ALL.iter();
            let kind = *kinds.find(|kind| kind.operation() == operation).unwrap();
            let body = self.named(&step["body"]);
            let target = step["on"]
                .as_str()
                .map(|name| self.ids[name].parse().unwrap());
            let request = match &tag {
                None => self.client.post(&format!("{}/cases", self.agency), &body),
                Some(tag) => {
                    let path = format!("{case}{}", command_path(kind, target));
                    self.client.post(&path, &body).if_match(tag)
                }
            };
            let answer = request.send().await.expect_status(201);
            if tag.is_none() {
                answer.header("location").unwrap().clone_into(&mut case);
            }
            tag = answer.header("etag").map(str::to_owned);
            if let Some(name) = step["name"].as_str() {
                let event = &answer.json()["events"][0];
                let data = event["data"].to_string();
                let event = CaseEvent::from_stored(text(&event["type"]), 1, &data).unwrap();
                let made = event.made().unwrap().to_string();
                self.ids.insert(name.to_owned(), made);
            }
        }
        case
    }

    async fn begin(&self, list: &str, body: &Value) -> String {
        let path = format!("{}/{list}", self.agency);
        let request = self.client.post(&path, &self.named(body));
        let begun = request.send().await.expect_status(201);
        text(&begun.json()["events"][0]["stream"]["id"]).to_owned()
    }
}

on_both!(
    async fn the_demo_tells_the_seven_histories(engine: Engine) {
        let world = World::demo(engine).await;
        assert_eq!(HISTORIES.len(), 7);
        for (name, content) in HISTORIES {
            let history = file(content);
            let agency = text(&history["agency"]);
            let client = world.as_role(agency, Role::Coordinator);
            let key = text(&history["steps"][0]["body"]["municipality"]["key"]);
            let list = format!("/v1/agencies/{agency}/cases?municipality={key}");
            let list = client.get(&list).send().await.expect_status(200).json();
            assert_eq!(list["items"].as_array().unwrap().len(), 1, "{name}");
            let case = text(&list["items"][0]["case_id"]);
            let case = format!("/v1/agencies/{agency}/cases/{case}");
            compare_case(&client, &case, name).await;
        }
        world.stop().await;
    }
);

on_both!(
    async fn the_seven_histories_can_be_played_by_anybody(engine: Engine) {
        let agencies = ["transmit", "niedersachsen", "nrw", "bayern"];
        let world = World::founded(engine, &agencies).await;
        for (name, content) in HISTORIES {
            let history = file(content);
            let mut player = Player::new(&world, &history).await;
            let case = player.play(&history).await;
            compare_case(&player.client, &case, name).await;
        }
        world.stop().await;
    }
);

#[test]
fn ids_are_numbered_in_the_order_in_which_they_occur() {
    let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let text = json!([two, one, two, "x"]).to_string();
    assert_eq!(numbered(&text), r##"["#1","#2","#1","x"]"##);
}
