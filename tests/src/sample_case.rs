//! The domain's sample commands over HTTP, on the real ids of one case.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fallbuch_domain::case::{CaseEvent, CommandKind, Target, sample};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client::{Answer, Client, Pending};
use crate::world::World;
use fallbuch_domain::Role;

/// The agency, site and advisor that a sample case belongs to.
#[derive(Clone, Debug)]
pub struct Cast {
    /// The agency's code.
    pub agency: String,
    /// The site in charge.
    pub site: Uuid,
    /// The member who advises.
    pub advisor: Uuid,
}

impl Cast {
    /// The agency's first site and its demo advisor.
    pub async fn of(world: &World, agency: &str) -> Self {
        Self {
            agency: agency.to_owned(),
            site: world.site(agency, "").await,
            advisor: world.member(agency, Role::Advisor).await,
        }
    }
}

/// One command of a sample's life: its kind, what it is about and the name of what it makes, both by
/// the ids of [`sample`].
#[derive(Clone, Debug)]
pub struct Step {
    /// The kind of command.
    pub kind: CommandKind,
    /// The sample's id of what it is about.
    pub target: Option<Uuid>,
    /// The sample's id for what it makes.
    pub made: Option<Uuid>,
    /// Members of the body in place of the sample's.
    pub changes: Value,
}

impl Step {
    /// The sample's own command.
    #[must_use]
    pub fn sample(kind: CommandKind, made: Option<Uuid>) -> Self {
        Self {
            kind,
            target: sample::target(kind),
            made,
            changes: json!({}),
        }
    }

    /// The same about something else.
    #[must_use]
    pub fn about(self, target: Uuid) -> Self {
        let target = Some(target);
        Self { target, ..self }
    }

    /// The same with other members in its body.
    #[must_use]
    pub fn with(self, changes: Value) -> Self {
        Self { changes, ..self }
    }

    /// The domain's walk through the kinds of commands as far as a Gemeinde can go: it is not eligible
    /// where an application asks for it (R18).
    #[must_use]
    pub fn walk() -> Vec<Self> {
        let funded = [
            CommandKind::SubmitFundingApplication,
            CommandKind::RecordFundingDecision,
            CommandKind::ChangeFundingPeriod,
        ];
        let mut walk = Self::whole_walk();
        walk.retain(|step| !funded.contains(&step.kind));
        walk
    }

    /// The domain's whole walk through all kinds of commands, for a Landkreis or a kreisfreie Stadt.
    #[must_use]
    pub fn whole_walk() -> Vec<Self> {
        let steps = sample::WALK.iter();
        steps
            .map(|step| Self {
                target: step.about,
                ..Self::sample(step.kind, step.made)
            })
            .collect()
    }
}

/// A case that lives the sample's life.
#[derive(Clone, Debug)]
pub struct SampleCase {
    /// Where it is: `/v1/agencies/…/cases/…`.
    pub path: String,
    /// Its version.
    pub version: u64,
    /// The sample's ids with the real ones.
    ids: Vec<(Uuid, Uuid)>,
    municipality: String,
    agency: String,
}

impl SampleCase {
    /// A case that is still to be opened, for a municipality by its key: of eight digits, so that
    /// there are enough of them.
    #[must_use]
    pub fn unopened(cast: &Cast, municipality: &str) -> Self {
        Self {
            path: String::new(),
            version: 0,
            ids: vec![(sample::SITE, cast.site), (sample::ADVISOR, cast.advisor)],
            municipality: municipality.to_owned(),
            agency: format!("/v1/agencies/{}", cast.agency),
        }
    }

    /// A case after these steps, all of which are accepted.
    pub async fn after(
        client: &Client,
        cast: &Cast,
        municipality: &str,
        steps: impl IntoIterator<Item = Step>,
    ) -> Self {
        let mut played = Self::unopened(cast, municipality);
        for step in steps {
            let kind = step.kind;
            let answer = played.play(client, step).await;
            assert_eq!(answer.status, 201, "{kind:?}: {}", answer.text());
        }
        played
    }

    /// The sample's body of this kind with the real ids; what is not made yet keeps the sample's.
    #[must_use]
    pub fn body(&self, kind: CommandKind) -> Value {
        let mut text = sample::body(kind).to_string();
        for (sample, real) in &self.ids {
            text = text.replace(&sample.to_string(), &real.to_string());
        }
        let mut body: Value = serde_json::from_str(&text).expect("ids are no syntax");
        if kind == CommandKind::OpenCase && self.municipality.len() == 5 {
            body["municipality"] = json!({"key": self.municipality});
        } else if kind == CommandKind::OpenCase {
            let name = format!("Gemeinde {}", self.municipality);
            body["municipality"] = json!({"key": self.municipality, "name": name});
        }
        body
    }

    /// The real id of a thing of the sample.
    #[must_use]
    pub fn real(&self, id: Uuid) -> Uuid {
        let mut ids = self.ids.iter();
        let pair = ids.find(|(sample, _)| *sample == id);
        pair.unwrap_or_else(|| panic!("{id} is not made yet")).1
    }

    /// The sample's id of a real thing.
    #[must_use]
    pub fn sample_of(&self, id: Uuid) -> Uuid {
        let mut ids = self.ids.iter();
        let pair = ids.find(|(_, real)| *real == id);
        pair.unwrap_or_else(|| panic!("{id} is none of the sample's"))
            .0
    }

    /// Where a command is posted.
    #[must_use]
    pub fn address(&self, kind: CommandKind, target: Option<Uuid>) -> String {
        if kind == CommandKind::OpenCase {
            return format!("{}/cases", self.agency);
        }
        format!("{}{}", self.path, command_path(kind, target))
    }

    /// Sends the next command on the case's version, and moves with it if it is accepted.
    pub async fn play(&mut self, client: &Client, step: Step) -> Answer {
        self.provide(client, step.kind).await;
        let answer = self.request(client, &step).send().await;
        if answer.status == 201 {
            self.follow(&answer, &step);
        }
        answer
    }

    /// Sees to it that the agency has what a command of this kind takes from it: an offering that was
    /// held, or a solution.
    pub async fn provide(&mut self, client: &Client, kind: CommandKind) {
        let thing = if kind == CommandKind::RecordQualification {
            sample::OFFERING
        } else if kind == CommandKind::ProposeModelSolution {
            sample::SOLUTION
        } else {
            return;
        };
        if self.has(thing) {
            return;
        }
        let made = if thing == sample::OFFERING {
            let mut body = json!(fallbuch_domain::offering::sample::schedule());
            body["site"] = json!(self.real(sample::SITE));
            let offering = made(client, &format!("{}/offerings", self.agency), &body).await;
            let path = format!("{}/offerings/{offering}/holdings", self.agency);
            let held = json!(fallbuch_domain::offering::sample::hold());
            let held = client.post(&path, &held).if_match("\"1\"");
            held.send().await.expect_status(201);
            offering
        } else {
            let body = json!(fallbuch_domain::solution::sample::describe());
            made(client, &format!("{}/solutions", self.agency), &body).await
        };
        self.ids.push((thing, made));
    }

    /// The next command on the case's version.
    #[must_use]
    pub fn request(&self, client: &Client, step: &Step) -> Pending {
        let target = step.target.map(|id| self.real(id));
        let mut body = self.body(step.kind);
        for (name, value) in step.changes.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let request = client.post(&self.address(step.kind, target), &body);
        if step.kind == CommandKind::OpenCase {
            return request;
        }
        request.if_match(&format!("\"{}\"", self.version))
    }

    /// Whether the thing of the sample is made already.
    #[must_use]
    pub fn has(&self, id: Uuid) -> bool {
        self.ids.iter().any(|(sample, _)| *sample == id)
    }

    /// Moves with the answer to an accepted command.
    ///
    /// # Panics
    /// If it is no such answer.
    pub fn follow(&mut self, answer: &Answer, step: &Step) {
        let done = answer.json();
        self.version = done["version"].as_u64().expect("a version");
        if step.kind == CommandKind::OpenCase {
            let location = answer.header("location").expect("the case");
            location.clone_into(&mut self.path);
        }
        if let Some(sample) = step.made {
            let event = &done["events"][0];
            let (kind, schema) = (event["type"].as_str(), event["schema"].as_u64());
            let schema = u32::try_from(schema.expect("a schema")).expect("a small number");
            let data = event["data"].to_string();
            let event = CaseEvent::from_stored(kind.expect("a type"), schema, &data);
            let real = event.expect("an event of a case").made();
            let real = real.expect("a new id");
            self.ids.push((sample, real));
        }
    }
}

/// The stream that a command began.
async fn made(client: &Client, path: &str, body: &Value) -> Uuid {
    let begun = client.post(path, body).send().await.expect_status(201);
    let id = begun.json()["events"][0]["stream"]["id"].clone();
    serde_json::from_value(id).expect("an id")
}

/// The member of a case's representation that lists things of this kind.
///
/// # Panics
/// If it is no kind of thing.
#[must_use]
pub fn list_of(thing: Target) -> &'static str {
    match thing {
        Target::NewCase | Target::Case => panic!("a case lists no cases"),
        Target::Need => "needs",
        Target::Priority => "priorities",
        Target::Agreement => "agreements",
        Target::Assessment => "assessments",
        Target::ModelSolution => "model_solutions",
        Target::Measure => "measures",
        Target::Application => "funding_applications",
        Target::FollowUp => "follow_ups",
        Target::Participant => "participants",
        Target::Document => "documents",
    }
}

/// Where a command is posted, below its case, as the contract says.
///
/// # Panics
/// If the target does not fit the kind.
#[must_use]
pub fn command_path(kind: CommandKind, target: Option<Uuid>) -> String {
    static PATHS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
        let contract: Value = serde_json::from_str(include_str!("../../openapi/openapi.json"))
            .expect("the contract is JSON");
        let paths = contract["paths"].as_object().expect("it has paths");
        let posts = paths.iter().filter_map(|(path, item)| {
            let operation = item["post"]["operationId"].as_str()?;
            Some((operation.to_owned(), path.clone()))
        });
        posts.collect()
    });
    let path = PATHS.get(kind.operation());
    let path = path.unwrap_or_else(|| panic!("{} is not in the contract", kind.operation()));
    let below = path.strip_prefix("/v1/agencies/{agency}/cases/{case_id}");
    let below = below.expect("a command to a case");
    match kind.target().parameter() {
        None => below.to_owned(),
        Some(name) => {
            let id = target.expect("this command is about something");
            below.replace(&format!("{{{name}}}"), &id.to_string())
        }
    }
}
