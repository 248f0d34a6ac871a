//! Commands by what they came to.

use std::collections::{BTreeMap, BTreeSet};

use fallbuch_domain::{Finding, Rule};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use crate::error::CommandError;
use crate::writer::Receipt;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CommandLabels {
    verdict: &'static str,
    rule: &'static str,
}

/// The counter of each verdict and, for refusals, of each rule. All are there from the start, at 0.
pub(super) struct Commands {
    family: Family<CommandLabels, Counter>,
    accepted: Counter,
    replayed: Counter,
    refused: BTreeMap<Rule, Counter>,
    stale: Counter,
    version_required: Counter,
    key_reused: Counter,
    forbidden: Counter,
    not_found: Counter,
    overloaded: Counter,
    failed: Counter,
    validated: Counter,
}

impl Default for Commands {
    fn default() -> Self {
        let family = Family::default();
        let counter = |verdict, rule| family.get_or_create_owned(&CommandLabels { verdict, rule });
        let rules = Rule::ALL.iter();
        Self {
            accepted: counter("accepted", ""),
            replayed: counter("replayed", ""),
            refused: rules
                .map(|rule| (*rule, counter("refused", rule.id())))
                .collect(),
            stale: counter("stale", ""),
            version_required: counter("version_required", ""),
            key_reused: counter("key_reused", ""),
            forbidden: counter("forbidden", ""),
            not_found: counter("not_found", ""),
            overloaded: counter("overloaded", ""),
            failed: counter("failed", ""),
            validated: counter("validated", ""),
            family,
        }
    }
}

impl Commands {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "commands",
            "Commands by verdict and, once for each that refuses, rule",
            self.family.clone(),
        );
    }

    pub(super) fn count_done(&self, receipt: &Receipt) {
        if receipt.replayed {
            self.replayed.inc();
        } else {
            self.accepted.inc();
        }
    }

    pub(super) fn count_validated(&self) {
        self.validated.inc();
    }

    pub(super) fn count_error(&self, error: &CommandError) {
        let counter = match error {
            CommandError::Refused(rejection) => return self.count_refusal(&rejection.findings),
            CommandError::Warned(findings) => return self.count_refusal(findings),
            CommandError::Stale { .. } => &self.stale,
            CommandError::VersionRequired => &self.version_required,
            CommandError::KeyReused => &self.key_reused,
            CommandError::Forbidden(_) => &self.forbidden,
            CommandError::NotFound => &self.not_found,
            CommandError::Overloaded => &self.overloaded,
            CommandError::Store(_) => &self.failed,
        };
        counter.inc();
    }

    fn count_refusal(&self, findings: &[Finding]) {
        // A rule may refuse in several places of one command.
        let rules: BTreeSet<_> = findings.iter().map(|finding| finding.rule).collect();
        for rule in rules {
            if let Some(counter) = self.refused.get(&rule) {
                counter.inc();
            }
        }
    }
}
