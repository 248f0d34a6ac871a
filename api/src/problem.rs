//! The one shape of every error answer: problem details (RFC 9457).
//!
//! A problem carries its sentences in every language and is written in one of them only at the
//! edge: an error made deep inside needs no request at hand. Two problems made without particulars
//! are the same bytes, so that the absent and the foreign cannot be told apart.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER,
    VARY, WWW_AUTHENTICATE,
};
use actix_web::{HttpResponse, ResponseError};
use fallbuch_domain::{Finding, Rejection, Rule};
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::language::{Language, Localized};
use crate::problem_catalogue::ProblemCode;
use crate::violation::{MAX_VIOLATIONS, RequestPart, Violation, ViolationBody};

/// The media type of a problem.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// An error on its way to the caller.
#[derive(Clone)]
pub(crate) struct Problem(Box<Particulars>);

/// What a problem says beyond its kind.
#[derive(Clone)]
struct Particulars {
    code: ProblemCode,
    detail: Option<Localized>,
    rule: Option<Rule>,
    violations: Vec<Violation>,
    required_permission: Option<String>,
    current_version: Option<u64>,
    events: Option<Vec<Box<RawValue>>>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// A problem of a kind, without particulars.
    pub(crate) fn new(code: ProblemCode) -> Self {
        Self(Box::new(Particulars {
            code,
            detail: None,
            rule: None,
            violations: Vec::new(),
            required_permission: None,
            current_version: None,
            events: None,
            headers: Vec::new(),
        }))
    }

    /// 400: the request breaks the contract in these places.
    pub(crate) fn invalid(mut violations: Vec<Violation>) -> Self {
        violations.truncate(MAX_VIOLATIONS);
        let mut problem = Self::new(ProblemCode::InvalidRequest);
        problem.0.violations = violations;
        problem
    }

    /// 400: the body is not JSON; the violation says where.
    pub(crate) fn malformed_json(violation: Violation) -> Self {
        let mut problem = Self::new(ProblemCode::MalformedJson);
        problem.0.violations = vec![violation];
        problem
    }

    /// 400: all that is wrong is that the key is missing.
    pub(crate) fn missing_key(violation: Violation) -> Self {
        let mut problem = Self::new(ProblemCode::MissingIdempotencyKey);
        problem.0.violations = vec![violation];
        problem
    }

    /// 401; `challenge` is the value of `WWW-Authenticate` (RFC 6750 §3).
    pub(crate) fn unauthenticated(challenge: &'static str) -> Self {
        Self::new(ProblemCode::Unauthenticated)
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }

    /// 403: the agency is known to the caller, the permission is missing.
    pub(crate) fn forbidden(required_permission: &str) -> Self {
        let mut problem = Self::new(ProblemCode::Forbidden);
        problem.0.required_permission = Some(required_permission.to_owned());
        problem
    }

    /// 404, always the same, whether absent or foreign.
    pub(crate) fn not_found() -> Self {
        Self::new(ProblemCode::NotFound)
    }

    /// 405 with the methods the address does know, as `Allow` lists them.
    pub(crate) fn method_not_allowed(allow: HeaderValue) -> Self {
        Self::new(ProblemCode::MethodNotAllowed).with_header(ALLOW, allow)
    }

    /// 409: rules said no. The first one stands up front, all of them among the errors.
    pub(crate) fn refused(rejection: &Rejection) -> Self {
        Self::by_rules(ProblemCode::RuleRefused, &rejection.findings)
    }

    /// 409: rules would only have warned, but the caller wants none of that (`Prefer: handling=strict`).
    pub(crate) fn warned(findings: &[Finding]) -> Self {
        Self::by_rules(ProblemCode::WarningsRefused, findings)
    }

    fn by_rules(code: ProblemCode, findings: &[Finding]) -> Self {
        let mut problem = Self::new(code);
        problem.0.violations = findings.iter().map(Violation::of_rule).collect();
        problem.0.violations.truncate(MAX_VIOLATIONS);
        if let Some(first) = problem.0.violations.first() {
            problem.0.detail = Some(first.message.clone());
            problem.0.rule = first.rule;
        }
        problem
    }

    /// 412 with the present version and the events since the caller's.
    pub(crate) fn version_stale(current_version: u64, events: Vec<Box<RawValue>>) -> Self {
        let mut problem = Self::new(ProblemCode::VersionStale);
        problem.0.current_version = Some(current_version);
        problem.0.events = Some(events);
        problem
    }

    /// 429 or 503: not now, but after so many seconds.
    pub(crate) fn retry_later(code: ProblemCode, seconds: u32) -> Self {
        Self::new(code).with_header(RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// 500; the cause goes to the log and nowhere else.
    pub(crate) fn internal(cause: &dyn std::error::Error) -> Self {
        let mut causes = cause.to_string();
        let mut next = cause.source();
        while let Some(inner) = next {
            causes = format!("{causes}: {inner}");
            next = inner.source();
        }
        tracing::error!(cause = causes, "request failed");
        Self::new(ProblemCode::Internal)
    }

    /// The same problem with one more header.
    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The kind of the problem.
    pub(crate) fn code(&self) -> ProblemCode {
        self.0.code
    }

    /// The body in one language; also what a single verdict in a list of verdicts carries.
    pub(crate) fn to_body(&self, language: Language) -> ProblemBody {
        let kind = self.0.code.kind();
        let detail = self.0.detail.as_ref().unwrap_or(&kind.meaning);
        ProblemBody {
            type_: format!("urn:fallbuch:problem:{}", kind.code),
            href: format!("/problems/{}", kind.code),
            title: kind.title.text(language).to_owned(),
            detail: detail.text(language).to_owned(),
            status: kind.status.as_u16(),
            code: self.0.code,
            rule: self.0.rule,
            errors: self
                .0
                .violations
                .iter()
                .map(|violation| violation.to_body(language))
                .collect(),
            required_permission: self.0.required_permission.clone(),
            current_version: self.0.current_version,
            events: self.0.events.clone(),
        }
    }

    /// The answer in one language. It carries the problem along, so that the outermost layer, which
    /// knows the caller's language, can write it anew.
    pub(crate) fn to_response(&self, language: Language) -> HttpResponse {
        let body = match serde_json::to_vec(&self.to_body(language)) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(%error, "a problem could not be written");
                Vec::new()
            }
        };
        let mut response = HttpResponse::build(self.status_code());
        response
            .insert_header((CONTENT_TYPE, PROBLEM_JSON))
            .insert_header((CONTENT_LANGUAGE, language.tag()))
            .insert_header((VARY, "Accept-Language"))
            .insert_header((CACHE_CONTROL, "no-store"));
        for header in &self.0.headers {
            response.insert_header(header.clone());
        }
        let mut response = response.body(body);
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.code.kind().status
    }

    fn error_response(&self) -> HttpResponse {
        self.to_response(Language::default())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.code.as_str())
    }
}

// The framework writes errors to its log: particulars, which may hold a case's content, stay out.
impl fmt::Debug for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Problem({self})")
    }
}

impl std::error::Error for Problem {}

impl From<Violation> for Problem {
    fn from(violation: Violation) -> Self {
        Self::invalid(vec![violation])
    }
}

/// An error, as problem details (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// The kind of the error, stable: `urn:fallbuch:problem:{code}`.
    #[serde(rename = "type")]
    #[schema(format = "uri", example = "urn:fallbuch:problem:rule-refused")]
    type_: String,
    /// A page that explains this kind of error.
    #[schema(format = "uri-reference", example = "/problems/rule-refused")]
    href: String,
    /// The kind of the error in a few words.
    title: String,
    /// What happened this time, as a sentence.
    detail: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 409)]
    status: u16,
    /// The kind of the error, as a word to branch on.
    code: ProblemCode,
    /// The rule that refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "R05")]
    rule: Option<Rule>,
    /// Everything that is wrong with the request, at most the first hundred.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 100)]
    errors: Vec<ViolationBody>,
    /// The permission the caller lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<fallbuch_domain::Permission>, example = "case:record")]
    required_permission: Option<String>,
    /// The version the case is at now.
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<u64>,
    /// The events since the version the caller named; empty for a caller without `case:history`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<crate::contract::RecordedEvent>>)]
    events: Option<Vec<Box<RawValue>>>,
}

/// The violation of a header field that was sent twice or cannot be read.
pub(crate) fn malformed_header(name: &str, message: Localized) -> Violation {
    Violation::named(
        RequestPart::Header,
        name,
        crate::violation::ViolationCode::Malformed,
        message,
    )
}

#[cfg(test)]
mod tests {
    use actix_web::body::to_bytes;
    use serde_json::{Value, json};

    use super::*;
    use crate::violation::ViolationCode;

    async fn answered(problem: &Problem, language: Language) -> (HttpResponse<()>, Value) {
        let (head, body) = problem.to_response(language).into_parts();
        let bytes = to_bytes(body).await.ok().unwrap();
        (head, serde_json::from_slice(&bytes).unwrap())
    }

    #[actix_web::test]
    async fn a_refusal_names_its_rule_in_the_language_asked_for() {
        let finding = Finding::new(Rule::R05)
            .at("/signatures")
            .because("Es fehlt eine Unterschrift.", "A signature is missing.");
        let problem = Problem::refused(&Rejection::by(finding));
        let (head, body) = answered(&problem, Language::En).await;
        assert_eq!(head.status(), 409);
        assert_eq!(head.headers().get(CONTENT_TYPE).unwrap(), PROBLEM_JSON);
        assert_eq!(head.headers().get(CONTENT_LANGUAGE).unwrap(), "en");
        assert_eq!(head.headers().get(CACHE_CONTROL).unwrap(), "no-store");
        assert_eq!(
            body,
            json!({
                "type": "urn:fallbuch:problem:rule-refused",
                "href": "/problems/rule-refused",
                "title": "A rule refuses the command",
                "detail": "A signature is missing.",
                "status": 409,
                "code": "rule-refused",
                "rule": "R05",
                "errors": [{
                    "pointer": "/signatures",
                    "in": "body",
                    "code": "rule_refused",
                    "message": "A signature is missing.",
                    "rule": "R05"
                }]
            })
        );
        assert_eq!(
            answered(&problem, Language::De).await.1["detail"],
            "Es fehlt eine Unterschrift."
        );
    }

    #[actix_web::test]
    async fn violations_name_part_pointer_and_code() {
        let problem = Problem::invalid(vec![
            Violation::body(
                "/a~1b",
                ViolationCode::Missing,
                Localized::fixed("fehlt", "missing"),
            ),
            malformed_header("If-Match", Localized::fixed("unlesbar", "unreadable")),
        ]);
        let (_, body) = answered(&problem, Language::De).await;
        assert_eq!(
            body["errors"],
            json!([
                {"pointer": "/a~1b", "in": "body", "code": "missing", "message": "fehlt"},
                {"pointer": "/If-Match", "in": "header", "code": "malformed", "message": "unlesbar"}
            ])
        );
    }

    #[actix_web::test]
    async fn stale_versions_carry_the_stored_bytes_of_the_events() {
        let event = RawValue::from_string(r#"{"b":1,"a":9007199254740991}"#.to_owned()).unwrap();
        let problem = Problem::version_stale(7, vec![event]);
        let bytes = to_bytes(problem.error_response().into_body())
            .await
            .ok()
            .unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        assert!(
            text.contains(r#""current_version":7,"events":[{"b":1,"a":9007199254740991}]"#),
            "{text}"
        );
    }

    #[test]
    fn nothing_particular_reaches_the_log() {
        let event = RawValue::from_string(r#"{"name":"geheim"}"#.to_owned()).unwrap();
        let problem = Problem::version_stale(7, vec![event]);
        assert_eq!(
            format!("{problem:?} {problem}"),
            "Problem(version-stale) version-stale"
        );
    }
}
