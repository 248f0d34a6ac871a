//! Middleware: every error leaves as a problem in the caller's language.
//!
//! Whatever the framework answers by itself with an error status and no JSON becomes the problem of
//! that status. Headers an inner layer set stay.

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderName, LAST_MODIFIED, VARY,
};
use actix_web::middleware::Next;

use crate::language::{Language, negotiate};
use crate::problem::Problem;
use crate::problem_catalogue::ProblemCode;
use crate::response::{map_response, vary_by};

/// Headers that describe the body and so go with it.
const OF_THE_BODY: [HeaderName; 8] = [
    CACHE_CONTROL,
    CONTENT_ENCODING,
    CONTENT_LANGUAGE,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    ETAG,
    LAST_MODIFIED,
    VARY,
];

/// The middleware, for `actix_web::middleware::from_fn`.
pub(crate) async fn render_problems(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, actix_web::Error> {
    let language = negotiate(request.headers());
    map_response(next.call(request).await, move |response| {
        rendered(response, language)
    })
}

fn rendered(mut response: HttpResponse, language: Language) -> HttpResponse {
    if !(response.status().is_client_error() || response.status().is_server_error()) {
        return response;
    }
    let attached = response.extensions_mut().remove::<Problem>();
    let problem = match attached {
        Some(problem) => problem,
        None if is_json(response.headers()) => return response,
        None => Problem::new(ProblemCode::for_status(response.status())),
    };
    let mut answer = problem.to_response(language);
    for (name, value) in response.headers() {
        if !OF_THE_BODY.contains(name) && !answer.headers().contains_key(name) {
            answer.headers_mut().append(name.clone(), value.clone());
        }
    }
    let varying: Vec<String> = response
        .headers()
        .get_all(VARY)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|field| field.trim().to_owned())
        .collect();
    for field in varying {
        vary_by(answer.headers_mut(), &field);
    }
    answer
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|media_type| {
            let essence = media_type.split(';').next().unwrap_or(media_type).trim();
            essence == "application/json" || essence.ends_with("+json")
        })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{ACCEPT_LANGUAGE, ALLOW};
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body_json};
    use actix_web::{App, HttpRequest, web};
    use serde_json::Value;

    use super::*;

    async fn answer(path: &str, language: &str) -> (ServiceResponse<()>, Value) {
        let app = init_service(
            App::new()
                .wrap(from_fn(render_problems))
                .route(
                    "/missing",
                    web::get().to(|| async { Err::<String, _>(Problem::not_found()) }),
                )
                .route(
                    "/plain",
                    web::get().to(|| async { HttpResponse::ImATeapot().body("out of tea") }),
                )
                .route(
                    "/allow",
                    web::get().to(|| async {
                        HttpResponse::MethodNotAllowed()
                            .insert_header((ALLOW, "GET"))
                            .insert_header((VARY, "Origin"))
                            .finish()
                    }),
                )
                .route(
                    "/ready",
                    web::get().to(|| async { HttpResponse::ServiceUnavailable().json("down") }),
                )
                .route(
                    "/number/{n}",
                    web::get().to(|n: web::Path<u8>, _: HttpRequest| async move { n.to_string() }),
                ),
        )
        .await;
        let request = TestRequest::with_uri(path).insert_header((ACCEPT_LANGUAGE, language));
        let response = call_service(&app, request.to_request()).await;
        let (request, response) = response.into_parts();
        let (head, body) = response.into_parts();
        let body = read_body_json(ServiceResponse::new(
            request.clone(),
            HttpResponse::Ok().body(actix_web::body::to_bytes(body).await.ok().unwrap()),
        ))
        .await;
        (ServiceResponse::new(request, head), body)
    }

    #[actix_web::test]
    async fn problems_speak_the_language_of_the_request() {
        let (head, body) = answer("/missing", "en").await;
        assert_eq!(head.status(), 404);
        assert_eq!(head.headers().get(CONTENT_LANGUAGE).unwrap(), "en");
        assert_eq!(body["title"], "Not found");
        assert_eq!(answer("/missing", "de").await.1["title"], "Nicht gefunden");
    }

    #[actix_web::test]
    async fn bare_errors_become_problems_and_keep_their_headers() {
        let (head, body) = answer("/plain", "de").await;
        assert_eq!(
            (head.status().as_u16(), &body["code"]),
            (400, &"invalid-request".into())
        );
        let (head, body) = answer("/allow", "de").await;
        assert_eq!(body["code"], "method-not-allowed");
        assert_eq!(head.headers().get(ALLOW).unwrap(), "GET");
        assert_eq!(head.headers().get(VARY).unwrap(), "Accept-Language, Origin");
        let (_, body) = answer("/number/x", "de").await;
        assert_eq!(body["code"], "not-found");
        let (_, body) = answer("/nowhere", "de").await;
        assert_eq!(body["code"], "not-found");
    }

    #[actix_web::test]
    async fn json_of_a_handlers_own_stays() {
        let (head, body) = answer("/ready", "de").await;
        assert_eq!((head.status().as_u16(), body), (503, "down".into()));
    }
}
