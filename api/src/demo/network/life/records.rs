//! Milestones, resolutions, reviews, follow-ups, people and documents.

use fallbuch_domain::case::{CommandKind, DocumentStatus};
use serde_json::json;

use super::super::plan::{PlanError, later};
use super::super::words;
use super::{Life, filled};

impl Life<'_> {
    pub(super) fn record(&mut self) -> Result<bool, PlanError> {
        match self.dice.between(1, 3) {
            1 => self.milestone(),
            2 => self.resolution(),
            _ => self.review(),
        }
    }

    fn milestone(&mut self) -> Result<bool, PlanError> {
        let signed = self
            .case()
            .is_some_and(|case| case.agreements.iter().any(|one| one.signed.is_some()));
        if !signed {
            return Ok(false);
        }
        let kinds = [
            "report",
            "office",
            "steering_group",
            "board",
            "strategy",
            "other",
        ];
        let (kind, number) = (self.dice.word(&kinds), self.dice.between(1, 9_999));
        let url = format!("https://example.org/beispiel/{number}");
        let body = json!({
            "kind": kind,
            "title": self.subject(),
            "public_url": self.dice.chance(30).then_some(url),
        });
        self.enter(CommandKind::RecordMilestone, filled(body))
    }

    fn resolution(&mut self) -> Result<bool, PlanError> {
        if self.agreed().is_empty() {
            return Ok(false);
        }
        let reference = format!("Beispiel/{}/{}", self.day.year(), self.dice.between(1, 400));
        let body = json!({
            "body": self.dice.word(words::COUNCILS),
            "subject": self.subject(),
            "result": self.dice.word(&["decided", "decided", "noted", "rejected"]),
            "reference": self.dice.chance(70).then_some(reference),
        });
        self.enter(CommandKind::RecordCouncilResolution, filled(body))
    }

    fn review(&mut self) -> Result<bool, PlanError> {
        let Some((agreement, _, named)) = self.signed() else {
            return Ok(false);
        };
        let levels = ["not_started", "under_way", "partly", "attained"];
        let attainment = named
            .iter()
            .map(|priority| json!({"priority": priority, "level": self.dice.word(&levels)}));
        let attainment: Vec<_> = attainment.collect();
        let body = json!({
            "agreement": agreement,
            "attainment": attainment,
            "next_steps": self.subjects(),
        });
        self.enter(CommandKind::ReviewProgress, body)
    }

    pub(super) fn follow_up(&mut self) -> Result<bool, PlanError> {
        let Some(case) = self.case() else {
            return Ok(false);
        };
        let open = case.open_follow_ups().map(|one| (one.id, one.due_on));
        let open: Vec<_> = open.collect();
        // What is due longest comes first.
        let due = open
            .iter()
            .filter(|(_, due)| *due <= self.day)
            .min_by_key(|(_, due)| *due);
        let Some((id, _)) = due.copied() else {
            return if open.len() < 3 {
                self.schedule()
            } else {
                Ok(false)
            };
        };
        match self.dice.between(1, 20) {
            1..=4 => {
                let due_on = later(self.day, self.dice.between(7, 60));
                self.enter_on(
                    CommandKind::RescheduleFollowUp,
                    id,
                    json!({"due_on": due_on}),
                )
            }
            5..=6 => {
                let assignee = self.dice.one(&self.ground.advisors);
                let body = json!({"assignee": assignee});
                self.enter_on(CommandKind::ReassignFollowUp, id, body)
            }
            7 => {
                let body = json!({"reason": self.reason()});
                self.enter_on(CommandKind::CancelFollowUp, id, body)
            }
            _ => {
                let outcome = self.dice.word(words::OUTCOMES);
                let body = json!({"outcome": self.dice.chance(60).then_some(outcome)});
                self.enter_on(CommandKind::CompleteFollowUp, id, filled(body))
            }
        }
    }

    fn schedule(&mut self) -> Result<bool, PlanError> {
        let (errand, theme) = (
            self.dice.word(words::ERRANDS),
            self.dice.word(words::THEMES),
        );
        let advisor = self.case().map(|case| case.advisor);
        let body = json!({
            "title": format!("{errand}: {theme}"),
            "due_on": later(self.day, self.dice.between(7, 90)),
            "assignee": advisor,
        });
        self.enter(CommandKind::ScheduleFollowUp, body)
    }

    /// Participants, and now and then another advisor.
    pub(super) fn people(&mut self) -> Result<bool, PlanError> {
        if self.dice.chance(8) {
            let member = self.dice.one(&self.ground.advisors);
            let body = json!({"member": member, "valid_from": self.day, "reason": self.reason()});
            return self.enter(CommandKind::AssignAdvisor, body);
        }
        let participants = self.case().map_or(&[][..], |case| &case.participants);
        let current = participants.iter().filter(|one| one.valid_to.is_none());
        let current: Vec<_> = current.map(|one| one.id).collect();
        let adds = current.len() < 3 || (current.len() < 8 && self.dice.chance(30));
        let organisation = self.dice.word(words::ORGANISATIONS);
        let function = self.dice.word(words::FUNCTIONS);
        let Some(participant) = self.dice.one(&current).filter(|_| !adds) else {
            let body = json!({
                "function": function,
                "organisation": self.dice.chance(40).then_some(organisation),
                "valid_from": self.day,
            });
            return self.enter(CommandKind::AddParticipant, filled(body));
        };
        if self.dice.chance(50) {
            let body = json!({"valid_to": self.day, "reason": self.reason()});
            return self.enter_on(CommandKind::RecordParticipantDeparture, participant, body);
        }
        let body = json!({"changes": {"function": function, "organisation": organisation}});
        self.enter_on(CommandKind::ChangeParticipant, participant, body)
    }

    pub(super) fn document(&mut self) -> Result<bool, PlanError> {
        let documents = self.case().map_or(&[][..], |case| &case.documents);
        let linked = documents
            .iter()
            .filter(|one| one.status == DocumentStatus::Linked);
        let linked: Vec<_> = linked.map(|one| one.id).collect();
        if let Some(document) = self.dice.one(&linked).filter(|_| self.dice.chance(10)) {
            let body = json!({"reason": self.reason()});
            return self.enter_on(CommandKind::UnlinkDocument, document, body);
        }
        let (what, theme) = (self.dice.word(words::PAPERS), self.dice.word(words::THEMES));
        let binder = format!("Aktenplan Beispiel, Band {}", self.dice.between(1, 12));
        let body = json!({
            "title": format!("{what} {theme}"),
            "media_type": "application/pdf",
            "size": self.dice.between(20_000, 4_000_000),
            "sha256": self.dice.sha256(),
            "where": binder,
        });
        self.enter(CommandKind::LinkDocument, body)
    }
}
