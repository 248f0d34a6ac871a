//! The domain's sample offerings and solutions over HTTP, in one agency.

use fallbuch_domain::{Role, offering, solution};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Answer, Client};
use crate::world::World;

/// What an agency offers, after every sample command.
#[derive(Clone, Debug)]
pub struct Offers {
    /// An offering that was held.
    pub offering: String,
    /// A solution that is offered.
    pub solution: String,
    /// The answer to each command, by its operation.
    pub answers: Vec<(&'static str, Answer)>,
}

/// The sample body of a command to an offering or a solution; none of other operations.
#[must_use]
pub fn offer_body(operation: &str) -> Option<Value> {
    let mut bodies = offering::sample::bodies();
    bodies.extend(solution::sample::bodies());
    let mut bodies = bodies.into_iter();
    let found = bodies.find(|(id, ..)| *id == operation);
    found.map(|(_, body, _)| body)
}

impl Offers {
    /// Plays the samples in the agency, which has to accept each of them.
    pub async fn of(world: &World, agency: &str) -> Self {
        let client = world.as_role(agency, Role::Advisor);
        let site = world.site(agency, "").await;
        let mut answers = Vec::new();
        let home = format!("/v1/agencies/{agency}");
        let (mut offering, mut solution) = (String::new(), String::new());
        for (operation, part) in [
            ("schedule_offering", "offerings"),
            ("cancel_offering", "cancellations"),
            ("schedule_offering", "offerings"),
            ("postpone_offering", "postponements"),
            ("hold_offering", "holdings"),
        ] {
            let path = if part == "offerings" {
                format!("{home}/{part}")
            } else {
                format!("{home}/offerings/{offering}/{part}")
            };
            let answer = send(&client, operation, &path, site, &answers).await;
            offering = stream(&answer);
            answers.push((operation, answer));
        }
        for (operation, part) in [
            ("describe_solution", "solutions"),
            ("withdraw_solution", "withdrawals"),
            ("describe_solution", "solutions"),
            ("revise_solution", "revisions"),
        ] {
            let path = if part == "solutions" {
                format!("{home}/{part}")
            } else {
                format!("{home}/solutions/{solution}/{part}")
            };
            let answer = send(&client, operation, &path, site, &answers).await;
            solution = stream(&answer);
            answers.push((operation, answer));
        }
        Self {
            offering,
            solution,
            answers,
        }
    }
}

/// The stream that an answer's event belongs to.
fn stream(answer: &Answer) -> String {
    let id = &answer.json()["events"][0]["stream"]["id"];
    id.as_str().expect("an id").to_owned()
}

/// Sends a sample on the version of the answer before it, at the agency's own site.
async fn send(
    client: &Client,
    operation: &str,
    path: &str,
    site: Uuid,
    answers: &[(&'static str, Answer)],
) -> Answer {
    let mut body = offer_body(operation).expect("a sample");
    if body.get("site").is_some() {
        body["site"] = json!(site);
    }
    let version = answers.last().map_or(0, |(_, answer)| {
        answer.json()["version"].as_u64().unwrap_or(0)
    });
    let request = client.post(path, &body).if_match(&format!("\"{version}\""));
    request.send().await.expect_status(201)
}
