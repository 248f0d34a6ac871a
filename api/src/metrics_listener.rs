//! The second listener: `/metrics` in the OpenMetrics text format, and nothing else.
//!
//! Invariant: it shares neither address nor routes with the API. There is no token: whoever reaches
//! the address may read, so it belongs on this machine or behind a wall.

use std::net::TcpListener;

use actix_web::dev::Server;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{App, HttpResponse, HttpServer, web};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;

/// The media type of the format.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A monitoring system asks every few seconds, on one connection.
const CONNECTIONS: usize = 64;

/// Starts a server on `listener` that tells what is in `registry`.
///
/// It takes no signals: whoever started it stops it.
///
/// # Errors
/// If the address cannot be listened on.
pub fn start_metrics(listener: TcpListener, registry: Registry) -> std::io::Result<Server> {
    let registry = web::Data::new(registry);
    let server = HttpServer::new(move || {
        let metrics = web::resource("/metrics")
            .route(web::get().to(tell))
            .default_service(web::to(nothing));
        App::new()
            .app_data(registry.clone())
            .service(metrics)
            .default_service(web::to(nothing))
    });
    let server = server.workers(1).max_connections(CONNECTIONS);
    Ok(server.disable_signals().listen(listener)?.run())
}

async fn tell(registry: web::Data<Registry>) -> HttpResponse {
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, OPENMETRICS))
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(text),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

async fn nothing() -> HttpResponse {
    HttpResponse::NotFound().finish()
}
