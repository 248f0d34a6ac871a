//! One client: it sends one command after the other, each with a key of its own, and remembers what
//! it was told of each.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fallbuch_tests::{Answer, Client, Dice};
use serde_json::{Value, json};
use uuid::Uuid;

use super::ledger::Ledger;

/// How long a request may take before it counts as hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// How many commands an own case takes before the next one is opened.
const COMMANDS_PER_CASE: u32 = 12;

/// How often a command that came to nothing is asked again at the most.
const TRIES: u32 = 20;

/// The agency that a client works for, and as whom.
#[derive(Clone, Debug)]
pub(crate) struct Office {
    pub(crate) code: String,
    pub(crate) agency: Uuid,
    pub(crate) member: Uuid,
    pub(crate) site: Uuid,
    pub(crate) advisor: Uuid,
    /// Keys of municipalities that no other case has; each is given out once.
    pub(crate) municipalities: Arc<Municipalities>,
}

/// Municipalities inside of districts, each given out once.
#[derive(Debug)]
pub(crate) struct Municipalities {
    pub(crate) districts: Vec<String>,
    pub(crate) given: AtomicU64,
}

impl Municipalities {
    fn next(&self) -> String {
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        let district = usize::try_from(number / 999).unwrap();
        // The key that ends in 000 is the district's own.
        format!("{}{:03}", self.districts[district], number % 999 + 1)
    }
}

/// A command as it was sent, so that it can be sent again.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) command: Uuid,
    key: String,
    path: String,
    version: Option<String>,
    body: Value,
    what: What,
}

/// What is asked for. On its own case a client knows the version; on the shared one others write too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Opening,
    OwnNeed,
    SharedContact,
    SharedNeed,
}

/// A case as far as a client knows it.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) path: String,
    pub(crate) version: u64,
    commands: u32,
}

/// What came back.
#[derive(Debug)]
enum Heard {
    Done(Answer),
    /// The version was not the newest any more.
    Stale(Answer),
    /// 503: ask again after so long.
    Later(Duration),
    Nothing,
}

/// One client with what it knows.
pub(crate) struct Desk {
    pub(crate) office: Office,
    pub(crate) client: Client,
    pub(crate) dice: Dice,
    /// The case that all clients of the agency write to.
    pub(crate) shared: Option<Case>,
    own: Option<Case>,
    pub(crate) ledger: Ledger,
    /// The command of which nothing is known.
    pub(crate) open: Option<Sent>,
    /// How often it was told to come again later.
    pub(crate) told_later: u32,
    /// The longest that it waited for an answer.
    pub(crate) longest: Duration,
}

impl Desk {
    pub(crate) fn new(office: Office, client: &Client, dice: Dice) -> Self {
        Self {
            office,
            client: client.apart(),
            dice,
            shared: None,
            own: None,
            ledger: Ledger::default(),
            open: None,
            told_later: 0,
            longest: Duration::ZERO,
        }
    }

    /// Works until it is told to stop, or hears nothing of a command.
    pub(crate) async fn work(mut self, stop: Arc<AtomicBool>) -> Self {
        while !stop.load(Ordering::Relaxed) && self.open.is_none() {
            let sent = self.next();
            self.send(sent).await;
        }
        self
    }

    /// Opens a case that all clients of the agency write to.
    pub(crate) async fn open_shared(&mut self) -> Case {
        let opening = self.opening();
        self.send(opening).await;
        assert!(self.open.is_none(), "nothing was stopped yet");
        self.own.take().unwrap()
    }

    /// Sends a command and records what comes of it.
    pub(crate) async fn send(&mut self, sent: Sent) {
        match self.ask(&sent).await {
            Heard::Done(answer) => self.done(&sent, answer),
            Heard::Stale(answer) => self.refused(&sent, &answer),
            Heard::Later(_) => {
                self.told_later += 1;
                self.open = Some(sent);
            }
            Heard::Nothing => self.open = Some(sent),
        }
    }

    /// Sends the command of which nothing is known again, until something is; tells whether it had
    /// been carried out before.
    pub(crate) async fn ask_again(&mut self) -> bool {
        let sent = self.open.take().unwrap();
        for _ in 0..TRIES {
            match self.ask(&sent).await {
                Heard::Done(answer) => {
                    let replayed = answer.header("idempotent-replayed") == Some("true");
                    self.done(&sent, answer);
                    return replayed;
                }
                Heard::Stale(answer) => {
                    self.refused(&sent, &answer);
                    return false;
                }
                Heard::Later(pause) => {
                    self.told_later += 1;
                    tokio::time::sleep(pause).await;
                }
                Heard::Nothing => panic!("the server runs and does not answer: {sent:?}"),
            }
        }
        panic!("told to come again {TRIES} times: {sent:?}");
    }

    async fn ask(&mut self, sent: &Sent) -> Heard {
        let mut request = self.client.post(&sent.path, &sent.body).key(&sent.key);
        if let Some(version) = &sent.version {
            request = request.if_match(version);
        }
        let asked = Instant::now();
        let Ok(answer) = tokio::time::timeout(PATIENCE, request.try_send()).await else {
            panic!("no answer in {PATIENCE:?}: {sent:?}");
        };
        self.longest = self.longest.max(asked.elapsed());
        let Ok(answer) = answer else {
            return Heard::Nothing;
        };
        match answer.status {
            201 => Heard::Done(answer),
            412 if sent.what == What::SharedNeed => Heard::Stale(answer),
            503 => Heard::Later(later(&answer)),
            status => panic!("{status} to {sent:?}: {}", answer.text()),
        }
    }

    fn done(&mut self, sent: &Sent, answer: Answer) {
        let version = answer.json()["version"].as_u64().unwrap();
        match sent.what {
            What::Opening => {
                let path = answer.header("location").unwrap().to_owned();
                self.own = Some(Case {
                    path,
                    version,
                    commands: 0,
                });
            }
            What::OwnNeed => {
                let own = self.own.as_mut().unwrap();
                (own.version, own.commands) = (version, own.commands + 1);
            }
            What::SharedContact | What::SharedNeed => self.saw(version),
        }
        self.ledger.acknowledge(sent.command, answer);
    }

    fn refused(&mut self, sent: &Sent, answer: &Answer) {
        self.saw(answer.json()["current_version"].as_u64().unwrap());
        self.ledger.refuse(sent.command);
    }

    fn saw(&mut self, version: u64) {
        let shared = self.shared.as_mut().unwrap();
        shared.version = shared.version.max(version);
    }

    /// The next command.
    pub(crate) fn next(&mut self) -> Sent {
        let own = self.own.clone();
        let shared = self.shared.clone().unwrap();
        let Some(own) = own.filter(|own| own.commands < COMMANDS_PER_CASE) else {
            return self.opening();
        };
        match self.dice.between(0, 9) {
            0 => self.opening(),
            1..=4 => self.need(&own, What::OwnNeed),
            5..=6 => self.need(&shared, What::SharedNeed),
            _ => self.contact(),
        }
    }

    fn opening(&mut self) -> Sent {
        let municipality = self.office.municipalities.next();
        let body = json!({"occurred_on": "2015-01-05", "origin": "kickoff",
            "site": self.office.site, "advisor": self.office.advisor,
            "municipality": {"key": municipality, "name": "Musterdorf"}});
        let path = format!("/v1/agencies/{}/cases", self.office.code);
        self.command(What::Opening, path, None, body)
    }

    /// A contact with the shared case, which means the same on every version.
    pub(crate) fn contact(&mut self) -> Sent {
        let body = json!({"occurred_on": "2015-01-10", "channel": "call", "participants": [],
            "topics": ["Bildungsbericht"]});
        let path = format!("{}/contacts", self.shared.as_ref().unwrap().path);
        self.command(What::SharedContact, path, Some("*".to_owned()), body)
    }

    fn need(&mut self, case: &Case, what: What) -> Sent {
        let body = json!({"occurred_on": "2015-01-10", "dimension": "data",
            "statement": "Zahlen zum Übergang Schule–Beruf fehlen.", "urgency": "low"});
        let path = format!("{}/needs", case.path);
        self.command(what, path, Some(format!("\"{}\"", case.version)), body)
    }

    fn command(&mut self, what: What, path: String, version: Option<String>, body: Value) -> Sent {
        let key = format!("crash-{:016x}{:016x}", self.dice.throw(), self.dice.throw());
        let name = format!("{}\n{key}", self.office.member);
        Sent {
            command: Uuid::new_v5(&self.office.agency, name.as_bytes()),
            key,
            path,
            version,
            body,
            what,
        }
    }
}

/// How long a 503 says to wait; it has to be whole, as every problem is.
pub(crate) fn later(answer: &Answer) -> Duration {
    let text = answer.text();
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json"),
        "{text}"
    );
    let seconds = answer.header("retry-after");
    let seconds = seconds.and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or_else(|| panic!("no Retry-After: {text}")))
}
