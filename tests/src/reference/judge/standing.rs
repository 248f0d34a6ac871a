//! What refuses a command whatever its body says.

use super::Judge;
use crate::reference::{days_after, operation, text, texts};

impl Judge<'_> {
    pub(super) fn judge_standing(&mut self) {
        let what = operation(self.ask.operation);
        let thing = self.model.things.get(self.target);
        let status = thing.map_or("", |thing| thing.status.as_str());
        if !what.takes.is_empty() && !what.takes.contains(&status) {
            self.refuse(what.rule);
            return;
        }
        match self.ask.operation {
            "withdraw_need" => {
                let mut agreed = self.model.ids("priority", &["agreed"]).into_iter();
                let named = agreed.any(|id| self.model.needs_of(id).contains(&self.target));
                self.require(!named, "R14");
            }
            "drop_priority" => {
                let mut signed = self.model.signed().into_iter();
                let named = signed
                    .any(|id| texts(self.model.data(id), "priorities").contains(&self.target));
                self.require(!named, "R14");
            }
            "draft_agreement" | "redraft_agreement" | "plan_measure" => {
                self.require(self.some_priority_is_agreed(), "R21");
            }
            "sign_agreement" => {
                let mut meetings = self.model.meetings();
                self.require(meetings.any(|day| self.model.met_well(day)), "R05");
                let named = texts(self.model.data(self.target), "priorities").into_iter();
                let agreed = named.map(|id| self.model.is(id, "priority", "agreed"));
                let agreed: Vec<bool> = agreed.collect();
                self.require(agreed.contains(&true), "R05");
                self.require(!agreed.contains(&false) || !agreed.contains(&true), "R21");
            }
            "extend_agreement" => {
                // Whatever the new last day, the agreement would run into the one that follows.
                let next = days_after(self.model.period(self.target).1, 1);
                self.require(!self.overlaps(&next, &next), "R08");
            }
            "amend_agreement" => {
                let named = texts(self.model.data(self.target), "priorities");
                let agreed = self.model.ids("priority", &["agreed"]);
                let can_add = agreed.iter().any(|id| !named.contains(id));
                let can_drop = named.len() > 1 && agreed.iter().any(|id| named.contains(id));
                self.require(can_add || can_drop, "R21");
            }
            "review_progress" => {
                let mut agreements = self
                    .model
                    .ids("agreement", &["signed", "ended"])
                    .into_iter();
                let any = agreements.any(|id| !texts(self.model.data(id), "priorities").is_empty());
                self.require(any, "R21");
            }
            "record_participant_departure" => {
                let from = text(self.model.data(self.target), "valid_from");
                self.require(from <= self.around.today.as_str(), "R06");
            }
            "submit_funding_application" => self.judge_chances(),
            "succeed_municipality" => self.judge_successor(),
            "pause_case" => self.require(!self.model.paused, "R10"),
            "resume_case" => self.require(self.model.paused, "R10"),
            "reopen_case" => {
                let closed = self.model.life == "closed";
                self.require(closed, "R25");
                let mut taken = self.around.taken.iter();
                let other = taken.any(|key| self.model.has_key(key));
                self.require(!closed || !other, "R02");
            }
            _ => {}
        }
    }

    /// R18: some programme that has begun takes applications of such a municipality, and one that demands
    /// no agreement, or there was one.
    fn judge_chances(&mut self) {
        let (tables, today) = (&self.around.tables, self.around.today.as_str());
        let kind = self.model.municipality.1.as_str();
        let begun = tables
            .rows("programme")
            .filter(|row| row.from.as_str() <= today);
        let for_us = begun.filter(|row| texts(&row.body, "eligible_kinds").contains(&kind));
        let demands: Vec<bool> = for_us
            .map(|row| row.body["agreement_required"] == true)
            .collect();
        let signed = self.model.ids("agreement", &["signed", "ended"]);
        let agreed = signed.into_iter().any(|id| {
            let (from, until) = self.model.days(id);
            from <= today && from <= until.as_str()
        });
        let possible = demands.iter().any(|demanded| agreed || !demanded);
        self.require(possible, "R18");
    }

    /// R03: there is a successor, and its time has come; R02: no other open case is about it.
    fn judge_successor(&mut self) {
        let (tables, today) = (&self.around.tables, &self.around.today);
        let key = &self.model.municipality.0;
        let ended = tables.municipality(key, today).is_none();
        let successor = tables.successor(key);
        self.require(successor.is_some() && ended, "R03");
        // A Gemeinde may have got any key of its new district.
        let whole = successor.filter(|successor| successor.len() == key.len());
        let taken = whole.is_some_and(|successor| self.around.taken.contains(successor));
        self.require(!taken, "R02");
    }
}
