//! Every rule carries weight, and every command is refused somewhere: what the table of scenarios
//! must hold, so that a rule left out of the code, or one that finds too much, is noticed.

use std::collections::BTreeSet;

use super::{Scenario, Verdict, scenarios};
use crate::case::CommandKind;
use crate::rule::{Rejection, Rule};
use crate::stream::Decision;

/// The verdict of a domain in which `rule` is left out.
fn without(rule: Rule, decided: Result<Decision, Rejection>) -> Verdict {
    match decided {
        Ok(decision) => {
            let found = decision.warnings.into_iter().map(|found| found.rule);
            Verdict::Accepted(found.filter(|found| *found != rule).collect())
        }
        Err(mut rejection) => {
            rejection.findings.retain(|found| found.rule != rule);
            if rejection.findings.is_empty() {
                return Verdict::Accepted(Vec::new());
            }
            let at = rejection.findings.into_iter();
            let named = at.map(|found| (found.rule, found.pointer.unwrap_or_default()));
            Verdict::Refused(named.collect())
        }
    }
}

/// Whether leaving `rule` out turns a refusal into an acceptance, or a warning into silence.
fn turns(rule: Rule, scenario: &Scenario) -> bool {
    let decided = scenario.given.when(scenario.command.clone()).0;
    let twin = without(rule, decided);
    twin != scenario.verdict && twin == Verdict::Accepted(Vec::new())
}

fn names(scenario: &Scenario, rule: Rule) -> bool {
    match &scenario.verdict {
        Verdict::Accepted(rules) => rules.contains(&rule),
        Verdict::Refused(findings) => findings.iter().any(|(found, _)| *found == rule),
    }
}

/// The rules that cases meet; those of members and auditors alone have their tests with the agency.
fn of_cases() -> impl Iterator<Item = &'static Rule> {
    let of_members = [Rule::R31, Rule::R32, Rule::R33];
    let of_agencies = [Rule::R35, Rule::R36, Rule::R37, Rule::R38];
    Rule::ALL
        .iter()
        .filter(move |rule| !of_members.contains(rule) && !of_agencies.contains(rule))
}

#[test]
fn every_rule_alone_turns_a_verdict() {
    let scenarios = scenarios();
    for rule in of_cases() {
        assert!(
            scenarios.iter().any(|scenario| turns(*rule, scenario)),
            "{}",
            rule.id()
        );
    }
}

#[test]
fn no_rule_is_found_by_everything() {
    let scenarios = scenarios();
    for rule in of_cases() {
        let touched = scenarios.iter().filter(|scenario| names(scenario, *rule));
        let kinds: BTreeSet<_> = touched
            .map(|scenario| scenario.command.kind().operation())
            .collect();
        assert!(!kinds.is_empty(), "{}", rule.id());
        let quiet = |operation: &&str| {
            scenarios.iter().any(|scenario| {
                scenario.command.kind().operation() == *operation
                    && scenario.verdict == Verdict::Accepted(Vec::new())
            })
        };
        assert!(kinds.iter().all(quiet), "{}: {kinds:?}", rule.id());
    }
}

#[test]
fn every_command_is_accepted_somewhere_and_refused_somewhere() {
    let scenarios = scenarios();
    for kind in CommandKind::ALL {
        let of_kind = || {
            scenarios
                .iter()
                .filter(|scenario| scenario.command.kind() == *kind)
        };
        let quiet = Verdict::Accepted(Vec::new());
        assert!(
            of_kind().any(|scenario| scenario.verdict == quiet),
            "{kind:?}"
        );
        let own_refusals = of_kind().filter(|scenario| match &scenario.verdict {
            Verdict::Refused(findings) => findings.iter().any(|(rule, _)| *rule != Rule::R23),
            Verdict::Accepted(_) => false,
        });
        assert!(own_refusals.count() > 0, "{kind:?}");
    }
}

#[test]
fn every_refusal_speaks_both_languages() {
    use crate::Language::{De, En};
    for scenario in scenarios() {
        let Err(rejection) = scenario.given.when(scenario.command).0 else {
            continue;
        };
        for found in &rejection.findings {
            let (de, en) = (found.message(De), found.message(En));
            assert!(
                de.ends_with('.') && en.ends_with('.') && de != en,
                "{}: {de} {en}",
                scenario.name
            );
        }
    }
}
