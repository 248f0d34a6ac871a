//! Target agreements: drafts, signing, and what becomes of a signed one.

use fallbuch_domain::case::{AgreementStatus, CommandKind, MeetingOutcome};
use serde_json::json;
use time::Date;
use uuid::Uuid;

use super::super::plan::{PlanError, later};
use super::{Life, filled};

impl Life<'_> {
    fn draft(&self) -> Option<Uuid> {
        let mut agreements = self.case()?.agreements.iter();
        let draft = agreements.find(|one| one.status == AgreementStatus::Draft);
        draft.map(|one| one.id)
    }

    /// The signed agreement that runs longest, with the day it runs until and the priorities it names.
    pub(super) fn signed(&self) -> Option<(Uuid, Date, Vec<Uuid>)> {
        let signed = self.case()?.signed_agreements();
        let dated = signed
            .filter_map(|(one, terms)| Some((one.id, terms.valid_until?, one.priorities.clone())));
        dated.max_by_key(|(_, until, _)| *until)
    }

    /// The agreement in force on the day.
    pub(super) fn in_force(&self) -> Option<Uuid> {
        let mut signed = self.case()?.signed_agreements();
        let found = signed.find(|(_, terms)| terms.in_force_on(self.day));
        found.map(|(one, _)| one.id)
    }

    /// On the way to a signed agreement.
    pub(super) fn agreement(&mut self) -> Result<bool, PlanError> {
        let Some(draft) = self.draft() else {
            return self.draft_one();
        };
        match self.dice.between(1, 10) {
            1..=2 => {
                let body = filled(json!({
                    "reason": self.reason(),
                    "priorities": self.agreed(),
                    "planned_until": later(self.day, 730),
                    "document": self.paper(),
                }));
                self.enter_on(CommandKind::RedraftAgreement, draft, body)
            }
            3 if self.dice.chance(30) => {
                let body = json!({"reason": self.reason()});
                self.enter_on(CommandKind::DiscardAgreementDraft, draft, body)
            }
            _ => self.sign(draft),
        }
    }

    fn draft_one(&mut self) -> Result<bool, PlanError> {
        let agreed = self.agreed();
        let runs = self.signed().is_some_and(|(_, until, _)| until >= self.day);
        if agreed.len() < 2 || runs {
            return Ok(false);
        }
        let body = json!({
            "priorities": agreed,
            "planned_until": later(self.day, self.dice.between(500, 1_000)),
            "document": self.paper(),
        });
        self.enter(CommandKind::DraftAgreement, filled(body))
    }

    fn sign(&mut self, draft: Uuid) -> Result<bool, PlanError> {
        let outcome = self.last_outcome();
        let willing = outcome.is_some_and(|outcome| outcome != MeetingOutcome::Declined);
        let runs = self.signed().is_some_and(|(_, until, _)| until >= self.day);
        if !willing || runs {
            return Ok(false);
        }
        let head = self
            .dice
            .word(&["Landrat", "Oberbürgermeister", "Leitung der Verwaltung"]);
        let until = later(self.day, self.dice.between(500, 1_000));
        let body = filled(json!({
            "signatures": [
                {"function": head, "party": "municipality", "signed_on": self.day},
                {"function": "Leitung der Agentur", "party": "agency", "signed_on": self.day},
            ],
            "valid_from": self.day,
            "valid_until": until,
            "end_condition": self.dice.one(&["goals_reached", "phase_end"]),
            "document": self.paper(),
        }));
        self.enter_on(CommandKind::SignAgreement, draft, body)
    }

    /// Amendments, extensions and ends.
    pub(super) fn agreement_changes(&mut self) -> Result<bool, PlanError> {
        let Some((agreement, until, named)) = self.signed() else {
            return Ok(false);
        };
        if until < later(self.day, 120) {
            return self.renew(agreement, until);
        }
        let added: Vec<_> = self.agreed();
        let added: Vec<_> = added.into_iter().filter(|id| !named.contains(id)).collect();
        let Some(added) = self.dice.one(&added) else {
            return Ok(false);
        };
        let body = filled(json!({
            "reason": self.reason(),
            "added": [added],
            "dropped": [],
            "document": self.paper(),
        }));
        self.enter_on(CommandKind::AmendAgreement, agreement, body)
    }

    /// An agreement that runs out is extended, or ends.
    fn renew(&mut self, agreement: Uuid, until: Date) -> Result<bool, PlanError> {
        // One that another followed is not extended into its days (R08).
        let mut others = self.case().into_iter().flat_map(|case| &case.agreements);
        let followed = others
            .any(|one| one.id != agreement && one.in_force_between(later(until, 1), self.day));
        if until < self.day && (self.dice.chance(60) || followed) {
            let reason = self.dice.word(&["goals_reached", "phase_end"]);
            let body = json!({"reason": reason});
            return self.enter_on(CommandKind::EndAgreement, agreement, body);
        }
        let from = until.max(self.day);
        let body = filled(json!({
            "reason": self.reason(),
            "valid_until": later(from, self.dice.between(300, 700)),
            "signed_on": self.day,
            "document": self.paper(),
        }));
        self.enter_on(CommandKind::ExtendAgreement, agreement, body)
    }
}
