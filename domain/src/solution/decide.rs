//! From a command to a solution to its event, and the rules that refuse it.

use time::Date;

use super::command::SolutionCommand;
use super::{
    SolutionDescribed, SolutionEvent, SolutionRevised, SolutionState, SolutionStatus,
    SolutionWithdrawn,
};
use crate::catalogue::Catalogue;
use crate::facts::Facts;
use crate::rule::{Finding, Findings, Rejection, Rule};
use crate::stream::{Decision, EventData};
use crate::text::Prose;

/// Decides a command on the state of its solution.
///
/// # Errors
/// The rules that refuse.
pub fn decide(
    state: Option<&SolutionState>,
    command: &SolutionCommand,
    facts: &Facts<'_>,
) -> Result<Decision, Rejection> {
    let (occurred_on, reason, data) = event(command.clone());
    let warnings = check(state, &data, occurred_on, facts).verdict()?;
    let data = EventData::Solution(data);
    Ok(Decision::of(occurred_on, reason, data, warnings))
}

fn event(command: SolutionCommand) -> (Date, Option<Prose>, SolutionEvent) {
    match command {
        SolutionCommand::Describe(body) => {
            let described = SolutionDescribed {
                description: body.description,
                dimensions: body.dimensions,
                donor: body.donor,
                focus_areas: body.focus_areas,
                origin: body.origin,
                title: body.title,
            };
            let described = SolutionEvent::SolutionDescribed(described);
            (body.occurred_on, body.reason, described)
        }
        SolutionCommand::Revise(body) => {
            let changes = body.changes;
            let revised = SolutionEvent::SolutionRevised(SolutionRevised { changes });
            (body.occurred_on, body.reason, revised)
        }
        SolutionCommand::Withdraw(body) => {
            let withdrawn = SolutionEvent::SolutionWithdrawn(SolutionWithdrawn {});
            (body.occurred_on, Some(body.reason), withdrawn)
        }
    }
}

fn check(
    state: Option<&SolutionState>,
    event: &SolutionEvent,
    occurred_on: Date,
    facts: &Facts<'_>,
) -> Findings {
    let mut findings = Findings::default();
    findings
        .refusals
        .extend(facts.not_in_the_future(occurred_on, "/occurred_on"));
    let describing = matches!(event, SolutionEvent::SolutionDescribed(_));
    findings.require(describing == state.is_none(), || {
        Finding::new(Rule::R01).because(
            "Eine Modelllösung beginnt mit ihrer Beschreibung, und zwar genau einmal.",
            "A solution begins with its description, exactly once.",
        )
    });
    let is_withdrawn = state.is_some_and(|state| state.status == SolutionStatus::Withdrawn);
    findings.require(!is_withdrawn, || {
        Finding::new(Rule::R21).because(
            "Die Modelllösung ist zurückgezogen.",
            "The solution is withdrawn.",
        )
    });
    let mut codes = Codes {
        catalogue: facts.catalogue,
        on: occurred_on,
        findings: &mut findings,
    };
    match event {
        SolutionEvent::SolutionDescribed(described) => {
            codes.origin(Some(&described.origin), "");
            codes.donor(described.donor.as_ref(), "");
            codes.dimensions(&described.dimensions, "");
            codes.focus_areas(&described.focus_areas, "");
        }
        SolutionEvent::SolutionRevised(SolutionRevised { changes }) => {
            codes.origin(changes.origin.as_ref(), "/changes");
            codes.donor(changes.donor.set(), "/changes");
            codes.dimensions(changes.dimensions.iter().flatten(), "/changes");
            codes.focus_areas(changes.focus_areas.iter().flatten(), "/changes");
        }
        SolutionEvent::SolutionWithdrawn(_) => {}
    }
    findings
}

/// R12: every code is valid on the day; `within` is the part of the body that holds them.
struct Codes<'a> {
    catalogue: &'a Catalogue,
    on: Date,
    findings: &'a mut Findings,
}

impl Codes<'_> {
    fn origin(&mut self, code: Option<&String>, within: &str) {
        let known = code.is_none_or(|code| self.catalogue.origin(code, self.on).is_some());
        self.findings
            .require(known, || Finding::unknown_code(format!("{within}/origin")));
    }

    fn donor(&mut self, key: Option<&String>, within: &str) {
        let known = key.is_none_or(|key| self.catalogue.municipality(key, self.on).is_some());
        self.findings
            .require(known, || Finding::unknown_key(format!("{within}/donor")));
    }

    fn dimensions<'c>(&mut self, codes: impl IntoIterator<Item = &'c String>, within: &str) {
        for (index, code) in codes.into_iter().enumerate() {
            let known = self.catalogue.dimension(code, self.on).is_some();
            self.findings.require(known, || {
                Finding::unknown_code(format!("{within}/dimensions/{index}"))
            });
        }
    }

    fn focus_areas<'c>(&mut self, codes: impl IntoIterator<Item = &'c String>, within: &str) {
        for (index, code) in codes.into_iter().enumerate() {
            let known = self.catalogue.focus_area(code, self.on).is_some();
            self.findings.require(known, || {
                Finding::unknown_code(format!("{within}/focus_areas/{index}"))
            });
        }
    }
}
