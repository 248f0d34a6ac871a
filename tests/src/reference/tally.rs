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

    /// What the run should have met and has not: a command accepted or refused, a rule.
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
