//! A database with its servers and clients, and the rounds in which something of it dies.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fallbuch_domain::Role;
use fallbuch_domain::catalogue::MunicipalityKind;
use fallbuch_tests::{
    Client, Cluster, Database, Dice, Ended, Engine, Raw, Server, World, check_rebuild,
};
use futures_util::future::join_all;
use sqlx::Connection as _;
use tokio::task::JoinHandle;

use super::desk::{Case, Desk, Municipalities, Office, PATIENCE, later};
use super::ledger::{Auditor, Ledger};

const AGENCIES: [&str; 3] = ["transmit", "bayern", "nrw"];

/// How many clients there are.
const CLIENTS: usize = 16;

/// When something dies, in milliseconds after the load began.
const MOMENT: (u64, u64) = (5, 400);

/// For how long a database is away before it is started again, in milliseconds.
const ABSENCE: (u64, u64) = (0, 400);

/// How long a server may take to stop when it is asked to.
const IN_TIME: Duration = Duration::from_secs(20);

/// How long it is waited for a flush to be under way before the moment is taken as it is.
const AIM: Duration = Duration::from_millis(200);

/// What is read while the database is away.
const READS: [&str; 4] = [
    "/v1/me",
    "/v1/agencies/transmit/cases",
    "/v1/agencies/transmit/members",
    "/health/ready",
];

/// What dies, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// The server, by `kill -9`.
    Server,
    /// The database under a running server, by an immediate stop.
    Database,
    /// Both at once.
    Both,
    /// One of two servers on one database, by `kill -9`.
    OneOfTwo,
    /// The server, asked by SIGTERM.
    Asked,
}

/// What the rounds came to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) rounds: u32,
    pub(crate) acknowledged: usize,
    /// Commands of which a client had heard nothing, or 503, when something had died.
    pub(crate) unknown: u32,
    /// Those of them that had been carried out.
    pub(crate) carried_out: u32,
    /// How often a client was told to come again later.
    pub(crate) told_later: u32,
    /// Rounds after which a file of SQLite had a log beside it that was not yet taken over.
    pub(crate) left_over: u32,
    /// The longest that any start, with all recovery, took.
    pub(crate) longest_start: Duration,
    /// The longest that a server took to stop when it was asked to.
    pub(crate) longest_stop: Duration,
}

/// Clients at work.
struct Working {
    /// Somebody who only reads.
    reader: Client,
    desks: Vec<JoinHandle<Desk>>,
}

/// A database with its servers and clients.
pub(crate) struct Ground {
    servers: Vec<Server>,
    bases: Vec<String>,
    desks: Vec<Desk>,
    pub(crate) auditor: Auditor,
    pub(crate) database: Arc<Database>,
    cluster: Option<Cluster>,
    dice: Dice,
    pub(crate) tally: Tally,
}

impl Ground {
    /// Agencies, clients, and as many servers as the death is about.
    pub(crate) async fn new(engine: Engine, death: Death, mut dice: Dice) -> Self {
        let cluster = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(Cluster::new().await),
        };
        let database = match &cluster {
            None => Database::migrated(engine).await,
            Some(cluster) => Database::migrated_on(cluster).await,
        };
        let world = World::on(database).await;
        let desks = desks(&world, &mut dice).await;
        let raw = world.raw().await;
        let auditor = Auditor::beginning(&raw).await.unwrap();
        raw.close().await;
        let mut ground = Self {
            servers: Vec::new(),
            bases: Vec::new(),
            desks,
            auditor,
            database: world.halt().await,
            cluster,
            dice,
            tally: Tally::default(),
        };
        let servers = if death == Death::OneOfTwo { 2 } else { 1 };
        for _ in 0..servers {
            ground.start_server();
        }
        ground.ready().await;
        ground
    }

    /// Load, a death in the middle of it, a start, every open command asked again, and a look at
    /// everything.
    pub(crate) async fn round(&mut self, death: Death) {
        let (working, stop) = self.work().await;
        self.moment().await;
        self.strike(death, &stop).await;
        self.come_back(working).await;
        if death == Death::OneOfTwo {
            // The survivor has to settle what the dead one left.
            self.address();
            self.settle().await;
            self.start_server();
            self.ready().await;
        } else {
            self.ready().await;
            self.settle().await;
        }
        let looked = self.look().await;
        looked.unwrap_or_else(|error| panic!("{death:?}: {error}"));
        self.tally.rounds += 1;
    }

    /// Load, and a database that is away for longer than anybody waits. Every request is told to come
    /// again later; how long it waited for that is the answer.
    pub(crate) async fn outage(&mut self) -> Duration {
        let (working, _) = self.work().await;
        self.moment().await;
        self.cluster.as_mut().unwrap().stop_immediately();
        let reader = working.reader.apart();
        let reads = READS.iter().map(|path| reader.get(path).send());
        let began = Instant::now();
        let reads = tokio::time::timeout(PATIENCE, join_all(reads)).await;
        for read in reads.expect("a read hangs") {
            assert_eq!(read.status, 503, "{}", read.text());
            later(&read);
        }
        let reads = began.elapsed();
        let alive = reader.get("/health/live").send().await;
        assert_eq!(alive.status, 200, "the process lives");
        self.come_back(working).await;
        for desk in &self.desks {
            assert_eq!(desk.told_later, 1, "a command was not told so");
        }
        let cluster = self.cluster.as_mut().unwrap();
        cluster.spawn();
        cluster.answers().await;
        self.ready().await;
        self.settle().await;
        self.look().await.unwrap();
        let waits = self.desks.iter().map(|desk| desk.longest);
        waits.max().unwrap().max(reads)
    }

    /// Load on a cluster that answers a commit before its log is written, an immediate stop after the
    /// last answer, and what the look says then.
    pub(crate) async fn forgetful_round(&mut self) -> Result<(), String> {
        let mut connection = self.cluster.as_ref().unwrap().connection().await;
        for statement in [
            "ALTER SYSTEM SET synchronous_commit = off",
            "ALTER SYSTEM SET wal_writer_delay = '10s'",
            "SELECT pg_reload_conf()",
        ] {
            let done = sqlx::query(statement).execute(&mut connection).await;
            done.unwrap();
        }
        connection.close().await.unwrap();
        let (working, stop) = self.work().await;
        self.moment().await;
        stop.store(true, Ordering::Relaxed);
        self.come_back(working).await;
        self.strike(Death::Both, &stop).await;
        self.ready().await;
        self.look().await
    }

    /// Sets all clients to work, until they are told to stop.
    async fn work(&mut self) -> (Working, Arc<AtomicBool>) {
        self.share_cases().await;
        let stop = Arc::new(AtomicBool::new(false));
        let reader = self.desks[0].client.clone();
        let desks = std::mem::take(&mut self.desks).into_iter();
        let desks = desks.map(|desk| tokio::spawn(desk.work(Arc::clone(&stop))));
        let working = Working {
            reader,
            desks: desks.collect(),
        };
        (working, stop)
    }

    /// Waits for all clients.
    async fn come_back(&mut self, working: Working) {
        for desk in working.desks {
            let desk = tokio::time::timeout(2 * PATIENCE, desk).await;
            let desk = desk.expect("a client hangs");
            self.desks.push(desk.expect("a client ends well"));
        }
    }

    /// What all clients were told since this was last asked.
    pub(crate) fn told(&mut self) -> Ledger {
        let mut told = Ledger::default();
        for desk in &mut self.desks {
            told.take(&mut desk.ledger);
        }
        self.tally.acknowledged += told.done();
        told
    }

    /// Holds the database against what all clients were told since the last look.
    pub(crate) async fn look(&mut self) -> Result<(), String> {
        let told = self.told();
        let raw = Raw::owner(&self.database).await;
        let looked = self.auditor.look(&raw, &told).await;
        raw.close().await;
        looked
    }

    /// Holds all that is in the database against itself, from the first event on.
    pub(crate) async fn look_at_everything(&self) -> Result<(), String> {
        let raw = Raw::owner(&self.database).await;
        let looked = Auditor::beginning(&raw).await.map(drop);
        raw.close().await;
        looked?;
        check_rebuild(&self.database)
    }

    /// Every client's agency gets a new case that all its clients write to.
    pub(crate) async fn share_cases(&mut self) {
        let mut shared: HashMap<String, Case> = HashMap::new();
        for desk in &mut self.desks {
            let code = desk.office.code.clone();
            let case = match shared.get(&code) {
                Some(case) => case.clone(),
                None => desk.open_shared().await,
            };
            shared.insert(code, case.clone());
            desk.shared = Some(case);
        }
    }

    /// A client by itself.
    pub(crate) fn desk(&mut self) -> &mut Desk {
        &mut self.desks[0]
    }

    /// Asks every command of which nothing is known again.
    async fn settle(&mut self) {
        let open = self.desks.iter_mut().filter(|desk| desk.open.is_some());
        let asked = join_all(open.map(Desk::ask_again)).await;
        let carried_out = asked.iter().filter(|replayed| **replayed).count();
        self.tally.unknown += u32::try_from(asked.len()).unwrap();
        self.tally.carried_out += u32::try_from(carried_out).unwrap();
        for desk in &mut self.desks {
            self.tally.told_later += std::mem::take(&mut desk.told_later);
        }
    }

    async fn strike(&mut self, death: Death, stop: &AtomicBool) {
        match death {
            Death::Server => {
                self.servers.remove(0).kill();
                stop.store(true, Ordering::Relaxed);
                self.note_left_over();
                self.start_server();
            }
            Death::Database => {
                let absence = Duration::from_millis(self.dice.between(ABSENCE.0, ABSENCE.1));
                let cluster = self.cluster.as_mut().unwrap();
                cluster.stop_immediately();
                tokio::time::sleep(absence).await;
                cluster.spawn();
                cluster.answers().await;
                stop.store(true, Ordering::Relaxed);
            }
            Death::Both => {
                let cluster = self.cluster.as_mut().unwrap();
                let first = self.dice.between(0, 1);
                if first == 0 {
                    cluster.stop_immediately();
                }
                self.servers.remove(0).kill();
                if first == 1 {
                    cluster.stop_immediately();
                }
                stop.store(true, Ordering::Relaxed);
                // The server has to wait for a database that is still recovering.
                cluster.spawn();
                self.start_server();
            }
            Death::OneOfTwo => {
                self.servers.remove(0).kill();
                self.bases.remove(0);
                self.moment().await;
                stop.store(true, Ordering::Relaxed);
            }
            Death::Asked => {
                let Ended { status, took, said } = self.servers.remove(0).stop().await;
                stop.store(true, Ordering::Relaxed);
                assert!(status.success(), "{status}: {said}");
                assert!(took < IN_TIME, "{took:?}: {said}");
                self.tally.longest_stop = self.tally.longest_stop.max(took);
                self.start_server();
            }
        }
    }

    fn note_left_over(&mut self) {
        if self.database.engine() == Engine::Sqlite {
            let log = self.database.data_dir().join("fallbuch.sqlite-wal");
            let left = std::fs::metadata(log).is_ok_and(|log| log.len() > 0);
            self.tally.left_over += u32::from(left);
        }
    }

    fn start_server(&mut self) {
        self.servers.push(Server::spawn(&self.database));
    }

    /// Waits until every server says that it can serve; each client gets one.
    async fn ready(&mut self) {
        let began = Instant::now();
        self.bases.clear();
        for server in &mut self.servers {
            let base = loop {
                if let Some(base) = server.serving().await {
                    break base;
                }
                // It gives up on a database that takes long to recover; whoever runs it starts it again.
                let gave_up = server.said().contains("pool timed out");
                assert!(gave_up, "the server ended: {}", server.said());
                assert!(began.elapsed() < 2 * PATIENCE, "the database stays away");
                *server = Server::spawn(&self.database);
            };
            self.bases.push(base);
        }
        self.address();
        for base in &self.bases {
            let client = self.desks[0].client.at(base);
            loop {
                let asked = client.get("/health/ready").send();
                let answer = tokio::time::timeout(PATIENCE, asked).await;
                let answer = answer.expect("an answer about being ready");
                if answer.status == 200 {
                    break;
                }
                assert_eq!(answer.status, 503, "{}", answer.text());
                later(&answer);
                assert!(began.elapsed() < PATIENCE, "never ready: {}", answer.text());
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        self.tally.longest_start = self.tally.longest_start.max(began.elapsed());
    }

    fn address(&mut self) {
        for (desk, base) in self.desks.iter_mut().zip(self.bases.iter().cycle()) {
            desk.client = desk.client.at(base);
        }
    }

    /// Waits for the moment at which something is to die: any, or one inside of a flush.
    async fn moment(&mut self) {
        let wait = Duration::from_millis(self.dice.between(MOMENT.0, MOMENT.1));
        let aimed = self.dice.between(0, 1) == 1;
        tokio::time::sleep(wait).await;
        if !aimed {
            return;
        }
        let flushing = async {
            match &self.cluster {
                Some(cluster) => flushing_postgres(cluster).await,
                None => flushing_sqlite(self.database.data_dir().join("fallbuch.sqlite-wal")).await,
            }
        };
        // If nobody writes just now, then this is the moment.
        let _aimed = tokio::time::timeout(AIM, flushing).await;
    }
}

/// Comes back while an append is under way.
async fn flushing_postgres(cluster: &Cluster) {
    let mut connection = cluster.connection().await;
    let flushing = "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = 'fallbuch' \
        AND state = 'active' AND query LIKE '%INSERT INTO event%')";
    loop {
        let flushing = sqlx::query_scalar(flushing).fetch_one(&mut connection);
        if flushing.await.unwrap() {
            return;
        }
    }
}

/// Comes back when something was just written into the log beside the file.
async fn flushing_sqlite(log: PathBuf) {
    let written = || {
        let log = std::fs::metadata(&log).ok()?;
        Some((log.len(), log.modified().ok()?))
    };
    let before = written();
    while written() == before {
        tokio::task::yield_now().await;
    }
}

/// The clients, spread over the agencies, with the rights to open cases and write to them.
async fn desks(world: &World, dice: &mut Dice) -> Vec<Desk> {
    let today = world.store.sources().clock.now().berlin_date();
    let districts = world.store.catalogue().municipalities_on(Some(today));
    let districts = districts.filter(|one| one.kind == MunicipalityKind::District);
    let municipalities = Arc::new(Municipalities {
        districts: districts.map(|district| district.key.clone()).collect(),
        given: AtomicU64::new(0),
    });
    let mut offices = Vec::new();
    for code in AGENCIES {
        world.found(code).await;
        let access = world.store.operator().agency(code).await.unwrap();
        offices.push(Office {
            code: code.to_owned(),
            agency: access.unwrap().agency(),
            member: world.member(code, Role::Coordinator).await,
            site: world.site(code, "").await,
            advisor: world.member(code, Role::Advisor).await,
            municipalities: Arc::clone(&municipalities),
        });
    }
    let offices = offices.iter().cycle().take(CLIENTS);
    let desks = offices.map(|office| {
        let client = world.as_role(&office.code, Role::Coordinator);
        Desk::new(office.clone(), &client, dice.another())
    });
    desks.collect()
}
