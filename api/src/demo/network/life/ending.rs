//! Pauses, closings, reopenings and successions.

use fallbuch_domain::case::CommandKind;
use fallbuch_domain::catalogue::Municipality;
use serde_json::json;

use super::super::plan::{PlanError, later};
use super::super::words;
use super::{Life, filled};

impl Life<'_> {
    pub(super) fn pause(&mut self) -> Result<bool, PlanError> {
        let rests = self.case().is_none_or(|case| case.pause.is_some());
        if rests || self.dice.chance(50) {
            return Ok(false);
        }
        let until = later(self.day, self.dice.between(60, 240));
        let body = json!({
            "reason": self.reason(),
            "until": self.dice.chance(60).then_some(until),
        });
        self.enter(CommandKind::PauseCase, filled(body))
    }

    pub(super) fn resume(&mut self) -> Result<(), PlanError> {
        self.enter(CommandKind::ResumeCase, json!({})).map(|_| ())
    }

    /// Closes the case over everything that is open (R24).
    pub(super) fn close(&mut self, declined: bool) -> Result<(), PlanError> {
        let mut open = Vec::new();
        if let Some(case) = self.case() {
            let signed = case.signed_agreements();
            let in_force = signed.filter(|(_, terms)| terms.in_force_on(self.day));
            open.extend(in_force.map(|(one, _)| one.id));
            open.extend(case.open_follow_ups().map(|one| one.id));
            open.extend(case.undecided_applications().map(|one| one.id));
        }
        let reason = if declined {
            "no_interest"
        } else {
            self.dice.word(&["completed", "completed", "phase_end"])
        };
        let body = json!({
            "reason": reason,
            "summary": self.dice.word(words::OUTCOMES),
            "acknowledge": open,
        });
        self.enter(CommandKind::CloseCase, body).map(|_| ())
    }

    pub(super) fn reopen(&mut self) -> Result<(), PlanError> {
        let body = json!({"reason": "Die Kommune bittet um weitere Begleitung (Beispiel)."});
        self.enter(CommandKind::ReopenCase, body).map(|_| ())
    }

    /// Whether the municipality's key has ended and the case still goes by it.
    pub(super) fn has_to_succeed(&self, municipality: &Municipality) -> bool {
        let ended = municipality.valid_to.is_some_and(|last| last < self.day);
        let own = self
            .case()
            .is_some_and(|case| case.municipality.key == municipality.key);
        ended && own && municipality.successor.is_some() && !self.is_closed()
    }

    pub(super) fn succeed(&mut self, municipality: &Municipality) -> Result<(), PlanError> {
        let body = json!({
            "reason": "Das Gebiet ist in einer anderen Kommune aufgegangen.",
            "municipality": {"key": municipality.successor},
        });
        self.enter(CommandKind::SucceedMunicipality, body)
            .map(|_| ())
    }
}
