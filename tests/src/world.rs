//! A world: a database, a store on it, and the real server in front of both.

use std::net::TcpListener;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::thread;

use actix_web::dev::ServerHandle;
use fallbuch_api::{
    RequestMetrics, ServerOptions, TrustedIssuers, TrustedProxies, demo, development_token,
    registry, start, start_metrics,
};
use fallbuch_domain::Role;
use fallbuch_domain::agency::AgencyOpened;
use fallbuch_domain::catalogue::shipped_agencies;
use fallbuch_domain::text::Line;
use fallbuch_persistence::{Identity, Options, Store};
use time::macros::date;
use time::{Date, Duration};
use uuid::Uuid;

use crate::ahead::Ahead;
use crate::client::Client;
use crate::database::{Database, Engine};
use crate::exposition::Exposition;
use crate::raw::Raw;

/// The audience of the tests' tokens.
const AUDIENCE: &str = "fallbuch";

/// How long the tests' tokens are valid: longer than any test runs.
const LIFETIME: Duration = Duration::hours(12);

/// The day the agencies of a world were founded.
const FOUNDED: Date = date!(2014 - 06 - 01);

/// A server with its store and database; all three go when it is dropped.
pub struct World {
    /// Where the server listens, such as `http://127.0.0.1:40001`.
    pub base: String,
    /// The server's store.
    pub store: Store,
    /// The database.
    pub database: Arc<Database>,
    requests: RequestMetrics,
    http: reqwest::Client,
    server: Option<ServerHandle>,
}

impl World {
    /// A server on a database with nothing in it.
    pub async fn empty(engine: Engine) -> Self {
        Self::on(Database::migrated(engine).await).await
    }

    /// A server on a database with the demo's agencies, members and case.
    pub async fn demo(engine: Engine) -> Self {
        let world = Self::empty(engine).await;
        demo::seed(&world.store).await.expect("the demo is stored");
        world
    }

    /// A server on a database with these shipped agencies, their sites and a member per role, whose
    /// logins are the demo's.
    pub async fn founded(engine: Engine, codes: &[&str]) -> Self {
        let world = Self::empty(engine).await;
        for code in codes {
            world.found(code).await;
        }
        world
    }

    /// An empty world whose clock can be moved on.
    pub async fn clocked(engine: Engine) -> (Self, Arc<Ahead>) {
        let database = Database::migrated(engine).await;
        let clock = Arc::new(Ahead::default());
        let mut options = database.options();
        options.sources.clock = clock.clone();
        (Self::with(database, options).await, clock)
    }

    /// A server on `database`.
    pub async fn on(database: impl Into<Arc<Database>>) -> Self {
        let database = database.into();
        let options = database.options();
        Self::with(database, options).await
    }

    /// A server on `database`, whose store is opened with `options`.
    pub async fn with(database: impl Into<Arc<Database>>, options: Options) -> Self {
        Self::trusting(database, options, TrustedIssuers::default()).await
    }

    /// The same, with issuers whose tokens are accepted beside the development issuer's.
    pub async fn trusting(
        database: impl Into<Arc<Database>>,
        options: Options,
        issuers: TrustedIssuers,
    ) -> Self {
        Self::limited(database, options, issuers, None).await
    }

    /// The same, with so many requests a minute for each caller; none for more than any test makes.
    pub async fn limited(
        database: impl Into<Arc<Database>>,
        options: Options,
        issuers: TrustedIssuers,
        rate_limit: Option<NonZeroU32>,
    ) -> Self {
        let database = database.into();
        let store = Store::open(options).await.expect("the store opens");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the listener's address");
        let requests = RequestMetrics::default();
        let options = ServerOptions {
            audience: AUDIENCE.to_owned(),
            issuers,
            development_issuer: true,
            allowed_origins: Vec::new(),
            local: true,
            rate_limit: rate_limit.or(NonZeroU32::new(1_000_000_000)),
            trusted_proxies: TrustedProxies::default(),
            security_contact: Some("mailto:security@example.org".to_owned()),
            workers: Some(2),
            metrics: requests.clone(),
        };
        let server = start(listener, store.clone(), database.data_dir(), options);
        let server = server.expect("the server starts");
        let handle = server.handle();
        tokio::spawn(server);
        Self {
            base: format!("http://{address}"),
            store,
            database,
            requests,
            http: reqwest::Client::new(),
            server: Some(handle),
        }
    }

    /// A client without a token.
    #[must_use]
    pub fn anonymous(&self) -> Client {
        Client::new(self.http.clone(), self.base.clone())
    }

    /// A client of the agency's demo member with this role.
    #[must_use]
    pub fn as_role(&self, agency: &str, role: Role) -> Client {
        self.as_login(&demo::login(agency, role))
    }

    /// A client with this login of the development issuer.
    #[must_use]
    pub fn as_login(&self, login: &Identity) -> Client {
        let data_dir = self.database.data_dir();
        let token = development_token(&self.store, data_dir, &login.subject, AUDIENCE, LIFETIME);
        self.anonymous().with_token(&token.expect("a token"))
    }

    /// The world's metrics on a listener of their own, as long as the value lives.
    #[must_use]
    pub fn metrics(&self) -> MetricsListener {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the listener's address");
        let registry = registry(self.store.metrics(), &self.requests);
        let server = start_metrics(listener, registry).expect("the listener starts");
        let handle = server.handle();
        tokio::spawn(server);
        let client = self.anonymous().at(&format!("http://{address}"));
        MetricsListener { client, handle }
    }

    /// The database itself, as its owner.
    pub async fn raw(&self) -> Raw {
        Raw::owner(&self.database).await
    }

    /// Waits until the projections have followed every agency's log to its end.
    pub async fn followed(&self) {
        for _ in 0..200 {
            let following = self.store.following().await.unwrap();
            if following.iter().all(|one| one.lag == 0) {
                // The worker tells its gauges at the next look.
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the projections do not follow the log");
    }

    /// The id of the agency's site whose name begins with `name`.
    pub async fn site(&self, agency: &str, name: &str) -> Uuid {
        let access = self.store.operator().agency(agency).await.unwrap();
        let access = access.expect("the agency is there");
        let agency = self.store.agency(&access).await.unwrap();
        let mut sites = agency.sites.iter();
        let site = sites.find(|site| site.name.as_str().starts_with(name));
        site.expect("the site is there").id
    }

    /// The id of the agency's demo member with this role.
    pub async fn member(&self, agency: &str, role: Role) -> Uuid {
        let memberships = self.store.memberships(&demo::login(agency, role)).await;
        memberships.unwrap().first().expect("a member").member
    }

    /// Lets somebody in who is limited to `sites`, and is a client for that member.
    pub async fn admit(&self, agency: &str, name: &str, role: Role, sites: Vec<Uuid>) -> Client {
        let operator = self.store.operator();
        let access = operator.agency(agency).await.unwrap();
        let login = Identity {
            issuer: fallbuch_api::ISSUER.to_owned(),
            subject: format!("{name}@{agency}"),
        };
        let access = access.expect("the agency is there");
        operator
            .admit_member(
                &access,
                FOUNDED,
                &login,
                fallbuch_api::demo::terms_of(role).limited_to(Some(sites)),
            )
            .await
            .expect("the member is admitted");
        self.as_login(&login)
    }

    /// Stops the server and the store, and removes the database.
    pub async fn stop(mut self) {
        if let Some(server) = self.server.take() {
            stop(server, &self.store).await;
            self.database.remove().await;
        }
    }

    /// Stops the server and the store, and hands the database out for another start.
    pub async fn halt(mut self) -> Arc<Database> {
        if let Some(server) = self.server.take() {
            stop(server, &self.store).await;
        }
        Arc::clone(&self.database)
    }

    /// Founds a shipped agency, with its sites and a member per role, whose logins are the demo's.
    pub async fn found(&self, code: &str) {
        let shipped = shipped_agencies().expect("the shipped agencies are readable");
        let mut shipped = shipped.into_iter();
        let agency = shipped.find(|agency| agency.code == code);
        let agency = agency.expect("a shipped agency");
        let operator = self.store.operator();
        let opened = AgencyOpened {
            carrier: Line(agency.carrier),
            case_prefix: agency.case_prefix,
            code: agency.code,
            land_codes: agency.land_codes,
            name: Line(agency.name),
        };
        let access = operator.open_agency(FOUNDED, opened).await.unwrap();
        for site in &agency.sites {
            operator.open_site(&access, FOUNDED, site).await.unwrap();
        }
        for role in Role::OF_AGENCIES {
            let login = demo::login(code, *role);
            operator
                .admit_member(
                    &access,
                    FOUNDED,
                    &login,
                    fallbuch_api::demo::terms_of(*role),
                )
                .await
                .unwrap();
        }
    }
}

/// A world's second listener.
pub struct MetricsListener {
    /// A client for it.
    pub client: Client,
    handle: ServerHandle,
}

impl MetricsListener {
    /// The metrics as they are now.
    pub async fn scrape(&self) -> Exposition {
        let answer = self.client.get("/metrics").send().await.expect_status(200);
        Exposition::parse(&answer.text()).expect("the text keeps to the format")
    }
}

impl Drop for MetricsListener {
    fn drop(&mut self) {
        // Asked at once; nobody has to see it end.
        drop(self.handle.stop(false));
    }
}

async fn stop(server: ServerHandle, store: &Store) {
    // Not gracefully: the clients keep their connections open.
    server.stop(false).await;
    store.shutdown().await;
}

impl Drop for World {
    fn drop(&mut self) {
        let Some(server) = self.server.take() else {
            return;
        };
        let (store, database) = (&self.store, &self.database);
        // A thread of its own: this one may be driving the test's runtime.
        thread::scope(|scope| {
            let cleaning = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()
                    .expect("a runtime");
                runtime.block_on(async {
                    stop(server, store).await;
                    database.remove().await;
                });
            });
            // A second panic while a test fails would hide why it failed.
            assert!(
                cleaning.join().is_ok() || thread::panicking(),
                "a world did not end well"
            );
        });
    }
}
