//! The same cases, entered over HTTP; and what two stores hold of a case, apart from ids and instants.

use std::collections::HashMap;

use fallbuch_domain::{Permission, Role};
use fallbuch_persistence::{CaseFilter, Store};
use fallbuch_tests::{Client, World};
use serde_json::{Value, json};
use uuid::Uuid;

use super::office::{AGENCY, Case};

/// Somebody who enters cases over HTTP.
pub(crate) struct Clerk {
    client: Client,
    sites: HashMap<&'static str, Uuid>,
    advisor: Uuid,
}

impl Clerk {
    pub(crate) async fn of(world: &World) -> Self {
        let mut sites = HashMap::new();
        for name in ["Leipzig", "Halle (Saale)"] {
            sites.insert(name, world.site(AGENCY, name).await);
        }
        Self {
            client: world.as_role(AGENCY, Role::Coordinator),
            sites,
            advisor: world.member(AGENCY, Role::Advisor).await,
        }
    }

    /// Enters one command on a version and is what came of it.
    async fn post(&self, path: &str, version: u64, body: Value) -> Value {
        let body = without_empty(body);
        let request = self.client.post(path, &body);
        let request = if version == 0 {
            request
        } else {
            request.if_match(&format!("\"{version}\""))
        };
        let answer = request.send().await.expect_status(201);
        let mut done = answer.json();
        done["location"] = answer.header("location").into();
        done
    }

    /// Enters a case.
    pub(crate) async fn enter(&self, case: &Case) {
        let open = json!({"occurred_on": case.opened_on.to_string(), "municipality": {"key": case.key},
            "site": self.sites[case.site()], "advisor": self.advisor, "origin": case.origin().1});
        let done = self
            .post(&format!("/v1/agencies/{AGENCY}/cases"), 0, open)
            .await;
        let path = done["location"].as_str().expect("where it is").to_owned();
        let at = |place: &str| format!("{path}/{place}");
        let function = |function: &str| json!({"function": function});
        let contact = json!({"occurred_on": case.after(1).to_string(), "channel": case.channel().1,
            "participants": [function("Landrat"), function("Dezernentin für Bildung")], "topics": ["Angebot der Agentur"]});
        self.post(&at("contacts"), 1, contact).await;
        let meeting = json!({"occurred_on": case.after(10).to_string(), "reason": "Beispiel", "place": "Landratsamt",
            "participants": [function("Landrat")], "topics": ["Ausgangslage", "Erwartungen"], "outcome": "interested",
            "next_step": case.next_step()});
        self.post(&at("initial-meetings"), 2, meeting).await;
        let mut needs = Vec::new();
        for number in 1..=2 {
            let need = json!({"occurred_on": case.after(20).to_string(), "dimension": case.dimension(number).1,
                "statement": case.statement(number), "urgency": case.urgency(number).1, "evidence": case.evidence(number)});
            let done = self.post(&at("needs"), number as u64 + 2, need).await;
            needs.push(done["events"][0]["data"]["need"].clone());
        }
        let priority = json!({"occurred_on": case.after(30).to_string(), "title": "Lenkungsgruppe Bildung",
            "focus_area": case.focus_area(), "needs": needs, "rank": 1,
            "target_on": case.target_on().map(|day| day.to_string())});
        let done = self.post(&at("priorities"), 5, priority).await;
        let draft = json!({"occurred_on": case.after(40).to_string(), "reason": "Beispiel",
            "priorities": [done["events"][0]["data"]["priority"]], "planned_until": case.after(300).to_string()});
        let done = self.post(&at("agreements"), 6, draft).await;
        if !case.is_signed() {
            return;
        }
        let agreement = done["events"][0]["data"]["agreement"]
            .as_str()
            .expect("an id")
            .to_owned();
        let day = case.after(50).to_string();
        let signature = |party: &str, function: &str| json!({"party": party, "function": function, "signed_on": day});
        let mut signatures = vec![
            signature("municipality", "Landrat"),
            signature("agency", "Leitung der Agentur"),
        ];
        if !case.third().is_empty() {
            signatures.push(signature("third", case.third()));
        }
        let signing = json!({"occurred_on": day, "reason": "Beispiel", "signatures": signatures,
            "valid_from": case.after(60).to_string(), "valid_until": case.after(500).to_string(),
            "end_condition": case.ends_with_phase().then_some("phase_end")});
        self.post(
            &at(&format!("agreements/{agreement}/signatures")),
            7,
            signing,
        )
        .await;
    }
}

/// A body without members that are empty: they are left out on the wire.
fn without_empty(body: Value) -> Value {
    let Value::Object(members) = body else {
        return body;
    };
    let is_empty = |value: &Value| value.is_null() || value == "";
    Value::Object(
        members
            .into_iter()
            .filter(|(_, value)| !is_empty(value))
            .collect(),
    )
}

/// What a store holds of each case, by the municipality's key: its events and its state, with ids by the order in which
/// they come, and without what differs each time.
pub(crate) async fn held(store: &Store) -> Vec<(String, Vec<Value>)> {
    let login = fallbuch_api::demo::login(AGENCY, Role::Coordinator);
    let access = store.access(&login, AGENCY, Permission::CaseHistory).await;
    let access = access.expect("the coordinator reads");
    let list = store
        .cases(&access, &CaseFilter::default(), None, 1_000)
        .await;
    let mut held = Vec::new();
    for item in list.expect("a list").items {
        let events = store
            .events(&access, item.id, 0, 100)
            .await
            .expect("events");
        let case = store
            .case(&access, item.id)
            .await
            .expect("a case")
            .expect("it is there");
        let mut ids = HashMap::new();
        let events = events
            .items
            .iter()
            .map(|body| serde_json::from_slice(body.as_bytes()).expect("JSON"));
        let state = serde_json::to_value(case.state.as_ref()).expect("a state");
        let told = events
            .chain([state])
            .map(|value| plain(value, &mut ids))
            .collect();
        held.push((item.municipality.key, told));
    }
    held.sort_by(|left, right| left.0.cmp(&right.0));
    held
}

fn plain(value: Value, ids: &mut HashMap<Uuid, usize>) -> Value {
    match value {
        Value::Object(members) => {
            let differs = ["position", "recorded_at", "salt"];
            let members = members
                .into_iter()
                .filter(|(name, _)| !differs.contains(&name.as_str()));
            Value::Object(
                members
                    .map(|(name, value)| (name, plain(value, ids)))
                    .collect(),
            )
        }
        Value::Array(items) => items.into_iter().map(|item| plain(item, ids)).collect(),
        Value::String(text) => match text.parse::<Uuid>() {
            Ok(id) => {
                let next = ids.len();
                format!("#{}", ids.entry(id).or_insert(next)).into()
            }
            Err(_) => text.into(),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}
