//! The domain's sample commands over HTTP, on the real ids of one case.

use fallbuch_domain::case::{CommandKind, sample};
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
            target: sample_target(kind),
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

    /// The domain's whole walk through all kinds of commands.
    #[must_use]
    pub fn walk() -> Vec<Self> {
        let steps = sample::WALK.iter();
        steps
            .map(|(kind, made)| Self::sample(*kind, *made))
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
        if kind == CommandKind::OpenCase {
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
        let answer = self.request(client, &step).send().await;
        if answer.status == 201 {
            self.follow(&answer, &step);
        }
        answer
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
            let data = &done["events"][0]["data"];
            let made = ["need", "priority", "agreement"]
                .iter()
                .find_map(|name| data[name].as_str());
            let real = made.and_then(|id| id.parse().ok()).expect("a new id");
            self.ids.push((sample, real));
        }
    }
}

/// Where a command is posted, below its case.
///
/// # Panics
/// If the target does not fit the kind.
#[must_use]
pub fn command_path(kind: CommandKind, target: Option<Uuid>) -> String {
    let id = || target.expect("this command is about something");
    match kind {
        CommandKind::OpenCase => panic!("an opening has no case"),
        CommandKind::RecordContact => "/contacts".to_owned(),
        CommandKind::RecordInitialMeeting => "/initial-meetings".to_owned(),
        CommandKind::CaptureNeed => "/needs".to_owned(),
        CommandKind::ReviseNeed => format!("/needs/{}/revisions", id()),
        CommandKind::WithdrawNeed => format!("/needs/{}/withdrawals", id()),
        CommandKind::AgreePriority => "/priorities".to_owned(),
        CommandKind::RevisePriority => format!("/priorities/{}/revisions", id()),
        CommandKind::DropPriority => format!("/priorities/{}/droppings", id()),
        CommandKind::DraftAgreement => "/agreements".to_owned(),
        CommandKind::RedraftAgreement => format!("/agreements/{}/revisions", id()),
        CommandKind::DiscardAgreementDraft => format!("/agreements/{}/discardings", id()),
        CommandKind::SignAgreement => format!("/agreements/{}/signatures", id()),
        CommandKind::CloseCase => "/closures".to_owned(),
        CommandKind::ReopenCase => "/reopenings".to_owned(),
    }
}

/// What the sample's command of this kind is about, by the sample's ids.
#[must_use]
pub fn sample_target(kind: CommandKind) -> Option<Uuid> {
    match kind {
        CommandKind::ReviseNeed => Some(sample::NEED),
        CommandKind::WithdrawNeed => Some(sample::OTHER_NEED),
        CommandKind::RevisePriority => Some(sample::PRIORITY),
        CommandKind::DropPriority => Some(sample::OTHER_PRIORITY),
        CommandKind::RedraftAgreement | CommandKind::SignAgreement => Some(sample::AGREEMENT),
        CommandKind::DiscardAgreementDraft => Some(sample::OTHER_AGREEMENT),
        CommandKind::OpenCase
        | CommandKind::RecordContact
        | CommandKind::RecordInitialMeeting
        | CommandKind::CaptureNeed
        | CommandKind::AgreePriority
        | CommandKind::DraftAgreement
        | CommandKind::CloseCase
        | CommandKind::ReopenCase => None,
    }
}
