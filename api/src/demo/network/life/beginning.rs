//! Opening, contacts, initial meetings, needs and priorities.

use fallbuch_domain::case::{CommandKind, MeetingOutcome, NeedStatus};
use fallbuch_domain::catalogue::Municipality;
use serde_json::json;
use uuid::Uuid;

use super::super::plan::{PlanError, later};
use super::super::words;
use super::{Life, filled};

impl Life<'_> {
    pub(super) fn open(&mut self, municipality: &Municipality) -> Result<(), PlanError> {
        let nobody = || PlanError::Nobody(self.ground.agency.code.clone());
        let sites = self.ground.agency.sites.iter();
        let sites: Vec<_> = sites.map(|site| site.id).collect();
        let site = self.dice.one(&sites).ok_or_else(nobody)?;
        let advisor = self.dice.one(&self.ground.advisors);
        let advisor = advisor.ok_or_else(|| PlanError::Nobody(self.ground.agency.code.clone()))?;
        let body = json!({
            "municipality": {"key": municipality.key},
            "site": site,
            "advisor": advisor,
            "origin": self.dice.word(&["kickoff", "request", "request", "approach"]),
        });
        self.enter(CommandKind::OpenCase, body).map(|_| ())
    }

    pub(super) fn contact_anyway(&mut self) -> Result<(), PlanError> {
        self.contact().map(|_| ())
    }

    pub(super) fn contact(&mut self) -> Result<bool, PlanError> {
        let body = json!({
            "channel": self.dice.word(&["call", "call", "mail", "mail", "meeting", "visit"]),
            "participants": self.participants(),
            "topics": self.subjects(),
        });
        self.enter(CommandKind::RecordContact, body)
    }

    /// What the initial meeting held last came to.
    pub(super) fn last_outcome(&self) -> Option<MeetingOutcome> {
        let last = self.case()?.initial_meetings.last()?;
        Some(last.outcome)
    }

    pub(super) fn initial_meeting(&mut self) -> Result<bool, PlanError> {
        let outcome = match self.last_outcome() {
            None => self.dice.word(&["interested", "interested", "undecided"]),
            Some(MeetingOutcome::Undecided) => "interested",
            Some(MeetingOutcome::Interested | MeetingOutcome::Declined) => return Ok(false),
        };
        self.meet(outcome)
    }

    fn meet(&mut self, outcome: &str) -> Result<bool, PlanError> {
        let body = json!({
            "place": format!("{} (Beispiel)", self.dice.word(words::PLACES)),
            "participants": self.participants(),
            "topics": self.subjects(),
            "outcome": outcome,
            "next_step": self.subject(),
        });
        self.enter(CommandKind::RecordInitialMeeting, body)
    }

    /// What still happens where the municipality declines.
    pub(super) fn decline(&mut self, number: usize) -> Result<(), PlanError> {
        if number == 3 {
            return self.meet("declined").map(|_| ());
        }
        self.contact_anyway()
    }

    fn open_needs(&self) -> Vec<Uuid> {
        let needs = self.case().map_or(&[][..], |case| &case.needs);
        let open = needs.iter().filter(|need| need.status == NeedStatus::Open);
        open.map(|need| need.id).collect()
    }

    pub(super) fn need(&mut self) -> Result<bool, PlanError> {
        if self.last_outcome().is_none() || self.open_needs().len() >= 9 {
            return Ok(false);
        }
        let theme = self.dice.word(words::THEMES);
        let evidence = self.dice.words(words::EVIDENCE, 1, 2);
        let body = json!({
            "dimension": self.dimension(),
            "statement": format!("Zum Thema {theme} {}.", self.dice.word(words::GAPS)),
            "urgency": self.dice.word(&["low", "medium", "medium", "high"]),
            "evidence": self.dice.chance(40).then_some(evidence),
        });
        self.enter(CommandKind::CaptureNeed, filled(body))
    }

    pub(super) fn dimension(&mut self) -> String {
        let dimensions = self.ground.catalogue.dimensions_on(Some(self.day));
        let codes: Vec<_> = dimensions.iter().map(|one| one.code.clone()).collect();
        self.dice.one(&codes).unwrap_or_default()
    }

    pub(super) fn need_changes(&mut self) -> Result<bool, PlanError> {
        let Some(need) = self.dice.one(&self.open_needs()) else {
            return Ok(false);
        };
        let agreed = self.case().map_or(&[][..], |case| &case.priorities);
        let named = agreed.iter().any(|one| one.needs.contains(&need));
        if !named && self.dice.chance(30) {
            let body = json!({"reason": self.reason()});
            return self.enter_on(CommandKind::WithdrawNeed, need, body);
        }
        let theme = self.dice.word(words::THEMES);
        let body = json!({"changes": {
            "statement": format!("Zum Thema {theme} {}.", self.dice.word(words::GAPS)),
            "urgency": self.dice.word(&["low", "medium", "high"]),
        }});
        self.enter_on(CommandKind::ReviseNeed, need, body)
    }

    /// The priorities that are pursued.
    pub(super) fn agreed(&self) -> Vec<Uuid> {
        let priorities = self.case().map_or(&[][..], |case| &case.priorities);
        let agreed = priorities.iter().filter(|one| one.is_agreed());
        agreed.map(|one| one.id).collect()
    }

    pub(super) fn priority(&mut self) -> Result<bool, PlanError> {
        let (needs, agreed) = (self.open_needs(), self.agreed());
        let all = self.case().map_or(0, |case| case.priorities.len());
        if needs.len() < 2 || agreed.len() >= 6 || all >= 12 {
            return Ok(false);
        }
        let mut met = needs;
        self.dice.shuffle(&mut met);
        met.truncate(if self.dice.chance(40) { 2 } else { 1 });
        let areas = self.ground.catalogue.focus_areas_on(Some(self.day));
        let areas: Vec<_> = areas.iter().map(|one| one.code.clone()).collect();
        let area = self.dice.one(&areas).filter(|_| self.dice.chance(80));
        let (what, theme) = (
            self.dice.word(words::UNDERTAKINGS),
            self.dice.word(words::THEMES),
        );
        let target = later(self.day, self.dice.between(200, 900));
        let body = json!({
            "focus_area": area,
            "title": format!("{what} {theme}"),
            "needs": met,
            "rank": agreed.len() + 1,
            "target_on": self.dice.chance(60).then_some(target),
        });
        self.enter(CommandKind::AgreePriority, filled(body))
    }

    pub(super) fn priority_changes(&mut self) -> Result<bool, PlanError> {
        let agreed = self.agreed();
        let Some(priority) = self.dice.one(&agreed) else {
            return Ok(false);
        };
        let agreements = self.case().map_or(&[][..], |case| &case.agreements);
        let named = agreements
            .iter()
            .any(|one| one.priorities.contains(&priority));
        if !named && agreed.len() > 2 && self.dice.chance(30) {
            let body = json!({"reason": self.reason()});
            return self.enter_on(CommandKind::DropPriority, priority, body);
        }
        let body = json!({
            "reason": self.reason(),
            "changes": {"target_on": later(self.day, self.dice.between(200, 700))},
        });
        self.enter_on(CommandKind::RevisePriority, priority, body)
    }
}
