//! The attendance of many cases at one offering, in one request.
//!
//! It is no command of its own: each case gets its own `record_qualification`, decided by the agency's writer on the
//! case's newest state, with a verdict of its own. So nothing has to be undone where one is refused, and a case that is
//! open in somebody's hands meanwhile keeps its version rules: no version is named, because a case takes an attendance
//! once (R34), whatever else happens in it.
//!
//! Invariants:
//! - A case's key is made of the request's key and the case, so sending again acts once for each case. What was recorded
//!   is answered as it was, what was refused is decided anew.
//! - Both permissions are asked for: offering:write for the act, case:record for what it does in the cases. The writer
//!   asks again for the second one.
//! - A case that is absent, of another agency or of a site the caller does not see is the same 404 among the results.

use std::collections::HashSet;

use actix_web::http::header::{CONTENT_TYPE, HeaderName};
use actix_web::{HttpResponse, post};
use fallbuch_domain::case::command::RecordQualification;
use fallbuch_domain::case::{Attendees, CaseCommand};
use fallbuch_domain::text::Prose;
use fallbuch_domain::{Command as DomainCommand, Finding};
use fallbuch_persistence::{Access, Expected, Handling, IdempotencyKey, RecordedBody, Store};
use futures_util::stream::{self, StreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::Date;
use utoipa::ToSchema;
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{AnyOfBuilder, Array, ArrayBuilder};
use uuid::Uuid;

use crate::answer::{Warning, in_language};
use crate::contract::RecordedEvent;
use crate::dry_run::ProspectiveEvent;
use crate::language::{Language, Localized};
use crate::operation;
use crate::prefer;
use crate::problem::{Problem, ProblemBody};
use crate::request::{Command, Request};
use crate::violation::{Violation, ViolationCode};

/// How many cases of one request wait for their verdicts at a time: enough to be stored together, and far fewer than
/// what the agency's line holds.
const AT_A_TIME: usize = 32;

/// Records that municipalities attended an offering.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordAttendances {
    /// The day it was attended.
    pub(crate) occurred_on: Date,
    /// Why, if it needs saying; it stands in every case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Prose>,
    /// Who attended, each case once.
    #[schema(min_items = 1, max_items = 200)]
    pub(crate) attendances: Vec<Attendance>,
}

/// The attendance of one case.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attendance {
    /// The case.
    pub(crate) case_id: Uuid,
    /// Who took part, by function.
    #[schema(min_items = 1, max_items = 50)]
    pub(crate) participants: Vec<Attendees>,
    /// What the participants said about it. No names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) feedback: Option<Prose>,
}

/// What the request came to, case by case.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttendanceResults {
    /// A verdict for each case, in the order of the request.
    results: Vec<AttendanceResult>,
}

/// What the attendance of one case came to: what `record_qualification` would have answered for it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttendanceResult {
    /// The case, as it was named.
    case_id: Uuid,
    /// The status: 201 if it is recorded, now or before; 200 if it was only to be validated and nothing refuses it;
    /// else the problem's.
    #[schema(minimum = 200, maximum = 599, example = 201)]
    status: u16,
    /// The case's version after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    version: Option<u64>,
    /// Its events, as they stand in the log or as they would be recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = events_of_either_kind)]
    events: Option<Vec<Box<RawValue>>>,
    /// What was noticed without being refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    warnings: Option<Vec<Warning>>,
    /// Why it was refused; pointers are those of `record_qualification`.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

fn events_of_either_kind() -> Array {
    let events = [RecordedEvent::name(), ProspectiveEvent::name()];
    let events = events.into_iter().fold(AnyOfBuilder::new(), |any, name| {
        any.item(Ref::from_schema_name(name))
    });
    ArrayBuilder::new()
        .description(Some("Its events, exactly as they stand in the log; as they would be recorded, if it was only to be validated."))
        .items(events)
        .build()
}

/// What was done for a case.
struct Verdict {
    status: u16,
    version: u64,
    events: Vec<Box<RawValue>>,
    warnings: Vec<Finding>,
    replayed: bool,
}

/// One case of a request.
struct Entry {
    case: Uuid,
    command: RecordQualification,
    /// None if it is only to be validated.
    key: Option<IdempotencyKey>,
}

/// Record the attendance of many cases
///
/// Records for up to 200 cases that their municipalities attended an offering that was held, with a verdict for each:
/// what `record_qualification` would have answered, on the case's newest version (R34). One case's refusal leaves the
/// others as they are. A case stands in the list once.
///
/// Sent again with the same `Idempotency-Key`, what was recorded is answered as it was, and what was refused is decided
/// anew; the key counts for each case by itself (a changed entry of a case that is recorded is 422 there).
/// `Idempotent-Replayed` stands for all of them together.
///
/// The caller also needs `case:record`, which each of the cases asks for.
#[utoipa::path(
    tag = "offerings",
    request_body = RecordAttendances,
    responses((status = 200, description = "The verdicts. With `validate_only=true` nothing was stored.", body = AttendanceResults))
)]
#[post("/v1/agencies/{agency}/offerings/{offering_id}/attendances")]
pub(crate) async fn record_attendances(
    request: Request<operation::RecordAttendances, Command<RecordAttendances>>,
) -> Result<HttpResponse, Problem> {
    let offering = request.addressed.stream()?.id;
    let (store, access) = (request.store(), &request.access);
    let Command { body, handling, .. } = &request.body;
    named_once(&body.attendances)?;
    let mut entries = Vec::with_capacity(body.attendances.len());
    for attendance in &body.attendances {
        let command = RecordQualification {
            occurred_on: body.occurred_on,
            reason: body.reason.clone(),
            offering,
            participants: attendance.participants.clone(),
            feedback: attendance.feedback.clone(),
        };
        let said = serde_json::to_vec(&command).map_err(|error| Problem::internal(&error))?;
        let part = (attendance.case_id, said.as_slice());
        entries.push(Entry {
            case: attendance.case_id,
            key: request.body.key_of(part, |parts| store.fingerprint(parts)),
            command,
        });
    }
    let handling = *handling;
    let verdicts = stream::iter(entries).map(|entry| async move {
        let case = entry.case;
        (case, settle(store, access, handling, entry).await)
    });
    let verdicts: Vec<_> = verdicts.buffered(AT_A_TIME).collect().await;
    answer(verdicts, handling, request.language)
}

/// 400 for every case that is named more than once.
fn named_once(attendances: &[Attendance]) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    let again = (0..).zip(attendances);
    let again = again.filter(|(_, one)| !seen.insert(one.case_id));
    let violations: Vec<_> = again
        .map(|(index, _): (usize, _)| {
            let message = Localized::fixed(
                "Dieser Fall steht schon in der Liste.",
                "This case is in the list already.",
            );
            let pointer = format!("/attendances/{index}/case_id");
            Violation::body(pointer, ViolationCode::NotUnique, message)
        })
        .collect();
    if violations.is_empty() {
        Ok(())
    } else {
        Err(Problem::invalid(violations))
    }
}

/// Settles one case as its own command would be.
async fn settle(
    store: &Store,
    access: &Access,
    handling: Handling,
    entry: Entry,
) -> Result<Verdict, Problem> {
    // Before the writer, which refuses another site's case by a rule: here it is as good as absent.
    if store.case(access, entry.case).await?.is_none() {
        return Err(Problem::not_found());
    }
    let command = DomainCommand::Case(CaseCommand::RecordQualification(entry.command));
    let (case, expected) = (Some(entry.case), Expected::Any);
    let Some(key) = entry.key else {
        let preview = store.validate(access, case, expected, command, handling);
        let preview = preview.await?;
        return Ok(Verdict {
            status: 200,
            version: preview.version,
            events: preview.events,
            warnings: preview.warnings,
            replayed: false,
        });
    };
    let receipt = store
        .execute_handling(access, case, expected, command, key, handling)
        .await?;
    let events = receipt.events.iter().map(RecordedBody::to_json);
    Ok(Verdict {
        status: 201,
        version: receipt.version,
        events: events.collect::<Result<_, _>>()?,
        warnings: receipt.warnings,
        replayed: receipt.replayed,
    })
}

impl AttendanceResult {
    fn of(case_id: Uuid, verdict: Result<Verdict, Problem>, language: Language) -> Self {
        match verdict {
            Ok(verdict) => {
                let warnings = verdict.warnings.iter();
                Self {
                    case_id,
                    status: verdict.status,
                    version: Some(verdict.version),
                    events: Some(verdict.events),
                    warnings: Some(warnings.map(|one| Warning::of(one, language)).collect()),
                    problem: None,
                }
            }
            Err(problem) => Self {
                case_id,
                status: problem.code().kind().status.as_u16(),
                version: None,
                events: None,
                warnings: None,
                problem: Some(problem.to_body(language)),
            },
        }
    }
}

/// 200 with all verdicts.
fn answer(
    verdicts: Vec<(Uuid, Result<Verdict, Problem>)>,
    handling: Handling,
    language: Language,
) -> Result<HttpResponse, Problem> {
    let done = || {
        verdicts
            .iter()
            .filter_map(|(_, verdict)| verdict.as_ref().ok())
    };
    let replayed = done().count() == verdicts.len() && done().all(|one| one.replayed);
    // An earlier success that is told again may have warnings: nothing was kept to then.
    let strict = handling == Handling::Strict && done().all(|one| one.warnings.is_empty());
    let results = verdicts.into_iter();
    let results = results.map(|(case, verdict)| AttendanceResult::of(case, verdict, language));
    let body = AttendanceResults {
        results: results.collect(),
    };
    let bytes = serde_json::to_vec(&body).map_err(|error| Problem::internal(&error))?;
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, "application/json"));
    if replayed {
        response.insert_header((HeaderName::from_static("idempotent-replayed"), "true"));
    }
    if strict {
        response.insert_header(prefer::applied());
    }
    Ok(in_language(response.body(bytes), language))
}
