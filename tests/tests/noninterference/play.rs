//! Plays a script in a world: for all agencies, or for one of them alone.
//!
//! Invariant: what an agency sends depends on the script and on what it was told itself.

use std::sync::Arc;

use fallbuch_domain::Role;
use fallbuch_domain::agency::AgencyOpened;
use fallbuch_domain::agency::command::Terms;
use fallbuch_domain::case::CommandKind;
use fallbuch_domain::text::Line;
use fallbuch_persistence::Identity;
use fallbuch_tests::{
    Cast, Client, Database, Engine, EventRecord, Pending, Raw, SampleCase, Seen, Step, World,
    offer_body,
};
use serde_json::{Value, json};
use time::macros::date;

use super::leak::{Leak, Proxy};
use super::own::{self, Own};
use super::script::{Act, Deed, Manner, Script, Sight};

const FOUNDED: time::Date = date!(2014 - 06 - 01);

/// A world whose agencies draw from sources of their own.
pub(super) struct Stage {
    world: World,
    own: Arc<Own>,
    proxy: Proxy,
    raw: Raw,
}

/// Everything an agency was told, and its log at the end.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) answers: Vec<(String, Seen)>,
    pub(super) log: Vec<EventRecord>,
}

impl Stage {
    pub(super) async fn new(engine: Engine, leak: Option<Leak>) -> Self {
        let database = Database::migrated(engine).await;
        let own = Arc::new(Own::default());
        let mut options = database.options();
        options.sources = own.sources();
        let world = World::with(database, options).await;
        let raw = world.raw().await;
        Self {
            world,
            own,
            proxy: Proxy::new(leak),
            raw,
        }
    }

    pub(super) async fn stop(self) {
        self.raw.close().await;
        self.world.stop().await;
    }

    /// What each of `who` is told in the script's `number`-th play.
    pub(super) async fn play(&self, script: &Script, number: u32, who: &[usize]) -> Vec<Told> {
        self.proxy.begin();
        let mut parts = Vec::new();
        for place in who {
            parts.push(Part::found(self, number, *place).await);
        }
        if script.at_once {
            let all = parts.iter_mut().map(async |part| {
                for act in &script.acts {
                    part.act(act).await;
                }
            });
            futures_util::future::join_all(all).await;
        } else {
            for act in &script.acts {
                for part in &mut parts {
                    part.act(act).await;
                }
            }
        }
        let mut told = Vec::new();
        for part in parts {
            told.push(part.end().await);
        }
        told
    }
}

/// One agency in a play.
struct Part<'a> {
    stage: &'a Stage,
    script: u32,
    place: usize,
    code: String,
    /// How many ids each agency draws until its first case.
    before: u32,
    coordinator: Client,
    reader: Client,
    admin: Client,
    cast: Cast,
    cases: Vec<(SampleCase, usize)>,
    last: Option<(String, Pending)>,
    answers: Vec<(String, Seen)>,
}

fn code(script: u32, place: usize) -> String {
    format!("agentur-{script}-{place}")
}

/// What stands in the names and texts of one agency and of no other.
fn marker(script: u32, place: usize) -> String {
    format!("Kennwort{script}x{place}y")
}

impl<'a> Part<'a> {
    async fn found(stage: &'a Stage, script: u32, place: usize) -> Self {
        let operator = stage.world.store.operator();
        let (code, marker) = (code(script, place), marker(script, place));
        stage.own.found(script, place);
        let opened = AgencyOpened {
            carrier: Line::from(format!("Träger {marker}").as_str()),
            case_prefix: "TM".to_owned(),
            code: code.clone(),
            land_codes: vec!["15".to_owned()],
            name: Line::from(format!("Agentur {marker}").as_str()),
        };
        let access = operator.open_agency(FOUNDED, opened).await.unwrap();
        let site = format!("Standort {marker}");
        operator.open_site(&access, FOUNDED, &site).await.unwrap();
        let login = |role: Role| Identity {
            issuer: fallbuch_api::ISSUER.to_owned(),
            subject: format!("{}@{code}", role.code()),
        };
        let mut members = Vec::new();
        for role in [Role::Coordinator, Role::Reader, Role::AgencyAdmin] {
            let terms = Terms::of_roles(vec![role]);
            let login = login(role);
            let member = operator.admit_member(&access, FOUNDED, &login, terms);
            members.push(member.await.unwrap());
        }
        let agency = stage.world.store.agency(&access).await.unwrap();
        let mut part = Self {
            stage,
            script,
            place,
            before: stage.own.drawn_by(access.agency()),
            coordinator: stage.world.as_login(&login(Role::Coordinator)),
            reader: stage.world.as_login(&login(Role::Reader)),
            admin: stage.world.as_login(&login(Role::AgencyAdmin)),
            cast: Cast {
                agency: code.clone(),
                site: agency.sites[0].id,
                advisor: members[0],
            },
            code,
            cases: Vec::new(),
            last: None,
            answers: Vec::new(),
        };
        part.open(0).await;
        part
    }

    async fn act(&mut self, act: &Act) {
        if act.by != self.place {
            return;
        }
        match act.deed {
            Deed::Open => {
                let municipality = self.cases.len();
                self.open(municipality).await;
            }
            Deed::Go(case, manner) => self.go(case % self.cases.len(), manner).await,
            Deed::Repeat => {
                if let Some((path, request)) = self.last.clone() {
                    self.tell(&path, request).await;
                }
            }
            Deed::Read(case, sight) => {
                let case = self.cases[case % self.cases.len()].0.clone();
                let version = case.version;
                let id = case.path.rsplit('/').next().unwrap().to_owned();
                let code = self.code.clone();
                self.look(&code, &id, version, sight).await;
            }
            Deed::Foreign(far, sight) => {
                let (code, id) = self.other(far);
                self.look(&code, &id, 1, sight).await;
            }
            Deed::Intrude(far) => {
                let (code, id) = self.other(far);
                let path = format!("/v1/agencies/{code}/cases/{id}/contacts");
                let body = self.cases[0].0.body(CommandKind::RecordContact);
                let request = self.coordinator.post(&path, &body).if_match("*");
                self.command(&path, request).await;
            }
            Deed::Schedule => {
                let mut body = offer_body("schedule_offering").unwrap();
                body["site"] = json!(self.cast.site);
                body["title"] = json!(marker(self.script, self.place));
                self.offer("offerings", &body).await;
            }
            Deed::Describe => {
                let mut body = offer_body("describe_solution").unwrap();
                body["title"] = json!(marker(self.script, self.place));
                self.offer("solutions", &body).await;
            }
            Deed::Admit => {
                let path = format!("/v1/agencies/{}/members", self.code);
                let subject = format!("{}@{}", self.answers.len(), self.code);
                let body = json!({"occurred_on": "2015-03-02", "roles": ["reader"],
                                  "login": {"issuer": fallbuch_api::ISSUER, "subject": subject}});
                let request = self.admin.post(&path, &body).if_match("*");
                self.command(&path, request).await;
            }
        }
    }

    async fn offer(&mut self, list: &str, body: &Value) {
        let path = format!("/v1/agencies/{}/{list}", self.code);
        let request = self.coordinator.post(&path, body);
        self.command(&path, request).await;
    }

    /// Code and first case of another agency, which is there or not.
    fn other(&self, far: usize) -> (String, String) {
        let place = (self.place + far) % super::script::AGENCIES;
        let case = own::id(self.script, place, self.before + 1);
        (code(self.script, place), case.to_string())
    }

    async fn open(&mut self, municipality: usize) {
        let key = format!("15083{:03}", municipality + 1);
        let mut case = SampleCase::unopened(&self.cast, &key);
        let step = Step::sample(CommandKind::OpenCase, None);
        let request = case.request(&self.coordinator, &step);
        let path = format!("/v1/agencies/{}/cases", self.code);
        if let Some(answer) = self.command(&path, request).await {
            case.follow(&answer, &step);
            self.cases.push((case, 1));
        }
    }

    async fn go(&mut self, index: usize, manner: Manner) {
        let (case, walked) = self.cases[index].clone();
        let walk = Step::walk();
        // Whatever comes after the walk's end is a contact.
        let step = walk.get(walked).unwrap_or(&walk[1]).clone();
        // The reason of a closing is a code.
        let step = if step.kind == CommandKind::CloseCase {
            step
        } else {
            step.with(self.marked())
        };
        let path = case.address(step.kind, step.target.map(|id| case.real(id)));
        let request = case.request(&self.coordinator, &step);
        let (path, request) = match manner {
            Manner::Right => (path, request),
            Manner::Stale => (path, request.if_match("\"0\"")),
            Manner::Unversioned => (path, request.without_header("if-match")),
            Manner::Malformed => (
                path,
                request.raw_body("{\"reason\": 7}", "application/json"),
            ),
            Manner::Early => {
                let early = step.clone().with(json!({"occurred_on": "2014-07-01"}));
                (path, case.request(&self.coordinator, &early))
            }
            Manner::ByReader => (path, case.request(&self.reader, &step)),
            Manner::Taken => {
                let opening = Step::sample(CommandKind::OpenCase, None);
                let taken = SampleCase::unopened(&self.cast, "15083001");
                let path = format!("/v1/agencies/{}/cases", self.code);
                (path, taken.request(&self.coordinator, &opening))
            }
            Manner::Dry => {
                let path = format!("{path}?validate_only=true");
                let mut body = case.body(step.kind);
                body["occurred_on"] = json!("2015-06-01");
                let request = self.coordinator.post(&path, &body);
                (path, request.if_match(&format!("\"{}\"", case.version)))
            }
        };
        if let Some(answer) = self.command(&path, request).await
            && matches!(manner, Manner::Right)
        {
            let (case, walked) = &mut self.cases[index];
            case.follow(&answer, &step);
            *walked += 1;
        }
    }

    /// Members of a body that carry the agency's marker.
    fn marked(&self) -> Value {
        json!({"reason": format!("Grund {}", marker(self.script, self.place))})
    }

    /// Sends a command under a key of its own; its answer if it was accepted.
    async fn command(&mut self, path: &str, request: Pending) -> Option<fallbuch_tests::Answer> {
        let key = format!("key-{}-{}-{}", self.script, self.place, self.answers.len());
        let request = request.key(&key);
        self.last = Some((path.to_owned(), request.clone()));
        let answer = self.tell(path, request).await;
        (answer.status == 201).then_some(answer)
    }

    async fn tell(&mut self, path: &str, request: Pending) -> fallbuch_tests::Answer {
        let answer = request.header("x-request-id", "script").send().await;
        assert_ne!(answer.status, 500, "{path}: {}", answer.text());
        let seen = self.stage.proxy.pass(&self.code, path, Seen::of(&answer));
        self.answers.push((path.to_owned(), seen));
        answer
    }

    async fn look(&mut self, code: &str, case: &str, version: u64, sight: Sight) {
        let agency = format!("/v1/agencies/{code}");
        let case = format!("{agency}/cases/{case}");
        let before = version.saturating_sub(1).max(1);
        let path = match sight {
            Sight::Case => case,
            Sight::CaseBefore => format!("{case}?version={before}"),
            Sight::Cases => format!("{agency}/cases?limit=2"),
            Sight::Timeline => format!("{case}/timeline"),
            Sight::Events => format!("{case}/events?limit=3"),
            Sight::Event => format!("{case}/events/{version}"),
            Sight::Version => format!("{case}/versions/{before}"),
            Sight::Commands => format!("{case}/allowed-commands"),
            Sight::Feed => format!("{agency}/events?limit=5"),
            Sight::Agency => agency,
            Sight::Sites => format!("{agency}/sites"),
            Sight::Members => format!("{agency}/members"),
            Sight::Me => "/v1/me".to_owned(),
            Sight::Agencies => "/v1/agencies".to_owned(),
            Sight::Offerings => format!("{agency}/offerings?limit=1"),
            Sight::Solutions => format!("{agency}/solutions?limit=1"),
        };
        let answer = self.tell(&path, self.coordinator.get(&path)).await;
        let next = (answer.status == 200).then(|| answer.json()["page"]["next"].clone());
        if let Some(Value::String(cursor)) = next {
            let path = format!("{path}&cursor={cursor}");
            if path.contains('?') {
                self.tell(&path, self.coordinator.get(&path)).await;
            }
        }
    }

    /// The whole feed, the figures once they have followed it, and the log as it is stored.
    async fn end(mut self) -> Told {
        let agency = own::agency(self.script, self.place);
        let log = self.stage.raw.events_after(agency, 0).await;
        for (sight, case) in [(Sight::Feed, 0), (Sight::Cases, 0), (Sight::Me, 0)] {
            self.act(&Act {
                by: self.place,
                deed: Deed::Read(case, sight),
            })
            .await;
        }
        if self.stage.proxy.leaks() {
            // The figures are waited for, which a leak does not need: it is played often.
            return Told {
                answers: self.answers,
                log,
            };
        }
        let path = format!("/v1/agencies/{}/statistics/activity", self.code);
        let newest = log.last().map(|event| event.position);
        for _ in 0..400 {
            let request = self.coordinator.get(&path).header("x-request-id", "script");
            let answer = request.send().await.expect_status(200);
            if answer.json()["position"].as_i64() == newest {
                self.tell(&path, self.coordinator.get(&path)).await;
                return Told {
                    answers: self.answers,
                    log,
                };
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("the figures do not follow the log");
    }
}

/// The first difference between what an agency is told side by side and alone.
pub(super) fn difference(together: &Told, alone: &Told) -> Option<String> {
    let pairs = together.answers.iter().zip(&alone.answers).enumerate();
    for (index, (together, alone)) in pairs {
        if together != alone {
            return Some(format!(
                "answer {index}:\nside by side {together:#?}\nalone {alone:#?}"
            ));
        }
    }
    if together.answers.len() != alone.answers.len() {
        return Some("one was told more than the other".to_owned());
    }
    let pairs = together.log.iter().zip(&alone.log);
    let mut pairs = pairs.filter(|(together, alone)| together != alone);
    if let Some((together, alone)) = pairs.next() {
        return Some(format!(
            "the log:\nside by side {together:#?}\nalone {alone:#?}"
        ));
    }
    (together.log.len() != alone.log.len()).then(|| "one log is longer".to_owned())
}

/// What of another agency's stands in what this one is told, where it did not ask for it by name itself.
pub(super) fn foreign(script: u32, place: usize, told: &Told) -> Option<String> {
    for other in (0..super::script::AGENCIES).filter(|other| *other != place) {
        let own_ids = own::mark(script, other);
        let marks = [marker(script, other), code(script, other), own_ids];
        for (path, seen) in &told.answers {
            for mark in &marks {
                let headers = seen.headers.iter().any(|(_, value)| value.contains(mark));
                if headers || seen.text.contains(mark) {
                    return Some(format!("{mark} in the answer to {path}: {seen:#?}"));
                }
            }
        }
    }
    None
}
