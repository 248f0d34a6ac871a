//! The generated network: how fast it is stored, and whether its lists are as fast as with one case.
//!
//! A list of the network is held against the same list of a world that has one case alone, whose history
//! is as long. A further list is a line in [`LISTS`].

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use fallbuch_api::demo::network::{Extent, seed};
use fallbuch_api::{demo, development_token};
use fallbuch_persistence::DatabaseUrl;
use fallbuch_tests::{Engine, World};
use futures_util::TryStreamExt as _;
use sqlx::{Connection as _, FromRow, PgConnection};
use time::Date;
use uuid::Uuid;

use crate::append::AGENCY;
use crate::ground::ROLE;
use crate::http::Connection;
use crate::load::{ROUNDS, percentile, rate};
use crate::report::{Report, Wanted};

/// How many rows the limit commits at a time; the demo sends at most as many commands together.
const TOGETHER: usize = 96;

/// How often a page is asked for in a round.
const ASKED: usize = 100;

/// How many events the world with one case has, those of its agency and offers among them.
const ALONE: u64 = 220;

/// A list with the figures of its first and its last page.
struct List {
    first: &'static str,
    last: &'static str,
    /// What follows the agency's address; `{case}` stands for a case.
    path: &'static str,
}

/// Pages of lists across cases hold one item: with one case there is no more.
const LISTS: [List; 4] = [
    List {
        first: "list.page.1.cases",
        last: "list.page.last.cases",
        path: "/cases?limit=1",
    },
    List {
        first: "list.page.1.follow_ups",
        last: "list.page.last.follow_ups",
        path: "/follow-ups?limit=1",
    },
    List {
        first: "list.page.1.timeline",
        last: "list.page.last.timeline",
        path: "/cases/{case}/timeline?limit=20",
    },
    List {
        first: "list.page.1.events",
        last: "list.page.last.events",
        path: "/cases/{case}/events?limit=20",
    },
];

/// All figures of this module.
pub(crate) async fn measure(report: &mut Report) {
    let lists = LISTS
        .iter()
        .any(|list| report.wants(list.first) || report.wants(list.last));
    if !lists && !report.wants("seed.network") {
        return;
    }
    let world = World::empty(Engine::Postgres).await;
    let extent = Extent::network(Extent::SEED).expect("the shipped agencies are readable");
    let events = usize::try_from(extent.events).expect("a count");
    let began = Instant::now();
    let told = seed(&world.store, &extent, &|_| ()).await;
    told.expect("the network is stored");
    let seeded = rate(events, began.elapsed());
    if report.wants("seed.network") {
        let limit = raw(&world, events).await;
        let wanted = Wanted::AtLeast(0.2);
        report.add("seed.network", "events/s", &[seeded], &[limit], wanted);
    }
    if lists {
        pages(report, &world).await;
    }
    world.stop().await;
}

/// A row of the log as it is.
#[derive(FromRow)]
struct Row {
    agency_id: Uuid,
    position: i64,
    stream_id: Uuid,
    version: i64,
    stream_kind: String,
    r#type: String,
    schema: i32,
    occurred_on: Date,
    recorded_at: i64,
    command_id: Uuid,
    fingerprint: Option<Vec<u8>>,
    event_count: Option<i32>,
    warnings: Option<String>,
    body_hash: Vec<u8>,
    mac: Vec<u8>,
    body: Option<Vec<u8>>,
}

/// The same rows, inserted one by one into a table with the same keys.
async fn raw(world: &World, events: usize) -> f64 {
    let DatabaseUrl::Postgres(options) = world.database.unwalled() else {
        panic!("the limit needs PostgreSQL");
    };
    let connection = PgConnection::connect_with(&options).await;
    let mut connection = connection.expect("the database answers");
    let table = "CREATE TABLE bench_event (LIKE event INCLUDING ALL)";
    let made = sqlx::query(table).execute(&mut connection).await;
    made.expect("the table is made");
    let all = "SELECT * FROM event ORDER BY agency_id, position";
    let rows: Result<Vec<Row>, _> = sqlx::query_as(all)
        .fetch(&mut connection)
        .try_collect()
        .await;
    let rows = rows.expect("the rows are read");
    assert_eq!(rows.len(), events, "all of it");
    let began = Instant::now();
    for together in rows.chunks(TOGETHER) {
        let transaction = connection.begin().await;
        let mut transaction = transaction.expect("a transaction begins");
        for row in together {
            sqlx::query(
                "INSERT INTO bench_event VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, \
                 $13, $14, $15, $16)",
            )
            .bind(row.agency_id)
            .bind(row.position)
            .bind(row.stream_id)
            .bind(row.version)
            .bind(&row.stream_kind)
            .bind(&row.r#type)
            .bind(row.schema)
            .bind(row.occurred_on)
            .bind(row.recorded_at)
            .bind(row.command_id)
            .bind(&row.fingerprint)
            .bind(row.event_count)
            .bind(&row.warnings)
            .bind(&row.body_hash)
            .bind(&row.mac)
            .bind(&row.body)
            .execute(&mut *transaction)
            .await
            .expect("the row is stored");
        }
        transaction.commit().await.expect("it is committed");
    }
    let rate = rate(events, began.elapsed());
    connection.close().await.expect("the connection closes");
    rate
}

/// Every page of the network against the same of a world with one case.
async fn pages(report: &mut Report, network: &World) {
    let alone = World::empty(Engine::Postgres).await;
    let mut extent = Extent::network(Extent::SEED).expect("the shipped agencies are readable");
    extent.agencies.retain(|agency| agency.code == AGENCY);
    (extent.cases, extent.events) = (1, ALONE);
    let told = seed(&alone.store, &extent, &|_| ()).await;
    told.expect("the one case is stored");
    let (_, length) = case(&alone, 0).await;
    let mut many = Reader::of(network, length).await;
    let mut one = Reader::of(&alone, length).await;
    for list in &LISTS {
        for (name, last) in [(list.first, false), (list.last, true)] {
            if !report.wants(name) {
                continue;
            }
            many.turn_to(network, list.path, last).await;
            one.turn_to(&alone, list.path, last).await;
            let (mut values, mut limits) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                let (mut of_one, mut of_many) = (Vec::new(), Vec::new());
                for _ in 0..ASKED {
                    of_one.push(one.ask().await);
                    of_many.push(many.ask().await);
                }
                of_one.sort_unstable();
                of_many.sort_unstable();
                limits.push(percentile(&of_one, 0.5));
                values.push(percentile(&of_many, 0.5));
            }
            report.add(name, "ms", &values, &limits, Wanted::AtMost(1.5));
        }
    }
    alone.stop().await;
}

/// The case of the agency whose history is closest to this length, with its own length.
async fn case(world: &World, length: i64) -> (Uuid, i64) {
    let DatabaseUrl::Postgres(options) = world.database.unwalled() else {
        panic!("the figures need PostgreSQL");
    };
    let connection = PgConnection::connect_with(&options).await;
    let mut connection = connection.expect("the database answers");
    let closest = "SELECT stream_id, version FROM stream_head JOIN agency USING (agency_id) \
        WHERE code = $1 AND stream_kind = 'case' ORDER BY ABS(version - $2), stream_id LIMIT 1";
    let found = sqlx::query_as(closest).bind(AGENCY).bind(length);
    let found = found.fetch_one(&mut connection).await;
    connection.close().await.expect("the connection closes");
    found.expect("there is a case")
}

/// Asks a world for one page.
struct Reader {
    connection: Connection,
    authorization: String,
    case: Uuid,
    request: String,
}

impl Reader {
    async fn of(world: &World, length: i64) -> Self {
        let listens_at: Result<SocketAddr, _> = world.base.trim_start_matches("http://").parse();
        let subject = demo::login(AGENCY, ROLE).subject;
        let lifetime = time::Duration::hours(1);
        let data_dir = world.database.data_dir();
        let token = development_token(&world.store, data_dir, &subject, "fallbuch", lifetime);
        Self {
            connection: Connection::to(listens_at.expect("the server's address")).await,
            authorization: format!("authorization: Bearer {}\r\n", token.expect("a token")),
            case: case(world, length).await.0,
            request: String::new(),
        }
    }

    /// Gets ready to ask for the first page of a list, or for its last.
    async fn turn_to(&mut self, world: &World, path: &str, last: bool) {
        let path = path.replace("{case}", &self.case.to_string());
        let first = format!("/v1/agencies/{AGENCY}{path}");
        let client = world.as_role(AGENCY, ROLE);
        let mut page = first.clone();
        let mut looks_on = last;
        while looks_on {
            let answer = client.get(&page).send().await.expect_status(200).json();
            let next = answer["page"]["next"].as_str();
            looks_on = next.is_some();
            if let Some(next) = next {
                page = format!("{first}&cursor={next}");
            }
        }
        let authorization = &self.authorization;
        self.request = format!("GET {page} HTTP/1.1\r\nhost: bench\r\n{authorization}\r\n");
    }

    async fn ask(&mut self) -> Duration {
        let began = Instant::now();
        self.connection.ask(&self.request, "200").await;
        began.elapsed()
    }
}
