//! What the rules say about one command.

mod bodies;
mod standing;

use super::{Ask, Flaw, Model, Surroundings, Verdict, text, texts};

/// The commands that a closed case still takes (R23).
const AFTER_CLOSING: [&str; 2] = ["link_document", "reopen_case"];

/// Days in bodies on which something happened, so that they do not lie in the future (R26), by
/// operation.
const PAST_DAYS: [(&str, &str); 6] = [
    ("extend_agreement", "signed_on"),
    ("complete_assessment", "presented_on"),
    ("submit_funding_application", "submitted_on"),
    ("record_funding_decision", "notice_on"),
    ("assign_advisor", "valid_from"),
    ("record_participant_departure", "valid_to"),
];

/// A command before the rules.
pub(super) struct Judge<'a> {
    model: &'a Model,
    ask: &'a Ask,
    around: &'a Surroundings,
    /// The day of the command.
    day: &'a str,
    /// What it is about; empty if that is the case.
    target: &'a str,
    found: Verdict,
}

impl<'a> Judge<'a> {
    pub(super) fn new(model: &'a Model, ask: &'a Ask, around: &'a Surroundings) -> Self {
        Self {
            model,
            ask,
            around,
            day: text(&ask.body, "occurred_on"),
            target: ask.target.as_deref().unwrap_or_default(),
            found: Verdict::default(),
        }
    }

    pub(super) fn verdict(mut self) -> Verdict {
        if self.around.closed {
            self.refuse("R35");
            return self.found;
        }
        let opening = self.ask.operation == "open_case";
        let exists = !self.model.life.is_empty();
        self.require(opening != exists, "R01");
        if opening || exists {
            if exists && !opening {
                self.admit();
            }
            self.judge_body();
        }
        self.judge_days(exists);
        self.found
    }

    fn refuse(&mut self, rule: &str) {
        self.found.refused.insert(rule.to_owned());
    }

    fn require(&mut self, holds: bool, rule: &str) {
        if !holds {
            self.refuse(rule);
        }
    }

    fn warn(&mut self, noticed: bool, rule: &str) {
        if noticed {
            self.found.warned.insert(rule.to_owned());
        }
    }

    /// R23, or what else the case and the thing that the command is about say.
    fn admit(&mut self) {
        let closed = self.model.life == "closed";
        if closed && !AFTER_CLOSING.contains(&self.ask.operation) {
            self.refuse("R23");
        } else {
            self.judge_standing();
        }
    }

    /// R26, R27 and R39.
    fn judge_days(&mut self, exists: bool) {
        let (body, today) = (&self.ask.body, self.around.today.as_str());
        self.require(self.day <= today, "R26");
        self.warn(exists && self.day < self.model.opened_on(), "R27");
        self.warn(
            self.day < self.model.since(self.ask.operation, self.target),
            "R39",
        );
        for (operation, member) in PAST_DAYS {
            if exists && operation == self.ask.operation {
                self.require(text(body, member) <= today, "R26");
            }
        }
        for signature in body["signatures"].as_array().into_iter().flatten() {
            self.require(text(signature, "signed_on") <= today, "R26");
        }
    }

    /// What a body says of one of the case's things.
    fn body(&self, member: &str) -> &'a str {
        text(&self.ask.body, member)
    }

    fn list(&self, member: &str) -> Vec<&'a str> {
        texts(&self.ask.body, member)
    }

    /// R08: whether another agreement is or was in force on one of these days.
    fn overlaps(&self, from: &str, until: &str) -> bool {
        let signed = self.model.ids("agreement", &["signed", "ended"]);
        let mut others = signed.into_iter().filter(|id| *id != self.target);
        others.any(|id| {
            let (begins, ends) = self.model.days(id);
            let ends = ends.as_str();
            begins <= ends && begins <= until && from <= ends
        })
    }

    fn some_priority_is_agreed(&self) -> bool {
        !self.model.ids("priority", &["agreed"]).is_empty()
    }

    fn has(&self, flaw: &Flaw) -> bool {
        self.model.flaw == *flaw
    }
}
