//! Funding: advice on a programme, the application, the decision and the grant's period.
//!
//! Invariant: who is eligible, deadlines and what a programme demands come from the catalogue.

use time::Date;
use uuid::Uuid;

use super::CaseState;
use super::command::CommandKind;
use super::event::wire;
use super::timeline::{Telling, day};
use super::topic::{Circumstances, Happening};
use crate::catalogue::{Call, Programme};
use crate::language::Language;
use crate::rule::{Finding, Findings, Rule};
use crate::text::Line;

pub(super) mod commands;
mod eligibility;
mod state;
mod told;

pub use eligibility::{Eligibility, EligibilityCriterion};
pub use state::{FundingAdvice, FundingApplication, FundingDecision};

wire! {
    /// What the municipality makes of the advice.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum AdviceOutcome {
        /// It wants to apply.
        Apply,
        /// It has not decided.
        Undecided,
        /// It does not apply.
        NoApplication,
    }

    /// Data of `funding_advice_given`.
    pub struct FundingAdviceGiven {
        /// Code of the call, if one was talked about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub call: Option<String>,
        /// Whether the municipality could apply on that day, and what decided it.
        pub eligibility: Eligibility,
        /// What the municipality makes of it.
        pub outcome: AdviceOutcome,
        /// Code of the programme.
        pub programme: String,
    }

    /// Data of `funding_application_submitted`.
    pub struct FundingApplicationSubmitted {
        /// The agreement that the application relies on, if it names one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub agreement: Option<Uuid>,
        /// The amount asked for, in cents of a euro.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount_cents: Option<u64>,
        /// The application's id.
        pub application: Uuid,
        /// Code of the call.
        pub call: String,
        /// The municipality's own share, in cents of a euro.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub own_share_cents: Option<u64>,
        /// Code of the programme.
        pub programme: String,
        /// The day it was submitted.
        pub submitted_on: Date,
    }

    /// What became of an application.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum DecisionResult {
        /// It was granted.
        Granted,
        /// It was refused.
        Refused,
        /// The municipality withdrew it.
        Withdrawn,
    }

    /// Data of `funding_decided`.
    pub struct FundingDecided {
        /// The amount granted, in cents of a euro.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount_cents: Option<u64>,
        /// The application.
        pub application: Uuid,
        /// What became of it.
        pub decision: DecisionResult,
        /// The last day of the grant's period.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end_on: Option<Date>,
        /// The grant's code (Förderkennzeichen).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub grant_code: Option<Line>,
        /// The day of the notice.
        pub notice_on: Date,
        /// How many posts are paid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub posts: Option<u32>,
        /// The first day of the grant's period.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub start_on: Option<Date>,
    }

    /// Data of `funding_period_changed`; the reason stands in the envelope.
    pub struct FundingPeriodChanged {
        /// The application.
        pub application: Uuid,
        /// The last day of the grant's period now.
        pub end_on: Date,
    }
}

impl Happening for FundingAdviceGiven {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::AdviseOnFunding, None)
    }

    fn apply(&self, state: &mut CaseState, occurred_on: Date) {
        state.funding_advice.push(FundingAdvice {
            advised_on: occurred_on,
            call: self.call.clone(),
            eligibility: self.eligibility.clone(),
            outcome: self.outcome,
            programme: self.programme.clone(),
        });
    }

    fn check(&self, _state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        known_programme(&self.programme, self.call.as_deref(), on, findings);
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        self.told(telling)
    }
}

impl Happening for FundingApplicationSubmitted {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::SubmitFundingApplication, None)
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        state.funding_applications.push(FundingApplication {
            agreement: self.agreement,
            amount_cents: self.amount_cents,
            call: self.call.clone(),
            decision: None,
            id: self.application,
            own_share_cents: self.own_share_cents,
            programme: self.programme.clone(),
            submitted_on: self.submitted_on,
        });
    }

    /// R12, R18, R19, R26.
    fn check(&self, state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let future = on
            .facts
            .not_in_the_future(self.submitted_on, "/submitted_on");
        findings.refusals.extend(future);
        let known = known_programme(&self.programme, Some(&self.call), on, findings);
        let Some((programme, call)) = known else {
            return;
        };
        let kind = state.municipality.kind;
        findings.require(programme.eligible_kinds.contains(&kind), || {
            Finding::new(Rule::R18).at("/programme").because(
                "Die Art der Kommune ist im Programm nicht antragsberechtigt.",
                "The programme takes no applications of this kind of municipality.",
            )
        });
        let mut in_force = state
            .agreements
            .iter()
            .filter(|one| one.in_force_on(self.submitted_on));
        let fits = match self.agreement {
            Some(named) => in_force.any(|one| one.id == named),
            None => !programme.agreement_required || in_force.next().is_some(),
        };
        findings.require(fits, || {
            Finding::new(Rule::R18).at("/agreement").because(
                "Am Tag des Antrags läuft keine solche Zielvereinbarung.",
                "No such agreement is in force on the day of submission.",
            )
        });
        let deadline = call.and_then(|call| call.deadline);
        let late = deadline.is_some_and(|deadline| deadline < self.submitted_on);
        findings.warn(late, || Finding::new(Rule::R19).at("/submitted_on"));
    }

    fn made(&self) -> Option<Uuid> {
        Some(self.application)
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        self.told(telling)
    }
}

impl Happening for FundingDecided {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::RecordFundingDecision, Some(self.application))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        if let Some(application) = state.application_mut(self.application) {
            application.decision = Some(FundingDecision {
                amount_cents: self.amount_cents,
                end_on: self.end_on,
                grant_code: self.grant_code.clone(),
                notice_on: self.notice_on,
                posts: self.posts,
                result: self.decision,
                start_on: self.start_on,
            });
        }
    }

    /// R26 for the notice, R06 for the period, R20 for what only a grant has.
    fn check(&self, _state: &CaseState, on: &Circumstances<'_>, findings: &mut Findings) {
        let future = on.facts.not_in_the_future(self.notice_on, "/notice_on");
        findings.refusals.extend(future);
        let ordered = self.start_on.zip(self.end_on);
        let ordered = ordered.is_none_or(|(start, end)| start <= end);
        period_is_ordered(ordered, findings);
        let of_a_grant = [
            (self.amount_cents.is_some(), "/amount_cents"),
            (self.end_on.is_some(), "/end_on"),
            (self.grant_code.is_some(), "/grant_code"),
            (self.posts.is_some(), "/posts"),
            (self.start_on.is_some(), "/start_on"),
        ];
        let granted = self.decision == DecisionResult::Granted;
        for (given, at) in of_a_grant {
            findings.require(granted || !given, || {
                Finding::new(Rule::R20)
                    .at(at)
                    .because("Das hat nur eine Bewilligung.", "Only a grant has this.")
            });
        }
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        self.told(telling)
    }
}

impl Happening for FundingPeriodChanged {
    fn asked_by(&self) -> (CommandKind, Option<Uuid>) {
        (CommandKind::ChangeFundingPeriod, Some(self.application))
    }

    fn apply(&self, state: &mut CaseState, _occurred_on: Date) {
        let application = state.application_mut(self.application);
        if let Some(decision) = application.and_then(|one| one.decision.as_mut()) {
            decision.end_on = Some(self.end_on);
        }
    }

    fn check(&self, state: &CaseState, _on: &Circumstances<'_>, findings: &mut Findings) {
        let application = state.application(self.application);
        let decision = application.and_then(|one| one.decision.as_ref());
        let start = decision.and_then(|decision| decision.start_on);
        period_is_ordered(start.is_none_or(|start| start <= self.end_on), findings);
    }

    fn tell(&self, telling: &Telling<'_>) -> String {
        let (of, end) = (
            telling.application(self.application),
            day(telling.language, self.end_on),
        );
        telling.say(
            &format!("Bewilligungszeitraum des Antrags{of} geändert: bis {end}"),
            &format!("Period of the application{of} changed: until {end}"),
        )
    }
}

/// R06.
fn period_is_ordered(ordered: bool, findings: &mut Findings) {
    findings.require(ordered, || {
        Finding::new(Rule::R06).at("/end_on").because(
            "Der Bewilligungszeitraum endet nicht vor seinem Beginn.",
            "The funding period does not end before it begins.",
        )
    });
}

/// R12 for a programme and its call.
fn known_programme<'a>(
    code: &str,
    call: Option<&str>,
    on: &Circumstances<'a>,
    findings: &mut Findings,
) -> Option<(&'a Programme, Option<&'a Call>)> {
    let programme = on.facts.catalogue.programme(code, on.occurred_on);
    let Some(programme) = programme else {
        findings.require(false, || Finding::unknown_code("/programme"));
        return None;
    };
    let Some(call) = call else {
        return Some((programme, None));
    };
    let found = programme.calls.iter().find(|one| one.code == call);
    findings.require(found.is_some(), || Finding::unknown_code("/call"));
    // What the programme demands holds for whatever call.
    Some((programme, found))
}

impl AdviceOutcome {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::Apply => (
                "die Kommune will einen Antrag stellen",
                "the municipality wants to apply",
            ),
            Self::Undecided => (
                "die Kommune hat sich noch nicht entschieden",
                "the municipality has not decided yet",
            ),
            Self::NoApplication => (
                "die Kommune stellt keinen Antrag",
                "the municipality does not apply",
            ),
        })
    }
}

impl DecisionResult {
    fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::Granted => ("bewilligt", "granted"),
            Self::Refused => ("abgelehnt", "refused"),
            Self::Withdrawn => ("zurückgezogen", "withdrawn"),
        })
    }
}
