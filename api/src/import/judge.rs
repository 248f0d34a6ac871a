//! Asks the domain about a plan before anything of it is sent.
//!
//! Invariant: every line is judged as if all the others were right. One that is refused is followed by a plain one of
//! its kind in its place, so that nobody is told of what only follows from it.

mod stand_in;

use std::collections::{BTreeMap, HashMap};

use fallbuch_domain::agency::AgencyState;
use fallbuch_domain::case::CaseCommand;
use fallbuch_domain::catalogue::Catalogue;
use fallbuch_domain::{Command, Decision, Facts, Finding, Key, Language, Rejection, Rule, State};
use fallbuch_persistence::Access;
use time::Date;
use uuid::Uuid;

use super::plan::Case;
use super::problem::{Place, Problem, Reach};
use super::step::{Part, Step, Thing, Wish};
use super::survey::{Standing, made};
use super::wording;
use crate::body_schema::{BodySchemaError, BodySchemas};
use crate::language::Localized;

/// What judgements rest on.
pub(super) struct Judge<'a> {
    /// In whose name it is recorded.
    pub(super) access: &'a Access,
    /// The agency.
    pub(super) agency: &'a AgencyState,
    /// The code lists.
    pub(super) catalogue: &'a Catalogue,
    /// The contract's schemas, which bodies over HTTP are held against.
    pub(super) schemas: &'a BodySchemas,
    /// The day in Berlin.
    pub(super) today: Date,
    /// Who holds what openings ask for: cases there are, and those that stand before in the plan.
    pub(super) holders: BTreeMap<Key, Uuid>,
    /// The references of the cases of the plan, by the streams they are thought of as.
    pub(super) planned: HashMap<Uuid, String>,
    /// Makes ids for things that are only thought of.
    pub(super) new_id: &'a mut dyn FnMut() -> Uuid,
}

/// A body cannot be held against the contract.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JudgeError {
    /// Its schema.
    #[error(transparent)]
    Schema(#[from] BodySchemaError),
    /// Its text.
    #[error("JSON: {0}")]
    Json(#[from] serde_json::Error),
}

/// What was found in a case.
#[derive(Debug, Default)]
pub(super) struct Judgement {
    /// What refuses.
    pub(super) problems: Vec<Problem>,
    /// What is worth a look.
    pub(super) hints: Vec<(Place, Localized)>,
}

/// What refuses a step.
struct Fault {
    place: Place,
    message: Localized,
    rule: Option<Rule>,
}

/// A case as it would be after some of its steps.
struct Thought {
    stream: Uuid,
    state: Option<State>,
    made: HashMap<Thing, Uuid>,
}

impl Judge<'_> {
    /// Decides the steps of a case that are still to come, one after the other.
    pub(super) fn judge(
        &mut self,
        case: &Case,
        standing: &Standing,
    ) -> Result<Judgement, JudgeError> {
        let mut thought = Thought {
            stream: standing.stream.unwrap_or_else(|| (self.new_id)()),
            state: standing.state.clone(),
            made: standing.made.clone(),
        };
        self.planned.insert(thought.stream, case.reference.clone());
        let mut judgement = Judgement::default();
        for (step, _) in case
            .steps
            .iter()
            .zip(&standing.done)
            .filter(|(_, done)| !**done)
        {
            let faults = self.step(step, &mut thought, &mut judgement.hints)?;
            let refused = step.wish.is_none() || !faults.is_empty();
            let rival = step
                .wish
                .as_ref()
                .and_then(|wish| self.rival(wish, thought.stream));
            for fault in faults {
                judgement
                    .problems
                    .push(problem(case, fault, rival.as_ref()));
            }
            if refused {
                let linked = linked(step, &thought.made);
                self.stand_in(step, linked, &mut thought);
            }
        }
        Ok(judgement)
    }

    /// Decides one step; what refuses it, and where.
    fn step(
        &mut self,
        step: &Step,
        thought: &mut Thought,
        hints: &mut Vec<(Place, Localized)>,
    ) -> Result<Vec<Fault>, JudgeError> {
        let Some(wish) = step.wish.clone() else {
            return Ok(Vec::new());
        };
        let ids = linked(step, &thought.made);
        let named = step.links.as_ref().map_or(0, |links| links.numbers.len());
        // What is named and not there is a problem already.
        let is_of_links = |place: &Place| {
            let links = step.links.as_ref().filter(|_| ids.len() < named);
            links.is_some_and(|links| links.place == *place)
        };
        let wish = wish.linked(ids.clone());
        let mut faults = Vec::new();
        let (schema, body) = wish.body()?;
        for violation in self.schemas.validate(schema, &body)? {
            let place = step.place_of(violation.pointer.as_deref());
            faults.push(Fault {
                place,
                message: violation.message,
                rule: None,
            });
        }
        let about = step
            .thing()
            .and_then(|thing| thought.made.get(&thing).copied());
        let Some(command) = wish.command(about) else {
            return Ok(faults);
        };
        match self.decide(&command, thought) {
            Ok(decision) if faults.is_empty() => {
                let warnings = decision.warnings.iter().map(|finding| told(step, finding));
                hints.extend(warnings.map(|fault| (fault.place, fault.message)));
                thought.follow(step.thing().as_ref(), &decision);
            }
            Ok(_) => {}
            Err(rejection) => {
                faults.extend(rejection.findings.iter().map(|finding| told(step, finding)));
            }
        }
        self.claim(&command, thought);
        faults.retain(|fault| !is_of_links(&fault.place));
        Ok(faults)
    }

    fn decide(&mut self, command: &CaseCommand, thought: &Thought) -> Result<Decision, Rejection> {
        let command = Command::Case(command.clone());
        let state = thought.state.as_ref();
        let keys = command.needs(state, self.catalogue).keys.into_iter();
        let holders = keys.filter_map(|key| {
            let holder = *self.holders.get(&key)?;
            Some((key, holder))
        });
        let facts = Facts {
            stream: thought.stream,
            today: self.today,
            agency: Some(self.agency),
            catalogue: self.catalogue,
            holders: holders.collect(),
            // File numbers are made when the case is opened.
            counters: BTreeMap::new(),
            // No line refers to a stream of another kind.
            streams: BTreeMap::new(),
        };
        let decision = command.decide(state, &facts, self.new_id)?;
        if let Command::Case(CaseCommand::OpenCase(body)) = &command
            && !self.access.sees_site(body.site)
        {
            return Err(Rejection::by(Finding::new(Rule::R03).at("/site")));
        }
        Ok(decision)
    }

    /// The case before in the plan that is for the same municipality.
    fn rival(&self, wish: &Wish, stream: Uuid) -> Option<String> {
        let Wish::Open(body) = wish else {
            return None;
        };
        let holder = self.holders.get(&Key::open_case(&body.municipality.key))?;
        let holder = Some(holder).filter(|holder| **holder != stream)?;
        self.planned.get(holder).cloned()
    }

    /// The first case of the plan for a municipality has it, whatever else is wrong with it.
    fn claim(&mut self, command: &CaseCommand, thought: &Thought) {
        if let CaseCommand::OpenCase(body) = command {
            let key = Key::open_case(&body.municipality.key);
            self.holders.entry(key).or_insert(thought.stream);
        }
    }
}

impl Thought {
    /// Goes on as decided.
    fn follow(&mut self, thing: Option<&Thing>, decision: &Decision) {
        for event in &decision.events {
            let made = made(&event.data);
            self.made.extend(thing.cloned().zip(made));
            self.state = State::evolve(self.state.take(), event);
        }
    }
}

/// The ids of what a step names, as far as it is there.
pub(super) fn linked(step: &Step, made: &HashMap<Thing, Uuid>) -> Vec<Uuid> {
    let links = step.links.iter();
    let things = links.flat_map(|links| {
        links
            .numbers
            .iter()
            .map(|number| (links.form, number.clone()))
    });
    things
        .filter_map(|thing| made.get(&thing).copied())
        .collect()
}

/// What refuses a step. Of two cases for one municipality nobody knows which is right.
fn problem(case: &Case, fault: Fault, rival: Option<&String>) -> Problem {
    let own = case.reference.clone();
    match rival.filter(|_| fault.rule == Some(Rule::R02)) {
        Some(rival) => Problem {
            place: fault.place,
            message: wording::same_municipality(rival),
            reach: Reach::Cases([own, rival.clone()]),
        },
        None => Problem {
            place: fault.place,
            message: fault.message,
            reach: Reach::Case(own),
        },
    }
}

/// A finding in words, with its place.
fn told(step: &Step, finding: &Finding) -> Fault {
    Fault {
        place: step.place_of(finding.pointer.as_deref()),
        message: sentence(finding),
        rule: Some(finding.rule),
    }
}

/// A finding in words, with its rule.
pub(super) fn sentence(finding: &Finding) -> Localized {
    let told = |language| format!("{} ({})", finding.message(language), finding.rule.id());
    Localized::made(told(Language::De), told(Language::En))
}
