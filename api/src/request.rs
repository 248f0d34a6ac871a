//! The one extractor: a handler gets the store only out of a request that was checked.
//!
//! Invariant: the order of checks is token (401), limit (429), permission and existence for this caller (403,
//! 404), then address, headers and body (400), and nothing of a later one is looked at before an
//! earlier one holds. So an answer to a caller without rights never depends on what it sent.

mod accept;
mod body;
mod path;
mod query;
mod unread;

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, IF_MATCH};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use fallbuch_domain::agency::NETWORK;
use fallbuch_persistence::{Access, AccessDenied, Acquaintance, Entry, Errand, Identity, Store};
use time::{Date, OffsetDateTime};

use accept::acceptable;
pub(crate) use body::{Command, Input};
pub(crate) use path::Addressed;
use path::Path;
pub(crate) use query::{NoQuery, Paging, Parameters, Query, counted, day, instant};

use crate::body_schema::BodySchemas;
use crate::client_address::TrustedProxies;
use crate::identity::{TokenVerifier, VerifiedIdentity};
use crate::language::{Language, negotiate};
use crate::limits::{Bucket, Limits, Shelf};
use crate::operation::Operation;
use crate::problem::Problem;
use crate::problem_catalogue::ProblemCode;
use crate::request_log::{log_agency, log_operation};
use crate::security_log;

/// What all requests share.
pub(crate) struct Services {
    pub(crate) store: Store,
    pub(crate) verifier: TokenVerifier,
    pub(crate) schemas: BodySchemas,
    pub(crate) limits: Limits,
    pub(crate) proxies: TrustedProxies,
}

impl Services {
    pub(crate) fn now(&self) -> OffsetDateTime {
        self.store.sources().clock.now().as_offset()
    }

    /// Today, where the agencies are.
    pub(crate) fn today(&self) -> Date {
        self.store.sources().clock.now().berlin_date()
    }
}

/// A request with a valid token, to an operation that any token may call.
pub(crate) struct Caller<O, Q = NoQuery> {
    pub(crate) services: Arc<Services>,
    pub(crate) identity: VerifiedIdentity,
    pub(crate) query: Q,
    pub(crate) headers: HeaderMap,
    operation: PhantomData<O>,
}

/// A checked request to an operation in one agency; in the network, if the address names none.
pub(crate) struct Request<O, B = (), Q = NoQuery> {
    pub(crate) services: Arc<Services>,
    pub(crate) access: Access,
    pub(crate) language: Language,
    /// What the path addresses, as far as it exists for this caller.
    pub(crate) addressed: Addressed,
    pub(crate) query: Q,
    pub(crate) body: B,
    pub(crate) headers: HeaderMap,
    operation: PhantomData<O>,
}

impl<O, B, Q> Request<O, B, Q> {
    /// The store.
    pub(crate) fn store(&self) -> &Store {
        &self.services.store
    }
}

type Extraction<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

impl<O: Operation, Q: Query> FromRequest for Caller<O, Q> {
    type Error = Problem;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            log_operation(&request, O::ID);
            let services = services(&request)?;
            let identity = identity(&request, &services).await?;
            limit(&request, &services, &identity.as_login(), None, O::ID)?;
            acceptable(request.headers())?;
            let mut violations = Vec::new();
            let query = query::read::<Q>(&request, &mut violations);
            let Some(query) = query.filter(|_| violations.is_empty()) else {
                return Err(Problem::invalid(violations));
            };
            let headers = request.headers().clone();
            Ok(Self {
                services,
                identity,
                query,
                headers,
                operation: PhantomData,
            })
        })
    }
}

impl<O: Operation, B: Input, Q: Query> FromRequest for Request<O, B, Q> {
    type Error = Problem;
    type Future = Extraction<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            log_operation(&request, O::ID);
            let checked = Self::check(&request, &mut payload).await;
            unread::read_away(&mut payload).await;
            checked
        })
    }
}

impl<O: Operation, B: Input, Q: Query> Request<O, B, Q> {
    async fn check(request: &HttpRequest, payload: &mut Payload) -> Result<Self, Problem> {
        let services = services(request)?;
        let login = identity(request, &services).await?.as_login();
        let code = request.match_info().get("agency").unwrap_or(NETWORK);
        let known = services.store.acquaintance(&login, code);
        limit(request, &services, &login, known, O::ID)?;
        let mut violations = Vec::new();
        let path = Path::read(request.match_info(), &mut violations);
        let recalled = match known {
            Some(known) if B::IS_COMMAND => recalled::<O>(request, &services, known, &path),
            _ => None,
        };
        let (access, addressed) = match recalled {
            Some(recalled) => recalled,
            None => entered::<O>(request, &services, &login, &path).await?,
        };
        if let Some(also) = O::ALSO.filter(|also| !access.may(*also)) {
            let (client, permission) = (services.proxies.client(request), also.code());
            security_log::permission_missing(client, &login, O::ID, permission);
            return Err(Problem::forbidden(permission));
        }
        acceptable(request.headers())?;
        let query = query::read::<(Q, B::Query)>(request, &mut violations);
        let (query, common) = query.unzip();
        let body = B::read(request, payload, common, &services.schemas, &mut violations).await?;
        let (Some(query), Some(body), true) = (query, body, violations.is_empty()) else {
            return Err(Problem::invalid(violations));
        };
        Ok(Self {
            services,
            access,
            language: negotiate(request.headers()),
            addressed,
            query,
            body,
            headers: request.headers().clone(),
            operation: PhantomData,
        })
    }
}

fn services(request: &HttpRequest) -> Result<Arc<Services>, Problem> {
    let services = request.app_data::<web::Data<Services>>();
    let services = services.ok_or_else(|| Problem::new(ProblemCode::Internal))?;
    Ok(services.clone().into_inner())
}

async fn identity(request: &HttpRequest, services: &Services) -> Result<VerifiedIdentity, Problem> {
    let headers = request.headers().get_all(AUTHORIZATION);
    services
        .verifier
        .verify(headers, services.now())
        .await
        .map_err(|reason| {
            security_log::sign_in_failed(services.proxies.client(request), reason);
            Problem::from(reason)
        })
}

/// Counts the request, before anything is looked up for it.
fn limit(
    request: &HttpRequest,
    services: &Services,
    login: &Identity,
    known: Option<Acquaintance>,
    operation: &str,
) -> Result<(), Problem> {
    let bucket = known.map_or_else(|| Bucket::Bearer(login.clone()), Bucket::Member);
    let (allowance, refused) = match services.limits.take(&bucket) {
        Ok(allowance) => (allowance, None),
        Err(allowance) => (Some(allowance), Some(allowance)),
    };
    let extensions = request.extensions();
    if let (Some(allowance), Some(shelf)) = (allowance, extensions.get::<Shelf>()) {
        shelf.put(allowance);
    }
    match refused {
        None => Ok(()),
        Some(allowance) => {
            security_log::limit_reached(services.proxies.client(request), login, operation);
            let code = ProblemCode::TooManyRequests;
            Err(Problem::retry_later(code, allowance.retry_after()))
        }
    }
}

/// The caller's access and what the path addresses, as both are now.
async fn entered<O: Operation>(
    request: &HttpRequest,
    services: &Services,
    login: &Identity,
    path: &Path,
) -> Result<(Access, Addressed), Problem> {
    let Some(permission) = O::PERMISSION else {
        return Err(Problem::not_found());
    };
    let named = request.match_info().get("agency");
    let code = named.unwrap_or(NETWORK);
    // One of the databases takes no U+0000, not even to find nothing.
    if code.contains('\0') {
        return Err(Problem::not_found());
    }
    let store = &services.store;
    let errand = Errand {
        operation: O::ID,
        permission,
        case: path.case_id,
        stream: path.stream(),
        needs_state: O::NEEDS_STATE,
    };
    let entered = store.enter(login, code, errand).await;
    let Entry {
        access,
        agency,
        case,
        stream,
    } = entered.map_err(|denied| match denied {
        AccessDenied::Unknown if named.is_some() => {
            security_log::unknown_agency(services.proxies.client(request), login, O::ID);
            Problem::not_found()
        }
        AccessDenied::Unknown | AccessDenied::Forbidden(_) => {
            let (client, permission) = (services.proxies.client(request), permission.code());
            security_log::permission_missing(client, login, O::ID, permission);
            Problem::forbidden(permission)
        }
        AccessDenied::Store(error) => error.into(),
    })?;
    log_agency(request, access.agency_code());
    let addressed = match path.case_id {
        Some(id) if !O::NEEDS_STATE => path.addressed_head(store.case_head(&access, id).await?)?,
        Some(_) | None => path.addressed(agency, case, stream)?,
    };
    Ok((access, addressed))
}

/// The same for a command, by what was seen a moment ago; only if it is in the caller's favour. The
/// writer looks again at what counts. If several versions are named, the newest has to be known.
fn recalled<O: Operation>(
    request: &HttpRequest,
    services: &Services,
    known: Acquaintance,
    path: &Path,
) -> Option<(Access, Addressed)> {
    let mut named = request.headers().get_all(IF_MATCH);
    let several = named.any(|value| value.as_bytes().contains(&b','));
    if several || request.headers().get_all(IF_MATCH).nth(1).is_some() {
        return None;
    }
    let store = &services.store;
    let entry = store.recall(known, O::PERMISSION?, (path.case_id, path.stream()))?;
    let addressed = path
        .addressed(entry.agency, entry.case, entry.stream)
        .ok()?;
    log_agency(request, entry.access.agency_code());
    Some((entry.access, addressed))
}
