//! What refuses a command for what its body says, or warns.

use serde_json::Value;

use super::Judge;
use crate::reference::{Flaw, text, texts};

impl Judge<'_> {
    pub(super) fn judge_body(&mut self) {
        let changes = &self.ask.body["changes"];
        match self.ask.operation {
            "open_case" => self.judge_opening(),
            "succeed_municipality" => self.judge_succession(),
            "record_initial_meeting" => {
                let signings = self.model.past("sign_agreement");
                let mut days = signings.map(|ask| text(&ask.body, "occurred_on"));
                let between: Vec<&str> = self.model.meetings().collect();
                let alone = days.any(|signed| {
                    self.day <= signed
                        && !between.iter().any(|met| self.day < *met && *met <= signed)
                });
                self.warn(alone && self.body("outcome") == "declined", "R05");
            }
            "capture_need" => self.require_code("dimension", self.body("dimension")),
            "revise_need" => self.require_code("dimension", text(changes, "dimension")),
            "agree_priority" => {
                self.require_code("focus_area", self.body("focus_area"));
                self.require_needs(&self.list("needs"), "R14");
            }
            "revise_priority" => {
                self.require_code("focus_area", text(changes, "focus_area"));
                self.require_needs(&texts(changes, "needs"), "R14");
            }
            "draft_agreement" | "redraft_agreement" => {
                let named = self.list("priorities");
                self.require(!named.is_empty(), "R21");
                self.require_agreed(&named);
                self.require_document("document");
            }
            "sign_agreement" => self.judge_signing(),
            "amend_agreement" => self.judge_amendment(),
            "extend_agreement" => self.judge_extension(),
            "start_assessment" => {
                let version = self.around.tables.dimensions_version(self.day);
                self.require(version.is_some(), "R12");
                let signed = self.was_done("sign_agreement");
                self.warn(!signed, "R11");
            }
            "record_interview" => self.require_document("minutes"),
            "rate_dimension" => {
                let rated = self.dimensions_of_assessment();
                self.require(rated.contains(&self.body("dimension")), "R12");
            }
            "complete_assessment" => {
                self.require_needs(&self.list("needs"), "R21");
                self.judge_ratings();
            }
            "propose_model_solution" => self.judge_proposal(),
            "select_model_solution" => {
                let assessed = self.was_done("complete_assessment");
                self.warn(!assessed, "R16");
            }
            "plan_measure" => {
                self.require_agreed(&[self.body("priority")]);
                self.require_code("format", self.body("format"));
                self.warn_if_past("due_on");
            }
            "record_qualification" => self.judge_qualification(),
            "advise_on_funding" => {
                self.programme();
            }
            "submit_funding_application" => self.judge_application(),
            "record_funding_decision" => {
                let (start, end) = (self.body("start_on"), self.body("end_on"));
                self.require(end.is_empty() || start <= end, "R06");
                let of_a_grant = ["amount_cents", "end_on", "grant_code", "posts", "start_on"];
                let mut given = of_a_grant.iter();
                let any = given.any(|member| !self.ask.body[member].is_null());
                self.require(!any || self.body("decision") == "granted", "R20");
            }
            "change_funding_period" => {
                let start = text(self.model.data(self.target), "start_on");
                self.require(start <= self.body("end_on"), "R06");
            }
            "review_progress" => self.judge_review(),
            "schedule_follow_up" => {
                self.require_member("assignee");
                self.warn_if_past("due_on");
            }
            "reschedule_follow_up" => self.warn_if_past("due_on"),
            "reassign_follow_up" => self.require_member("assignee"),
            "record_participant_departure" => {
                let from = text(self.model.data(self.target), "valid_from");
                self.require(from <= self.body("valid_to"), "R06");
            }
            "assign_advisor" => self.require_member("member"),
            "pause_case" => self.warn_if_past("until"),
            "close_case" => self.judge_closing(),
            "reopen_case" => self.require(!self.body("reason").trim().is_empty(), "R25"),
            _ => {}
        }
    }

    /// R12 for a code, if one is given.
    fn require_code(&mut self, list: &str, code: &str) {
        let valid = self.around.tables.valid(list, code, self.day).is_some();
        self.require(code.is_empty() || valid, "R12");
    }

    /// Only needs of this case that stand.
    fn require_needs(&mut self, needs: &[&str], rule: &str) {
        let ignored = self.has(&Flaw::WithdrawalIgnored);
        let stands = |id: &&str| {
            self.model.is(id, "need", "open") || ignored && self.model.is(id, "need", "withdrawn")
        };
        self.require(needs.iter().all(stands), rule);
    }

    /// R21: only priorities of this case that are agreed.
    fn require_agreed(&mut self, priorities: &[&str]) {
        let mut named = priorities.iter();
        let agreed = named.all(|id| self.model.is(id, "priority", "agreed"));
        self.require(agreed, "R21");
    }

    /// R21: only a document that is linked, if one is named.
    fn require_document(&mut self, member: &str) {
        let id = self.body(member);
        let linked = id.is_empty() || self.model.is(id, "document", "linked");
        self.require(linked, "R21");
    }

    /// R03 for a person.
    fn require_member(&mut self, member: &str) {
        let known = self.around.members.contains(self.body(member));
        self.require(known, "R03");
    }

    /// R22, if a day is named.
    fn warn_if_past(&mut self, member: &str) {
        let (due, today) = (self.body(member), self.around.today.as_str());
        let past = due < today || self.has(&Flaw::TodayIsPast) && due == today;
        self.warn(!due.is_empty() && past, "R22");
    }

    /// Whether such a command was accepted for a day up to this one's.
    fn was_done(&self, operation: &str) -> bool {
        let mut past = self.model.past(operation);
        past.any(|ask| text(&ask.body, "occurred_on") <= self.day)
    }

    /// R02, R03 and R04 for the municipality that a body names.
    fn judge_municipality(&mut self) {
        let municipality = &self.ask.body["municipality"];
        let (key, name) = (text(municipality, "key"), text(municipality, "name"));
        self.require(!self.around.taken.contains(key), "R02");
        match self.around.tables.municipality(key, self.day) {
            None => self.refuse("R03"),
            Some(found) => {
                // The names of Gemeinden are in no list.
                self.require(found.named || !name.is_empty(), "R03");
                let served = self.around.land_codes.contains(&found.land);
                self.warn(!served, "R04");
            }
        }
    }

    fn judge_opening(&mut self) {
        self.judge_municipality();
        let open = self.around.sites.contains(self.body("site"));
        self.require(open, "R03");
        self.require_member("advisor");
    }

    fn judge_succession(&mut self) {
        self.judge_municipality();
        let (tables, from) = (&self.around.tables, &self.model.municipality.0);
        let to = text(&self.ask.body["municipality"], "key");
        let successor = tables.successor(from);
        let fits = successor.is_some_and(|key| to.starts_with(key) && to.len() == from.len());
        self.require(fits, "R03");
        self.require(tables.municipality(from, self.day).is_none(), "R03");
    }

    fn judge_signing(&mut self) {
        // Where no day would do, that has been said already.
        let ever = self.model.meetings().any(|day| self.model.met_well(day));
        self.require(!ever || self.model.met_well(self.day), "R05");
        let signatures = self.ask.body["signatures"].as_array();
        let signatures: Vec<&Value> = signatures.into_iter().flatten().collect();
        for party in ["municipality", "agency"] {
            let signed = signatures.iter().any(|one| text(one, "party") == party);
            self.require(signed, "R05");
        }
        let (from, until) = (self.body("valid_from"), self.body("valid_until"));
        let in_time = signatures
            .iter()
            .all(|one| text(one, "signed_on") <= self.day);
        self.require(in_time, "R05");
        let late = signatures.iter().any(|one| text(one, "signed_on") > from);
        self.warn(late, "R07");
        self.require(until.is_empty() || from <= until, "R06");
        self.require(!until.is_empty(), "R09");
        self.require(!self.overlaps(from, until.max(from)), "R08");
        self.require_document("document");
    }

    fn judge_amendment(&mut self) {
        let named = texts(self.model.data(self.target), "priorities");
        let (added, dropped) = (self.list("added"), self.list("dropped"));
        self.require(!added.is_empty() || !dropped.is_empty(), "R21");
        self.require_agreed(&added);
        self.require(!added.iter().any(|id| named.contains(id)), "R21");
        self.require(dropped.iter().all(|id| named.contains(id)), "R21");
        let kept = named.iter().filter(|id| !dropped.contains(id));
        let mut left = kept.chain(&added);
        let any = left.any(|id| self.model.is(id, "priority", "agreed"));
        self.require(any, "R21");
        self.require_document("document");
    }

    fn judge_extension(&mut self) {
        let (from, old) = self.model.period(self.target);
        // A draft has no period that could be extended.
        if !from.is_empty() {
            let new = self.body("valid_until");
            self.require(old < new, "R06");
            self.require(!self.overlaps(from, new.max(from)), "R08");
            self.warn(old < self.body("signed_on"), "R08");
        }
        self.require_document("document");
    }

    /// The dimensions of the version that was the newest when the assessment began.
    fn dimensions_of_assessment(&self) -> Vec<&str> {
        let tables = &self.around.tables;
        let began_with = self.model.data(self.target)["version"].as_u64();
        let version = match began_with {
            Some(_) if self.has(&Flaw::NewestDimensions) => tables.dimensions_version(self.day),
            _ => began_with,
        };
        version.map_or(Vec::new(), |version| {
            tables.dimensions_of(version).collect()
        })
    }

    /// R13.
    fn judge_ratings(&mut self) {
        let all = self.dimensions_of_assessment();
        let ratings = self.model.past("rate_dimension");
        let ratings = ratings.filter(|ask| ask.target.as_deref() == Some(self.target));
        let rated: Vec<&str> = ratings.map(|ask| text(&ask.body, "dimension")).collect();
        let complete = all.iter().all(|code| rated.contains(code));
        self.warn(!complete, "R13");
    }

    fn judge_proposal(&mut self) {
        let id = self.body("solution");
        let Some(solution) = self.around.solutions.get(id) else {
            self.refuse("R34");
            return;
        };
        self.require(!solution.withdrawn, "R34");
        let mut under_way = vec!["proposed", "selected", "adopted"];
        if self.has(&Flaw::RejectedForGood) {
            under_way.push("rejected");
        }
        let again = self.model.ids("model_solution", &under_way).contains(&id);
        self.require(!again, "R15");
        let named = self.body("donor");
        let own = solution.donor.as_deref().unwrap_or_default();
        let donor = if named.is_empty() { own } else { named };
        if !donor.is_empty() {
            self.require(donor != self.model.municipality.0, "R17");
            let known = self.around.tables.municipality(donor, self.day);
            self.require(donor == own || known.is_some(), "R12");
        }
        let priority = self.body("priority");
        if !priority.is_empty() {
            self.require_agreed(&[priority]);
        }
    }

    fn judge_qualification(&mut self) {
        let offering = self.body("offering");
        let held = self.around.offerings.get(offering) == Some(&"held");
        let mut earlier = self.model.past("record_qualification");
        let again = earlier.any(|ask| text(&ask.body, "offering") == offering);
        self.require(held && !again, "R34");
        let held_on = self.around.held_on.get(offering);
        self.warn(
            held_on.is_some_and(|held_on| self.day < held_on.as_str()),
            "R39",
        );
    }

    /// R12 for a programme and the call of it that is named; the programme, and the call's deadline.
    fn programme(&mut self) -> Option<(Value, String)> {
        let (programme, call) = (self.body("programme"), self.body("call"));
        let Some(row) = self.around.tables.valid("programme", programme, self.day) else {
            self.refuse("R12");
            return None;
        };
        let mut calls = row.body["calls"].as_array().into_iter().flatten();
        let found = calls.find(|one| text(one, "code") == call);
        self.require(call.is_empty() || found.is_some(), "R12");
        let deadline = found.map_or("", |one| text(one, "deadline"));
        Some((row.body.clone(), deadline.to_owned()))
    }

    fn judge_application(&mut self) {
        let Some((programme, deadline)) = self.programme() else {
            return;
        };
        let submitted = self.body("submitted_on");
        let eligible = texts(&programme, "eligible_kinds");
        let kind = self.model.municipality.1.as_str();
        self.require(eligible.contains(&kind), "R18");
        let in_force = self.model.in_force(submitted);
        let named = self.body("agreement");
        let demanded = programme["agreement_required"] == true;
        if named.is_empty() {
            self.require(!demanded || !in_force.is_empty(), "R18");
        } else {
            self.require(in_force.contains(&named), "R18");
        }
        let on_the_day = self.has(&Flaw::DeadlineExcluded) && deadline == submitted;
        let late = deadline.as_str() < submitted || on_the_day;
        self.warn(!deadline.is_empty() && late, "R19");
    }

    fn judge_review(&mut self) {
        let agreement = self.body("agreement");
        let signed = self.model.ids("agreement", &["signed", "ended"]);
        self.require(signed.contains(&agreement), "R21");
        let named = self.model.named_on(agreement, self.day);
        let attainment = self.ask.body["attainment"].as_array();
        let mut reviewed = attainment.into_iter().flatten();
        let all = reviewed.all(|one| named.contains(&text(one, "priority")));
        self.require(all, "R21");
        let mut seen = attainment
            .into_iter()
            .flatten()
            .map(|one| text(one, "priority"));
        let twice = seen.any(|id| {
            let same = attainment.into_iter().flatten();
            same.filter(|one| text(one, "priority") == id).count() > 1
        });
        self.require(!twice, "R21");
    }

    fn judge_closing(&mut self) {
        let acknowledged = self.list("acknowledge");
        // One that has ended is not open any more, whatever the day of the closing.
        let mut open = self.model.running(self.day);
        open.extend(self.model.ids("follow_up", &["open"]));
        open.extend(self.model.ids("application", &["undecided"]));
        self.require(open.iter().all(|id| acknowledged.contains(id)), "R24");
        // An agreement that has run out without being ended may be named, too.
        open.extend(self.model.signed());
        self.require(acknowledged.iter().all(|id| open.contains(id)), "R24");
    }
}
