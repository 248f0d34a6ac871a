//! The case as the model has it: things with a status, and the accepted commands.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::judge::Judge;
use super::{Ask, Flaw, Surroundings, Verdict, days_after, operation, text, texts};

/// One of the case's things.
#[derive(Clone, Debug)]
pub struct Thing {
    /// What it is, such as `need`.
    pub kind: &'static str,
    /// Its status.
    pub status: String,
    /// Since when there is one, if a day says so.
    pub began: String,
    /// What was said about it; of several the last.
    pub data: Value,
}

/// A case.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// What is wrong with it on purpose.
    pub flaw: Flaw,
    /// `""` before the opening, then `open` or `closed`.
    pub life: &'static str,
    /// Whether it rests.
    pub paused: bool,
    /// The municipality's key, and its kind.
    pub municipality: (String, String),
    /// The keys of those it was about before.
    pub former_keys: Vec<String>,
    /// Its things by id.
    pub things: BTreeMap<String, Thing>,
    /// The accepted commands in their order.
    pub history: Vec<Ask>,
}

impl Model {
    /// A case that is not opened yet, seen with a mistake.
    #[must_use]
    pub fn with(flaw: Flaw) -> Self {
        Self {
            flaw,
            ..Self::default()
        }
    }

    /// Which rules a command touches.
    #[must_use]
    pub fn verdict(&self, ask: &Ask, around: &Surroundings) -> Verdict {
        let mut verdict = Judge::new(self, ask, around).verdict();
        if let Flaw::Forgets(rule) = self.flaw {
            verdict.refused.remove(rule);
            verdict.warned.remove(rule);
        }
        if !verdict.accepted() {
            verdict.warned.clear();
        }
        verdict
    }

    /// Takes an accepted command in; `made` is the id of the thing it made.
    pub fn accept(&mut self, ask: &Ask, made: Option<&str>, around: &Surroundings) {
        let (body, day) = (&ask.body, text(&ask.body, "occurred_on"));
        let what = operation(ask.operation);
        match ask.operation {
            "open_case" | "succeed_municipality" => {
                let key = text(&body["municipality"], "key");
                let kind = around.tables.municipality(key, day).map(|found| found.kind);
                let now = (key.to_owned(), kind.unwrap_or_default());
                let before = std::mem::replace(&mut self.municipality, now);
                if ask.operation == "succeed_municipality" {
                    self.former_keys.push(before.0);
                }
                self.life = "open";
            }
            "reopen_case" => self.life = "open",
            "close_case" => (self.life, self.paused) = ("closed", false),
            "pause_case" => self.paused = true,
            "resume_case" => self.paused = false,
            _ => {}
        }
        if !what.makes.0.is_empty() {
            let own = text(body, "solution");
            let id = if own.is_empty() {
                made.unwrap_or_default()
            } else {
                own
            };
            let mut data = body.clone();
            if let Some(version) = around.tables.dimensions_version(day) {
                data["version"] = json!(version);
            }
            let (kind, status) = what.makes;
            let began = match ask.operation {
                "add_participant" => "",
                "submit_funding_application" => text(body, "submitted_on"),
                _ => day,
            };
            let thing = Thing {
                kind,
                status: status.to_owned(),
                began: began.to_owned(),
                data,
            };
            self.things.insert(id.to_owned(), thing);
        }
        let target = ask.target.as_deref().and_then(|id| self.things.get_mut(id));
        if let Some(thing) = target {
            let decision = text(body, "decision");
            let status = if decision.is_empty() {
                what.leaves
            } else {
                decision
            };
            if !status.is_empty() {
                status.clone_into(&mut thing.status);
            }
            if ask.operation == "sign_agreement" {
                day.clone_into(&mut thing.began);
            }
            if ask.operation == "amend_agreement" {
                let (added, dropped) = (texts(body, "added"), texts(body, "dropped"));
                let mut named = texts(&thing.data, "priorities");
                named.retain(|id| !dropped.contains(id));
                named.extend(added);
                thing.data["priorities"] = json!(named);
            }
            for (name, value) in body.as_object().into_iter().flatten() {
                thing.data[name] = value.clone();
            }
        }
        self.history.push(ask.clone());
    }

    /// The ids of things of a kind in one of these statuses; of any status if none is named.
    #[must_use]
    pub fn ids(&self, kind: &str, statuses: &[&str]) -> Vec<&str> {
        let things = self.things.iter().filter(|(_, thing)| thing.kind == kind);
        let things = things
            .filter(|(_, thing)| statuses.is_empty() || statuses.contains(&thing.status.as_str()));
        things.map(|(id, _)| id.as_str()).collect()
    }

    pub(super) fn is(&self, id: &str, kind: &str, status: &str) -> bool {
        let thing = self.things.get(id);
        thing.is_some_and(|thing| thing.kind == kind && thing.status == status)
    }

    pub(super) fn data(&self, id: &str) -> &Value {
        self.things
            .get(id)
            .map_or(&Value::Null, |thing| &thing.data)
    }

    /// The accepted commands of an operation.
    pub(super) fn past(&self, operation: &str) -> impl Iterator<Item = &Ask> {
        self.history
            .iter()
            .filter(move |ask| ask.operation == operation)
    }

    /// Whether it is about a municipality, or was.
    #[must_use]
    pub fn has_key(&self, key: &str) -> bool {
        self.municipality.0 == key || self.former_keys.iter().any(|former| former == key)
    }

    /// Since when there is what a command is about; empty if no day says so.
    pub(super) fn since(&self, operation: &str, target: &str) -> &str {
        let last = |operation| {
            let day = self.past(operation).last();
            day.map_or("", |ask| text(&ask.body, "occurred_on"))
        };
        match operation {
            "resume_case" if self.paused => last("pause_case"),
            "reopen_case" if self.life == "closed" => last("close_case"),
            _ => self.things.get(target).map_or("", |thing| &thing.began),
        }
    }

    /// Whether the last initial meeting until a day was no refusal.
    pub(super) fn met_well(&self, day: &str) -> bool {
        let outcome = self.last_outcome(day);
        outcome.is_some_and(|outcome| outcome != "declined")
    }

    /// The priorities that an agreement named on a day, and those it names now.
    pub(super) fn named_on(&self, agreement: &str, day: &str) -> Vec<&str> {
        let amendments = self.past("amend_agreement");
        let later = amendments.filter(|ask| {
            ask.target.as_deref() == Some(agreement) && day <= text(&ask.body, "occurred_on")
        });
        let later = later.filter(|_| self.flaw != Flaw::DroppedForGood);
        let dropped = later.flat_map(|ask| texts(&ask.body, "dropped"));
        let mut named = texts(self.data(agreement), "priorities");
        named.extend(dropped);
        named
    }

    /// The needs that a priority refers to: those of its last revision that names any, or its first ones.
    pub(super) fn needs_of(&self, priority: &str) -> Vec<&str> {
        let revisions = self.past("revise_priority");
        let own = revisions.filter(|ask| ask.target.as_deref() == Some(priority));
        let named = own.map(|ask| &ask.body["changes"]);
        let last = named.filter(|changes| !changes["needs"].is_null()).last();
        texts(last.unwrap_or(self.data(priority)), "needs")
    }

    /// The day of the opening.
    #[must_use]
    pub fn opened_on(&self) -> &str {
        let first = self.history.first();
        first.map_or("", |ask| text(&ask.body, "occurred_on"))
    }

    /// The days of the initial meetings.
    pub(super) fn meetings(&self) -> impl Iterator<Item = &str> {
        let meetings = self.past("record_initial_meeting");
        meetings.map(|ask| text(&ask.body, "occurred_on"))
    }

    /// The outcome of the initial meeting held last until a day; of two on one day the one entered last.
    pub(super) fn last_outcome(&self, day: &str) -> Option<&str> {
        let meetings = self.past("record_initial_meeting").map(|ask| &ask.body);
        let any_day = self.flaw == Flaw::MeetingAfterwards;
        let meetings = meetings.filter(|body| any_day || text(body, "occurred_on") <= day);
        let last = if self.flaw == Flaw::LastEnteredMeeting {
            meetings.last()
        } else {
            meetings.max_by_key(|body| text(body, "occurred_on"))
        };
        last.map(|body| text(body, "outcome"))
    }

    /// The agreements that are signed and not ended.
    #[must_use]
    pub fn signed(&self) -> Vec<&str> {
        let ended: &[&str] = if self.flaw == Flaw::EndIgnored {
            &["ended"]
        } else {
            &[]
        };
        self.ids("agreement", &[&["signed"], ended].concat())
    }

    /// The agreements that are signed, not ended, and not run out by a day.
    pub(super) fn running(&self, day: &str) -> Vec<&str> {
        let mut signed = self.signed();
        signed.retain(|id| day <= self.period(id).1);
        signed
    }

    /// The agreements that are in force on a day, or were before they ended.
    #[must_use]
    pub fn in_force(&self, day: &str) -> Vec<&str> {
        let mut signed = self.ids("agreement", &["signed", "ended"]);
        signed.retain(|id| {
            let (from, until) = self.days(id);
            let last_day_counts = self.flaw != Flaw::LastDayOff;
            from <= day && (day < until.as_str() || last_day_counts && day == until)
        });
        signed
    }

    /// First and last day of a signed agreement by its terms.
    pub(super) fn period(&self, agreement: &str) -> (&str, &str) {
        let data = self.data(agreement);
        (text(data, "valid_from"), text(data, "valid_until"))
    }

    /// First and last day on which an agreement was in force: it was not on the day it ended.
    pub(super) fn days(&self, agreement: &str) -> (&str, String) {
        let (from, until) = self.period(agreement);
        let mut ended = self.past("end_agreement");
        let ended = ended.find(|ask| ask.target.as_deref() == Some(agreement));
        let ended = ended.filter(|_| self.flaw != Flaw::EndIgnored);
        let before = ended.map(|ask| days_after(text(&ask.body, "occurred_on"), -1));
        match before {
            Some(_) if self.flaw == Flaw::EndedForGood => (from, days_after(from, -1)),
            Some(before) => (from, before.min(until.to_owned())),
            None => (from, until.to_owned()),
        }
    }

    /// Who advises: the assignment whose first day is the last, since the opening.
    fn advisor(&self) -> &str {
        let assigned = self.past("assign_advisor").map(|ask| &ask.body);
        let assigned = assigned.filter(|body| text(body, "valid_from") >= self.opened_on());
        let newest = assigned.max_by_key(|body| text(body, "valid_from"));
        let opened = self.history.first().map(|ask| text(&ask.body, "advisor"));
        newest.map_or(opened.unwrap_or_default(), |body| text(body, "member"))
    }

    /// The case as [`shown`] shows one of the product.
    #[must_use]
    pub fn view(&self) -> Value {
        let list = |kind| -> BTreeMap<&str, &str> {
            let things = self.things.iter().filter(|(_, thing)| thing.kind == kind);
            things
                .map(|(id, thing)| (id.as_str(), thing.status.as_str()))
                .collect()
        };
        let agreements: BTreeMap<_, _> = list("agreement")
            .into_iter()
            .map(|(id, status)| {
                let mut named = texts(self.data(id), "priorities");
                named.sort_unstable();
                let (from, until) = self.period(id);
                (id, json!([status, named, from, until]))
            })
            .collect();
        let stage = match (self.life, self.paused) {
            ("closed", _) => "closed",
            (_, true) => "paused",
            _ if !self.ids("agreement", &["signed"]).is_empty() => "agreed",
            _ if self.past("record_initial_meeting").next().is_some() => "exploring",
            _ => "contact",
        };
        json!({
            "advisor": self.advisor(),
            "agreements": agreements,
            "applications": list("application"),
            "assessments": list("assessment"),
            "attended": self.past("record_qualification").count(),
            "documents": list("document"),
            "follow_ups": list("follow_up"),
            "measures": list("measure"),
            "model_solutions": list("model_solution"),
            "municipality": self.municipality,
            "needs": list("need"),
            "participants": list("participant"),
            "priorities": list("priority"),
            "stage": stage,
        })
    }
}

/// What the product's view of a case and the model's have in common. `case` is a case as JSON.
#[must_use]
pub fn shown(case: &Value, stage: &Value) -> Value {
    let each = |list: &str, status: &dyn Fn(&Value) -> Value| -> Value {
        let things = case[list].as_array().into_iter().flatten();
        things
            .map(|thing| (text(thing, "id").to_owned(), status(thing)))
            .collect()
    };
    let status = |thing: &Value| thing["status"].clone();
    let agreement = |one: &Value| {
        let mut named = texts(one, "priorities");
        named.sort_unstable();
        let terms = &one["signed"];
        let (from, until) = (text(terms, "valid_from"), text(terms, "valid_until"));
        json!([one["status"], named, from, until])
    };
    let application = |one: &Value| {
        let result = one["decision"]["result"].as_str();
        json!(result.unwrap_or("undecided"))
    };
    let participant = |one: &Value| {
        let gone = one["valid_to"].is_string();
        json!(if gone { "left" } else { "present" })
    };
    json!({
        "advisor": case["advisor"],
        "agreements": each("agreements", &agreement),
        "applications": each("funding_applications", &application),
        "assessments": each("assessments", &status),
        "attended": case["qualifications"].as_array().map_or(0, Vec::len),
        "documents": each("documents", &status),
        "follow_ups": each("follow_ups", &status),
        "measures": each("measures", &status),
        "model_solutions": each("model_solutions", &status),
        "municipality": [case["municipality"]["key"], case["municipality"]["kind"]],
        "needs": each("needs", &status),
        "participants": each("participants", &participant),
        "priorities": each("priorities", &status),
        "stage": stage,
    })
}
