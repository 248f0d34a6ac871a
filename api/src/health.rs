//! Whether the process lives, and whether it can serve.

use actix_web::{HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::problem::Problem;
use crate::problem_catalogue::ProblemCode;
use crate::request::Services;

/// That the process lives.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Whether the service can serve.
#[derive(Serialize, ToSchema)]
pub(crate) struct Readiness {
    /// `ok`, or `degraded` if requests are served but a projection has stopped.
    #[schema(example = "ok")]
    status: &'static str,
    /// The projections that have stopped at an event they cannot apply. Figures made of them stay as
    /// they were before that event until an operator has mended the cause.
    stopped: Vec<StoppedProjection>,
}

/// A projection that has stopped, in one agency.
#[derive(Serialize, ToSchema)]
pub(crate) struct StoppedProjection {
    /// The projection's name.
    #[schema(example = "activity")]
    projection: &'static str,
    /// The id of the event it stopped at, if the event can be read so far. Which agency's it is, is
    /// told by the log of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<Uuid>,
}

/// Does the process live?
///
/// Answers as long as the process takes requests; asks nothing else.
#[utoipa::path(tag = "operation", responses((status = 200, description = "It lives.", body = Health)))]
#[get("/health/live")]
pub(crate) async fn check_liveness() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Can the process serve?
///
/// Answers 200 if the database answers, else 503. A projection that has stopped is told here and
/// does not take the process out of service: commands and cases do not depend on it.
#[utoipa::path(tag = "operation", responses((status = 200, description = "It can.", body = Readiness)))]
#[get("/health/ready")]
pub(crate) async fn check_readiness(
    services: web::Data<Services>,
) -> Result<HttpResponse, Problem> {
    match services.store.following().await {
        Ok(following) => {
            let stopped = following.into_iter().filter_map(|one| {
                Some(StoppedProjection {
                    projection: one.projection,
                    event: one.stopped_at?.event,
                })
            });
            let stopped: Vec<_> = stopped.collect();
            let status = if stopped.is_empty() { "ok" } else { "degraded" };
            Ok(HttpResponse::Ok().json(Readiness { status, stopped }))
        }
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            Err(Problem::retry_later(ProblemCode::Overloaded, 5))
        }
    }
}
