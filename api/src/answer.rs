//! Answers: representations with entity tags, and what a command comes to.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LINK,
    LOCATION, VARY,
};
use actix_web::{HttpRequest, HttpResponse};
use fallbuch_domain::{Finding, Rule};
use fallbuch_persistence::{CommandError, Handling, Page, Receipt, RecordedBody, StoreError};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::etag::EntityTag;
use crate::language::Language;
use crate::prefer;
use crate::problem::Problem;
use crate::problem_catalogue::ProblemCode;
use crate::request::Paging;

/// How long a client is to wait when the store is busy, in seconds.
const RETRY_AFTER: u32 = 1;

/// How long a client is to wait for another version of the service, in seconds.
const RETRY_AFTER_UPDATE: u32 = 60;

/// A page's place in its list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageInfo {
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    /// Whether there are more items behind this page.
    pub(crate) has_more: bool,
}

impl PageInfo {
    /// The place of a page whose items are told apart by their ids.
    pub(crate) fn of<T>(paging: &Paging, page: &Page<T>, id: impl Fn(&T) -> Uuid) -> Self {
        let last = page.items.last().filter(|_| page.has_more);
        Self {
            next: last.map(|last| paging.cursor_after(id(last))),
            has_more: page.has_more,
        }
    }
}

/// What a command came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommandAnswer {
    /// The version after the command: the one to name in the next `If-Match`.
    pub(crate) version: u64,
    /// The command's events, exactly as they stand in the log.
    #[schema(value_type = Vec<crate::contract::RecordedEvent>)]
    pub(crate) events: Vec<RecordedBody>,
    /// What was noticed without being refused.
    pub(crate) warnings: Vec<Warning>,
}

/// Something noticed without being refused.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Warning {
    /// The kind, as a word to branch on.
    #[schema(example = "rule-noticed")]
    pub(crate) code: &'static str,
    /// The rule.
    pub(crate) rule: Rule,
    /// What was noticed, as a sentence.
    pub(crate) message: String,
    /// The member of the body that it is about (RFC 6901), if one alone is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
    /// The thing of the case that it speaks of, where the body does not name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) concerns: Option<Uuid>,
}

impl Warning {
    pub(crate) fn of(finding: &Finding, language: Language) -> Self {
        Self {
            code: "rule-noticed",
            rule: finding.rule,
            message: finding.message(language).to_owned(),
            pointer: finding.pointer.clone(),
            concerns: finding.concerns,
        }
    }
}

/// How a representation may be kept.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caching {
    /// It can change: ask again each time.
    Revalidate,
    /// It never changes, but is the caller's alone.
    Immutable,
    /// It is the same for everybody.
    Public,
}

/// 200 with an entity tag, or 304 if the caller has this representation.
pub(crate) fn representation<T: Serialize>(
    headers: &HeaderMap,
    version: u64,
    body: &T,
    caching: Caching,
) -> Result<HttpResponse, Problem> {
    let bytes = serde_json::to_vec(body).map_err(|error| Problem::internal(&error))?;
    bytes_representation(headers, version, bytes, caching)
}

fn bytes_representation(
    headers: &HeaderMap,
    version: u64,
    bytes: Vec<u8>,
    caching: Caching,
) -> Result<HttpResponse, Problem> {
    let tag = EntityTag::of(version, &bytes);
    let caching = match caching {
        Caching::Revalidate => "private, no-cache",
        Caching::Immutable => "private, max-age=31536000, immutable",
        Caching::Public => "public, max-age=3600",
    };
    let known = tag.is_known_to(headers)?;
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((ETAG, tag.header_value()))
        .insert_header((CACHE_CONTROL, caching));
    Ok(if known {
        response.finish()
    } else {
        response
            .insert_header((CONTENT_TYPE, "application/json"))
            .body(bytes)
    })
}

/// 200 with a JSON text that stands already, or 304.
pub(crate) fn text_representation(
    headers: &HeaderMap,
    text: &str,
    caching: Caching,
) -> Result<HttpResponse, Problem> {
    bytes_representation(headers, 0, text.as_bytes().to_vec(), caching)
}

/// Says in which language the sentences of an answer are.
pub(crate) fn in_language(mut response: HttpResponse, language: Language) -> HttpResponse {
    let headers = response.headers_mut();
    headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    headers.append(VARY, HeaderValue::from_static("Accept-Language"));
    response
}

/// Adds the link to the next page (RFC 8288): the same address with the next cursor, which stands for
/// `after` too.
pub(crate) fn linked(
    mut response: HttpResponse,
    request: &HttpRequest,
    page: &PageInfo,
) -> HttpResponse {
    if let Some(next) = &page.next {
        let kept = request.query_string().split('&');
        let mut query: Vec<_> = kept
            .filter(|pair| {
                let name = pair.split('=').next().unwrap_or_default();
                !["", "after", "cursor"].contains(&name)
            })
            .collect();
        let cursor = format!("cursor={next}");
        query.push(&cursor);
        let link = format!("<{}?{}>; rel=\"next\"", request.path(), query.join("&"));
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(LINK, link);
        }
    }
    response
}

/// 201: the command is done, now or before.
pub(crate) fn done(
    receipt: Receipt,
    location: &str,
    handling: Handling,
    language: Language,
) -> Result<HttpResponse, Problem> {
    // An earlier success that is told again may have warnings: nothing was kept to then.
    let strict = handling == Handling::Strict && receipt.warnings.is_empty();
    let answer = CommandAnswer {
        version: receipt.version,
        warnings: receipt
            .warnings
            .iter()
            .map(|warning| Warning::of(warning, language))
            .collect(),
        events: receipt.events,
    };
    let bytes = serde_json::to_vec(&answer).map_err(|error| Problem::internal(&error))?;
    let mut response = HttpResponse::Created();
    response
        .insert_header((LOCATION, location))
        .insert_header((ETAG, EntityTag::of(receipt.version, &bytes).header_value()))
        .insert_header((CONTENT_TYPE, "application/json"));
    if receipt.replayed {
        response.insert_header((HeaderName::from_static("idempotent-replayed"), "true"));
    }
    if strict {
        response.insert_header(prefer::applied());
    }
    Ok(in_language(response.body(bytes), language))
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(rejection) => Self::refused(&rejection),
            CommandError::Warned(findings) => {
                let (name, value) = prefer::applied();
                Self::warned(&findings).with_header(name, value)
            }
            CommandError::Stale {
                current_version,
                events,
            } => {
                let events: Result<Vec<_>, StoreError> =
                    events.iter().map(RecordedBody::to_json).collect();
                events.map_or_else(
                    |error| Self::internal(&error),
                    |events| Self::version_stale(current_version, events),
                )
            }
            CommandError::VersionRequired => Self::new(ProblemCode::PreconditionRequired),
            CommandError::KeyReused => Self::new(ProblemCode::IdempotencyKeyReused),
            CommandError::Forbidden(permission) => Self::forbidden(permission.code()),
            CommandError::NotFound => Self::not_found(),
            CommandError::Overloaded => Self::retry_later(ProblemCode::Overloaded, RETRY_AFTER),
            CommandError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if error.is_passing() {
            tracing::warn!(%error, "the database is away");
            Self::retry_later(ProblemCode::Overloaded, RETRY_AFTER)
        } else if error.is_unknown_event() {
            // The error names type and schema: what a newer version of the service has to know.
            tracing::error!(%error, "a stream cannot be read");
            Self::retry_later(ProblemCode::StreamUnreadable, RETRY_AFTER_UPDATE)
        } else {
            Self::internal(&error)
        }
    }
}

#[cfg(test)]
mod tests;
