//! Whether the process lives, and whether it can serve.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::problem_catalogue::ProblemCode;
use crate::request::Services;

/// The state of the service.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`; anything else is a problem answer.
    #[schema(example = "ok")]
    status: &'static str,
}

const OK: Health = Health { status: "ok" };

/// Does the process live?
///
/// Answers as long as the process takes requests; asks nothing else.
#[utoipa::path(tag = "operation", responses((status = 200, description = "It lives.", body = Health)))]
#[get("/health/live")]
pub(crate) async fn check_liveness() -> HttpResponse {
    HttpResponse::Ok().json(OK)
}

/// Can the process serve?
///
/// Answers 200 if the database answers, else 503.
#[utoipa::path(tag = "operation", responses((status = 200, description = "It can.", body = Health)))]
#[get("/health/ready")]
pub(crate) async fn check_readiness(
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    match services.store.ping().await {
        Ok(()) => Ok(HttpResponse::Ok().json(OK)),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            Err(Problem::retry_later(ProblemCode::Overloaded, 5))
        }
    }
}
