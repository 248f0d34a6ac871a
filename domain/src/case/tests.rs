//! What commands to a case come to: a table of scenarios by topic, and what holds for all of them.

use time::macros::date;
use uuid::Uuid;

use super::event::{AgreementDrafted, CaseClosed, CaseReopened, ClosingReason};
use super::{CaseCommand, CaseEvent, CommandKind, sample};
use crate::rule::Rule;
use crate::stream::Event;
use crate::testing::{Given, given, happened};

mod admissions;
mod agreements;
mod assessments;
mod assignments;
mod catalogues;
mod chronology;
mod closing;
mod coverage;
mod documents;
mod follow_ups;
mod funding;
mod measures;
mod model_solutions;
mod needs;
mod opening;
mod participants;
mod pauses;
mod priorities;
mod qualifications;
mod records;
mod renewals;
mod state;
mod walk;

/// A history, a command and the verdict that the rules demand.
struct Scenario {
    name: &'static str,
    given: Given,
    command: CaseCommand,
    verdict: Verdict,
}

/// The rules in order; each refusal with the member of the body it is about, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Accepted(Vec<Rule>),
    Refused(Vec<(Rule, String)>),
}

fn accepted(name: &'static str, given: Given, command: CaseCommand) -> Scenario {
    warned(name, given, command, &[])
}

fn warned(name: &'static str, given: Given, command: CaseCommand, rules: &[Rule]) -> Scenario {
    Scenario {
        name,
        given,
        command,
        verdict: Verdict::Accepted(rules.to_vec()),
    }
}

fn refused(
    name: &'static str,
    given: Given,
    command: CaseCommand,
    findings: &[(Rule, &str)],
) -> Scenario {
    let findings = findings
        .iter()
        .map(|(rule, at)| (*rule, (*at).to_owned()))
        .collect();
    Scenario {
        name,
        given,
        command,
        verdict: Verdict::Refused(findings),
    }
}

/// Every scenario of every topic.
fn scenarios() -> Vec<Scenario> {
    [
        opening::scenarios(),
        needs::scenarios(),
        priorities::scenarios(),
        agreements::scenarios(),
        renewals::scenarios(),
        records::scenarios(),
        assessments::scenarios(),
        model_solutions::scenarios(),
        measures::scenarios(),
        qualifications::scenarios(),
        funding::scenarios(),
        follow_ups::scenarios(),
        participants::scenarios(),
        assignments::scenarios(),
        documents::scenarios(),
        pauses::scenarios(),
        closing::scenarios(),
        chronology::scenarios(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The sample history before the first command of this kind.
fn history_before(kind: CommandKind) -> Vec<Event> {
    let steps = sample::place(kind);
    sample::history().into_iter().take(steps).collect()
}

/// The sample case before the first command of this kind.
fn before(kind: CommandKind) -> Given {
    given(&history_before(kind))
}

/// The sample case while its agreement is signed and nothing is closed.
fn signed() -> Given {
    before(CommandKind::CloseCase)
}

/// The sample case after its closing.
fn closed() -> Given {
    before(CommandKind::ReopenCase)
}

/// The first draft of another agreement for the sample priority.
fn draft(agreement: Uuid) -> Event {
    let draft = AgreementDrafted {
        agreement,
        document: None,
        planned_until: None,
        priorities: vec![sample::PRIORITY],
        revision: 1,
    };
    happened(date!(2015 - 04 - 07), CaseEvent::AgreementDrafted(draft))
}

/// A closing, whatever is open.
fn closing() -> Event {
    let closed = CaseClosed {
        acknowledged: Vec::new(),
        reason: ClosingReason::PhaseEnd,
        summary: "Fertig.".into(),
    };
    happened(date!(2017 - 05 - 29), CaseEvent::CaseClosed(closed))
}

/// A reopening after it.
fn reopening() -> Event {
    let reopened = CaseEvent::CaseReopened(CaseReopened {});
    happened(date!(2017 - 05 - 30), reopened)
}

/// The sample command of this kind with its body changed.
macro_rules! command {
    ($kind:ident) => {
        $crate::case::sample::command($crate::case::CommandKind::$kind)
    };
    ($kind:ident, |$body:ident| $change:expr) => {{
        let mut command = command!($kind);
        if let $crate::case::CaseCommand::$kind($body) = &mut command {
            $change;
        }
        command
    }};
    ($kind:ident, |$target:ident, $body:ident| $change:expr) => {{
        let mut command = command!($kind);
        if let $crate::case::CaseCommand::$kind($target, $body) = &mut command {
            $change;
        }
        command
    }};
}
use command;

/// An id that nothing in the sample case has.
const UNKNOWN: Uuid = sample::EVENT;

#[test]
fn every_scenario_gets_its_verdict() {
    for scenario in scenarios() {
        let then = scenario.given.when(scenario.command);
        match scenario.verdict {
            Verdict::Accepted(rules) => assert_eq!(then.rules(), Ok(rules), "{}", scenario.name),
            Verdict::Refused(findings) => {
                let rejection = then.0.expect_err(scenario.name);
                let at = rejection.findings.into_iter();
                let found: Vec<_> = at
                    .map(|found| (found.rule, found.pointer.unwrap_or_default()))
                    .collect();
                assert_eq!(found, findings, "{}", scenario.name);
            }
        }
    }
}
