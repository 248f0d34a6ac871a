//! Two agencies that have everything in common but themselves: what each does, what each reads, and how its rows are put
//! into disorder.

mod disorder;
mod follow_ups;
mod offers;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};

use fallbuch_domain::agency::AgencyOpened;
use fallbuch_domain::agency::command::Terms;
use fallbuch_domain::case::command::{
    CloseCase, MunicipalityKey, OpenCase, RecordContact, ReopenCase,
};
use fallbuch_domain::case::event::Channel;
use fallbuch_domain::case::{CaseCommand, ClosingReason, Origin};
use fallbuch_domain::text::{Line, Prose};
use fallbuch_domain::{Command, Permission, Role, Timestamp};
use sqlx::{ConnectOptions as _, SqliteConnection};
use time::macros::{date, datetime};
use uuid::Uuid;

use crate::access::{Access, Identity};
use crate::access_log::{self, Visit};
use crate::database::{DatabaseUrl, sqlite_options};
use crate::evidence::Secret;
use crate::metrics::Metrics;
use crate::read::{CaseFilter, Point};
use crate::rebuild::Rebuildable;
use crate::sources::{Clock, IdSource, Sources};
use crate::store::{Options, Store};
use crate::tenant::Scope;
use crate::writer::{Expected, IdempotencyKey, Receipt};
use disorder::{COPIED, EXTRA, REGISTRATIONS, SOMEBODY, WRONG};

const CODES: [&str; 2] = ["alpha", "beta"];

/// Time stands still and ids count up, for each agency by itself.
struct Turns {
    /// Whose turn it is.
    whose: AtomicUsize,
    ids: [AtomicU64; 2],
    salts: [AtomicU64; 2],
    instants: [AtomicI64; 2],
}

impl Turns {
    fn new() -> Self {
        Self {
            whose: AtomicUsize::new(0),
            ids: Default::default(),
            salts: Default::default(),
            instants: Default::default(),
        }
    }
}

impl Clock for Turns {
    fn now(&self) -> Timestamp {
        let calls =
            self.instants[self.whose.load(Ordering::Relaxed)].fetch_add(1, Ordering::Relaxed);
        Timestamp::new(datetime!(2016-01-01 12:00 UTC) + time::Duration::seconds(calls))
    }
}

impl IdSource for Turns {
    fn id(&self) -> Uuid {
        let whose = self.whose.load(Ordering::Relaxed);
        match self.ids[whose].fetch_add(1, Ordering::Relaxed) {
            // The agency's own.
            0 => Uuid::from_u128(0xa000 + whose as u128),
            number => Uuid::from_u128(u128::from(number)),
        }
    }

    fn salt(&self) -> [u8; 16] {
        let salts = &self.salts[self.whose.load(Ordering::Relaxed)];
        u128::from(salts.fetch_add(1, Ordering::Relaxed)).to_be_bytes()
    }
}

/// A store with one agency or with both, and what each of them saw.
pub(super) struct Scene {
    store: Store,
    options: Options,
    /// The first case of each agency.
    cases: [Option<Uuid>; 2],
    turns: Arc<Turns>,
    seen: [String; 2],
    /// Who takes turns, in which order.
    order: Vec<usize>,
    /// Past the store, to the same file.
    raw: SqliteConnection,
}

/// A command's key is the same in both agencies.
fn key(store: &Store, name: &str) -> IdempotencyKey {
    IdempotencyKey {
        key: name.to_owned(),
        fingerprint: store.fingerprint(&[name.as_bytes()]),
    }
}

fn closing() -> CaseCommand {
    CaseCommand::CloseCase(CloseCase {
        occurred_on: date!(2015 - 03 - 02),
        reason: ClosingReason::Completed,
        summary: Prose::from("Ende."),
        acknowledge: Vec::new(),
    })
}

fn contact(topic: &str) -> CaseCommand {
    CaseCommand::RecordContact(RecordContact {
        occurred_on: date!(2015 - 03 - 02),
        reason: None,
        channel: Channel::Call,
        participants: Vec::new(),
        topics: vec![Line::from(topic)],
    })
}

/// Somebody who is a member of both agencies.
fn identity() -> Identity {
    Identity {
        issuer: "issuer".to_owned(),
        subject: "somebody".to_owned(),
    }
}

/// An agency's id.
pub(super) fn agency(whose: usize) -> Uuid {
    Uuid::from_u128(0xa000 + whose as u128)
}

impl Scene {
    pub(super) async fn open(folder: &Path, order: &[usize]) -> Self {
        let url = DatabaseUrl::sqlite_file(&folder.join("test.sqlite3"));
        let raw = raw(folder).await;
        let turns = Arc::new(Turns::new());
        let options = Options {
            url,
            projector: None,
            connections: None,
            patience: std::time::Duration::from_secs(30),
            insecure_role: false,
            secret: Secret::new(vec![7; 32]).unwrap(),
            origin: "test.local".to_owned(),
            sources: Sources {
                clock: turns.clone(),
                ids: turns.clone(),
            },
            metrics: Metrics::default(),
        };
        Self {
            store: Store::open(options.clone()).await.unwrap(),
            options,
            cases: [None; 2],
            turns,
            seen: Default::default(),
            order: order.to_vec(),
            raw,
        }
    }

    /// Notes what an agency was answered; positions, ids and texts are in its debug form.
    fn see(&mut self, whose: usize, what: &str, answer: impl std::fmt::Debug) {
        writeln!(self.seen[whose], "{what}: {answer:?}").unwrap();
    }

    fn turn(&self, whose: usize) {
        self.turns.whose.store(whose, Ordering::Relaxed);
    }

    async fn found(&mut self, whose: usize) {
        self.turn(whose);
        let operator = self.store.operator();
        let day = date!(2014 - 06 - 01);
        let opened = AgencyOpened {
            carrier: Line::from("Träger"),
            case_prefix: "XX".to_owned(),
            code: CODES[whose].to_owned(),
            land_codes: vec!["15".to_owned()],
            name: Line::from(CODES[whose]),
        };
        let access = operator.open_agency(day, opened).await.unwrap();
        // The same login is another member in the other agency, with other roles: its site comes later.
        let site = format!("Standort {whose}");
        if whose == 0 {
            operator.open_site(&access, day, &site).await.unwrap();
        }
        let roles = [
            vec![Role::Coordinator, Role::AgencyAdmin],
            vec![Role::Coordinator],
        ];
        let terms = Terms::of_roles(roles[whose].clone());
        let member = operator
            .admit_member(&access, day, &identity(), terms)
            .await;
        let member = member.unwrap();
        self.see(whose, "member", member);
        if whose == 1 {
            operator.open_site(&access, day, &site).await.unwrap();
        }
        // Somebody else's login, whose member id is that of the other agency's member.
        let site = self.store.agency(&access).await.unwrap().sites[0].id;
        let insert = sqlx::query(SOMEBODY).bind(access.agency()).bind(site);
        insert.execute(&mut self.raw).await.unwrap();
    }

    /// A statement past the store; its value is the agency.
    async fn run(&mut self, sql: &str, whose: usize) {
        let query = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).bind(agency(whose));
        query.execute(&mut self.raw).await.unwrap();
    }

    /// Leaves behind what rebuilds leave that were cut off, in generations to come.
    async fn cut_off(&mut self, whose: usize) {
        let operator = self.store.operator();
        let access = operator.agency(CODES[whose]).await.unwrap().unwrap();
        // What follows the log has begun.
        for what in Rebuildable::all() {
            operator.check(&access, what).await.unwrap();
        }
        self.run(REGISTRATIONS, whose).await;
    }

    /// Puts wrong values among the rows that count, and the right ones into generations that count in the other agency
    /// and nowhere here.
    async fn tamper(&mut self, whose: usize) {
        self.copy(whose, 1, 9).await;
        for wrong in WRONG {
            self.run(wrong, whose).await;
        }
        // The first one fills generation 10 next: there the second one has the wrong values, and more of them.
        if whose == 1 {
            self.copy(whose, 10, 10).await;
            for extra in EXTRA {
                self.run(extra, whose).await;
            }
        }
    }

    /// Copies the rows that count into other generations, as far as they are not there.
    async fn copy(&mut self, whose: usize, from: i32, to: i32) {
        for (table, columns, live) in COPIED {
            for generation in from..=to {
                let copy = format!(
                    "INSERT OR IGNORE INTO {table} (agency_id, generation, {columns}) \
                     SELECT agency_id, {generation}, {columns} FROM {table} \
                     WHERE agency_id = $1 AND generation = ({live})"
                );
                self.run(&copy, whose).await;
            }
        }
    }

    async fn access(&self, whose: usize) -> Access {
        let identity = identity();
        let access = self
            .store
            .access(&identity, CODES[whose], Permission::CaseOpen);
        access.await.unwrap()
    }

    async fn execute(
        &mut self,
        whose: usize,
        (case, expected): (Option<Uuid>, Expected),
        command: CaseCommand,
        name: &str,
    ) -> Option<Receipt> {
        self.turn(whose);
        let access = self.access(whose).await;
        let key = key(&self.store, name);
        let done = self
            .store
            .execute(&access, case, expected, Command::Case(command), key);
        let done = done.await;
        let told = match &done {
            Ok(receipt) => {
                let bodies = receipt
                    .events
                    .iter()
                    .map(|body| String::from_utf8_lossy(body.as_bytes()).into_owned());
                format!(
                    "{} {} {:?} {}",
                    receipt.stream,
                    receipt.version,
                    bodies.collect::<Vec<_>>(),
                    receipt.replayed
                )
            }
            Err(error) => format!("{error} {error:?}"),
        };
        self.see(whose, name, told);
        done.ok()
    }

    async fn open_case(&mut self, whose: usize, municipality: &str, name: &str) -> Option<Receipt> {
        let access = self.access(whose).await;
        let site = self.store.agency(&access).await.unwrap().sites[0].id;
        let command = CaseCommand::OpenCase(OpenCase {
            occurred_on: date!(2015 - 03 - 02),
            reason: None,
            municipality: MunicipalityKey {
                key: municipality.to_owned(),
                name: None,
            },
            site,
            advisor: access.principal().id(),
            origin: Origin::Request,
        });
        self.execute(whose, (None, Expected::New), command, name)
            .await
    }

    /// What an agency does in its cases; the second one does something more, so that its log is longer.
    async fn act(&mut self, whose: usize) {
        let offering = self.offer(whose).await;
        let first = self.open_case(whose, "15002", "open").await.unwrap();
        self.cases[whose] = Some(first.stream);
        let again = self.open_case(whose, "15002", "open again").await;
        assert!(again.is_none(), "R02");
        let second = self
            .open_case(whose, "15003", "open another")
            .await
            .unwrap();
        for number in 0..=2 * whose {
            let at = (Some(first.stream), Expected::Any);
            let topic = format!("Thema {number} von {}", CODES[whose]);
            self.execute(whose, at, contact(&topic), &format!("contact {number}"))
                .await
                .unwrap();
        }
        // Sent again, with the same body and with another.
        let at = (Some(first.stream), Expected::Any);
        self.execute(whose, at, contact("Thema 0"), "contact 0")
            .await;
        let stale = (Some(first.stream), Expected::Version(1));
        self.execute(whose, stale, contact("überholt"), "stale")
            .await;
        let at = (Some(second.stream), Expected::Version(second.version));
        self.execute(whose, at, closing(), "close").await.unwrap();
        self.schedule(whose, first.stream).await;
        // The key is free again, and taken again.
        self.open_case(whose, "15003", "open a third")
            .await
            .unwrap();
        let reopening = CaseCommand::ReopenCase(ReopenCase {
            occurred_on: date!(2015 - 03 - 02),
            reason: Prose::from("Versehen."),
        });
        let at = (Some(second.stream), Expected::Version(second.version + 1));
        self.execute(whose, at, reopening, "reopen").await;
        // Closed in both, open again in the second one alone.
        let last = self.open_case(whose, "15084", "open the last").await;
        let last = last.unwrap();
        let at = (Some(last.stream), Expected::Version(last.version));
        self.execute(whose, at, closing(), "close the last").await;
        if whose == 1 {
            self.open_case(whose, "15084", "open the very last").await;
            self.hold(whose, offering).await;
        }
    }

    /// Everything that an agency can read.
    async fn read(&mut self, whose: usize) {
        self.turn(whose);
        let (store, access) = (self.store.clone(), self.access(whose).await);
        self.see(whose, "agency", store.agency(&access).await.unwrap());
        let memberships = store.memberships(&identity()).await.unwrap();
        let own = memberships
            .into_iter()
            .filter(|one| one.access.agency() == access.agency());
        self.see(whose, "membership", own.collect::<Vec<_>>());
        let then = store
            .agency_as_of(&access, Point::Version(2))
            .await
            .unwrap();
        self.see(whose, "agency then", then);
        self.read_offers(whose).await;
        let list = store
            .cases(&access, &CaseFilter::default(), None, 50)
            .await
            .unwrap();
        self.see(whose, "cases", &list);
        self.read_follow_ups(whose).await;
        for item in &list.items {
            let id = item.id;
            let case = store.case(&access, id).await.unwrap().unwrap();
            let admissions = store.admissions(&access, &case).await.unwrap();
            self.see(whose, "admissions", admissions);
            self.see(whose, "case", case);
            self.see(whose, "head", store.case_head(&access, id).await.unwrap());
            let then = store
                .case_as_of(&access, id, Point::Version(1))
                .await
                .unwrap();
            self.see(whose, "case then", then);
            let events = store.events(&access, id, 0, 50).await.unwrap();
            let events: Vec<_> = events
                .items
                .iter()
                .map(|body| String::from_utf8_lossy(body.as_bytes()).into_owned())
                .collect();
            self.see(whose, "events", events.join(" "));
            let event = store.event(&access, id, 2).await.unwrap();
            let event = event.map(|body| String::from_utf8_lossy(body.as_bytes()).into_owned());
            self.see(whose, "event", event);
        }
        let feed = store.feed(&access, 0, 100).await.unwrap();
        let feed: Vec<_> = feed
            .items
            .iter()
            .map(|body| String::from_utf8_lossy(body.as_bytes()).into_owned())
            .collect();
        self.see(whose, "feed", feed.join(" "));
        self.see(whose, "position", store.position(&access).await.unwrap());
        self.see(
            whose,
            "activity",
            store.activity(&access, (None, None)).await.unwrap(),
        );
    }

    /// What the machine's owner does with an agency's rows.
    async fn maintain(&mut self, whose: usize) {
        self.turn(whose);
        let operator = self.store.operator();
        let access = operator.agency(CODES[whose]).await.unwrap().unwrap();
        let subjects = operator
            .subjects(&access, "issuer", Role::Coordinator)
            .await;
        self.see(whose, "subjects", subjects.unwrap());
        for what in Rebuildable::all() {
            let checked = operator.check(&access, what).await.unwrap();
            self.see(whose, what.name(), checked);
            let rebuilt = operator.rebuild(&access, what).await.unwrap();
            self.see(whose, what.name(), rebuilt);
        }
        // The second one is rebuilt once more: its generations are others.
        for what in Rebuildable::all().filter(|_| whose == 1) {
            operator.rebuild(&access, what).await.unwrap();
        }
        self.follow(whose).await;
    }

    /// An auditor comes to an agency; once more to the second one.
    async fn visit(&mut self, whose: usize) {
        let visit = Visit {
            engagement: None,
            member: agency(whose),
            operation: format!("looks at {whose}"),
            case: None,
            was_permitted: false,
        };
        for _ in 0..=whose {
            access_log::record(&self.store, Scope::of(agency(whose)), &visit)
                .await
                .unwrap();
        }
        let access = self.access(whose).await;
        let visits = self.store.access_log(&access, 0, 50).await.unwrap();
        let visits = visits.items.into_iter();
        let visits: Vec<_> = visits.map(|one| (one.position, one.visit)).collect();
        self.see(whose, "visits", visits);
    }

    async fn follow(&mut self, whose: usize) {
        let following = self.store.following().await.unwrap();
        let own = following
            .into_iter()
            .filter(|one| one.agency == CODES[whose]);
        self.see(whose, "following", own.collect::<Vec<_>>());
    }

    pub(super) async fn play(mut self) -> [String; 2] {
        let order = self.order.clone();
        for whose in &order {
            self.found(*whose).await;
        }
        for whose in &order {
            self.act(*whose).await;
        }
        for whose in &order {
            self.read(*whose).await;
        }
        // Another process, which knows nothing yet.
        self.store.shutdown().await;
        self.store = Store::open(self.options.clone()).await.unwrap();
        for whose in &order {
            let case = self.cases[*whose].unwrap();
            let at = (Some(case), Expected::Any);
            self.execute(*whose, at, contact("später"), "later").await;
        }
        for whose in &order {
            self.cut_off(*whose).await;
        }
        for whose in &order {
            self.maintain(*whose).await;
        }
        for whose in &order {
            self.tamper(*whose).await;
        }
        for whose in &order {
            self.follow(*whose).await;
            self.read(*whose).await;
            self.visit(*whose).await;
        }
        for whose in &order {
            self.maintain(*whose).await;
            self.cut_off(*whose).await;
        }
        for whose in &order {
            self.read(*whose).await;
        }
        self.store.shutdown().await;
        self.seen
    }
}

async fn raw(folder: &Path) -> SqliteConnection {
    let url = DatabaseUrl::sqlite_file(&folder.join("test.sqlite3"));
    let DatabaseUrl::Sqlite(options) = url else {
        panic!("SQLite")
    };
    sqlite_options(&options).connect().await.unwrap()
}

/// The rows of an agency.
pub(super) async fn rows(folder: &Path, agency: Uuid) -> Vec<String> {
    let mut raw = raw(folder).await;
    let mut rows = Vec::new();
    for sql in [
        "SELECT 'lane ' || position || ' ' || last_recorded_at || ' ' || generation FROM lane WHERE agency_id = $1",
        "SELECT 'event ' || position || ' ' || hex(stream_id) || ' ' || version || ' ' || type FROM event WHERE agency_id = $1 ORDER BY position",
        "SELECT 'head ' || generation || ' ' || hex(stream_id) || ' ' || version || ' ' || state FROM stream_head WHERE agency_id = $1 ORDER BY generation, stream_id",
        "SELECT 'follow-up ' || generation || ' ' || hex(stream_id) || ' ' || due_on || ' ' || status || ' ' || title FROM follow_up WHERE agency_id = $1 ORDER BY generation, stream_id, follow_up_id",
        "SELECT 'key ' || generation || ' ' || kind || ' ' || key || ' ' || hex(stream_id) FROM unique_key WHERE agency_id = $1 ORDER BY generation, kind, key",
        "SELECT 'counter ' || generation || ' ' || name || ' ' || value FROM counter WHERE agency_id = $1 ORDER BY generation, name",
        "SELECT 'projection ' || name || ' ' || generation || ' ' || position || ' ' || live FROM projection WHERE agency_id = $1 ORDER BY name, generation",
        "SELECT 'visit ' || position || ' ' || operation FROM access_log WHERE agency_id = $1 ORDER BY position",
        "SELECT 'activity ' || generation || ' ' || month || ' ' || type || ' ' || count FROM activity WHERE agency_id = $1 ORDER BY generation, month, type",
    ] {
        let found: Vec<String> = sqlx::query_scalar(sql)
            .bind(agency)
            .fetch_all(&mut raw)
            .await
            .unwrap();
        rows.extend(found);
    }
    rows
}
