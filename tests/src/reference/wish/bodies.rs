//! The bodies of random commands.

use serde_json::{Value, json};

use super::Wisher;
use crate::reference::text;

/// Keys of municipalities: cities, districts, a Gemeinde, a borough, one that ended, its successor,
/// and two that name nothing.
const KEYS: &[&str] = &[
    "15002", "15084", "15091", "15084030", "11000-01", "03152", "03152", "03152", "03159", "03156",
    "03152021", "99999", "15084000", "15002001",
];

/// The operations that ask for a reason.
const REASONED: &[&str] = &[
    "withdraw_need",
    "drop_priority",
    "discard_agreement_draft",
    "amend_agreement",
    "extend_agreement",
    "abandon_assessment",
    "reject_model_solution",
    "cancel_measure",
    "change_funding_period",
    "cancel_follow_up",
    "succeed_municipality",
    "unlink_document",
    "pause_case",
    "reopen_case",
];

impl Wisher<'_> {
    pub(super) fn body(&mut self, operation: &'static str, target: &str) -> Value {
        let day = self.day_of(operation);
        let mut body = self.own(operation, target, &day);
        body["occurred_on"] = json!(day);
        // Where a reason is a code, the body has it already.
        if REASONED.contains(&operation) && body["reason"].is_null() {
            body["reason"] = json!("Weil es so ist.");
        }
        body
    }

    /// The day of a command; often one that matters to it, and always one if nothing careless is wished.
    fn day_of(&mut self, operation: &str) -> String {
        let matters: Vec<&str> = match operation {
            "sign_agreement" => {
                let meetings = self.model.meetings();
                meetings.filter(|day| self.model.met_well(day)).collect()
            }
            "review_progress" => {
                let amendments = self.model.past("amend_agreement");
                amendments
                    .map(|ask| text(&ask.body, "occurred_on"))
                    .collect()
            }
            _ => Vec::new(),
        };
        let day = self.pick(&matters).map(str::to_owned);
        let day = day.filter(|_| self.carelessness == 0 || self.one_in(2));
        day.unwrap_or_else(|| self.past())
    }

    fn own(&mut self, operation: &'static str, target: &str, day: &str) -> Value {
        match operation {
            "open_case" => self.opening(),
            "record_contact" => {
                let channel = self.one_of(&["kickoff_event", "call", "mail", "visit", "meeting"]);
                json!({"channel": channel, "participants": [], "topics": ["Anlass"]})
            }
            "record_initial_meeting" => {
                let outcome = self.one_of(&["interested", "interested", "undecided", "declined"]);
                json!({"place": "Rathaus", "participants": [], "topics": [], "outcome": outcome})
            }
            "capture_need" => {
                let dimension = self.code("dimension", day);
                json!({"dimension": dimension, "statement": "Ein Bedarf", "urgency": "high"})
            }
            "revise_need" => {
                let mut changes = json!({"statement": "Anders gesagt", "evidence": null});
                let dimension = self.code("dimension", day);
                self.perhaps(&mut changes, "dimension", dimension);
                json!({"changes": changes})
            }
            "agree_priority" => {
                let needs = self.things("need", &["open"], 0);
                let mut body = json!({"title": "Ein Schwerpunkt", "needs": needs, "rank": 1});
                let area = self.code("focus_area", day);
                self.perhaps(&mut body, "focus_area", area);
                body
            }
            "revise_priority" => {
                let mut changes = json!({"title": "Anders", "focus_area": null});
                let (area, needs) = (
                    self.code("focus_area", day),
                    self.things("need", &["open"], 0),
                );
                self.perhaps(&mut changes, "focus_area", area);
                self.perhaps(&mut changes, "needs", json!(needs));
                json!({"changes": changes})
            }
            "draft_agreement" | "redraft_agreement" => {
                let mut priorities = self.things("priority", &["agreed"], 1);
                if priorities.is_empty() {
                    // The contract asks for one.
                    priorities.insert(self.thing("priority", &["agreed"]));
                }
                let body = json!({"priorities": priorities});
                self.with_document(body, "document")
            }
            "sign_agreement" => self.signing(day),
            "amend_agreement" => self.amendment(target),
            "extend_agreement" => self.extension(target),
            "end_agreement" => json!({"reason": self.one_of(&["goals_reached", "phase_end"])}),
            "record_council_resolution" => {
                json!({"body": "Stadtrat", "subject": "Bildung", "result": "decided"})
            }
            _ => self.of_the_middle(operation, target, day),
        }
    }

    /// From the assessment to funding.
    fn of_the_middle(&mut self, operation: &'static str, target: &str, day: &str) -> Value {
        match operation {
            "start_assessment" => json!({"methods": ["interviews"]}),
            "record_interview" => self.with_document(json!({"function": "Dezernat"}), "minutes"),
            "rate_dimension" => {
                let dimension = self.rated_dimension(target, day);
                json!({"dimension": dimension, "level": 2, "rationale": "So ist es.", "evidence": []})
            }
            "complete_assessment" => {
                let needs = self.things("need", &["open"], 0);
                let mut body = json!({"summary": "Es ist viel da.", "needs": needs});
                let presented = self.past();
                self.perhaps(&mut body, "presented_on", presented);
                body
            }
            "propose_model_solution" => self.proposal(),
            "adapt_model_solution" => json!({"adaptation": "Kleiner."}),
            "plan_measure" => {
                let (priority, due) = (self.thing("priority", &["agreed"]), self.planned());
                let mut body = json!({"priority": priority, "title": "Tun", "due_on": due});
                let format = self.code("format", day);
                self.perhaps(&mut body, "format", format);
                body
            }
            "complete_measure" => json!({"outcome": "Getan."}),
            "record_qualification" => {
                let offerings: Vec<(&str, &str)> = self
                    .around
                    .offerings
                    .iter()
                    .map(|(id, status)| (id.as_str(), *status))
                    .collect();
                let held: Vec<_> = offerings
                    .iter()
                    .copied()
                    .filter(|one| one.1 == "held")
                    .collect();
                let among = if self.careless() { offerings } else { held };
                let unknown = self.unknown();
                let offering = self.pick(&among).map_or(unknown, |one| one.0.to_owned());
                json!({"offering": offering, "participants": [{"count": 3, "function": "Schulamt"}]})
            }
            "advise_on_funding" => {
                let (programme, call) = self.programme(day);
                let mut body = json!({"programme": programme, "outcome": "apply"});
                self.perhaps(&mut body, "call", call);
                body
            }
            "submit_funding_application" => self.application(day),
            "record_funding_decision" => {
                let decision = self.one_of(&["granted", "granted", "refused", "withdrawn"]);
                let notice = self.past();
                let mut body = json!({"decision": decision, "notice_on": notice});
                // Only a grant has a period.
                if decision != "granted" && !self.careless() {
                    return body;
                }
                let start = self.planned();
                if self.careless() {
                    body["start_on"] = json!(start);
                    body["end_on"] = json!(self.shift(&start, -9, -1));
                    return body;
                }
                let end = self.shift(&start, 0, 400);
                self.perhaps(&mut body, "start_on", start);
                self.perhaps(&mut body, "end_on", end);
                body
            }
            "change_funding_period" => {
                let start = text(self.model.data(target), "start_on").to_owned();
                let end = self.planned();
                let undone = start.is_empty() || !self.careless();
                let early = (!undone).then(|| self.shift(&start, -9, -1));
                let end = early.unwrap_or_else(|| end.max(start));
                json!({"end_on": end})
            }
            _ => self.of_the_end(operation, target, day),
        }
    }

    /// What follows up, and the case as a whole.
    fn of_the_end(&mut self, operation: &'static str, target: &str, day: &str) -> Value {
        match operation {
            "record_milestone" => json!({"kind": "report", "title": "Erster Bericht"}),
            "review_progress" => self.review(),
            "schedule_follow_up" => {
                let (due, assignee) = (self.planned(), self.member());
                json!({"title": "Nachfragen", "due_on": due, "assignee": assignee})
            }
            "reschedule_follow_up" => json!({"due_on": self.planned()}),
            "reassign_follow_up" => json!({"assignee": self.member()}),
            "add_participant" => {
                let from = if self.one_in(3) {
                    self.planned()
                } else {
                    self.past()
                };
                json!({"function": "Bildungsbüro", "valid_from": from})
            }
            "change_participant" => json!({"changes": {"organisation": null}}),
            "record_participant_departure" => {
                let from = text(self.model.data(target), "valid_from").to_owned();
                let to = self.past();
                let to = if self.careless() { to } else { to.max(from) };
                json!({"valid_to": to})
            }
            "assign_advisor" => {
                let (member, from) = (self.member(), self.past());
                json!({"member": member, "valid_from": from})
            }
            "succeed_municipality" => {
                let from = &self.model.municipality.0;
                let own = self.around.tables.successor(from).unwrap_or("03159");
                let own = own.to_owned() + from.get(own.len()..).unwrap_or_default();
                let other = self.one_of(KEYS);
                let key = if self.careless() { other } else { &own };
                let mut body = json!({"municipality": {"key": key}});
                if key.len() == 8 && !self.careless() {
                    body["municipality"]["name"] = json!("Rosdorf");
                }
                body
            }
            "link_document" => json!({
                "title": "Bericht", "media_type": "application/pdf", "size": 10,
                "sha256": "0".repeat(64), "where": "Akte 7",
            }),
            "pause_case" => {
                let (mut body, until) = (json!({}), self.planned());
                self.perhaps(&mut body, "until", until);
                body
            }
            "close_case" => self.closing(day),
            // A blank reason is kept from the server by the contract, and by a rule.
            "reopen_case" if self.careless() => json!({"reason": " "}),
            _ => json!({}),
        }
    }

    fn opening(&mut self) -> Value {
        let key = self.one_of(KEYS);
        let key = if self.careless() {
            key
        } else {
            self.one_of(&KEYS[..6])
        };
        let mut municipality = json!({"key": key});
        if !self.careless() {
            municipality["name"] = json!("Eine Gemeinde");
        }
        let sites: Vec<&str> = self.around.sites.iter().map(String::as_str).collect();
        let site = self.pick(&sites).unwrap_or_default().to_owned();
        let site = if self.careless() {
            self.unknown()
        } else {
            site
        };
        let advisor = self.member();
        let origin = self.one_of(&["kickoff", "request", "approach"]);
        json!({"municipality": municipality, "site": site, "advisor": advisor, "origin": origin})
    }

    pub(super) fn with_document(&mut self, mut body: Value, member: &str) -> Value {
        let linked = !self.model.ids("document", &["linked"]).is_empty();
        if linked || self.careless() {
            let document = self.thing("document", &["linked"]);
            self.perhaps(&mut body, member, document);
        }
        body
    }

    fn rated_dimension(&mut self, target: &str, day: &str) -> String {
        let version = self.model.data(target)["version"]
            .as_u64()
            .unwrap_or_default();
        let dimensions: Vec<&str> = self.around.tables.dimensions_of(version).collect();
        if self.careless() {
            return self.code("dimension", day);
        }
        self.pick(&dimensions).unwrap_or("unknown").to_owned()
    }

    fn proposal(&mut self) -> Value {
        let all: Vec<&str> = self.around.solutions.keys().map(String::as_str).collect();
        let unknown = self.unknown();
        let picked = self.pick(&all).map(str::to_owned);
        let solution = picked
            .filter(|_| self.carelessness == 0 || !self.one_in(12))
            .unwrap_or(unknown);
        let mut body = json!({"solution": solution});
        let donor = self.one_of(if self.carelessness > 0 {
            KEYS
        } else {
            &["05913"]
        });
        self.perhaps(&mut body, "donor", donor);
        let agreed = !self.model.ids("priority", &["agreed"]).is_empty();
        if agreed || self.careless() {
            let priority = self.thing("priority", &["agreed"]);
            self.perhaps(&mut body, "priority", priority);
        }
        body
    }

    /// A programme and one of its calls.
    pub(super) fn programme(&mut self, day: &str) -> (String, String) {
        let programme = self.code("programme", day);
        let row = self.around.tables.valid("programme", &programme, day);
        let calls = row.and_then(|row| row.body["calls"].as_array());
        let calls: Vec<&str> = calls
            .into_iter()
            .flatten()
            .map(|one| text(one, "code"))
            .collect();
        let call = self.pick(&calls).unwrap_or("unknown").to_owned();
        let call = if self.careless() {
            "unknown".to_owned()
        } else {
            call
        };
        (programme, call)
    }
}
