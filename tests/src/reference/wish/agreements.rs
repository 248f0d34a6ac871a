//! The bodies of random commands about agreements, and about what relies on them.

use serde_json::{Value, json};

use super::Wisher;
use crate::reference::{days_after, text, texts};

impl Wisher<'_> {
    pub(super) fn signing(&mut self, day: &str) -> Value {
        let mut parties = vec!["municipality", "agency"];
        if self.careless() {
            parties.remove(0);
        }
        if self.one_in(3) {
            parties.push("third");
        }
        let signed: Vec<String> = parties
            .iter()
            .map(|_| {
                if self.careless() {
                    self.past()
                } else {
                    self.shift(day, -9, 0)
                }
            })
            .collect();
        let signatures = parties.iter().zip(signed);
        let signatures: Vec<Value> = signatures
            .map(|(party, on)| json!({"function": "Leitung", "party": party, "signed_on": on}))
            .collect();
        let periods = self.model.ids("agreement", &["signed", "ended"]);
        let last = periods.into_iter().map(|id| self.model.days(id).1).max();
        let last = last.unwrap_or_default();
        let from = match (last.is_empty(), self.careless()) {
            (false, false) => self.shift(&last, 1, 3),
            _ => self.past(),
        };
        let until = self.shift(&from, 0, 400);
        let until = if self.careless() {
            self.shift(&from, -10, 0)
        } else {
            until
        };
        let mut body = json!({"signatures": signatures, "valid_from": from});
        if !self.careless() {
            body["valid_until"] = json!(until);
        }
        self.with_document(body, "document")
    }

    pub(super) fn amendment(&mut self, target: &str) -> Value {
        let named = texts(self.model.data(target), "priorities");
        let mut added: Vec<String> = self
            .things("priority", &["agreed"], 0)
            .into_iter()
            .collect();
        if !self.careless() {
            added.retain(|id| !named.contains(&id.as_str()));
        }
        let mut dropped = Vec::new();
        if let Some(id) = self
            .pick(&named)
            .filter(|_| named.len() > 1 || self.one_in(3))
        {
            dropped.push(id.to_owned());
        }
        let body = json!({"added": added, "dropped": dropped});
        self.with_document(body, "document")
    }

    pub(super) fn extension(&mut self, target: &str) -> Value {
        let until = text(self.model.data(target), "valid_until").to_owned();
        let (until, today) = (
            if until.is_empty() { self.past() } else { until },
            self.past(),
        );
        let far = match (self.careless(), self.careless()) {
            (true, _) => (-5, 0),
            (_, true) => (1, 400),
            _ if self.carelessness == 0 => (1, 1),
            _ => (1, 5),
        };
        let (until, signed) = (self.shift(&until, far.0, far.1), today);
        let body = json!({"valid_until": until, "signed_on": signed});
        self.with_document(body, "document")
    }

    pub(super) fn review(&mut self) -> Value {
        let agreement = self.thing("agreement", &["signed", "ended"]);
        let mut named = texts(self.model.data(&agreement), "priorities");
        // What was dropped may be named for a day before.
        let amendments = self.model.past("amend_agreement");
        let own = amendments.filter(|ask| ask.target.as_ref() == Some(&agreement));
        named.extend(own.flat_map(|ask| texts(&ask.body, "dropped")));
        let other = self.thing("priority", &[]);
        let priority = self.pick(&named).map(str::to_owned);
        let priority = if self.careless() {
            other
        } else {
            priority.unwrap_or(other)
        };
        let attainment = json!([{"level": "partly", "priority": priority}]);
        json!({"agreement": agreement, "attainment": attainment, "next_steps": []})
    }

    pub(super) fn application(&mut self, day: &str) -> Value {
        let (programme, call) = self.programme(day);
        let rows = &self.around.tables;
        let row = rows
            .valid("programme", &programme, day)
            .map(|row| row.body.clone());
        let mut calls = row
            .iter()
            .filter_map(|row| row["calls"].as_array())
            .flatten();
        let deadline = calls
            .find(|one| text(one, "code") == call)
            .map(|one| text(one, "deadline"));
        let deadline = deadline.unwrap_or_default().to_owned();
        let mut submitted = self.past();
        let signed = self.model.ids("agreement", &["signed", "ended"]);
        let signed: Vec<(String, String)> = signed
            .into_iter()
            .map(|id| self.model.days(id))
            .map(|(from, until)| (from.to_owned(), until))
            .collect();
        // The edges: a deadline's day, the first and the last day of an agreement, and the next one.
        match self.dice.between(1, 6) {
            1 if !deadline.is_empty() => submitted = deadline,
            2..=4 => {
                if let Some((from, until)) = signed.first() {
                    submitted.clone_from(if self.one_in(2) { from } else { until });
                    if self.one_in(3) {
                        submitted = days_after(&submitted, 1);
                    }
                }
            }
            _ => {}
        }
        if self.carelessness == 0 && submitted > self.around.today {
            submitted = self.past();
        }
        let mut body = json!({"programme": programme, "call": call, "submitted_on": submitted});
        if !signed.is_empty() {
            let agreement = self.thing("agreement", &["signed", "ended"]);
            self.perhaps(&mut body, "agreement", agreement);
        }
        body
    }

    pub(super) fn closing(&mut self, day: &str) -> Value {
        let mut open: Vec<String> = [
            self.model.running(day),
            self.model.ids("follow_up", &["open"]),
            self.model.ids("application", &["undecided"]),
        ]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect();
        if self.careless() {
            open.pop();
        }
        if self.careless() {
            let other = self.thing("agreement", &[]);
            if !open.contains(&other) {
                open.push(other);
            }
        }
        let reason = self.one_of(&["completed", "no_interest", "phase_end", "opened_in_error"]);
        json!({"reason": reason, "summary": "Beendet.", "acknowledge": open})
    }
}
