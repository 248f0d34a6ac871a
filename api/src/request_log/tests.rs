//! The log as an operator reads it.

use std::io;
use std::sync::Mutex;

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service, try_call_service};
use actix_web::{App, HttpResponse, web};
use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::panics::catch_panics;
use crate::problem::Problem;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Lines {
    fn requests(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap();
        std::str::from_utf8(&bytes)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|line| line["fields"]["message"] == "request")
            .map(|line| line["fields"].clone())
            .collect()
    }
}

async fn read_case(request: HttpRequest) -> Result<HttpResponse, Problem> {
    log_operation(&request, "read_case");
    log_agency(&request, "transmit");
    assert!(!request.query_string().contains("boom"), "Erika");
    Ok(HttpResponse::Ok().finish())
}

async fn slow(_: HttpRequest) -> HttpResponse {
    std::future::pending().await
}

async fn logged(uri: &str, id: Option<&str>) -> (StatusCode, String, Vec<Value>) {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_writer(lines.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let app = init_service(
        App::new()
            .wrap(from_fn(catch_panics))
            .wrap(RequestLog::new(RequestMetrics::default(), || {
                Uuid::from_u128(7)
            }))
            .route("/v1/agencies/{agency}/cases/{id}", web::get().to(read_case))
            .route("/slow", web::get().to(slow)),
    )
    .await;
    let mut request = TestRequest::with_uri(uri);
    if let Some(id) = id {
        request = request.insert_header((REQUEST_ID, id));
    }
    let answer = try_call_service(&app, request.to_request());
    let response = match tokio::time::timeout(std::time::Duration::from_millis(50), answer).await {
        Err(_) => return (StatusCode::OK, String::new(), lines.requests()),
        Ok(Ok(response)) => response.into_parts().1.map_into_boxed_body(),
        Ok(Err(error)) => error.error_response(),
    };
    let id = response
        .headers()
        .get(REQUEST_ID)
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    (response.status(), id, lines.requests())
}

#[actix_web::test]
async fn one_line_says_what_was_done_and_not_to_what() {
    let (status, id, lines) = logged(
        "/v1/agencies/transmit/cases/secret-id?q=Erika",
        Some("client-1"),
    )
    .await;
    assert_eq!(
        (status.as_u16(), id.as_str(), lines.len()),
        (200, "client-1", 1)
    );
    let line = &lines[0];
    assert_eq!(line["request_id"], "client-1");
    assert_eq!(line["agency"], "transmit");
    assert_eq!(line["operation"], "read_case");
    assert_eq!(line["status"], 200);
    assert!(line["duration_ms"].is_u64());
    let text = line.to_string();
    assert!(
        !text.contains("secret-id") && !text.contains("Erika"),
        "{text}"
    );
}

#[actix_web::test]
async fn a_panic_and_an_unknown_path_are_logged_alike() {
    let (status, _, lines) = logged("/v1/agencies/transmit/cases/1?boom", None).await;
    assert_eq!((status.as_u16(), lines.len()), (500, 1));
    assert_eq!(lines[0]["status"], 500);
    assert_eq!(lines[0]["operation"], "read_case");
    let (_, _, lines) = logged("/nowhere", None).await;
    assert_eq!(
        (&lines[0]["operation"], &lines[0]["status"]),
        (&"unknown".into(), &404.into())
    );
    assert_eq!(lines[0].get("agency"), None);
}

#[actix_web::test]
async fn an_abandoned_request_still_has_its_line() {
    let (_, _, lines) = logged("/slow", None).await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["status"], 499);
}

#[actix_web::test]
async fn strange_ids_are_replaced() {
    let own = Uuid::from_u128(7).to_string();
    let long = "x".repeat(65);
    for id in [
        None,
        Some(""),
        Some("a b"),
        Some("a\"b"),
        Some("ä"),
        Some(long.as_str()),
    ] {
        assert_eq!(logged("/nowhere", id).await.1, own, "{id:?}");
    }
    let longest = "x".repeat(64);
    assert_eq!(logged("/nowhere", Some(&longest)).await.1, longest);
}
