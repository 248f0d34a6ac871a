//! A panic in a handler is a 500 for that request and nothing more.
//!
//! A panic's message may quote a case's content; the log gets only the place.

use std::panic::{self, AssertUnwindSafe};

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use futures_util::FutureExt as _;

use crate::problem::Problem;
use crate::problem_catalogue::ProblemCode;

/// The innermost middleware, for `actix_web::middleware::from_fn`.
pub(crate) async fn catch_panics<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    // Nothing is shared across the boundary but what the application shares between requests
    // anyway, and that is behind locks which a panic poisons or releases.
    match AssertUnwindSafe(async move { next.call(request).await })
        .catch_unwind()
        .await
    {
        Ok(outcome) => outcome,
        Err(_payload) => {
            tracing::error!("a handler panicked");
            Err(Problem::new(ProblemCode::Internal).into())
        }
    }
}

/// Makes the process log where it panicked instead of printing the message; call once at start.
pub(crate) fn log_panics_without_payload() {
    panic::set_hook(Box::new(|info| {
        let place = info
            .location()
            .map_or_else(String::new, ToString::to_string);
        tracing::error!(place, "panic");
    }));
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service, try_call_service};
    use actix_web::{App, HttpResponse, web};

    use super::*;

    async fn panicking() -> HttpResponse {
        panic!("Erika Mustermann");
    }

    #[actix_web::test]
    async fn a_panic_answers_500_and_the_next_request_is_served() {
        let app = init_service(
            App::new()
                .wrap(from_fn(catch_panics))
                .route("/boom", web::get().to(panicking))
                .route("/fine", web::get().to(HttpResponse::Ok)),
        )
        .await;
        let error = try_call_service(&app, TestRequest::with_uri("/boom").to_request())
            .await
            .unwrap_err();
        assert_eq!(error.error_response().status(), 500);
        assert!(!format!("{error:?}").contains("Erika"));
        let response = try_call_service(&app, TestRequest::with_uri("/fine").to_request())
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
    }
}
