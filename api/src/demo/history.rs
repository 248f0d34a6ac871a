//! A history told as data: what happened in one case, in the order in which it was recorded.
//!
//! The bodies of its steps are those of the API. What a step makes gets a name, and `@name` stands for
//! its id in later steps; `@site` and `@advisor` are given.
//!
//! Invariant: telling a history again changes nothing, and one that was broken off goes on.

use std::collections::BTreeMap;

use fallbuch_domain::case::CommandKind;
use fallbuch_domain::offering::OfferingCommand;
use fallbuch_domain::solution::SolutionCommand;
use fallbuch_domain::{Command, EventData, Role};
use fallbuch_persistence::{Access, Expected, IdempotencyKey, Receipt, Store};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::{DemoError, member};

/// The histories by name, in the order in which they are told.
pub const HISTORIES: &[(&str, &str)] = &[
    (
        "burgenlandkreis",
        include_str!("histories/burgenlandkreis.json"),
    ),
    ("wittenberg", include_str!("histories/wittenberg.json")),
    ("verden", include_str!("histories/verden.json")),
    ("leverkusen", include_str!("histories/leverkusen.json")),
    ("erlangen", include_str!("histories/erlangen.json")),
    ("heilbronn", include_str!("histories/heilbronn.json")),
    ("halle", include_str!("histories/halle.json")),
];

/// A history as it stands in its file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct History {
    agency: String,
    site: String,
    #[serde(default)]
    solutions: Vec<Described>,
    #[serde(default)]
    offerings: Vec<Scheduled>,
    steps: Vec<Step>,
}

/// A solution of the agency that the case takes up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    name: String,
    body: Value,
}

/// An offering of the agency that the municipality attends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scheduled {
    name: String,
    schedule: Value,
    hold: Value,
}

/// One command to the case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// The operationId.
    r#do: String,
    /// The name of what it is about.
    on: Option<String>,
    /// The name of what it makes.
    name: Option<String>,
    body: Value,
}

/// Tells a history to the store.
pub(super) async fn tell(store: &Store, name: &str, text: &str) -> Result<(), DemoError> {
    let history: History = serde_json::from_str(text)?;
    let mut teller = Teller::new(store, name, &history).await?;
    for solution in history.solutions {
        let body = serde_json::from_value(teller.named(solution.body))?;
        let command = Command::Solution(SolutionCommand::Describe(body));
        let key = format!("solution/{}", solution.name);
        let described = teller.enter(None, &key, command).await?;
        teller.ids.insert(solution.name, described.stream);
    }
    for offering in history.offerings {
        let schedule = serde_json::from_value(teller.named(offering.schedule))?;
        let command = Command::Offering(OfferingCommand::Schedule(schedule));
        let key = format!("offering/{}", offering.name);
        let scheduled = teller.enter(None, &key, command).await?;
        let hold = serde_json::from_value(teller.named(offering.hold))?;
        let command = Command::Offering(OfferingCommand::Hold(hold));
        let key = format!("held/{}", offering.name);
        teller.enter(Some(&scheduled), &key, command).await?;
        teller.ids.insert(offering.name, scheduled.stream);
    }
    let mut case = None;
    for (number, step) in history.steps.into_iter().enumerate() {
        case = Some(teller.take(case.as_ref(), number, step).await?);
    }
    Ok(())
}

/// Those of the agency who enter the history, with the names that have been given in it.
struct Teller<'a> {
    store: &'a Store,
    history: &'a str,
    advisor: Access,
    coordinator: Access,
    ids: BTreeMap<String, Uuid>,
}

impl<'a> Teller<'a> {
    async fn new(store: &'a Store, name: &'a str, history: &History) -> Result<Self, DemoError> {
        let agency = &history.agency;
        let advisor = member(store, agency, Role::Advisor).await?;
        let coordinator = member(store, agency, Role::Coordinator).await?;
        let state = store.agency(&coordinator).await?;
        let mut sites = state.sites.iter();
        let site = sites.find(|site| site.name.as_str() == history.site);
        let site = site.ok_or_else(|| DemoError::NoSite(history.site.clone()))?;
        let ids = BTreeMap::from([
            ("site".to_owned(), site.id),
            ("advisor".to_owned(), advisor.principal().id()),
        ]);
        Ok(Self {
            store,
            history: name,
            advisor,
            coordinator,
            ids,
        })
    }

    /// Carries out one step on the case as the step before left it.
    async fn take(
        &mut self,
        case: Option<&Receipt>,
        number: usize,
        step: Step,
    ) -> Result<Receipt, DemoError> {
        let mut kinds = CommandKind::ALL.iter();
        let kind = kinds.find(|kind| kind.operation() == step.r#do);
        let kind = kind.ok_or_else(|| DemoError::Unknown(step.r#do.clone()))?;
        let target = match &step.on {
            None => Uuid::nil(),
            Some(name) => self.id(name)?,
        };
        let command = kind.command(target, self.named(step.body))?;
        let key = format!("{number}/{}", kind.operation());
        let receipt = self.enter(case, &key, Command::Case(command)).await?;
        if let Some(name) = step.name {
            let made = made(&receipt)?;
            let made = made.ok_or_else(|| DemoError::Unknown(name.clone()))?;
            self.ids.insert(name, made);
        }
        Ok(receipt)
    }

    /// Carries out a command in the name of whoever may: the advisor, or else the coordinator.
    async fn enter(
        &self,
        stream: Option<&Receipt>,
        key: &str,
        command: Command,
    ) -> Result<Receipt, DemoError> {
        let expected = stream.map_or(Expected::New, |stream| Expected::Version(stream.version));
        let access = if self.advisor.may(command.permission()) {
            &self.advisor
        } else {
            &self.coordinator
        };
        let key = format!("demo/{}/{key}", self.history);
        let key = IdempotencyKey {
            fingerprint: self.store.fingerprint(&[b"demo", key.as_bytes()]),
            key,
        };
        let stream = stream.map(|stream| stream.stream);
        let done = self.store.execute(access, stream, expected, command, key);
        Ok(done.await?)
    }

    fn id(&self, name: &str) -> Result<Uuid, DemoError> {
        let id = self.ids.get(name).copied();
        id.ok_or_else(|| DemoError::Unknown(name.to_owned()))
    }

    /// The body with ids in place of names. What has no name stays, and the body is refused.
    fn named(&self, body: Value) -> Value {
        match body {
            Value::String(text) => {
                let id = text.strip_prefix('@').and_then(|name| self.ids.get(name));
                Value::String(id.map_or(text.clone(), Uuid::to_string))
            }
            Value::Array(items) => items.into_iter().map(|item| self.named(item)).collect(),
            Value::Object(members) => {
                let members = members.into_iter();
                let named = members.map(|(name, value)| (name, self.named(value)));
                Value::Object(named.collect())
            }
            other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
        }
    }
}

/// The id of the thing that the command made.
fn made(receipt: &Receipt) -> Result<Option<Uuid>, DemoError> {
    let Some(body) = receipt.events.first() else {
        return Ok(None);
    };
    let event = body
        .read()?
        .event()
        .map_err(fallbuch_persistence::StoreError::from)?;
    Ok(match event.data {
        EventData::Case(event) => event.made(),
        EventData::Agency(_) | EventData::Offering(_) | EventData::Solution(_) => None,
    })
}
