//! What a store does for one agency, said without a database: the measure for the product on both
//! databases and for the [model](crate::model).
//!
//! Invariant: everything that comes back can be compared. Bodies are texts, byte for byte what was
//! stored; a store that fails is a failed test and no verdict.

use fallbuch_domain::agency::{AgencyOpened, AgencyState};
use fallbuch_domain::case::CaseState;
use fallbuch_domain::{Command, Finding, Permission, Role, Timestamp};
use fallbuch_persistence::{
    CaseFilter, CaseListItem, Expected, Handling, IdempotencyKey, Identity, Point,
};
use serde_json::Value;
use time::Date;
use time::macros::date;
use uuid::Uuid;

/// The day on which agencies, sites and members begin.
pub(crate) const FOUNDED: Date = date!(2014 - 06 - 01);

/// What an accepted command came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Accepted {
    pub(crate) stream: Uuid,
    pub(crate) version: u64,
    pub(crate) events: Vec<String>,
    pub(crate) warnings: Vec<Finding>,
    pub(crate) replayed: bool,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Rules(Vec<Finding>),
    /// Nothing refuses it but that it was not to be carried out with warnings.
    Warned(Vec<Finding>),
    Stale {
        current_version: u64,
        events: Vec<String>,
    },
    VersionRequired,
    KeyReused,
    Forbidden(Permission),
    NotFound,
}

/// What a command would come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Foreseen {
    pub(crate) version: u64,
    /// The events, as far as they can be said beforehand.
    pub(crate) events: Vec<Value>,
    pub(crate) warnings: Vec<Finding>,
}

/// What is given to events when they are recorded, and to no others.
pub(crate) const GIVEN: [&str; 6] = [
    "command_id",
    "correlation_id",
    "id",
    "position",
    "recorded_at",
    "salt",
];

impl Foreseen {
    /// What would have been foreseen of a command that was accepted.
    pub(crate) fn of(accepted: &Accepted) -> Self {
        let events = accepted.events.iter().map(|body| {
            let mut event: Value = serde_json::from_str(body).unwrap();
            let members = event.as_object_mut().unwrap();
            members.retain(|name, _| !GIVEN.contains(&name.as_str()));
            event
        });
        Self {
            version: accepted.version,
            events: events.collect(),
            warnings: accepted.warnings.clone(),
        }
    }
}

/// What a command came to.
pub(crate) type Verdict = Result<Accepted, Refused>;

/// A case as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) version: u64,
    pub(crate) recorded_at: Timestamp,
    pub(crate) state: CaseState,
}

/// A page of a list, and whether there is more behind it.
pub(crate) type Part<T> = (Vec<T>, bool);

/// A command with everything it is sent with.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) stream: Option<Uuid>,
    pub(crate) expected: Expected,
    pub(crate) command: Command,
    pub(crate) key: IdempotencyKey,
}

/// One process on some data.
pub(crate) trait Subject: Sized {
    /// A checked caller in one agency.
    type Access: Clone;

    /// Another process on the same data.
    async fn another(&self) -> Self;

    /// Opens an agency, as the machine's owner; asking again finds the first one.
    async fn open_agency(&self, agency: AgencyOpened) -> Self::Access;

    /// Opens a site, as the machine's owner.
    async fn open_site(&self, operator: &Self::Access, name: &str) -> Accepted;

    /// Admits a member, as the machine's owner; asking again finds the first one.
    async fn admit_member(
        &self,
        operator: &Self::Access,
        login: &Identity,
        role: Role,
        sites: Option<Vec<Uuid>>,
    ) -> Uuid;

    /// The caller's access; none if there is no such agency for this caller, or no such right.
    async fn access(
        &self,
        login: &Identity,
        code: &str,
        permission: Permission,
    ) -> Option<Self::Access>;

    /// The agency with its sites and members.
    async fn agency(&self, access: &Self::Access) -> AgencyState;

    /// Carries a command out, once for its key.
    async fn execute(&self, access: &Self::Access, order: Order) -> Verdict;

    /// What a command would come to; nothing of it stays.
    async fn validate(
        &self,
        access: &Self::Access,
        order: Order,
        handling: Handling,
    ) -> Result<Foreseen, Refused>;

    /// The newest state of a case.
    async fn case(&self, access: &Self::Access, id: Uuid) -> Option<Reading>;

    /// The state of a case as of a point.
    async fn case_as_of(&self, access: &Self::Access, id: Uuid, point: Point) -> Option<Reading>;

    /// A page of the cases, the newest first.
    async fn cases(
        &self,
        access: &Self::Access,
        filter: &CaseFilter,
        before: Option<Uuid>,
        limit: u64,
    ) -> Part<CaseListItem>;

    /// A page of a stream's events after a version.
    async fn events(
        &self,
        access: &Self::Access,
        stream: Uuid,
        after: u64,
        limit: u64,
    ) -> Part<String>;

    /// A page of the agency's events after a position.
    async fn feed(&self, access: &Self::Access, after: u64, limit: u64) -> Part<String>;

    /// The position of the newest event.
    async fn position(&self, access: &Self::Access) -> u64;
}

/// Makes of one scenario a module with three tests: `model`, `sqlite` and `postgres`.
macro_rules! on_all {
    (async fn $name:ident($subject:ident: impl Subject) $body:block) => {
        mod $name {
            use super::*;

            async fn scenario($subject: impl Subject) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn model() {
                scenario($crate::model::Model::new($crate::setup::system())).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                let engine = $crate::setup::Engine::Sqlite;
                scenario($crate::product::Product::new(engine, $crate::setup::system()).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                let engine = $crate::setup::Engine::Postgres;
                scenario($crate::product::Product::new(engine, $crate::setup::system()).await).await;
            }
        }
    };
}
pub(crate) use on_all;
