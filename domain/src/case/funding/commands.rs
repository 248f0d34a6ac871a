//! Advising on funding, applications, decisions, periods.

use time::Date;
use time::macros::date;
use uuid::Uuid;

use super::eligibility::can_apply;
use super::{
    AdviceOutcome, DecisionResult, Eligibility, FundingAdviceGiven, FundingApplicationSubmitted,
    FundingDecided, FundingPeriodChanged,
};
use crate::case::command::{CommandKind, bodies};
use crate::case::sample;
use crate::case::topic::{Act, Making};
use crate::case::{CaseEvent, CaseState};
use crate::facts::Facts;
use crate::rule::{Finding, Findings, Rejection, Rule};
use crate::text::Line;

bodies! {
    /// Records advice on a programme; whether the municipality could apply is computed.
    pub struct AdviseOnFunding on "The day of the advice.", reason optional {
        /// Code of the programme, from the catalogue.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
        pub programme: String,
        /// Code of the call, if one was talked about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
        pub call: Option<String>,
        /// What the municipality makes of it.
        pub outcome: AdviceOutcome,
    }

    /// Records an application.
    pub struct SubmitFundingApplication on "The day it was known.", reason optional {
        /// Code of the programme, from the catalogue.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
        pub programme: String,
        /// Code of the call, from the programme.
        #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
        pub call: String,
        /// The day it was submitted.
        pub submitted_on: Date,
        /// The amount asked for, in cents of a euro.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(maximum = 9_007_199_254_740_991_u64))]
        pub amount_cents: Option<u64>,
        /// The municipality's own share, in cents of a euro.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(maximum = 9_007_199_254_740_991_u64))]
        pub own_share_cents: Option<u64>,
        /// The agreement that the application relies on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub agreement: Option<Uuid>,
    }

    /// Records what became of an application.
    pub struct RecordFundingDecision on "The day it was known.", reason optional {
        /// What became of it.
        pub decision: DecisionResult,
        /// The day of the notice.
        pub notice_on: Date,
        /// The grant's code (Förderkennzeichen).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub grant_code: Option<Line>,
        /// The amount granted, in cents of a euro.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(maximum = 9_007_199_254_740_991_u64))]
        pub amount_cents: Option<u64>,
        /// How many posts are paid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(maximum = 99))]
        pub posts: Option<u32>,
        /// The first day of the grant's period.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub start_on: Option<Date>,
        /// The last day of the grant's period.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end_on: Option<Date>,
    }

    /// Changes the period of a grant.
    pub struct ChangeFundingPeriod on "The day of the change.", reason required {
        /// The last day of the grant's period now.
        pub end_on: Date,
    }
}

impl Act for AdviseOnFunding {
    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        let (kind, day) = (CommandKind::AdviseOnFunding, self.occurred_on);
        let unknown = |at: &str| Finding::unknown_code(at);
        let programme = making.facts.catalogue.programme(&self.programme, day);
        let (Some(programme), Some(state)) = (programme, making.state) else {
            return Err(making.rejection(kind, day, unknown("/programme")));
        };
        let mut calls = programme.calls.iter();
        let call = self.call.as_ref();
        let call = call.map(|code| calls.find(|one| one.code == *code));
        if call == Some(None) {
            return Err(making.rejection(kind, day, unknown("/call")));
        }
        Ok(CaseEvent::FundingAdviceGiven(FundingAdviceGiven {
            call: self.call.clone(),
            eligibility: Eligibility::of(state, programme, call.flatten(), day),
            outcome: self.outcome,
            programme: self.programme.clone(),
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 09 - 22),
            reason: None,
            programme: "bildung_integriert".to_owned(),
            call: Some("call_2015_10".to_owned()),
            outcome: AdviceOutcome::Apply,
        }
    }
}

impl Act for SubmitFundingApplication {
    fn admission(state: &CaseState, _target: Option<Uuid>, facts: &Facts<'_>) -> Vec<Finding> {
        can_apply(state, facts)
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::FundingApplicationSubmitted(
            FundingApplicationSubmitted {
                agreement: self.agreement,
                amount_cents: self.amount_cents,
                application: making.new_id(),
                call: self.call.clone(),
                own_share_cents: self.own_share_cents,
                programme: self.programme.clone(),
                submitted_on: self.submitted_on,
            },
        ))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2015 - 10 - 29),
            reason: Some(sample::ASSUMED_DAY.into()),
            programme: "bildung_integriert".to_owned(),
            call: "call_2015_10".to_owned(),
            submitted_on: date!(2015 - 10 - 28),
            amount_cents: Some(22_900_000),
            own_share_cents: Some(5_700_000),
            agreement: Some(sample::AGREEMENT),
        }
    }
}

impl Act for RecordFundingDecision {
    /// R20: one decision each.
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        let mut undecided = state.undecided_applications();
        Findings::unless(undecided.any(|one| Some(one.id) == target), || {
            Finding::new(Rule::R20).because(
                "Über den Antrag ist schon entschieden.",
                "The application is decided already.",
            )
        })
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::FundingDecided(FundingDecided {
            amount_cents: self.amount_cents,
            application: making.target(),
            decision: self.decision,
            end_on: self.end_on,
            grant_code: self.grant_code.clone(),
            notice_on: self.notice_on,
            posts: self.posts,
            start_on: self.start_on,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2016 - 02 - 18),
            reason: Some(sample::ASSUMED_DAY.into()),
            decision: DecisionResult::Granted,
            notice_on: date!(2016 - 02 - 15),
            grant_code: Some("BEISPIEL-001".into()),
            amount_cents: Some(22_900_000),
            posts: Some(2),
            start_on: Some(date!(2016 - 04 - 01)),
            end_on: Some(date!(2019 - 03 - 31)),
        }
    }
}

impl Act for ChangeFundingPeriod {
    /// R20: only of a grant.
    fn admission(state: &CaseState, target: Option<Uuid>, _facts: &Facts<'_>) -> Vec<Finding> {
        let application = target.and_then(|id| state.application(id));
        let decision = application.and_then(|one| one.decision.as_ref());
        let granted = decision.is_some_and(|one| one.result == DecisionResult::Granted);
        Findings::unless(granted, || {
            Finding::new(Rule::R20).because(
                "Der Antrag ist nicht bewilligt.",
                "The application was not granted.",
            )
        })
    }

    fn event(&self, making: &mut Making<'_>) -> Result<CaseEvent, Rejection> {
        Ok(CaseEvent::FundingPeriodChanged(FundingPeriodChanged {
            application: making.target(),
            end_on: self.end_on,
        }))
    }

    fn sample() -> Self {
        Self {
            occurred_on: date!(2017 - 02 - 07),
            reason: "Eine Stelle wurde erst im Sommer besetzt.".into(),
            end_on: date!(2019 - 06 - 30),
        }
    }
}
