//! Headers every answer carries, and which pages of a browser may ask.

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_EXPOSE_HEADERS, AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _};

use crate::limits::Shelf;
use crate::problem::Problem;
use crate::problem_catalogue::ProblemCode;
use crate::response::map_response;

/// The version of the contract, as `API-Version` says it.
pub(crate) const API_VERSION: &str = "1.0";

/// The longest address, in bytes.
const MAX_ADDRESS: usize = 8 * 1024;

/// The most that all header fields may take, in bytes.
const MAX_FIELDS: usize = 32 * 1024;

/// For answers that are data: a browser shows nothing of them as a page.
const DATA_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// For the interactive documentation: its own files and its inline styles.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// What a page on another origin may send.
const ALLOWED_HEADERS: &str = "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Prefer, Accept-Language, X-Request-Id";

/// What a page on another origin may read.
const EXPOSED_HEADERS: &str = "ETag, Location, Link, Content-Language, RateLimit, RateLimit-Policy, Retry-After, \
    Idempotent-Replayed, Preference-Applied, X-Request-Id, API-Version";

/// The methods of the API.
const ALLOWED_METHODS: &str = "GET, HEAD, POST";

/// The middleware, for `actix_web::middleware::from_fn`; it stands outside of [`cross_origin`].
pub(crate) async fn set_headers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let path = request.path();
    let policy = if path == "/docs" || path.starts_with("/docs/") {
        DOCS_POLICY
    } else {
        DATA_POLICY
    };
    let is_data = path.starts_with("/v1/");
    let shelf = Shelf::default();
    request.extensions_mut().insert(shelf.clone());
    map_response(next.call(request).await, move |mut response| {
        let headers = response.headers_mut();
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(
            HeaderName::from_static("api-version"),
            HeaderValue::from_static(API_VERSION),
        );
        insert_if_absent(headers, &CONTENT_SECURITY_POLICY, policy);
        if is_data {
            // Tenant data may rest in no shared cache and in no other without asking again.
            insert_if_absent(headers, &CACHE_CONTROL, "private, no-cache");
        }
        shelf.tell(headers);
        settle_order(headers);
        response
    })
}

fn insert_if_absent(headers: &mut HeaderMap, name: &HeaderName, value: &'static str) {
    if !headers.contains_key(name) {
        headers.insert(name.clone(), HeaderValue::from_static(value));
    }
}

/// The CORS library lists names in an order that differs between workers; equal answers must be
/// equal bytes.
fn settle_order(headers: &mut HeaderMap) {
    for (name, value) in [
        (ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED_HEADERS),
        (ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS),
        (ACCESS_CONTROL_ALLOW_METHODS, ALLOWED_METHODS),
    ] {
        if headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
}

/// Refuses a request whose address or header fields are longer than anything here needs (414, 431).
/// Beyond 128 KiB the HTTP library hangs up by itself.
pub(crate) async fn bound_head<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.uri().to_string().len() > MAX_ADDRESS {
        return Err(Problem::new(ProblemCode::UriTooLong).into());
    }
    let fields = request.headers().iter();
    let size: usize = fields
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    if size > MAX_FIELDS {
        return Err(Problem::new(ProblemCode::HeadersTooLarge).into());
    }
    next.call(request).await
}

/// Answers HEAD as GET is answered; the HTTP library leaves the body out (RFC 9110 §9.3.2).
pub(crate) async fn head_as_get<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    next.call(request).await
}

/// Who may call from a browser: the origins listed and, in local runs, any port of this machine.
/// Preflight requests are answered here and reach no authentication.
pub(crate) fn cross_origin(allowed_origins: &[String], local: bool) -> Cors {
    let mut cors = Cors::default()
        .allowed_methods([Method::GET, Method::HEAD, Method::POST])
        .allowed_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            IF_MATCH,
            IF_NONE_MATCH,
            ACCEPT_LANGUAGE,
        ])
        .allowed_headers(["idempotency-key", "prefer", "x-request-id"].map(HeaderName::from_static))
        .expose_headers(EXPOSED_HEADERS.split(", "))
        .max_age(3600);
    for origin in allowed_origins {
        cors = cors.allowed_origin(origin);
    }
    if local {
        cors = cors.allowed_origin_fn(|origin, _| origin.to_str().is_ok_and(is_local_origin));
    }
    cors
}

/// `http://localhost` or `http://127.0.0.1`, on any port and nothing else.
fn is_local_origin(origin: &str) -> bool {
    let rest = ["http://localhost", "http://127.0.0.1"]
        .into_iter()
        .find_map(|host| origin.strip_prefix(host));
    match rest {
        None => false,
        Some("") => true,
        Some(port) => port
            .strip_prefix(':')
            .is_some_and(|port| !port.starts_with('+') && port.parse::<u16>().is_ok()),
    }
}

#[cfg(test)]
mod tests;
