//! The product as a log: several stores on one database, on their own code alone.
//!
//! On PostgreSQL an append is held by a lock that another connection has on a row that it writes last:
//! its transaction then has moved the lane and inserted its event. It is rolled back by cancelling its
//! statement. On SQLite it is held by the clock (see `gate.rs`) and rolled back by a trigger.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fallbuch_persistence::{CommandError, DatabaseUrl, Receipt, Store};
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};
use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::gate::DOOMSDAY;
use super::{
    End, Entry, Gate, Held, Mark, Protocol, Request, Scenario, Step, Verdict, report, still,
};
use crate::setup::{Agency, Database, Engine, Raw, on_both};

/// How many processes there are, and cases to append to.
const NODES: usize = 3;

/// After this long, whoever has no answer on SQLite is taken to wait: its locks cannot be looked at.
const BUSY: Duration = Duration::from_millis(120);

/// Each process on what it has cached, or each as if it was started just now.
#[derive(Clone, Copy, Debug)]
enum Start {
    Cold,
    Warm,
}

/// A database with several stores on it, and a fresh agency for one scenario after the other.
struct Stage {
    engine: Engine,
    database: Database,
    raw: Arc<Mutex<Raw>>,
    /// Of none of the processes: it founds agencies that they know nothing of.
    founder: Store,
    stores: Vec<(Store, Arc<Gate>)>,
    agencies: usize,
}

impl Stage {
    async fn new(engine: Engine) -> Self {
        let (database, mut raw) = Database::new(engine).await;
        if let Raw::Sqlite(_) = raw {
            raw.run(
                "CREATE TRIGGER rolled_back_by_hand BEFORE INSERT ON event \
                 WHEN NEW.recorded_at >= 32500000000000000 \
                 BEGIN SELECT RAISE(ABORT, 'rolled back by hand'); END",
            )
            .await
            .unwrap();
            assert_eq!(DOOMSDAY, 32_500_000_000_000_000);
        }
        let mut stores = Vec::with_capacity(NODES);
        for _ in 0..NODES {
            let (gate, sources) = Gate::new();
            stores.push((database.open_with(sources).await, gate));
        }
        Self {
            engine,
            founder: database.open().await,
            database,
            raw: Arc::new(Mutex::new(raw)),
            stores,
            agencies: 0,
        }
    }

    /// A fresh agency, entered by every process.
    async fn product(&mut self, start: Start) -> Product {
        self.agencies += 1;
        let code = format!("agency-{}", self.agencies);
        let founder = Agency::found(&self.founder, &code).await;
        let mut cases = Vec::with_capacity(NODES);
        for (case, municipality) in (0..NODES).zip(["15001", "15003", "15081"]) {
            let opened = founder.open(&format!("case/{case}"), municipality).await;
            cases.push(opened.unwrap().stream);
        }
        let mut nodes = Vec::with_capacity(NODES);
        for (store, gate) in &self.stores {
            nodes.push(Node {
                agency: Agency::enter(store, &code).await,
                gate: Arc::clone(gate),
            });
        }
        let product = Product {
            onlooker: Onlooker::new(&self.database).await,
            nodes,
            cases,
            raw: Arc::clone(&self.raw),
            holder: Arc::default(),
            marks: Mutex::default(),
            asked: Arc::default(),
        };
        if let Start::Warm = start {
            // The first one carries it out, the others find it: then all of them know the head.
            for node in 0..NODES {
                product.ask(node, Request::Append("warm")).await;
            }
        }
        product
    }
}

/// One process.
struct Node {
    agency: Agency,
    gate: Arc<Gate>,
}

/// The product, with one agency as the log.
struct Product {
    nodes: Vec<Node>,
    cases: Vec<Uuid>,
    raw: Arc<Mutex<Raw>>,
    onlooker: Onlooker,
    /// The case that holds the municipality.
    holder: Arc<Mutex<Option<Receipt>>>,
    /// The requests so far, in their order, by the id that the product gives their commands.
    marks: Mutex<(HashMap<Uuid, Mark>, Vec<Mark>)>,
    /// When those were asked who have no answer yet.
    asked: Arc<Mutex<HashMap<Uuid, Instant>>>,
}

/// Somebody who sees who waits, and can hold rows, as another process of the application.
pub(crate) struct Onlooker {
    application: DatabaseUrl,
    connection: Option<Mutex<PgConnection>>,
}

impl Onlooker {
    pub(crate) async fn new(database: &Database) -> Self {
        let application = database.unwalled();
        let connection = match &application {
            DatabaseUrl::Postgres(options) => Some(Mutex::new(options.connect().await.unwrap())),
            DatabaseUrl::Sqlite(_) => None,
        };
        Self {
            application,
            connection,
        }
    }

    /// How many wait for a lock in this database of PostgreSQL.
    pub(crate) async fn waiting(&self) -> usize {
        const WAITING: &str = "SELECT count(DISTINCT pid) FROM pg_locks AS wanted WHERE NOT granted \
             AND EXISTS (SELECT 1 FROM pg_stat_activity \
             WHERE pid = wanted.pid AND datname = current_database())";
        let Some(connection) = &self.connection else {
            return 0;
        };
        let mut connection = connection.lock().await;
        let waiting: i64 = sqlx::query_scalar(WAITING)
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        usize::try_from(waiting).unwrap()
    }

    /// Returns once `count` wait for a lock.
    pub(crate) async fn waits(&self, count: usize) {
        for _ in 0..5_000 {
            if self.waiting().await >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("{count} do not come to wait for a lock");
    }

    /// A transaction of PostgreSQL that holds the rows `sql` locks for `id`.
    pub(crate) async fn block(&self, sql: &'static str, id: Uuid) -> Blocker {
        let DatabaseUrl::Postgres(options) = &self.application else {
            panic!("not on SQLite")
        };
        let mut connection = options.connect().await.unwrap();
        sqlx::query("BEGIN").execute(&mut connection).await.unwrap();
        let locked = sqlx::query(sql)
            .bind(id)
            .fetch_all(&mut connection)
            .await
            .unwrap();
        assert!(!locked.is_empty(), "there is a row to hold");
        Blocker(connection)
    }
}

/// A transaction that holds rows.
pub(crate) struct Blocker(pub(crate) PgConnection);

impl Blocker {
    pub(crate) async fn let_go(mut self) {
        sqlx::query("ROLLBACK").execute(&mut self.0).await.unwrap();
        self.0.close().await.unwrap();
    }

    /// Cancels the statement that waits for these rows; returns once its transaction is gone.
    async fn cancel(&mut self) {
        const WAITING: &str = "SELECT pid, virtualtransaction FROM pg_locks WHERE NOT granted \
             AND pg_backend_pid() = ANY(pg_blocking_pids(pid))";
        const THERE: &str = "SELECT count(*) FROM pg_locks WHERE virtualtransaction = $1";
        let waiting = sqlx::query_as(WAITING).fetch_one(&mut self.0).await;
        let (process, transaction): (i32, String) = waiting.unwrap();
        let cancel = sqlx::query("SELECT pg_cancel_backend($1)").bind(process);
        cancel.execute(&mut self.0).await.unwrap();
        loop {
            let there = sqlx::query_scalar(THERE).bind(&transaction);
            let there: i64 = there.fetch_one(&mut self.0).await.unwrap();
            if there == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

impl Product {
    /// Sends a request on its way.
    async fn send(&self, node: usize, request: Request) -> JoinHandle<Verdict> {
        let agency = self.nodes[node].agency.clone();
        let case = self.case(request.mark()).await;
        let holder = Arc::clone(&self.holder);
        tokio::spawn(async move {
            let mark = request.mark();
            let said = match request {
                Request::Append(_) => agency.contact(case, mark).await,
                Request::Claim(_) => agency.open(mark, "15002").await,
                Request::Release(_) => {
                    let held = holder.lock().await.clone().expect("somebody holds it");
                    agency.close(&held, mark).await
                }
            };
            match said {
                Ok(receipt) => {
                    let position = receipt.events.last().unwrap().read().unwrap().position;
                    if let Request::Claim(_) = request {
                        *holder.lock().await = Some(receipt);
                    }
                    Verdict::Accepted(position)
                }
                Err(CommandError::Refused(_)) => Verdict::Refused,
                Err(CommandError::Store(_)) => Verdict::Failed,
                Err(other) => panic!("{mark}: {other}"),
            }
        })
    }

    /// The case of a mark, always the same: requests with one mark are one command.
    async fn case(&self, mark: Mark) -> Uuid {
        let access = &self.nodes[0].agency.access;
        let name = format!("{}\n{mark}", access.principal().id());
        let command = Uuid::new_v5(&access.agency(), name.as_bytes());
        let (marks, order) = &mut *self.marks.lock().await;
        if marks.insert(command, mark).is_none() {
            order.push(mark);
        }
        let place = order.iter().position(|known| *known == mark).unwrap();
        self.cases[place % NODES]
    }

    /// Locks the row that the request writes last.
    async fn block(&self, request: Request) -> Blocker {
        const HEAD: &str = "SELECT version FROM stream_head WHERE stream_id = $1 FOR UPDATE";
        const NUMBERS: &str = "SELECT value FROM counter WHERE agency_id = $1 FOR UPDATE";
        match request {
            Request::Append(mark) => self.onlooker.block(HEAD, self.case(mark).await).await,
            Request::Claim(_) => {
                let agency = self.nodes[0].agency.access.agency();
                self.onlooker.block(NUMBERS, agency).await
            }
            Request::Release(_) => {
                let held = self.holder.lock().await.as_ref().unwrap().stream;
                self.onlooker.block(HEAD, held).await
            }
        }
    }

    async fn hold_by_lock(&self, node: usize, request: Request) -> Held {
        let before = self.waiting().await;
        let mut blocker = self.block(request).await;
        let task = self.send(node, request).await;
        still(self, before, || task.is_finished()).await;
        let (end, told) = oneshot::channel();
        let verdict = tokio::spawn(async move {
            if told.await.unwrap() == End::RollBack {
                blocker.cancel().await;
            }
            blocker.let_go().await;
            task.await.unwrap()
        });
        Held { end, verdict }
    }

    async fn hold_by_clock(&self, node: usize, request: Request) -> Held {
        let gate = Arc::clone(&self.nodes[node].gate);
        gate.close();
        let task = self.send(node, request).await;
        let begun = Instant::now();
        while !gate.is_occupied() && begun.elapsed() < BUSY {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let (end, told) = oneshot::channel();
        let verdict = tokio::spawn(async move {
            gate.doom(told.await.unwrap() == End::RollBack);
            gate.open();
            let verdict = task.await.unwrap();
            gate.doom(false);
            verdict
        });
        Held { end, verdict }
    }
}

impl Protocol for Product {
    type Cursor = (Agency, u64);

    async fn ask(&self, node: usize, request: Request) -> Verdict {
        let id = self.nodes[node].agency.store.sources().ids.id();
        self.asked.lock().await.insert(id, Instant::now());
        let verdict = self.send(node, request).await.await.unwrap();
        self.asked.lock().await.remove(&id);
        verdict
    }

    /// The product takes its position and writes everything in one statement: there is one step.
    async fn hold(&self, node: usize, request: Request, _: Step) -> Held {
        match self.onlooker.connection {
            Some(_) => self.hold_by_lock(node, request).await,
            None => self.hold_by_clock(node, request).await,
        }
    }

    async fn waiting(&self) -> usize {
        if self.onlooker.connection.is_some() {
            return self.onlooker.waiting().await;
        }
        let asked = self.asked.lock().await;
        asked
            .values()
            .filter(|asked| asked.elapsed() > BUSY)
            .count()
    }

    /// The last process has no part in most scenarios: it reads what others wrote.
    async fn cursor(&self, after: u64) -> Self::Cursor {
        (self.nodes[NODES - 1].agency.clone(), after)
    }

    async fn read(&self, (agency, cursor): &mut Self::Cursor) -> Vec<Entry> {
        let head = agency.store.position(&agency.access).await.unwrap();
        let mut entries = Vec::new();
        while *cursor < head {
            let page = agency.store.feed(&agency.access, *cursor, 3).await.unwrap();
            assert!(
                !page.items.is_empty(),
                "the head is {head}, nothing comes after {cursor}"
            );
            for body in &page.items {
                entries.push(self.entry(body.as_bytes()).await);
            }
            *cursor = entries.last().unwrap().position;
        }
        entries
    }

    async fn head(&self) -> u64 {
        let agency = &self.nodes[0].agency;
        agency.store.position(&agency.access).await.unwrap()
    }

    async fn log(&self) -> Vec<Entry> {
        const LOG: &str = "SELECT position, body FROM event WHERE agency_id = $1 ORDER BY position";
        let agency = self.nodes[0].agency.access.agency();
        let rows: Vec<(i64, Vec<u8>)> = match &mut *self.raw.lock().await {
            Raw::Sqlite(raw) => sqlx::query_as(LOG).bind(agency).fetch_all(raw).await,
            Raw::Postgres(raw) => sqlx::query_as(LOG).bind(agency).fetch_all(raw).await,
        }
        .unwrap();
        let mut log = Vec::with_capacity(rows.len());
        for (position, body) in rows {
            let entry = self.entry(&body).await;
            assert_eq!(
                i64::try_from(entry.position).unwrap(),
                position,
                "row and body agree"
            );
            log.push(entry);
        }
        log
    }
}

impl Product {
    /// An event by its body; what the scenario did not ask for is named by its command.
    async fn entry(&self, body: &[u8]) -> Entry {
        let body: serde_json::Value = serde_json::from_slice(body).unwrap();
        let command: Uuid = body["command_id"].as_str().unwrap().parse().unwrap();
        let mark = self.marks.lock().await.0.get(&command).copied();
        Entry {
            position: body["position"].as_u64().unwrap(),
            mark: mark.map_or_else(|| command.to_string(), str::to_owned),
        }
    }
}

on_both! {
    async fn the_product_keeps_its_log_whatever_interleaves(engine: Engine) {
        let mut stage = Stage::new(engine).await;
        let mut caught = Vec::new();
        let mut played = 0;
        for start in [Start::Cold, Start::Warm] {
            for scenario in Scenario::ALL {
                let held = scenario.play(stage.product(start).await).await;
                caught.extend(held.err().map(|fault| (start, scenario, fault)));
                played += 1;
            }
        }
        for (store, _) in &stage.stores {
            store.shutdown().await;
        }
        report(&format!(
            "the product on {:?}: {played} interleavings ({} scenarios, cold and warm), {} faults",
            stage.engine, Scenario::ALL.len(), caught.len(),
        ));
        assert!(caught.is_empty(), "{caught:#?}");
    }
}
