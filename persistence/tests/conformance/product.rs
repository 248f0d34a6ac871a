//! The product as a [`Subject`]: several stores on one database stand for several processes.

use std::sync::Arc;

use fallbuch_domain::agency::command::Terms;
use fallbuch_domain::agency::{AgencyOpened, AgencyState};
use fallbuch_domain::{Permission, Role};
use fallbuch_persistence::{
    Access, AccessDenied, CaseFilter, CaseListItem, CaseRead, CommandError, Handling, Identity,
    Page, Point, Receipt, RecordedBody, Sources, Store,
};
use uuid::Uuid;

use crate::setup::{Database, Engine};
use crate::subject::{
    Accepted, FOUNDED, Foreseen, Order, Part, Reading, Refused, Subject, Verdict,
};

/// A store on a database of its own, or shared with others.
pub(crate) struct Product {
    store: Store,
    database: Arc<Database>,
    sources: Sources,
}

impl Product {
    /// The first process on a fresh database.
    pub(crate) async fn new(engine: Engine, sources: Sources) -> Self {
        let (database, _) = Database::new(engine).await;
        Self::on(Arc::new(database), sources).await
    }

    async fn on(database: Arc<Database>, sources: Sources) -> Self {
        Self {
            store: database.open_with(sources.clone()).await,
            database,
            sources,
        }
    }
}

impl Subject for Product {
    type Access = Access;

    async fn another(&self) -> Self {
        Self::on(Arc::clone(&self.database), self.sources.clone()).await
    }

    async fn open_agency(&self, agency: AgencyOpened) -> Access {
        let operator = self.store.operator();
        operator.open_agency(FOUNDED, agency).await.unwrap()
    }

    async fn open_site(&self, operator: &Access, name: &str) -> Accepted {
        let site = self.store.operator();
        accepted(site.open_site(operator, FOUNDED, name).await.unwrap())
    }

    async fn admit_member(
        &self,
        operator: &Access,
        login: &Identity,
        role: Role,
        sites: Option<Vec<Uuid>>,
    ) -> Uuid {
        let admission = self.store.operator();
        admission
            .admit_member(
                operator,
                FOUNDED,
                login,
                Terms::of_roles(vec![role]).limited_to(sites),
            )
            .await
            .unwrap()
    }

    async fn access(&self, login: &Identity, code: &str, permission: Permission) -> Option<Access> {
        match self.store.access(login, code, permission).await {
            Ok(access) => Some(access),
            Err(AccessDenied::Unknown | AccessDenied::Forbidden(_)) => None,
            Err(AccessDenied::Store(error)) => panic!("the store failed: {error}"),
        }
    }

    async fn agency(&self, access: &Access) -> AgencyState {
        self.store.agency(access).await.unwrap().as_ref().clone()
    }

    async fn execute(&self, access: &Access, order: Order) -> Verdict {
        let Order {
            stream,
            expected,
            command,
            key,
        } = order;
        let executed = self.store.execute(access, stream, expected, command, key);
        match executed.await {
            Ok(receipt) => Ok(accepted(receipt)),
            Err(error) => Err(refused(error)),
        }
    }

    async fn validate(
        &self,
        access: &Access,
        order: Order,
        handling: Handling,
    ) -> Result<Foreseen, Refused> {
        let Order {
            stream,
            expected,
            command,
            ..
        } = order;
        let validated = self
            .store
            .validate(access, stream, expected, command, handling);
        let preview = validated.await.map_err(refused)?;
        let events = preview.events.iter();
        Ok(Foreseen {
            version: preview.version,
            events: events
                .map(|event| serde_json::from_str(event.get()).unwrap())
                .collect(),
            warnings: preview.warnings,
        })
    }

    async fn case(&self, access: &Access, id: Uuid) -> Option<Reading> {
        self.store
            .case(access, id)
            .await
            .unwrap()
            .as_ref()
            .map(reading)
    }

    async fn case_as_of(&self, access: &Access, id: Uuid, point: Point) -> Option<Reading> {
        let read = self.store.case_as_of(access, id, point).await.unwrap();
        read.as_ref().map(reading)
    }

    async fn cases(
        &self,
        access: &Access,
        filter: &CaseFilter,
        before: Option<Uuid>,
        limit: u64,
    ) -> Part<CaseListItem> {
        let page = self
            .store
            .cases(access, filter, before, limit)
            .await
            .unwrap();
        (page.items, page.has_more)
    }

    async fn events(&self, access: &Access, stream: Uuid, after: u64, limit: u64) -> Part<String> {
        let page = self.store.events(access, stream, after, limit).await;
        part(page.unwrap())
    }

    async fn feed(&self, access: &Access, after: u64, limit: u64) -> Part<String> {
        part(self.store.feed(access, after, limit).await.unwrap())
    }

    async fn position(&self, access: &Access) -> u64 {
        self.store.position(access).await.unwrap()
    }
}

fn accepted(receipt: Receipt) -> Accepted {
    Accepted {
        stream: receipt.stream,
        version: receipt.version,
        events: texts(receipt.events),
        warnings: receipt.warnings,
        replayed: receipt.replayed,
    }
}

fn refused(error: CommandError) -> Refused {
    match error {
        CommandError::Refused(rejection) => Refused::Rules(rejection.findings),
        CommandError::Warned(findings) => Refused::Warned(findings),
        CommandError::Stale {
            current_version,
            events,
        } => Refused::Stale {
            current_version,
            events: texts(events),
        },
        CommandError::VersionRequired => Refused::VersionRequired,
        CommandError::KeyReused => Refused::KeyReused,
        CommandError::Forbidden(permission) => Refused::Forbidden(permission),
        CommandError::NotFound => Refused::NotFound,
        CommandError::Overloaded | CommandError::Store(_) => panic!("the store failed: {error}"),
    }
}

fn reading(read: &CaseRead) -> Reading {
    Reading {
        version: read.version,
        recorded_at: read.recorded_at,
        state: read.state.as_ref().clone(),
    }
}

fn part(page: Page<RecordedBody>) -> Part<String> {
    (texts(page.items), page.has_more)
}

fn texts(bodies: Vec<RecordedBody>) -> Vec<String> {
    let text = |body: RecordedBody| String::from_utf8(body.as_bytes().to_vec()).unwrap();
    bodies.into_iter().map(text).collect()
}
