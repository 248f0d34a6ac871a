//! From a command to an offering to its event, and the rules that refuse it.

use time::Date;
use uuid::Uuid;

use super::command::OfferingCommand;
use super::{
    OfferingCancelled, OfferingEvent, OfferingHeld, OfferingPostponed, OfferingScheduled,
    OfferingState, OfferingStatus,
};
use crate::facts::Facts;
use crate::rule::{Finding, Findings, Rejection, Rule};
use crate::stream::{Decision, EventData};
use crate::text::{Line, Prose};

/// Decides a command on the state of its offering.
///
/// # Errors
/// The rules that refuse.
pub fn decide(
    state: Option<&OfferingState>,
    command: &OfferingCommand,
    facts: &Facts<'_>,
) -> Result<Decision, Rejection> {
    let (occurred_on, reason, data) = event(command.clone());
    let warnings = check(state, &data, occurred_on, facts).verdict()?;
    let data = EventData::Offering(data);
    Ok(Decision::of(occurred_on, reason, data, warnings))
}

fn event(command: OfferingCommand) -> (Date, Option<Prose>, OfferingEvent) {
    match command {
        OfferingCommand::Schedule(body) => {
            let scheduled = OfferingScheduled {
                capacity: body.capacity,
                format: body.format,
                on: body.on,
                place: body.place,
                site: body.site,
                title: body.title,
            };
            let scheduled = OfferingEvent::OfferingScheduled(scheduled);
            (body.occurred_on, body.reason, scheduled)
        }
        OfferingCommand::Postpone(body) => {
            let postponed = OfferingEvent::OfferingPostponed(OfferingPostponed {
                on: body.on,
                place: body.place,
                site: body.site,
            });
            (body.occurred_on, body.reason, postponed)
        }
        OfferingCommand::Hold(body) => {
            let held = OfferingEvent::OfferingHeld(OfferingHeld {});
            (body.occurred_on, body.reason, held)
        }
        OfferingCommand::Cancel(body) => {
            let cancelled = OfferingEvent::OfferingCancelled(OfferingCancelled {});
            (body.occurred_on, Some(body.reason), cancelled)
        }
    }
}

fn check(
    state: Option<&OfferingState>,
    event: &OfferingEvent,
    occurred_on: Date,
    facts: &Facts<'_>,
) -> Findings {
    let mut findings = Findings::default();
    findings
        .refusals
        .extend(facts.not_in_the_future(occurred_on, "/occurred_on"));
    let scheduling = matches!(event, OfferingEvent::OfferingScheduled(_));
    findings.require(scheduling == state.is_none(), || {
        Finding::new(Rule::R01).because(
            "Eine Veranstaltung beginnt mit ihrer Ankündigung, und zwar genau einmal.",
            "An offering begins with its scheduling, exactly once.",
        )
    });
    if let Some(state) = state {
        findings.refusals.extend(still_scheduled(state));
    }
    match event {
        OfferingEvent::OfferingScheduled(scheduled) => {
            let known = facts.catalogue.format(&scheduled.format, occurred_on);
            findings.require(known.is_some(), || Finding::unknown_code("/format"));
            let (site, place) = (scheduled.site, scheduled.place.as_ref());
            findings.require(site.is_some() || place.is_some(), || {
                Finding::new(Rule::R03).at("/site").because(
                    "Anzugeben ist ein Standort oder ein anderer Ort.",
                    "A site or another place is to be named.",
                )
            });
            whereabouts(site, place, facts, &mut findings);
            due(scheduled.on, facts, &mut findings);
        }
        OfferingEvent::OfferingPostponed(postponed) => {
            let place = postponed.place.as_ref();
            whereabouts(postponed.site, place, facts, &mut findings);
            due(postponed.on, facts, &mut findings);
        }
        OfferingEvent::OfferingHeld(_) | OfferingEvent::OfferingCancelled(_) => {}
    }
    findings
}

/// R21: an offering changes only while it is planned.
fn still_scheduled(state: &OfferingState) -> Option<Finding> {
    let (de, en) = match state.status {
        OfferingStatus::Scheduled => return None,
        OfferingStatus::Held => (
            "Die Veranstaltung hat bereits stattgefunden.",
            "The offering was held already.",
        ),
        OfferingStatus::Cancelled => (
            "Die Veranstaltung ist abgesagt.",
            "The offering was cancelled.",
        ),
    };
    Some(Finding::new(Rule::R21).because(de, en))
}

/// R03: an open site of the agency or another place, not both.
fn whereabouts(
    site: Option<Uuid>,
    place: Option<&Line>,
    facts: &Facts<'_>,
    findings: &mut Findings,
) {
    findings.require(site.is_none() || place.is_none(), || {
        Finding::new(Rule::R03).at("/place").because(
            "Anzugeben ist entweder ein Standort oder ein anderer Ort, nicht beides.",
            "Either a site or another place is to be named, not both.",
        )
    });
    let is_open = |site| facts.agency.is_some_and(|one| one.site(site).is_some());
    findings.require(site.is_none_or(is_open), || {
        Finding::new(Rule::R03).at("/site").because(
            "Der Standort gehört nicht zu den offenen Standorten der Agentur.",
            "The site is none of the agency's open sites.",
        )
    });
}

/// R22: whoever plans for a day that is over is told.
fn due(on: Date, facts: &Facts<'_>, findings: &mut Findings) {
    findings.warn(on < facts.today, || Finding::new(Rule::R22).at("/on"));
}
