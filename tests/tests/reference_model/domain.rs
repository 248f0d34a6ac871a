//! One random life of a case, in the domain and in the model.

use std::collections::{BTreeMap, BTreeSet};

use fallbuch_domain::case::{Admission, CaseCommand, CaseState, CommandKind, admissions, sample};
use fallbuch_domain::stream::Decision;
use fallbuch_domain::{Command, Event, Facts, Finding, Key, Needs, Rejection, State};
use fallbuch_tests::Dice;
use fallbuch_tests::reference::{
    Ask, Flaw, Model, Surroundings, Tally, Verdict, Wisher, days_after, shown,
};
use serde_json::json;
use uuid::Uuid;

use super::scenery::{Scenery, day, streams};

/// How careless wishes are, of a hundred.
const CARELESS: u64 = 7;

/// How many of the steps look at everything that `allowed-commands` says: one in so many.
const LOOKS: u64 = 12;

/// How often a body that fits is looked for before there is none.
const ATTEMPTS: usize = 40;

/// Whether these commands are accepted depends on what is around: on offerings and solutions that are
/// found out by asking, and on the days of calls and agreements.
const AT_THE_WORLDS_MERCY: &[CommandKind] = &[
    CommandKind::RecordQualification,
    CommandKind::ProposeModelSolution,
    CommandKind::SubmitFundingApplication,
];

pub(super) struct Life<'a> {
    scenery: &'a Scenery,
    dice: Dice,
    around: Surroundings,
    streams: BTreeMap<Uuid, State>,
    model: Model,
    state: Option<State>,
    made: u64,
    pub(super) met: Tally,
}

impl<'a> Life<'a> {
    pub(super) fn new(scenery: &'a Scenery, mut dice: Dice, flaw: Flaw) -> Self {
        let mut around = scenery.surroundings();
        around.today = days_after("2014-07-01", i32::try_from(dice.between(0, 1100)).unwrap());
        Self {
            scenery,
            dice,
            streams: streams(&around),
            around,
            model: Model::with(flaw),
            state: None,
            made: 0,
            met: Tally::default(),
        }
    }

    /// A day or some weeks later somebody wishes something.
    pub(super) fn step(&mut self) -> Result<(), String> {
        self.go_on();
        let ask = self.wisher(CARELESS).any();
        let command = command(&ask);
        let admission = self.admission(&command)?;
        let decided = self.decide(&command);
        let domain = verdict(&decided);
        let model = self.model.verdict(&ask, &self.around);
        self.met.count(ask.operation, &domain);
        let told = || {
            format!(
                "{ask:?} on {} of {:#?}",
                self.around.today,
                self.model.view()
            )
        };
        if domain != model {
            return Err(format!(
                "the domain says {domain:?}, the model {model:?} to {}",
                told()
            ));
        }
        let refusal = admission.and_then(|admission| admission.refusal);
        if let Some(finding) = refusal
            && !domain.refused.contains(finding.rule.id())
        {
            return Err(format!(
                "not allowed by {finding:?}, yet {domain:?} to {}",
                told()
            ));
        }
        if let Ok(decision) = decided {
            self.accept(&ask, &decision);
            self.compare()?;
        }
        if self.dice.between(1, LOOKS) == 1 {
            self.look_at_all_admissions()?;
        }
        Ok(())
    }

    /// Time passes, and the agency's other business with it.
    fn go_on(&mut self) {
        let days = if self.dice.between(1, 3) == 1 {
            self.dice.between(0, 60)
        } else {
            0
        };
        self.around.today = days_after(&self.around.today, i32::try_from(days).unwrap());
        if self.dice.between(1, 600) == 1 {
            self.around.closed = true;
        }
        if self.dice.between(1, 8) == 1 {
            let keys = ["15002", "15084", "03152", "03159", "15084030"];
            let key = keys[usize::try_from(self.dice.between(0, 4)).unwrap()];
            if !self.around.taken.remove(key) {
                self.around.taken.insert(key.to_owned());
            }
        }
    }

    fn wisher(&mut self, carelessness: u64) -> Wisher<'_> {
        Wisher::new(&mut self.dice, &self.model, &self.around, carelessness)
    }

    fn case(&self) -> Option<&CaseState> {
        self.state.as_ref().and_then(State::as_case)
    }

    /// What a decision knows that asked for this and nothing else.
    fn facts(&self, needs: &Needs) -> Facts<'_> {
        let other = sample::EVENT;
        let is_open = self.model.life == "open";
        let holder = |key: &Key| {
            if self.around.taken.contains(&key.value) {
                return Some((key.clone(), other));
            }
            let held = is_open && self.model.has_key(&key.value);
            held.then(|| (key.clone(), sample::CASE))
        };
        let asked = |id: &Uuid| self.streams.get(id).map(|state| (*id, state.clone()));
        let agency = if self.around.closed {
            &self.scenery.closed_agency
        } else {
            &self.scenery.agency
        };
        Facts {
            stream: sample::CASE,
            today: day(&self.around.today),
            agency: Some(agency),
            catalogue: &self.scenery.catalogue,
            holders: needs.keys.iter().filter_map(holder).collect(),
            counters: needs
                .counters
                .iter()
                .map(|name| (name.clone(), 7))
                .collect(),
            streams: needs.streams.iter().filter_map(asked).collect(),
        }
    }

    fn decide(&self, command: &CaseCommand) -> Result<Decision, Rejection> {
        let needs = command.needs(self.case(), &self.scenery.catalogue);
        let made = new_id(self.made);
        Command::Case(command.clone())
            .decide(self.state.as_ref(), &self.facts(&needs), &mut || made)
    }

    fn accept(&mut self, ask: &Ask, decision: &Decision) {
        let made = new_id(self.made).to_string();
        self.made += 1;
        self.model.accept(ask, Some(&made), &self.around);
        let events: &[Event] = &decision.events;
        self.state = events.iter().fold(self.state.take(), State::evolve);
    }

    /// The case stands as the model has it.
    fn compare(&self) -> Result<(), String> {
        let case = self.case().ok_or("there is no case")?;
        let (domain, model) = (shown(&json!(case), &json!(case.stage())), self.model.view());
        if domain == model {
            Ok(())
        } else {
            Err(format!(
                "the case stands as {domain:#}, the model has {model:#}"
            ))
        }
    }

    /// Everything that `allowed-commands` says.
    fn admissions(&self) -> Vec<Admission> {
        let Some(case) = self.case() else {
            return Vec::new();
        };
        let mut needs = Needs::default();
        for kind in CommandKind::ALL {
            let more = kind.needs(case, &self.scenery.catalogue);
            needs.keys.extend(more.keys);
            needs.counters.extend(more.counters);
            needs.streams.extend(more.streams);
        }
        admissions(case, &self.facts(&needs))
    }

    /// What `allowed-commands` says about a command; nothing about openings.
    fn admission(&self, command: &CaseCommand) -> Result<Option<Admission>, String> {
        let (kind, target) = (command.kind(), command.target());
        let mut all = self.admissions().into_iter();
        let found = all.find(|one| one.kind == kind && one.target == target);
        if found.is_none() && kind != CommandKind::OpenCase {
            return Err(format!(
                "{kind:?} on {target:?} is not among the admissions"
            ));
        }
        Ok(found)
    }

    /// What is not allowed is refused by that rule, whatever the body; for what is allowed there is a
    /// body that is accepted.
    fn look_at_all_admissions(&mut self) -> Result<(), String> {
        for Admission {
            kind,
            target,
            refusal,
        } in self.admissions()
        {
            let target = target.map(|id| id.to_string());
            let told = match refusal {
                Some(finding) => self.is_refused(kind, target.as_deref(), &finding),
                None => self.is_accepted(kind, target.as_deref()),
            };
            let on = (&self.around.today, &self.around.taken);
            told.map_err(|why| format!("{why} on {on:?} of {:#}", self.model.view()))?;
        }
        Ok(())
    }

    fn is_refused(
        &mut self,
        kind: CommandKind,
        target: Option<&str>,
        finding: &Finding,
    ) -> Result<(), String> {
        let carelessness = self.dice.between(0, 40);
        let ask = self.wisher(carelessness).of(kind.operation(), target);
        let decided = verdict(&self.decide(&command(&ask)));
        if decided.refused.contains(finding.rule.id()) {
            return Ok(());
        }
        Err(format!(
            "not allowed by {finding:?}, yet {decided:?} to {ask:?}"
        ))
    }

    fn is_accepted(&mut self, kind: CommandKind, target: Option<&str>) -> Result<(), String> {
        if AT_THE_WORLDS_MERCY.contains(&kind) {
            return Ok(());
        }
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let ask = self.wisher(0).of(kind.operation(), target);
            match self.decide(&command(&ask)) {
                Ok(_) => return Ok(()),
                Err(rejection) => last = Some((ask, rejection)),
            }
        }
        Err(format!("allowed, yet nothing is accepted: {last:?}"))
    }
}

fn new_id(n: u64) -> Uuid {
    Uuid::from_u128(0x014f_8806_ef40_7000_9000_0000_0000_0000 | u128::from(n))
}

fn verdict(decided: &Result<Decision, Rejection>) -> Verdict {
    let ids = |findings: &[Finding]| -> BTreeSet<String> {
        findings
            .iter()
            .map(|finding| finding.rule.id().to_owned())
            .collect()
    };
    match decided {
        Ok(decision) => Verdict {
            warned: ids(&decision.warnings),
            ..Verdict::default()
        },
        Err(rejection) => Verdict {
            refused: ids(&rejection.findings),
            ..Verdict::default()
        },
    }
}

/// The command that is asked.
fn command(ask: &Ask) -> CaseCommand {
    let mut kinds = CommandKind::ALL.iter();
    let kind = kinds
        .find(|kind| kind.operation() == ask.operation)
        .unwrap();
    let target = ask.target.as_ref().map(|id| id.parse().unwrap());
    let command = kind.command(target.unwrap_or_default(), ask.body.clone());
    command.unwrap_or_else(|fault| panic!("{fault}: {ask:?}"))
}
