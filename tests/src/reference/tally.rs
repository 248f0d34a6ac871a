//! What a run has met, as a table; and whether it met everything.

use std::collections::BTreeMap;
use std::fmt;

use super::{Flaw, Operation, Verdict};

#[derive(Clone, Debug, Default)]
struct Met {
    accepted: u64,
    warned: u64,
    refused: u64,
    rules: BTreeMap<String, u64>,
}

/// The rules that are a command's own, beside those that every command can meet (R23, R26, R27).
const OWN: &[(&str, &[&str])] = &[
    ("open_case", &["R01", "R02", "R03", "R04", "R26"]),
    ("capture_need", &["R12"]),
    ("revise_need", &["R12", "R21"]),
    ("withdraw_need", &["R21"]),
    ("agree_priority", &["R12", "R14", "R23", "R26", "R27"]),
    ("revise_priority", &["R12", "R14", "R21"]),
    ("drop_priority", &["R14", "R21"]),
    ("draft_agreement", &["R21"]),
    ("redraft_agreement", &["R21"]),
    ("discard_agreement_draft", &["R21"]),
    (
        "sign_agreement",
        &["R05", "R06", "R07", "R08", "R09", "R21", "R26"],
    ),
    ("amend_agreement", &["R21"]),
    ("extend_agreement", &["R06", "R08", "R21", "R26"]),
    ("end_agreement", &["R21"]),
    ("start_assessment", &["R11", "R12"]),
    ("record_interview", &["R12", "R21"]),
    ("rate_dimension", &["R12"]),
    ("complete_assessment", &["R12", "R13", "R21", "R26"]),
    ("abandon_assessment", &["R12"]),
    (
        "propose_model_solution",
        &["R12", "R15", "R17", "R21", "R34"],
    ),
    ("select_model_solution", &["R15", "R16"]),
    ("adapt_model_solution", &["R15"]),
    ("adopt_model_solution", &["R15"]),
    ("reject_model_solution", &["R15"]),
    ("plan_measure", &["R12", "R21", "R22"]),
    ("complete_measure", &["R21"]),
    ("cancel_measure", &["R21"]),
    ("record_qualification", &["R34"]),
    ("advise_on_funding", &["R12"]),
    ("submit_funding_application", &["R12", "R18", "R19", "R26"]),
    ("record_funding_decision", &["R06", "R20", "R26"]),
    ("change_funding_period", &["R06", "R20"]),
    ("review_progress", &["R21"]),
    ("schedule_follow_up", &["R03", "R22"]),
    ("reschedule_follow_up", &["R21", "R22"]),
    ("reassign_follow_up", &["R03", "R21"]),
    ("complete_follow_up", &["R21"]),
    ("cancel_follow_up", &["R21"]),
    ("change_participant", &["R21"]),
    ("record_participant_departure", &["R06", "R21", "R26"]),
    ("assign_advisor", &["R03", "R26"]),
    ("succeed_municipality", &["R02", "R03", "R04"]),
    ("unlink_document", &["R21"]),
    ("pause_case", &["R10", "R22"]),
    ("resume_case", &["R10"]),
    ("close_case", &["R23", "R24"]),
    ("reopen_case", &["R02", "R25"]),
];

/// How often each command was accepted, warned and refused, and by which rules.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    met: BTreeMap<&'static str, Met>,
}

impl Tally {
    /// Counts a command.
    pub fn count(&mut self, operation: &'static str, verdict: &Verdict) {
        let met = self.met.entry(operation).or_default();
        met.accepted += u64::from(verdict.accepted());
        met.warned += u64::from(!verdict.warned.is_empty());
        met.refused += u64::from(!verdict.accepted());
        for rule in verdict.refused.iter().chain(&verdict.warned) {
            *met.rules.entry(rule.clone()).or_default() += 1;
        }
    }

    /// Adds what another run has met.
    pub fn add(&mut self, other: &Self) {
        for (operation, met) in &other.met {
            let own = self.met.entry(operation).or_default();
            own.accepted += met.accepted;
            own.warned += met.warned;
            own.refused += met.refused;
            for (rule, count) in &met.rules {
                *own.rules.entry(rule.clone()).or_default() += count;
            }
        }
    }

    /// How many commands were accepted, and how many refused.
    #[must_use]
    pub fn totals(&self) -> (u64, u64) {
        let sum = |of: fn(&Met) -> u64| self.met.values().map(of).sum();
        (sum(|met| met.accepted), sum(|met| met.refused))
    }

    /// What the run should have met and has not: a command accepted or refused, a rule, and a rule on
    /// each command that has it.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for Operation { name, .. } in Operation::ALL {
            let met = self.met.get(name).cloned().unwrap_or_default();
            if met.accepted == 0 {
                missing.push(format!("{name} accepted"));
            }
            if met.refused == 0 {
                missing.push(format!("{name} refused"));
            }
        }
        for rule in Flaw::RULES {
            if !self.met.values().any(|met| met.rules.contains_key(*rule)) {
                missing.push((*rule).to_owned());
            }
        }
        for (operation, rules) in OWN {
            let met = self.met.get(operation).cloned().unwrap_or_default();
            let unmet = rules.iter().filter(|rule| !met.rules.contains_key(**rule));
            missing.extend(unmet.map(|rule| format!("{operation} by {rule}")));
        }
        missing
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:30} {:>8} {:>8} {:>8}  rules",
            "command", "accepted", "warned", "refused"
        )?;
        for Operation { name, .. } in Operation::ALL {
            let met = self.met.get(name).cloned().unwrap_or_default();
            let rules: Vec<_> = met
                .rules
                .iter()
                .map(|(rule, count)| format!("{rule} {count}"))
                .collect();
            let (accepted, warned, refused) = (met.accepted, met.warned, met.refused);
            writeln!(
                f,
                "{name:30} {accepted:8} {warned:8} {refused:8}  {}",
                rules.join(", ")
            )?;
        }
        Ok(())
    }
}
