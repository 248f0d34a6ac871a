//! Worked examples for every operation, made from the domain's samples by the code that answers.

mod across;
mod offers;

use fallbuch_domain::agency::{AgencyEvent, AgencyState};
use fallbuch_domain::case::{CommandKind, sample, timeline};
use fallbuch_domain::catalogue::Catalogue;
use fallbuch_domain::rule::{Finding, Rejection, Rule};
use fallbuch_domain::{Event, EventData, Permission, Role, Timestamp, agency};
use fallbuch_persistence::CaseRead;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use time::macros::datetime;

use super::ContractError;
use crate::contract::{AgencyView, CaseView, EngagementView, MemberView, OwnEngagementView};
use crate::language::{Language, Localized};
use crate::problem::Problem;
use crate::problem_catalogue::ProblemCode;
use crate::violation::{Violation, ViolationCode};

/// Examples by operationId.
pub(super) struct Examples {
    requests: BTreeMap<String, Value>,
    responses: BTreeMap<String, Value>,
}

impl Examples {
    pub(super) fn request(&self, operation: &str) -> Option<&Value> {
        self.requests.get(operation)
    }

    pub(super) fn response(&self, operation: &str) -> Option<&Value> {
        self.responses.get(operation)
    }
}

pub(super) fn all() -> Result<Examples, ContractError> {
    let mut examples = Examples {
        requests: BTreeMap::new(),
        responses: BTreeMap::new(),
    };
    let history = sample::history();
    for kind in CommandKind::ALL {
        let operation = kind.operation().to_owned();
        examples
            .requests
            .insert(operation.clone(), sample::body(*kind));
        if let Some((version, event)) = sample::outcome(*kind) {
            let answer =
                json!({"version": version, "events": [stored(&event, version)?], "warnings": []});
            examples.responses.insert(operation, answer);
        }
    }
    for (operation, body) in agency::sample::bodies()? {
        examples.requests.insert(operation.to_owned(), body);
    }
    for (version, event) in (1..).zip(agency::sample::life()) {
        let operation = match event {
            AgencyEvent::MemberAdmitted(_) => "admit_member",
            AgencyEvent::MemberRolesChanged(_) => "change_member_roles",
            AgencyEvent::MemberLeft(_) => "record_departure",
            AgencyEvent::AuditEngagementRequested(_) => "request_audit_engagement",
            AgencyEvent::AuditEngagementApproved(_) => "approve_audit_engagement",
            AgencyEvent::AuditEngagementEnded(_) => "end_audit_engagement",
            AgencyEvent::SiteOpened(_) => "open_site",
            AgencyEvent::SiteClosed(_) => "close_site",
            AgencyEvent::AgencyRenamed(_) => "rename_agency",
            AgencyEvent::PhaseSet(_) => "set_phase",
            AgencyEvent::AgencyClosed(_) => "close_agency",
            AgencyEvent::AgencyOpened(_) => continue,
        };
        let event = stored_of_agency(event, version)?;
        let answer = json!({"version": version, "events": [event], "warnings": []});
        examples.responses.insert(operation.to_owned(), answer);
    }
    let opening = (1..).zip(agency::sample::opening());
    let opening = opening.map(|(version, event)| stored_of_agency(event, version));
    let opening = opening.collect::<Result<Vec<_>, _>>()?;
    examples.responses.insert(
        "open_agency".to_owned(),
        json!({"version": opening.len(), "events": opening, "warnings": []}),
    );
    let mut add = |operation: &str, example: Value| {
        examples.responses.insert(operation.to_owned(), example);
    };
    let state = agency::sample::state();
    let members: Vec<_> = state.members.iter().map(MemberView::new).collect();
    let agency = serde_json::to_value(AgencyView::new(
        agency::sample::AGENCY,
        &agency::sample::state(),
    ))?;
    add("who_am_i", me(&agency));
    add("list_agencies", json!({"items": [agency]}));
    add("read_agency", agency);
    add("list_sites", json!({"items": state.sites}));
    add("list_members", json!({"items": members}));
    audits(&mut add, &state);
    add(
        "read_activity",
        json!({
            "position": 412,
            "recorded_at": "2015-09-01T08:30:00.000000Z",
            "items": [
                {"month": "2015-03-01", "type": "agreement_signed", "count": 2},
                {"month": "2015-03-01", "type": "contact_recorded", "count": 17},
            ],
        }),
    );
    cases(&mut add, &history)?;
    catalogue(&mut add)?;
    offers::add(&mut examples)?;
    across::add(&mut examples);
    let mut add = |operation: &str, example: Value| {
        examples.responses.insert(operation.to_owned(), example);
    };
    add("check_liveness", json!({"status": "ok"}));
    add("check_readiness", json!({"status": "ok", "stopped": []}));
    Ok(examples)
}

fn stored(event: &Event, version: u64) -> Result<Value, ContractError> {
    Ok(recorded(serde_json::to_value(sample::stored(
        event, version,
    ))?))
}

/// An event as a coordinator, who may do all of this, would record it: not before it happened.
fn recorded(mut event: Value) -> Value {
    event["actor"] = json!({"member": agency::sample::COORDINATOR, "role": Role::Coordinator});
    let happened = event["occurred_on"].as_str().unwrap_or_default();
    let known = event["recorded_at"].as_str().unwrap_or_default();
    if known < happened {
        event["recorded_at"] = json!(format!("{happened}T08:30:00.000000Z"));
    }
    event
}

fn stored_of_agency(event: AgencyEvent, version: u64) -> Result<Value, ContractError> {
    let data = EventData::Agency(event);
    Ok(serde_json::to_value(agency::sample::stored(
        &data, version,
    ))?)
}

fn me(agency: &Value) -> Value {
    let state = agency::sample::state();
    let member = state.member(agency::sample::COORDINATOR);
    json!({
        "issuer": "https://login.example.org",
        "subject": "248289761001",
        "expires_at": "2026-03-02T12:00:00.000000Z",
        "memberships": [{
            "agency": agency,
            "member": agency::sample::COORDINATOR,
            "roles": member.map(|member| member.roles.clone()).unwrap_or_default(),
            "permissions": member.map(agency::Member::permissions).unwrap_or_default(),
            "sites": state.sites,
        }],
    })
}

fn audits(add: &mut impl FnMut(&str, Value), agency: &AgencyState) {
    let today = agency::sample::OPENED_ON;
    let of_agency = agency.engagements.iter();
    let items: Vec<_> = of_agency
        .map(|one| EngagementView::new(one, today))
        .collect();
    let own = agency.engagements.iter();
    let own: Vec<_> = own
        .map(|one| OwnEngagementView::new(agency, one, today))
        .collect();
    add("list_audit_engagements", json!({"items": items}));
    add("list_own_audit_engagements", json!({"items": own}));
    add(
        "read_access_log",
        json!({
            "items": [{
                "position": 1,
                "recorded_at": "2015-09-01T08:30:00.000000Z",
                "auditor": agency::sample::AUDITOR,
                "engagement": agency::sample::ENGAGEMENT,
                "operation": "read_timeline",
                "case_id": sample::CASE,
                "permitted": true,
            }],
            "page": {"has_more": false},
        }),
    );
}

fn cases(add: &mut impl FnMut(&str, Value), history: &[Event]) -> Result<(), ContractError> {
    let state = sample::state();
    let version = sample::place(CommandKind::CloseCase) as u64;
    let recorded_at = Timestamp::new(datetime!(2015-09-01 08:30 UTC));
    let read = CaseRead {
        id: sample::CASE,
        version,
        recorded_at,
        state: state.clone().into(),
    };
    let view = serde_json::to_value(CaseView::new(&read, sample::TODAY))?;
    let last = json!({"has_more": false});
    let summary: serde_json::Map<_, _> = view
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| {
            [
                "case_id",
                "case_number",
                "stage",
                "expired",
                "version",
                "recorded_at",
                "municipality",
                "site",
                "advisor",
                "opened_on",
            ]
            .contains(&name.as_str())
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    add("list_cases", json!({"items": [summary], "page": last}));
    add("read_version", view.clone());
    add("read_case", view);
    add(
        "list_allowed_commands",
        json!({"items": [
            {"command": "record_contact", "allowed": true},
            {"command": "drop_priority", "target": sample::PRIORITY, "allowed": false, "rule": Rule::R14,
             "message": Rule::R14.sentence(Language::En)},
            {"command": "close_case", "allowed": false, "required_permission": Permission::CaseClose},
        ]}),
    );
    if let Some(event) = history.get(3) {
        let stored = stored(event, 4)?;
        let before = sample::state_before(CommandKind::CaptureNeed);
        let catalogue = Catalogue::shipped()
            .map_err(serde::ser::Error::custom)
            .map_err(ContractError)?;
        let reason = event.reason.as_ref();
        let text = match &event.data {
            EventData::Case(data) => timeline::sentence(
                Some(&before),
                data,
                event.occurred_on,
                reason,
                Language::En,
                &catalogue,
            ),
            EventData::Agency(_) | EventData::Offering(_) | EventData::Solution(_) => String::new(),
        };
        add(
            "read_timeline",
            json!({"items": [{
            "version": 4,
            "occurred_on": event.occurred_on,
            "recorded_at": recorded_at,
            "type": event.data.event_type(),
            "text": text,
        }], "page": last}),
        );
        add("list_events", json!({"items": [stored], "page": last}));
        add("read_feed", json!({"items": [stored], "page": last}));
        add("read_event", stored);
    }
    Ok(())
}

fn catalogue(add: &mut impl FnMut(&str, Value)) -> Result<(), ContractError> {
    let shipped = Catalogue::shipped()
        .map_err(serde::ser::Error::custom)
        .map_err(ContractError)?;
    let halle = shipped
        .municipalities_on(None)
        .find(|one| one.key == sample::MUNICIPALITY);
    add(
        "list_municipalities",
        json!({"items": halle.into_iter().collect::<Vec<_>>()}),
    );
    add(
        "list_dimensions",
        json!({"items": shipped.dimensions_on(None)}),
    );
    let areas: Vec<_> = shipped.focus_areas_on(None).into_iter().take(2).collect();
    add("list_focus_areas", json!({"items": areas}));
    add(
        "list_programmes",
        json!({"items": shipped.programmes_on(None).collect::<Vec<_>>()}),
    );
    add("list_formats", json!({"items": shipped.formats_on(None)}));
    add(
        "list_origins",
        json!({"items": shipped.origins_on(None).collect::<Vec<_>>()}),
    );
    Ok(())
}

/// The sample's event at a version, as a text.
fn latest(version: u64) -> Result<Box<RawValue>, ContractError> {
    let history = sample::history();
    let events = (1..).zip(&history);
    let event = events
        .filter(|(of, _)| *of == version)
        .map(|(_, event)| stored(event, version));
    let event = event.last().transpose()?;
    Ok(serde_json::value::to_raw_value(&event)?)
}

/// The problems that operations share, under the names of their components.
pub(super) fn problems() -> Result<Vec<(&'static str, Problem)>, ContractError> {
    let missing = Violation::body(
        "/occurred_on",
        ViolationCode::Missing,
        Localized::fixed("Dieses Feld fehlt.", "This member is missing."),
    );
    let unsigned = Finding::new(Rule::R05).at("/signatures").because(
        "Die Unterschrift der Agentur fehlt.",
        "The agency's signature is missing.",
    );
    Ok(vec![
        ("InvalidRequest", Problem::invalid(vec![missing])),
        ("Unauthenticated", Problem::unauthenticated("Bearer")),
        (
            "Forbidden",
            Problem::forbidden(Permission::CaseRecord.code()),
        ),
        ("NotFound", Problem::not_found()),
        (
            "MethodNotAllowed",
            Problem::new(ProblemCode::MethodNotAllowed),
        ),
        ("NotAcceptable", Problem::new(ProblemCode::NotAcceptable)),
        ("RequestTimeout", Problem::new(ProblemCode::RequestTimeout)),
        ("RuleRefused", Problem::refused(&Rejection::by(unsigned))),
        ("VersionStale", Problem::version_stale(8, vec![latest(8)?])),
        (
            "PayloadTooLarge",
            Problem::new(ProblemCode::PayloadTooLarge),
        ),
        (
            "UnsupportedMediaType",
            Problem::new(ProblemCode::UnsupportedMediaType),
        ),
        (
            "IdempotencyKeyReused",
            Problem::new(ProblemCode::IdempotencyKeyReused),
        ),
        (
            "PreconditionRequired",
            Problem::new(ProblemCode::PreconditionRequired),
        ),
        (
            "TooManyRequests",
            Problem::new(ProblemCode::TooManyRequests),
        ),
        ("Overloaded", Problem::new(ProblemCode::Overloaded)),
        ("Internal", Problem::new(ProblemCode::Internal)),
    ])
}
