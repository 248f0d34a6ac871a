//! Measures, qualifications and funding.

use fallbuch_domain::case::{CommandKind, MeasureStatus};
use fallbuch_domain::catalogue::{Call, Programme};
use serde_json::json;
use time::Date;
use uuid::Uuid;

use super::super::plan::{PlanError, later};
use super::super::words;
use super::{Life, filled};

impl Life<'_> {
    pub(super) fn measure(&mut self) -> Result<bool, PlanError> {
        let measures = self.case().map_or(&[][..], |case| &case.measures);
        let planned = measures
            .iter()
            .filter(|one| one.status == MeasureStatus::Planned);
        let planned: Vec<_> = planned.map(|one| one.id).collect();
        let plans = planned.is_empty() || (planned.len() < 4 && self.dice.chance(50));
        if plans {
            return self.plan_measure();
        }
        let Some(measure) = self.dice.one(&planned) else {
            return Ok(false);
        };
        if self.dice.chance(12) {
            let body = json!({"reason": self.reason()});
            return self.enter_on(CommandKind::CancelMeasure, measure, body);
        }
        let body = json!({"outcome": self.dice.word(words::OUTCOMES)});
        self.enter_on(CommandKind::CompleteMeasure, measure, body)
    }

    fn plan_measure(&mut self) -> Result<bool, PlanError> {
        let Some(priority) = self.dice.one(&self.agreed()) else {
            return Ok(false);
        };
        let formats = self.ground.catalogue.formats_on(Some(self.day));
        let formats: Vec<_> = formats.iter().map(|one| one.code.clone()).collect();
        let format = self.dice.one(&formats).filter(|_| self.dice.chance(30));
        let (what, theme) = (
            self.dice.word(words::MEASURES),
            self.dice.word(words::THEMES),
        );
        let body = json!({
            "priority": priority,
            "title": format!("{what} {theme}"),
            "due_on": later(self.day, self.dice.between(30, 240)),
            "format": format,
        });
        self.enter(CommandKind::PlanMeasure, filled(body))
    }

    /// An offering that was held lately and that the municipality has not attended yet.
    pub(super) fn qualification(&mut self) -> Result<bool, PlanError> {
        let Some(case) = self.case() else {
            return Ok(false);
        };
        let lately = self.offers.held.iter().filter(|one| {
            let attended = case.qualifications.iter().any(|it| it.offering == one.id);
            let on = one.on;
            !attended && case.opened_on <= on && on <= self.day && self.day <= later(on, 150)
        });
        let lately: Vec<_> = lately.copied().collect();
        let Some(held) = self.dice.one(&lately) else {
            return Ok(false);
        };
        let functions = self.dice.words(words::FUNCTIONS, 1, 3);
        let attendees = functions
            .iter()
            .map(|function| json!({"function": function, "count": self.dice.between(1, 4)}));
        let attendees: Vec<_> = attendees.collect();
        let feedback = self.dice.word(words::OUTCOMES);
        let body = json!({
            "occurred_on": held.on,
            "offering": held.id,
            "participants": attendees,
            "feedback": self.dice.chance(40).then_some(feedback),
        });
        self.enter(CommandKind::RecordQualification, filled(body))
    }

    pub(super) fn funding(&mut self) -> Result<bool, PlanError> {
        let Some(case) = self.case() else {
            return Ok(false);
        };
        let (kind, applied) = (case.municipality.kind, case.funding_applications.len());
        let undecided = case.funding_applications.iter();
        let undecided = undecided.filter(|one| one.decision.is_none());
        let undecided: Vec<_> = undecided.map(|one| (one.id, one.submitted_on)).collect();
        if let Some((application, submitted)) = undecided.first().copied() {
            return self.decide_funding(application, submitted);
        }
        let catalogue = self.ground.catalogue;
        let programmes: Vec<_> = catalogue.programmes_on(Some(self.day)).collect();
        let Some(programme) = self.dice.one(&programmes) else {
            return Ok(false);
        };
        let takes = programme.eligible_kinds.contains(&kind);
        let call = call_on(programme, self.day);
        let agreement = self.in_force();
        match (call, agreement) {
            (Some(call), Some(agreement)) if takes && applied < 2 && self.dice.chance(60) => {
                let body = json!({
                    "programme": programme.code,
                    "call": call.code,
                    "submitted_on": self.day,
                    "amount_cents": self.dice.between(120, 260) * 100_000,
                    "own_share_cents": self.dice.between(20, 60) * 100_000,
                    "agreement": agreement,
                });
                self.enter(CommandKind::SubmitFundingApplication, body)
            }
            _ => self.advise(programme, call),
        }
    }

    fn advise(&mut self, programme: &Programme, call: Option<&Call>) -> Result<bool, PlanError> {
        let given = self.case().map_or(0, |case| case.funding_advice.len());
        if given >= 4 {
            return self.change_period();
        }
        let body = json!({
            "programme": programme.code,
            "call": call.map(|call| &call.code),
            "outcome": self.dice.word(&["apply", "undecided", "no_application"]),
        });
        self.enter(CommandKind::AdviseOnFunding, filled(body))
    }

    fn decide_funding(&mut self, application: Uuid, submitted: Date) -> Result<bool, PlanError> {
        if self.day < later(submitted, 40) {
            return Ok(false);
        }
        let result = self
            .dice
            .word(&["granted", "granted", "granted", "refused", "withdrawn"]);
        let granted = result == "granted";
        let start = later(self.day, self.dice.between(20, 90));
        let number = self.dice.between(100, 999);
        let body = json!({
            "decision": result,
            "notice_on": self.day,
            "grant_code": granted.then(|| format!("BEISPIEL-{number}")),
            "amount_cents": granted.then(|| self.dice.between(120, 260) * 100_000),
            "posts": granted.then(|| self.dice.between(1, 2)),
            "start_on": granted.then_some(start),
            "end_on": granted.then(|| later(start, 1_095)),
        });
        self.enter_on(
            CommandKind::RecordFundingDecision,
            application,
            filled(body),
        )
    }

    fn change_period(&mut self) -> Result<bool, PlanError> {
        let applications = self
            .case()
            .map_or(&[][..], |case| &case.funding_applications);
        let running = applications.iter().filter_map(|one| {
            let until = one.decision.as_ref()?.end_on?;
            (until > self.day).then_some((one.id, until))
        });
        let running: Vec<_> = running.collect();
        let Some((application, until)) = self.dice.one(&running) else {
            return Ok(false);
        };
        let body = json!({"reason": self.reason(), "end_on": later(until, 90)});
        self.enter_on(CommandKind::ChangeFundingPeriod, application, body)
    }
}

/// The programme's call that takes applications on the day.
fn call_on(programme: &Programme, day: Date) -> Option<&Call> {
    programme.calls.iter().find(|call| {
        let year = i32::from(call.year);
        let begun = year <= day.year();
        match call.deadline {
            Some(deadline) => begun && day <= deadline,
            None => year == day.year(),
        }
    })
}
