//! Commands and reads over HTTP, 32 connections to a server in this process.
//!
//! The limit of a read is a server of the same framework that answers each request by one prepared
//! SELECT by primary key. `generator.http.32` tells what the client alone reaches.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};
use fallbuch_api::{demo, development_token};
use fallbuch_persistence::DatabaseUrl;
use fallbuch_tests::{Engine, World};
use sqlx::postgres::{PgPool, PgPoolOptions};
use uuid::Uuid;

use crate::append::{AGENCY, CASES};
use crate::ground::{Cases, Dice, ROLE, contact, fresh, open_cases};
use crate::http::Connection;
use crate::load::{Load, ROUNDS, TURN, WARM_UP, run};
use crate::pgbench::Pgbench;
use crate::report::{Report, Wanted};

/// How many connections ask at the same time.
const CONNECTIONS: usize = 32;

/// How many workers both servers have.
const WORKERS: usize = 2;

/// All figures of this module.
pub(crate) async fn measure(report: &mut Report) {
    if report.wants("command.http.32") {
        commands(report).await;
    }
    if report.wants("read.http.32") {
        reads(report).await;
    }
}

async fn commands(report: &mut Report) {
    let world = World::founded(Engine::Postgres, &[AGENCY]).await;
    let limit = Pgbench::on(&world.database).await;
    let cases = open_cases(&world.store, &[AGENCY], CASES).await;
    run(client(&world, &cases, Asking::Command).await, WARM_UP).await;
    let (mut rates, mut limits) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        limits.push(limit.turn(CONNECTIONS).await.per_second);
        let cases = open_cases(&world.store, &[AGENCY], CASES).await;
        let ours = run(client(&world, &cases, Asking::Command).await, TURN).await;
        rates.push(ours.per_second);
    }
    let wanted = Wanted::AtLeast(0.65);
    report.add("command.http.32", "requests/s", &rates, &limits, wanted);
    world.stop().await;
}

async fn reads(report: &mut Report) {
    let world = World::founded(Engine::Postgres, &[AGENCY]).await;
    let cases = open_cases(&world.store, &[AGENCY], CASES).await;
    run(client(&world, &cases, Asking::Command).await, WARM_UP).await;
    let (limit, limit_address) = limit(&world).await;
    let (mut rates, mut limits, mut generated) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let asking = |asking| reader(limit_address, String::new(), &cases, asking);
        let select = run(asking(Asking::Select).await, TURN).await;
        limits.push(select.per_second);
        let ours = run(client(&world, &cases, Asking::Case).await, TURN).await;
        rates.push(ours.per_second);
        let fixed = run(asking(Asking::Fixed).await, WARM_UP).await;
        generated.push(fixed.per_second);
    }
    let wanted = Wanted::AtLeast(2.0);
    report.add("read.http.32", "requests/s", &rates, &limits, wanted);
    let wanted = Wanted::Reported;
    report.add("generator.http.32", "requests/s", &generated, &[], wanted);
    limit.stop(false).await;
    world.stop().await;
}

/// What a reader asks for.
#[derive(Clone, Copy)]
enum Asking {
    /// Of the product: a contact.
    Command,
    /// Of the product: a case.
    Case,
    /// Of the limit: a case's stored state.
    Select,
    /// Of the limit: the same bytes every time.
    Fixed,
}

/// A loop over one connection.
struct Reader {
    connection: Connection,
    authorization: String,
    cases: Cases,
    asking: Asking,
    dice: Dice,
    body: String,
}

async fn client(world: &World, cases: &Cases, asking: Asking) -> Vec<Reader> {
    let address = world.base.trim_start_matches("http://").parse();
    let data_dir = world.database.data_dir();
    let subject = demo::login(AGENCY, ROLE).subject;
    let lifetime = time::Duration::hours(1);
    let token = development_token(&world.store, data_dir, &subject, "fallbuch", lifetime);
    let token = token.expect("a token");
    let authorization = format!("authorization: Bearer {token}\r\n");
    let address = address.expect("the server's address");
    reader(address, authorization, cases, asking).await
}

async fn reader(
    address: SocketAddr,
    authorization: String,
    cases: &Cases,
    asking: Asking,
) -> Vec<Reader> {
    let connections = Connection::many(address, CONNECTIONS).await;
    let body = serde_json::to_string(&contact()).expect("a contact is JSON");
    let readers = connections.into_iter().map(|connection| Reader {
        connection,
        authorization: authorization.clone(),
        cases: Arc::clone(cases),
        asking,
        dice: Dice::new(),
        body: body.clone(),
    });
    readers.collect()
}

impl Load for Reader {
    async fn step(&mut self) {
        let case = match self.asking {
            Asking::Command => self.dice.with_room(&self.cases),
            Asking::Case | Asking::Select | Asking::Fixed => self.dice.any(&self.cases),
        };
        let (id, authorization, body) = (case.id, &self.authorization, &self.body);
        let home = format!("/v1/agencies/{AGENCY}/cases/{id}");
        let (request, status) = match self.asking {
            Asking::Command => (
                format!(
                    "POST {home}/contacts HTTP/1.1\r\nhost: bench\r\n{authorization}\
                     content-type: application/json\r\nif-match: *\r\n\
                     idempotency-key: http-{}\r\ncontent-length: {}\r\n\r\n{body}",
                    fresh(),
                    body.len(),
                ),
                "201",
            ),
            Asking::Case => (get(&home, authorization), "200"),
            Asking::Select => {
                let path = format!("/select/{}/{id}", case.access.agency());
                (get(&path, authorization), "200")
            }
            Asking::Fixed => (get("/fixed", authorization), "200"),
        };
        self.connection.ask(&request, status).await;
    }
}

fn get(path: &str, authorization: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{authorization}\r\n")
}

/// The server of the limit.
async fn limit(world: &World) -> (ServerHandle, SocketAddr) {
    let DatabaseUrl::Postgres(options) = world.database.unwalled() else {
        panic!("the limit needs PostgreSQL");
    };
    let pool = PgPoolOptions::new()
        .max_connections(16)
        .connect_with(*options)
        .await
        .expect("the database answers");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("the listener's address");
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(pool.clone()))
            .route("/select/{agency}/{case}", web::get().to(select))
            .route("/fixed", web::get().to(fixed))
    });
    let server = server.workers(WORKERS).listen(listener);
    let server = server.expect("the limit's server starts").run();
    let handle = server.handle();
    tokio::spawn(server);
    (handle, address)
}

async fn select(pool: web::Data<PgPool>, key: web::Path<(Uuid, Uuid)>) -> HttpResponse {
    let (agency, case) = key.into_inner();
    let state: Result<String, sqlx::Error> = sqlx::query_scalar(
        "SELECT state FROM stream_head WHERE agency_id = $1 AND generation = 1 AND stream_id = $2",
    )
    .bind(agency)
    .bind(case)
    .fetch_one(pool.get_ref())
    .await;
    match state {
        Ok(state) => HttpResponse::Ok()
            .content_type("application/json")
            .body(state),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

async fn fixed() -> HttpResponse {
    HttpResponse::Ok().body([b'x'; 800].as_slice())
}
