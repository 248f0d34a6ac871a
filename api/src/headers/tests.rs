//! The headers as a browser and a scanner see them.

use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
    ORIGIN,
};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, web};

use super::*;
use crate::problem::{PROBLEM_JSON, Problem};
use crate::problem_rendering::render_problems;

async fn answer(request: TestRequest) -> ServiceResponse {
    let app = init_service(
        App::new()
            .wrap(cross_origin(&["https://board.example".to_owned()], true))
            .wrap(from_fn(render_problems))
            .wrap(from_fn(set_headers))
            .route(
                "/v1/me",
                web::to(|| async { Err::<String, _>(Problem::unauthenticated("Bearer")) }),
            )
            .route("/v1/fine", web::get().to(HttpResponse::Ok))
            .route("/docs/", web::get().to(HttpResponse::Ok)),
    )
    .await;
    let response = call_service(&app, request.to_request()).await;
    response.map_into_boxed_body()
}

fn value<'a>(response: &'a ServiceResponse, name: &HeaderName) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[actix_web::test]
async fn every_answer_carries_the_security_headers() {
    for (path, policy, caching) in [
        ("/v1/fine", DATA_POLICY, "private, no-cache"),
        ("/v1/me", DATA_POLICY, "no-store"),
        ("/nowhere", DATA_POLICY, "no-store"),
        ("/docs/", DOCS_POLICY, ""),
    ] {
        let response = answer(TestRequest::with_uri(path)).await;
        assert_eq!(value(&response, &CONTENT_SECURITY_POLICY), policy, "{path}");
        assert_eq!(value(&response, &CACHE_CONTROL), caching, "{path}");
        assert_eq!(value(&response, &X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(value(&response, &REFERRER_POLICY), "no-referrer");
        assert_eq!(
            value(&response, &HeaderName::from_static("api-version")),
            "1.0"
        );
    }
}

fn preflight(origin: &str) -> TestRequest {
    TestRequest::with_uri("/v1/me")
        .method(Method::OPTIONS)
        .insert_header((ORIGIN, origin))
        .insert_header((ACCESS_CONTROL_REQUEST_METHOD, "POST"))
        .insert_header((
            ACCESS_CONTROL_REQUEST_HEADERS,
            "authorization, idempotency-key",
        ))
}

#[actix_web::test]
async fn preflights_need_no_token() {
    for origin in [
        "http://localhost:5173",
        "http://127.0.0.1:8080",
        "https://board.example",
    ] {
        let response = answer(preflight(origin)).await;
        assert_eq!(response.status(), 200, "{origin}");
        assert_eq!(value(&response, &ACCESS_CONTROL_ALLOW_ORIGIN), origin);
        assert_eq!(
            value(&response, &ACCESS_CONTROL_ALLOW_HEADERS),
            ALLOWED_HEADERS
        );
        assert_eq!(
            value(&response, &ACCESS_CONTROL_ALLOW_METHODS),
            ALLOWED_METHODS
        );
    }
}

#[actix_web::test]
async fn other_origins_get_a_problem_and_no_permission() {
    let response = answer(preflight("https://evil.example")).await;
    assert_eq!(response.status(), 400);
    assert_eq!(value(&response, &CONTENT_TYPE), PROBLEM_JSON);
    assert_eq!(value(&response, &ACCESS_CONTROL_ALLOW_ORIGIN), "");
}

#[actix_web::test]
async fn errors_can_be_read_across_origins_too() {
    let response =
        answer(TestRequest::with_uri("/v1/me").insert_header((ORIGIN, "http://localhost:5173")))
            .await;
    assert_eq!(response.status(), 401);
    assert_eq!(
        value(&response, &ACCESS_CONTROL_ALLOW_ORIGIN),
        "http://localhost:5173"
    );
    assert_eq!(
        value(&response, &ACCESS_CONTROL_EXPOSE_HEADERS),
        EXPOSED_HEADERS
    );
    let vary = value(&response, &actix_web::http::header::VARY);
    assert!(
        vary.contains("Accept-Language") && vary.contains("Origin"),
        "{vary}"
    );
}

#[test]
fn local_means_this_machine_by_its_plain_names() {
    for (origin, expected) in [
        ("http://localhost", true),
        ("http://localhost:1", true),
        ("http://127.0.0.1:65535", true),
        ("https://localhost:1", false),
        ("http://localhost.evil.example", false),
        ("http://localhost:1.evil.example", false),
        ("http://localhost:+1", false),
        ("http://localhost:", false),
        ("null", false),
    ] {
        assert_eq!(is_local_origin(origin), expected, "{origin}");
    }
}
