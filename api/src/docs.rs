//! What is public: the contract, its interactive pages from the binary's own files, and the
//! explanations of problems.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use actix_web::{HttpRequest, HttpResponse, get, web};
use time::Duration;
use time::format_description::well_known::Rfc3339;
use utoipa_swagger_ui::Config;

use crate::answer::{Caching, text_representation};
use crate::problem::Problem;
use crate::problem_page::explain_problem;
use crate::request::Services;
use crate::request_log::log_operation;

/// The paths of this module, which the contract does not describe.
pub(crate) const PATHS: &[(&str, &[&str])] = &[
    ("/", &["get"]),
    ("/openapi.json", &["get"]),
    ("/docs", &["get"]),
    ("/docs/{tail:.*}", &["get"]),
    ("/problems/{code}", &["get"]),
    ("/.well-known/security.txt", &["get"]),
];

/// The contract as text.
pub(crate) struct Document(String);

impl Document {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }
}

/// Whom to tell of a weakness, if the operator said so.
pub(crate) struct SecurityContact(pub(crate) Option<String>);

/// For how long `security.txt` says it is good; it is made anew at each reading (RFC 9116 §2.5.5).
const SECURITY_TXT_LASTS: Duration = Duration::days(180);

/// Registers the routes.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(root)
        .service(contract)
        .service(docs)
        .service(docs_files)
        .service(problem)
        .service(security_txt);
}

#[get("/")]
async fn root(request: HttpRequest) -> HttpResponse {
    log_operation(&request, "root");
    HttpResponse::Found()
        .insert_header((LOCATION, "/docs/"))
        .finish()
}

#[get("/openapi.json")]
async fn contract(
    request: HttpRequest,
    document: web::Data<Document>,
) -> Result<HttpResponse, Problem> {
    log_operation(&request, "read_contract");
    text_representation(request.headers(), &document.0, Caching::Public)
}

#[get("/docs")]
async fn docs(request: HttpRequest) -> HttpResponse {
    log_operation(&request, "read_docs");
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, "/docs/"))
        .finish()
}

#[get("/docs/{tail:.*}")]
async fn docs_files(
    request: HttpRequest,
    tail: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    log_operation(&request, "read_docs");
    let config = Config::from("/openapi.json")
        .validator_url("none")
        .display_operation_id(true)
        .try_it_out_enabled(true)
        .persist_authorization(false);
    let tail = if tail.is_empty() {
        "index.html"
    } else {
        tail.as_str()
    };
    match utoipa_swagger_ui::serve(tail, Arc::new(config)) {
        Ok(Some(file)) => Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, file.content_type))
            .insert_header((CACHE_CONTROL, "public, max-age=3600"))
            .body(file.bytes.to_vec())),
        Ok(None) => Err(Problem::not_found()),
        Err(error) => Err(Problem::internal(error.as_ref())),
    }
}

#[get("/problems/{code}")]
async fn problem(request: HttpRequest, code: web::Path<String>) -> Result<HttpResponse, Problem> {
    log_operation(&request, "explain_problem");
    explain_problem(&request, &code)
}

#[get("/.well-known/security.txt")]
async fn security_txt(
    request: HttpRequest,
    contact: web::Data<SecurityContact>,
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    log_operation(&request, "read_security_txt");
    let contact = contact.0.as_deref().ok_or_else(Problem::not_found)?;
    let until = (services.now() + SECURITY_TXT_LASTS)
        .replace_nanosecond(0)
        .map_err(|error| Problem::internal(&error))?;
    let until = until
        .format(&Rfc3339)
        .map_err(|error| Problem::internal(&error))?;
    let text = format!("Contact: {contact}\nExpires: {until}\nPreferred-Languages: de, en\n");
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body(text))
}
