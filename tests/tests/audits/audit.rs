//! Auditors of the network and their engagements, in a world whose days can be moved on.

use std::sync::Arc;

use fallbuch_api::demo;
use fallbuch_domain::Role;
use fallbuch_domain::agency::command::Terms;
use fallbuch_persistence::Identity;
use fallbuch_tests::{Ahead, Client, Engine, World, fresh_key};
use serde_json::{Value, json};
use time::Duration;
use time::macros::date;

/// A world with the demo's data, and its clock.
pub(crate) async fn world(engine: Engine) -> (World, Arc<Ahead>) {
    let (world, clock) = World::clocked(engine).await;
    demo::seed(&world.store).await.unwrap();
    (world, clock)
}

/// An auditor of the network.
pub(crate) struct Auditor<'a> {
    pub(crate) world: &'a World,
    name: String,
}

fn login(name: &str) -> Identity {
    Identity {
        issuer: fallbuch_api::ISSUER.to_owned(),
        subject: format!("{name}@network"),
    }
}

impl<'a> Auditor<'a> {
    /// The network admits an auditor of this name.
    pub(crate) async fn of(world: &'a World, name: &str) -> Self {
        let operator = world.store.operator();
        let network = operator.agency("network").await.unwrap().unwrap();
        let terms = Terms::of_roles(vec![Role::AuditorGeneral]);
        operator
            .admit_member(&network, date!(2016 - 01 - 01), &login(name), terms)
            .await
            .unwrap();
        Self {
            world,
            name: name.to_owned(),
        }
    }

    /// A client with a token of now.
    pub(crate) fn client(world: &World, name: &str) -> Client {
        world.as_login(&login(name))
    }

    /// The same of this auditor.
    pub(crate) fn calls(&self) -> Client {
        Self::client(self.world, &self.name)
    }

    /// What this auditor asks for: so many days from today on.
    pub(crate) fn wish(clock: &Ahead, cases: Option<&str>, days: i64) -> Value {
        let today = clock.today();
        let mut wish = json!({
            "occurred_on": today.to_string(),
            "purpose": "Prüfung der Zielvereinbarung",
            "valid_from": today.to_string(),
            "valid_until": (today + Duration::days(days - 1)).to_string(),
        });
        if let Some(case) = cases {
            wish["cases"] = json!([case]);
        }
        wish
    }

    /// Asks for an engagement, and is told its id.
    pub(crate) async fn asks(
        &self,
        agency: &str,
        clock: &Ahead,
        cases: Option<&str>,
        days: i64,
    ) -> String {
        let wish = Self::wish(clock, cases, days);
        let path = format!("/v1/agencies/{agency}/audit-engagements");
        let asked = self.calls().post(&path, &wish).key(&fresh_key());
        let answer = asked.if_match("*").send().await.expect_status(201);
        let id = &answer.json()["events"][0]["data"]["engagement"];
        id.as_str().unwrap().to_owned()
    }

    /// The agency's administrator approves it.
    pub(crate) async fn is_approved(&self, agency: &str, id: &str, clock: &Ahead) {
        self.act(agency, id, "approvals", clock).await;
    }

    /// The agency's administrator ends it.
    pub(crate) async fn is_ended(&self, agency: &str, id: &str, clock: &Ahead) {
        self.act(agency, id, "endings", clock).await;
    }

    async fn act(&self, agency: &str, id: &str, act: &str, clock: &Ahead) {
        let admin = self.world.as_role(agency, Role::AgencyAdmin);
        let path = format!("/v1/agencies/{agency}/audit-engagements/{id}/{act}");
        let body = json!({"occurred_on": clock.today().to_string()});
        let acted = admin.post(&path, &body).key(&fresh_key()).if_match("*");
        acted.send().await.expect_status(201);
    }

    /// The auditor leaves the network.
    pub(crate) async fn leaves(&self) {
        let operator = self.world.store.operator();
        let network = operator.agency("network").await.unwrap().unwrap();
        let login = login(&self.name);
        let left = operator.end_membership(&network, date!(2016 - 02 - 01), &login);
        left.await.unwrap().unwrap();
    }
}
