//! Middleware: one log line per request, the id that ties it to its answer, and its count.
//!
//! The line says what was done and how it ended, never to what: no path, query, payload or token.

use std::cell::{Cell, RefCell};
use std::future::{Ready, ready};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{Error, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::metrics::RequestMetrics;
use crate::response::map_response;

/// The header that carries the id of a request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The status logged when the caller went away before the answer was made.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// What the line says beyond status and duration, filled in on the way.
#[derive(Debug, Default)]
struct Entry {
    agency: RefCell<Option<String>>,
    operation: Cell<Option<&'static str>>,
}

/// Names the operation the request turned out to be.
pub(crate) fn log_operation(request: &HttpRequest, operation: &'static str) {
    if let Some(entry) = request.extensions().get::<Rc<Entry>>() {
        entry.operation.set(Some(operation));
    }
}

/// Names the agency; call only once the caller is known to be allowed to know it.
pub(crate) fn log_agency(request: &HttpRequest, agency: &str) {
    if let Some(entry) = request.extensions().get::<Rc<Entry>>() {
        entry.agency.replace(Some(agency.to_owned()));
    }
}

/// The outermost middleware.
#[derive(Clone)]
pub(crate) struct RequestLog {
    metrics: RequestMetrics,
    new_id: Arc<dyn Fn() -> Uuid + Send + Sync>,
}

impl RequestLog {
    /// `new_id` gives the ids of requests that bring none.
    pub(crate) fn new(
        metrics: RequestMetrics,
        new_id: impl Fn() -> Uuid + Send + Sync + 'static,
    ) -> Self {
        Self {
            metrics,
            new_id: Arc::new(new_id),
        }
    }
}

impl<S, B> Transform<S, ServiceRequest> for RequestLog
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Transform = RequestLogService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RequestLogService {
            service,
            metrics: self.metrics.clone(),
            new_id: Arc::clone(&self.new_id),
        }))
    }
}

/// [`RequestLog`] around a service.
pub(crate) struct RequestLogService<S> {
    service: S,
    metrics: RequestMetrics,
    new_id: Arc<dyn Fn() -> Uuid + Send + Sync>,
}

impl<S, B> Service<ServiceRequest> for RequestLogService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<ServiceResponse<BoxBody>, Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let id = incoming_id(request.headers()).unwrap_or_else(|| (self.new_id)().to_string());
        let entry = Rc::new(Entry::default());
        request.extensions_mut().insert(Rc::clone(&entry));
        // Of the highest level, so that it ties together whatever is logged at all.
        let span = tracing::error_span!("request", request_id = id);
        let line = Line::begin(id.clone(), entry, self.metrics.clone());
        let answered = self.service.call(request).instrument(span);
        Box::pin(async move {
            // The block must own the line whole: assigning alone would capture only its status.
            let mut line = line;
            let outcome = answered.await;
            line.status = match &outcome {
                Ok(response) => response.status().as_u16(),
                Err(error) => error.as_response_error().status_code().as_u16(),
            };
            let header = HeaderValue::from_str(&id);
            map_response(outcome, move |mut response| {
                if let Ok(header) = &header {
                    response.headers_mut().insert(REQUEST_ID, header.clone());
                }
                response
            })
        })
    }
}

/// The id a request brings, where it is one line of harmless characters.
fn incoming_id(headers: &HeaderMap) -> Option<String> {
    let mut values = headers.get_all(REQUEST_ID);
    let id = values
        .next()
        .filter(|_| values.next().is_none())?
        .to_str()
        .ok()?;
    let harmless = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    ((1..=64).contains(&id.len()) && id.bytes().all(harmless)).then(|| id.to_owned())
}

/// Writes its line and counts when it is dropped: so each is done exactly once, also for a request
/// that was abandoned half-way.
struct Line {
    id: String,
    entry: Rc<Entry>,
    metrics: RequestMetrics,
    started: Instant,
    status: u16,
}

impl Line {
    fn begin(id: String, entry: Rc<Entry>, metrics: RequestMetrics) -> Self {
        metrics.begin();
        Self {
            id,
            entry,
            metrics,
            started: Instant::now(),
            status: CLIENT_CLOSED_REQUEST,
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let operation = self.entry.operation.get().unwrap_or("unknown");
        self.metrics.end(operation, self.status, self.started);
        let duration = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            request_id = self.id,
            agency = self.entry.agency.borrow().as_deref(),
            operation,
            status = self.status,
            duration_ms = duration,
            "request"
        );
    }
}

#[cfg(test)]
mod tests;
