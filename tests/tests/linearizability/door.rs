//! The two ways to a process: over HTTP, and straight to its store.

use fallbuch_api::demo;
use fallbuch_domain::case::CaseCommand;
use fallbuch_domain::case::Urgency;
use fallbuch_domain::case::command::{CaptureNeed, RecordContact};
use fallbuch_domain::case::event::Channel;
use fallbuch_domain::{Command, Permission, Role};
use fallbuch_persistence::{Access, CommandError, Expected, IdempotencyKey, Receipt, Store};
use fallbuch_tests::linearizability::{Answered, Register};
use fallbuch_tests::{Answer, Client, World};
use serde_json::{Value, json};
use time::Date;
use time::macros::date;
use uuid::Uuid;

const DAY: Date = date!(2015 - 01 - 10);

/// Where a case is, by either way.
pub(crate) struct Place {
    path: String,
    id: Uuid,
}

impl Place {
    pub(crate) fn of(path: String) -> Self {
        let id = path.rsplit('/').next().unwrap().parse().unwrap();
        Self { path, id }
    }
}

/// A way to one process.
pub(crate) enum Door {
    Http(Client),
    Store(Store, Access),
}

impl Door {
    /// The way straight to the store.
    pub(crate) async fn store(world: &World) -> Self {
        let login = demo::login("transmit", Role::Coordinator);
        let store = world.store.clone();
        let access = store.access(&login, "transmit", Permission::CaseRead).await;
        Self::Store(store, access.unwrap())
    }

    /// Reads the case; over HTTP with its entity tag.
    pub(crate) async fn read(&self, place: &Place) -> (Register, Option<String>) {
        match self {
            Self::Http(client) => {
                let answer = client.get(&place.path).send().await.expect_status(200);
                let tag = answer.header("etag").unwrap().to_owned();
                (seen(&answer.json()), Some(tag))
            }
            Self::Store(store, access) => {
                let read = store.case(access, place.id).await.unwrap().unwrap();
                let number = |text: &str| text.parse().unwrap();
                let needs = read.state.needs.iter();
                let register = Register {
                    version: read.version,
                    needs: needs.map(|need| number(need.statement.as_str())).collect(),
                    contacts: read.state.contacts,
                };
                (register, None)
            }
        }
    }

    /// Reads the case unless it still has this entity tag.
    pub(crate) async fn read_unless(&self, place: &Place, tag: &str) -> Option<Register> {
        match self {
            Self::Http(client) => {
                let request = client.get(&place.path).header("if-none-match", tag);
                let answer = request.send().await;
                (answer.status != 304).then(|| seen(&answer.expect_status(200).json()))
            }
            Self::Store(..) => Some(self.read(place).await.0),
        }
    }

    /// Captures a need on this version.
    pub(crate) async fn need(&self, place: &Place, on: u64, command: u32, key: &str) -> Answered {
        match self {
            Self::Http(client) => {
                let body = json!({"occurred_on": DAY, "dimension": "data", "urgency": "low",
                                  "statement": command.to_string()});
                let request = client
                    .post(&format!("{}/needs", place.path), &body)
                    .key(key);
                let answer = request.if_match(&format!("\"{on}\"")).send().await;
                if answer.status == 412 {
                    let current = answer.json()["current_version"].as_u64().unwrap();
                    return Answered::Stale { on, current };
                }
                told(command, Some(on), &answer.expect_status(201))
            }
            Self::Store(store, access) => {
                let need = CaseCommand::CaptureNeed(CaptureNeed {
                    occurred_on: DAY,
                    reason: None,
                    dimension: "data".to_owned(),
                    statement: command.to_string().as_str().into(),
                    urgency: Urgency::Low,
                    evidence: None,
                });
                let (expected, key) = (Expected::Version(on), identified(command, key));
                let executed =
                    store.execute(access, Some(place.id), expected, Command::Case(need), key);
                match executed.await {
                    Err(CommandError::Stale {
                        current_version, ..
                    }) => Answered::Stale {
                        on,
                        current: current_version,
                    },
                    other => done(command, Some(on), &other.unwrap()),
                }
            }
        }
    }

    /// Records a contact on whatever version there is.
    pub(crate) async fn contact(&self, place: &Place, command: u32, key: &str) -> Answered {
        let topic = command.to_string();
        match self {
            Self::Http(client) => {
                let body = json!({"occurred_on": DAY, "channel": "call", "participants": [],
                                  "topics": [topic]});
                let path = format!("{}/contacts", place.path);
                let request = client.post(&path, &body).key(key).if_match("*");
                told(command, None, &request.send().await.expect_status(201))
            }
            Self::Store(store, access) => {
                let contact = CaseCommand::RecordContact(RecordContact {
                    occurred_on: DAY,
                    reason: None,
                    channel: Channel::Call,
                    participants: Vec::new(),
                    topics: vec![topic.as_str().into()],
                });
                let (contact, key) = (Command::Case(contact), identified(command, key));
                let executed = store.execute(access, Some(place.id), Expected::Any, contact, key);
                done(command, None, &executed.await.unwrap())
            }
        }
    }
}

fn identified(command: u32, key: &str) -> IdempotencyKey {
    IdempotencyKey {
        key: key.to_owned(),
        fingerprint: command.to_be_bytes().to_vec(),
    }
}

fn seen(case: &Value) -> Register {
    let needs = case["needs"].as_array().unwrap();
    let number = |need: &Value| need["statement"].as_str().unwrap().parse().unwrap();
    Register {
        version: case["version"].as_u64().unwrap(),
        needs: needs.iter().map(number).collect(),
        contacts: case["contacts"].as_u64().unwrap(),
    }
}

fn told(command: u32, on: Option<u64>, answer: &Answer) -> Answered {
    Answered::Done {
        command,
        on,
        version: answer.json()["version"].as_u64().unwrap(),
        replayed: answer.header("idempotent-replayed") == Some("true"),
    }
}

fn done(command: u32, on: Option<u64>, receipt: &Receipt) -> Answered {
    Answered::Done {
        command,
        on,
        version: receipt.version,
        replayed: receipt.replayed,
    }
}
