//! A server that trusts identity providers, and a clock that can be moved ahead.

use std::sync::Arc;

use fallbuch_api::TrustedIssuers;
use fallbuch_domain::Role;
use fallbuch_persistence::Clock as _;
use serde_json::{Value, json};

use crate::ahead::Ahead;
use crate::client::Client;
use crate::database::{Database, Engine};
use crate::world::World;

/// A server that trusts some issuers, with the agency `transmit`, and its clock. Tokens do not reach the database, so
/// SQLite stands for both.
pub struct Desk {
    /// The server.
    pub world: World,
    clock: Arc<Ahead>,
}

impl Desk {
    /// A server that trusts the issuers of this file.
    pub async fn trusting(issuers: &Value) -> Self {
        let database = Database::migrated(Engine::Sqlite).await;
        let path = database.data_dir().join("issuers.json");
        std::fs::write(&path, issuers.to_string()).unwrap();
        let clock = Arc::new(Ahead::default());
        let mut options = database.options();
        options.sources.clock = clock.clone();
        let issuers = TrustedIssuers::read(&path).unwrap();
        let world = World::trusting(database, options, issuers).await;
        world.found("transmit").await;
        Self { world, clock }
    }

    /// The server's time, in Unix seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.clock.now().as_offset().unix_timestamp()
    }

    /// Moves the server's clock ahead.
    pub fn later(&self, seconds: i64) {
        self.clock.later(seconds);
    }

    /// Lets whoever an issuer calls so in, with these rights: `roles`, and `permissions` if they have to be named.
    pub async fn admit(&self, issuer: &str, subject: &str, rights: Value) {
        let admin = self.world.as_role("transmit", Role::AgencyAdmin);
        let mut body = rights;
        body["occurred_on"] = json!("2015-03-02");
        body["login"] = json!({"issuer": issuer, "subject": subject});
        let admitted = admin.post("/v1/agencies/transmit/members", &body);
        admitted.if_match("*").send().await.expect_status(201);
    }

    /// What the agency's cases answer to this client.
    pub async fn status(&self, client: &Client) -> u16 {
        let answer = client.get("/v1/agencies/transmit/cases").send().await;
        if answer.status == 401 {
            assert!(answer.header("www-authenticate").is_some());
        }
        answer.status
    }
}
