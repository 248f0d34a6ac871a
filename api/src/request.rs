//! The one extractor: a handler gets the store only out of a request that was checked.
//!
//! Invariant: the order of checks is token (401), permission and existence for this caller (403,
//! 404), then address, headers and body (400), and nothing of a later one is looked at before an
//! earlier one holds. So an answer to a caller without rights never depends on what it sent.

mod body;
mod query;
mod unread;

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::{Payload, Url};
use actix_web::http::header::{ACCEPT, AUTHORIZATION, HeaderMap, IF_MATCH};
use actix_web::{FromRequest, HttpRequest, web};
use fallbuch_domain::agency::AgencyState;
use fallbuch_persistence::{Access, AccessDenied, CaseHead, CaseRead, Entry, Store};
use time::OffsetDateTime;
use uuid::Uuid;

pub(crate) use body::{Command, Input};
pub(crate) use query::{NoQuery, Paging, Parameters, Query, bad_cursor, counted, day, instant};

use crate::body_schema::BodySchemas;
use crate::identity::{TokenVerifier, VerifiedIdentity};
use crate::language::{Language, Localized, negotiate};
use crate::operation::Operation;
use crate::problem::Problem;
use crate::problem_catalogue::ProblemCode;
use crate::request_log::{log_agency, log_operation};
use crate::violation::{RequestPart, Violation, ViolationCode};

/// What all requests share.
pub(crate) struct Services {
    pub(crate) store: Store,
    pub(crate) verifier: TokenVerifier,
    pub(crate) schemas: BodySchemas,
}

impl Services {
    pub(crate) fn now(&self) -> OffsetDateTime {
        self.store.sources().clock.now().as_offset()
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

/// A checked request to an operation in one agency.
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

/// What a path addresses.
#[derive(Default)]
pub(crate) struct Addressed {
    head: Option<CaseHead>,
    case: Option<CaseRead>,
    target: Option<Uuid>,
    version: Option<u64>,
    agency: Option<(u64, Arc<AgencyState>)>,
}

impl<O, B, Q> Request<O, B, Q> {
    /// The store.
    pub(crate) fn store(&self) -> &Store {
        &self.services.store
    }
}

impl Addressed {
    /// Where the case is in its history; the path of the operation has one.
    pub(crate) fn head(&self) -> Result<CaseHead, Problem> {
        self.head.ok_or_else(Problem::not_found)
    }

    /// The case; the path of the operation has one, and the operation needs its state.
    pub(crate) fn case(&self) -> Result<&CaseRead, Problem> {
        self.case.as_ref().ok_or_else(Problem::not_found)
    }

    /// The agency, and the version of its own stream.
    pub(crate) fn agency(&self) -> Result<(u64, &Arc<AgencyState>), Problem> {
        let (version, state) = self.agency.as_ref().ok_or_else(Problem::not_found)?;
        Ok((*version, state))
    }

    /// The need, priority or agreement of the case, or the member of the agency.
    pub(crate) fn target(&self) -> Result<Uuid, Problem> {
        self.target.ok_or_else(Problem::not_found)
    }

    /// The version.
    pub(crate) fn version(&self) -> Result<u64, Problem> {
        self.version.ok_or_else(Problem::not_found)
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
            acceptable(request.headers())?;
            let mut violations = Vec::new();
            let query = query::read::<Q>(request.query_string(), &mut violations);
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
        let identity = identity(request, &services).await?;
        let mut violations = Vec::new();
        let path = Path::read(request.match_info(), &mut violations);
        let recalled = if B::IS_COMMAND {
            recalled::<O>(request, &services, &identity, &path)
        } else {
            None
        };
        let (access, addressed) = match recalled {
            Some(recalled) => recalled,
            None => entered::<O>(request, &services, &identity, &path).await?,
        };
        acceptable(request.headers())?;
        let query = query::read::<Q>(request.query_string(), &mut violations);
        let body = B::read(request, payload, &services.schemas, &mut violations).await?;
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
        .map_err(Problem::from)
}

/// The caller's access and what the path addresses, as both are now.
async fn entered<O: Operation>(
    request: &HttpRequest,
    services: &Services,
    identity: &VerifiedIdentity,
    path: &Path,
) -> Result<(Access, Addressed), Problem> {
    let (Some(code), Some(permission)) = (request.match_info().get("agency"), O::PERMISSION) else {
        return Err(Problem::not_found());
    };
    // One of the databases takes no U+0000, not even to find nothing.
    if code.contains('\0') {
        return Err(Problem::not_found());
    }
    let store = &services.store;
    let wanted = path.case_id.filter(|_| O::NEEDS_STATE);
    let entered = store
        .enter(&identity.as_login(), code, permission, wanted)
        .await;
    let Entry {
        access,
        agency,
        case,
    } = entered.map_err(|denied| match denied {
        AccessDenied::Unknown => Problem::not_found(),
        AccessDenied::Forbidden(permission) => Problem::forbidden(permission.code()),
        AccessDenied::Store(error) => error.into(),
    })?;
    log_agency(request, access.agency_code());
    let addressed = match path.case_id {
        Some(id) if !O::NEEDS_STATE => path.addressed_head(store.case_head(&access, id).await?)?,
        Some(_) | None => path.addressed(agency, case)?,
    };
    Ok((access, addressed))
}

/// The same for a command, by what was seen a moment ago; only if it is in the caller's favour. The
/// writer looks again at what counts. If several versions are named, the newest has to be known.
fn recalled<O: Operation>(
    request: &HttpRequest,
    services: &Services,
    identity: &VerifiedIdentity,
    path: &Path,
) -> Option<(Access, Addressed)> {
    let mut named = request.headers().get_all(IF_MATCH);
    let several = named.any(|value| value.as_bytes().contains(&b','));
    if several || request.headers().get_all(IF_MATCH).nth(1).is_some() {
        return None;
    }
    let code = request.match_info().get("agency")?;
    let login = identity.as_login();
    let entry = services
        .store
        .recall(&login, code, O::PERMISSION?, path.case_id)?;
    let addressed = path.addressed(entry.agency, entry.case).ok()?;
    log_agency(request, entry.access.agency_code());
    Some((entry.access, addressed))
}

/// What a path names below its agency. An id that is none is a violation, told once the caller is
/// known to have access.
#[derive(Default)]
struct Path {
    case_id: Option<Uuid>,
    need: Option<Uuid>,
    priority: Option<Uuid>,
    agreement: Option<Uuid>,
    member: Option<Uuid>,
    version: Option<u64>,
}

impl Path {
    fn read(segments: &actix_web::dev::Path<Url>, violations: &mut Vec<Violation>) -> Self {
        let mut id = |name: &str| {
            let text = segments.get(name)?;
            // One spelling per id: what is not in it names nothing that ever was handed out.
            let id = Uuid::try_parse(text)
                .ok()
                .filter(|id| id.to_string() == text);
            if id.is_none() {
                violations.push(segment(
                    name,
                    "Erwartet wird eine UUID in Kleinbuchstaben mit Bindestrichen.",
                    "A UUID in lower case with hyphens is expected.",
                ));
            }
            id
        };
        let mut path = Self {
            case_id: id("case_id"),
            need: id("need_id"),
            priority: id("priority_id"),
            agreement: id("agreement_id"),
            member: id("member_id"),
            version: None,
        };
        if let Some(text) = segments.get("version") {
            path.version = text.parse().ok().filter(|_| !text.starts_with(['+', '0']));
            if path.version.is_none() {
                violations.push(segment(
                    "version",
                    "Erwartet wird eine ganze Zahl ab 1.",
                    "A whole number from 1 is expected.",
                ));
            }
        }
        path
    }

    /// What it addresses, for an operation that needs no state.
    fn addressed_head(&self, head: Option<CaseHead>) -> Result<Addressed, Problem> {
        Ok(Addressed {
            head: Some(head.ok_or_else(Problem::not_found)?),
            version: self.version,
            ..Addressed::default()
        })
    }

    /// What it addresses; what names nothing here, or something of another agency, is 404.
    fn addressed(
        &self,
        agency: (u64, Arc<AgencyState>),
        case: Option<CaseRead>,
    ) -> Result<Addressed, Problem> {
        if self.case_id.is_none() {
            // Who left is still there to be named: a departure that is sent again is answered as before.
            let member = self.member.map(|member| agency.1.knows_member(member));
            if member == Some(false) {
                return Err(Problem::not_found());
            }
            return Ok(Addressed {
                version: self.version,
                target: self.member,
                agency: Some(agency),
                ..Addressed::default()
            });
        }
        let case = case.ok_or_else(Problem::not_found)?;
        let state = &case.state;
        let missing = self.need.is_some_and(|id| state.need(id).is_none())
            || self.priority.is_some_and(|id| state.priority(id).is_none())
            || self
                .agreement
                .is_some_and(|id| state.agreement(id).is_none());
        if missing {
            return Err(Problem::not_found());
        }
        Ok(Addressed {
            head: Some(CaseHead {
                id: case.id,
                version: case.version,
            }),
            case: Some(case),
            target: self.need.or(self.priority).or(self.agreement),
            version: self.version,
            agency: Some(agency),
        })
    }
}

fn segment(name: &str, de: &'static str, en: &'static str) -> Violation {
    Violation::named(
        RequestPart::Path,
        name,
        ViolationCode::Format,
        Localized::fixed(de, en),
    )
}

/// 406 unless the caller takes JSON (RFC 9110 §12.5.1).
fn acceptable(headers: &HeaderMap) -> Result<(), Problem> {
    let mut ranges = headers
        .get_all(ACCEPT)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .peekable();
    if ranges.peek().is_none() {
        return Ok(());
    }
    let takes_json = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let refused = parts.any(|part| {
            part.split_once('=').is_some_and(|(name, value)| {
                name.trim().eq_ignore_ascii_case("q") && value.trim().parse() == Ok(0.0_f32)
            })
        });
        matches!(media.as_str(), "*/*" | "application/*" | "application/json") && !refused
    };
    if ranges.any(takes_json) {
        Ok(())
    } else {
        Err(Problem::new(ProblemCode::NotAcceptable))
    }
}
