//! One connection to append and one to read, two agencies in turns, clients that go away in the middle: no answer holds
//! anything of the other agency, and what was lent to one is bound to nobody when it is lent again.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use fallbuch_domain::Role;
use fallbuch_tests::{Client, Database, Dice, Engine, World};
use serde_json::{Value, json};

const AGENCIES: [&str; 2] = ["transmit", "bayern"];

/// How many requests are made, by so many clients at a time.
const REQUESTS: u64 = 10_000;
const CLIENTS: u64 = 4;

/// An agency with a case, whose texts are marked by it.
#[derive(Clone)]
struct Place {
    marker: String,
    client: Client,
    agency: String,
    case: String,
}

impl Place {
    async fn found(world: &World, code: &str) -> Self {
        world.found(code).await;
        let client = world.as_role(code, Role::Coordinator);
        let marker = format!("Nur für {code}");
        let agency = format!("/v1/agencies/{code}");
        let site = client.get(&format!("{agency}/sites")).send().await.json();
        let opening = json!({
            "occurred_on": "2015-01-05", "municipality": {"key": "15002"}, "origin": "kickoff",
            "site": site["items"][0]["id"], "advisor": world.member(code, Role::Advisor).await,
            "reason": marker,
        });
        let opened = client
            .post(&format!("{agency}/cases"), &opening)
            .send()
            .await;
        let opened = opened.expect_status(201);
        let case = opened.header("location").unwrap().to_owned();
        Self {
            marker,
            client,
            agency,
            case,
        }
    }

    fn contact(&self) -> Value {
        json!({
            "occurred_on": "2015-01-06", "channel": "call", "participants": [],
            "topics": [self.marker], "reason": self.marker,
        })
    }

    /// One request of some kind, which the client may leave; what was answered, if it stayed.
    async fn ask(&self, dice: &mut Dice) -> Option<(u16, String)> {
        let (case, agency) = (&self.case, &self.agency);
        let request = match dice.between(0, 7) {
            0 => self
                .client
                .post(&format!("{case}/contacts"), &self.contact())
                .if_match("*"),
            1 => self.client.get(&format!("{agency}/cases")),
            2 => self.client.get(&format!("{case}/events")),
            3 => self.client.get(&format!("{case}/timeline?limit=20")),
            4 => self.client.get(&format!("{agency}/events?limit=20")),
            5 => self.client.get(&format!("{case}/allowed-commands")),
            6 => self.client.get(&format!("{case}?version=1")),
            _ => self.client.get(case),
        };
        let patience = if dice.between(0, 4) == 0 {
            Duration::from_micros(dice.between(0, 1_500))
        } else {
            Duration::from_secs(30)
        };
        let answer = tokio::time::timeout(patience, request.send()).await.ok()?;
        Some((answer.status, answer.text()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_stays_on_a_connection_that_is_lent_to_one_agency_after_the_other() {
    let database = Database::migrated(Engine::Postgres).await;
    let mut options = database.options();
    options.connections = Some(1);
    let world = World::with(database, options).await;
    let mut places = Vec::new();
    for code in AGENCIES {
        places.push(Place::found(&world, code).await);
    }
    let clients = (0..CLIENTS).map(|number| {
        let places = places.clone();
        tokio::spawn(async move {
            let mut dice = Dice::new(4711 + number);
            let (mut answered, mut left) = (0_u64, 0_u64);
            for turn in 0..REQUESTS / CLIENTS {
                let (own, other) = (usize::from(turn % 2 == 1), usize::from(turn % 2 == 0));
                let Some((status, text)) = places[own].ask(&mut dice).await else {
                    left += 1;
                    continue;
                };
                assert!(matches!(status, 200 | 201), "{status}: {text}");
                assert!(
                    !text.contains(&places[other].marker),
                    "of {}: {text}",
                    AGENCIES[other]
                );
                assert!(
                    !text.contains(&places[other].case),
                    "of {}: {text}",
                    AGENCIES[other]
                );
                answered += 1;
            }
            (answered, left)
        })
    });
    let clients: Vec<_> = clients.collect();
    let (mut answered, mut left) = (0, 0);
    for client in clients {
        let (one_answered, one_left) = client.await.unwrap();
        answered += one_answered;
        left += one_left;
    }
    println!("{answered} answers, {left} clients went away");
    assert!(
        answered > REQUESTS / 2 && left > REQUESTS / 50,
        "{answered} {left}"
    );
    world.stop().await;
}
