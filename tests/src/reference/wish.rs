//! Random commands: mostly what somebody would ask, sometimes what nobody should.

mod agreements;
mod bodies;

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Ask, Model, Operation, Surroundings, days_after, operation};
use crate::Dice;

/// What leads to an agreement, and on from it.
const ROAD: &[&str] = &[
    "record_initial_meeting",
    "agree_priority",
    "draft_agreement",
    "sign_agreement",
    "sign_agreement",
    "amend_agreement",
    "extend_agreement",
    "end_agreement",
];

/// What would be rare otherwise, because other things have to come before.
const SIDE: &[&str] = &[
    "rate_dimension",
    "complete_assessment",
    "propose_model_solution",
    "select_model_solution",
    "reject_model_solution",
    "submit_funding_application",
    "record_funding_decision",
    "change_funding_period",
    "close_case",
];

/// Wishes for one step of a random life.
pub struct Wisher<'a> {
    dice: &'a mut Dice,
    model: &'a Model,
    around: &'a Surroundings,
    /// How often of a hundred times a part of a body is taken at random, not from what fits.
    carelessness: u64,
}

impl<'a> Wisher<'a> {
    /// Wishes of somebody who is careless so many times of a hundred.
    pub fn new(
        dice: &'a mut Dice,
        model: &'a Model,
        around: &'a Surroundings,
        carelessness: u64,
    ) -> Self {
        Self {
            dice,
            model,
            around,
            carelessness,
        }
    }

    /// Any command to the case as it stands.
    pub fn any(&mut self) -> Ask {
        if self.model.life.is_empty() {
            return self.of("open_case", None);
        }
        loop {
            let what = match self.dice.between(1, 8) {
                1 | 2 => operation(self.one_of(ROAD)),
                3 => operation(self.one_of(SIDE)),
                _ => self.operation(),
            };
            if !self.wants(what.name) {
                continue;
            }
            if what.about.is_empty() {
                return self.of(what.name, None);
            }
            let open = self.model.ids(what.about, what.takes);
            let all = self.model.ids(what.about, &[]);
            let chosen = if self.one_in(4) || open.is_empty() {
                all
            } else {
                open
            };
            if let Some(id) = self.pick(&chosen) {
                return self.of(what.name, Some(id));
            }
        }
    }

    fn operation(&mut self) -> &'static Operation {
        let all: Vec<&'static Operation> = Operation::ALL.iter().collect();
        self.pick(&all)
            .unwrap_or_else(|| operation("record_contact"))
    }

    /// Whether it is time for such a command; now and then it is asked all the same.
    fn wants(&mut self, operation: &str) -> bool {
        let model = self.model;
        let is = |kind: &str, statuses: &[&str]| !model.ids(kind, statuses).is_empty();
        let closed = model.life == "closed";
        let fits = match operation {
            "open_case" => false,
            "reopen_case" => closed,
            "link_document" => true,
            _ if closed => false,
            "close_case" => return self.one_in(12),
            "pause_case" => return self.one_in(2),
            "withdraw_need" | "drop_priority" | "discard_agreement_draft" | "end_agreement" => {
                return self.one_in(3);
            }
            "draft_agreement" | "plan_measure" => is("priority", &["agreed"]),
            "review_progress" => is("agreement", &["signed", "ended"]),
            "resume_case" => model.paused,
            "succeed_municipality" => {
                let successor = self.around.tables.successor(&model.municipality.0);
                successor.is_some() && self.one_in(2)
            }
            _ => true,
        };
        fits || self.one_in(8)
    }

    /// A command of this kind about this thing.
    pub fn of(&mut self, operation: &'static str, target: Option<&str>) -> Ask {
        let target = target.map(str::to_owned);
        let body = self.body(operation, target.as_deref().unwrap_or_default());
        Ask {
            operation,
            target,
            body,
        }
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.dice.between(1, chances) == 1
    }

    /// Whether this part of a body is taken without care.
    fn careless(&mut self) -> bool {
        self.dice.between(1, 100) <= self.carelessness
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> Option<T> {
        let last = (among.len() as u64).checked_sub(1)?;
        let index = usize::try_from(self.dice.between(0, last)).ok()?;
        among.get(index).copied()
    }

    fn one_of(&mut self, among: &[&'static str]) -> &'static str {
        self.pick(among).unwrap_or_default()
    }

    /// An id that nothing has.
    fn unknown(&mut self) -> String {
        let id = (u128::from(self.dice.throw()) << 64) | u128::from(self.dice.throw());
        uuid::Uuid::from_u128(id).to_string()
    }

    /// A thing of the case, in one of these statuses if one is picked with care and there is one.
    fn thing(&mut self, kind: &str, statuses: &[&str]) -> String {
        let fitting = self.model.ids(kind, statuses);
        let fitting = if self.careless() || fitting.is_empty() {
            self.model.ids(kind, &[])
        } else {
            fitting
        };
        let unknown = self.carelessness > 0 && self.one_in(60);
        match self.pick(&fitting).filter(|_| !unknown) {
            Some(id) => id.to_owned(),
            None => self.unknown(),
        }
    }

    /// Some different things.
    fn things(&mut self, kind: &str, statuses: &[&str], least: u64) -> BTreeSet<String> {
        let fitting = self.model.ids(kind, statuses).len() as u64;
        let count = if self.careless() {
            self.dice.between(0, 3)
        } else {
            self.dice.between(least, 3).min(fitting)
        };
        (0..count).map(|_| self.thing(kind, statuses)).collect()
    }

    fn shift(&mut self, day: &str, least: i32, most: i32) -> String {
        let width = u64::try_from(most - least).unwrap_or_default();
        let offset = i32::try_from(self.dice.between(0, width)).unwrap_or_default();
        days_after(day, least + offset)
    }

    /// A day on which something happened.
    fn past(&mut self) -> String {
        let today = self.around.today.as_str();
        let opened = self.model.opened_on();
        let from = if opened.is_empty() { today } else { opened };
        if self.careless() {
            return match self.dice.between(1, 4) {
                1 => self.shift(today, 1, 30),
                2 => self.shift(from, -90, -1),
                3 => self.shift("2014-05-20", 0, 30),
                _ => self.shift(today, -1, 1),
            };
        }
        // Often today: sometimes nothing else fits.
        let first = if self.one_in(3) { 0 } else { -60 };
        let day = self.shift(today, first, 0);
        if day.as_str() < opened {
            opened.to_owned()
        } else {
            day
        }
    }

    /// A day that is planned.
    fn planned(&mut self) -> String {
        let today = self.around.today.as_str();
        if self.careless() {
            self.shift(today, -40, 2)
        } else {
            self.shift(today, 0, 300)
        }
    }

    fn code(&mut self, list: &str, day: &str) -> String {
        let tables = &self.around.tables;
        let all: Vec<&str> = tables.codes(list).collect();
        if self.careless() {
            let unknown = self.one_in(4);
            return self
                .pick(&all)
                .filter(|_| !unknown)
                .unwrap_or("unknown")
                .to_owned();
        }
        let valid: Vec<&str> = all
            .into_iter()
            .filter(|code| tables.valid(list, code, day).is_some())
            .collect();
        self.pick(&valid).unwrap_or("unknown").to_owned()
    }

    fn member(&mut self) -> String {
        let members: Vec<&str> = self.around.members.iter().map(String::as_str).collect();
        if self.careless() {
            return self.unknown();
        }
        self.pick(&members).unwrap_or_default().to_owned()
    }

    /// Puts a member into a body half of the time.
    fn perhaps(&mut self, body: &mut Value, member: &str, value: impl Into<Value>) {
        if self.one_in(2) {
            body[member] = value.into();
        }
    }
}
