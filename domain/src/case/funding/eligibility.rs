//! Whether a municipality can apply, and what decides it.

use time::Date;

use crate::case::CaseState;
use crate::case::event::wire;
use crate::catalogue::{Call, Programme};
use crate::facts::Facts;
use crate::language::Language;
use crate::rule::{Finding, Findings, Rule};

wire! {
    /// What decided whether a municipality could apply.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum EligibilityCriterion {
        /// The kind of municipality, which the programme takes or does not.
        KindOfMunicipality,
        /// The call's deadline, which had passed.
        Deadline,
        /// The agreement that the programme demands, of which none was in force.
        Agreement,
    }

    /// Whether a municipality could apply on a day, computed from the catalogue and the case.
    pub struct Eligibility {
        /// What decided it: the first criterion that fails, or the kind of municipality if none does.
        pub decided_by: EligibilityCriterion,
        /// Whether it could apply.
        pub eligible: bool,
        /// The rule behind the criterion.
        pub rule: Rule,
    }
}

impl Eligibility {
    /// The verdict on `day`.
    pub(super) fn of(
        state: &CaseState,
        programme: &Programme,
        call: Option<&Call>,
        day: Date,
    ) -> Self {
        let decided = |decided_by, eligible| Self {
            decided_by,
            eligible,
            rule: match decided_by {
                EligibilityCriterion::KindOfMunicipality | EligibilityCriterion::Agreement => {
                    Rule::R18
                }
                EligibilityCriterion::Deadline => Rule::R19,
            },
        };
        let takes = programme.eligible_kinds.contains(&state.municipality.kind);
        let deadline = call.and_then(|call| call.deadline);
        let agreed = state.agreements.iter().any(|one| one.in_force_on(day));
        if !takes {
            decided(EligibilityCriterion::KindOfMunicipality, false)
        } else if deadline.is_some_and(|deadline| deadline < day) {
            decided(EligibilityCriterion::Deadline, false)
        } else if programme.agreement_required && !agreed {
            decided(EligibilityCriterion::Agreement, false)
        } else {
            decided(EligibilityCriterion::KindOfMunicipality, true)
        }
    }
}

/// R18: some programme that has begun takes applications of this municipality, and if it demands an
/// agreement, one has been in force.
pub(super) fn can_apply(state: &CaseState, facts: &Facts<'_>) -> Vec<Finding> {
    let kind = state.municipality.kind;
    let programmes = || {
        let begun = facts.catalogue.programmes_on(None).filter(|programme| {
            programme.valid_from.is_none_or(|from| from <= facts.today)
                && !programme.calls.is_empty()
        });
        begun.filter(|programme| programme.eligible_kinds.contains(&kind))
    };
    let mut findings = Findings::default();
    let taken = programmes().next().is_some();
    findings.require(taken, || {
        Finding::new(Rule::R18).because(
            "Kein Förderprogramm nimmt Anträge dieser Art von Kommune an.",
            "No programme takes applications of this kind of municipality.",
        )
    });
    let mut agreements = state.agreements.iter();
    let agreed = agreements.any(|one| one.in_force_between(Date::MIN, facts.today));
    let demanded = taken && programmes().all(|programme| programme.agreement_required);
    findings.require(agreed || !demanded, || {
        Finding::new(Rule::R18).because(
            "Es gibt keine Zielvereinbarung, auf die sich ein Antrag stützen könnte.",
            "There is no agreement that an application could rely on.",
        )
    });
    findings.refusals
}

impl EligibilityCriterion {
    pub(super) fn word(self, language: Language) -> &'static str {
        language.either(match self {
            Self::KindOfMunicipality => ("Art der Kommune", "kind of municipality"),
            Self::Deadline => ("Stichtag", "deadline"),
            Self::Agreement => ("Zielvereinbarung", "agreement"),
        })
    }
}
