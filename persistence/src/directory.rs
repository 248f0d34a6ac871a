//! Which agency has a code, and which of its members somebody is.
//!
//! Invariants:
//! - What is found is remembered, because neither ever changes: an agency keeps its code, and a login its member (the
//!   database refuses a change). What the member may do is not remembered here; it is read from the agency each time.
//!   What is not found is asked again.
//! - Who somebody is stands in no event and no agency's rows. On PostgreSQL the table is closed to the application:
//!   three functions answer for an identity that was verified, or for the agency that the connection is bound to.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::access::{Acquaintance, Identity};
use crate::database::Database;
use crate::entity::agency;
use crate::error::StoreError;
use crate::tenant::{Bound, Scope, stated};

/// How many agencies, and how many logins, are remembered.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

/// What is remembered.
pub(crate) struct Directory {
    agencies: Mutex<LruCache<String, Uuid>>,
    members: Mutex<LruCache<(Uuid, Identity), Uuid>>,
}

impl Directory {
    /// Nothing is remembered yet.
    pub(crate) fn new() -> Self {
        Self {
            agencies: Mutex::new(LruCache::new(REMEMBERED)),
            members: Mutex::new(LruCache::new(REMEMBERED)),
        }
    }

    /// The agency with this code and the member of it that somebody is, as far as both are remembered.
    pub(crate) fn recall(&self, code: &str, identity: &Identity) -> Option<Acquaintance> {
        let agency = *open(&self.agencies).get(code)?;
        let member = *open(&self.members).get(&(agency, identity.clone()))?;
        Some(Acquaintance { agency, member })
    }

    /// The agency with this code.
    pub(crate) async fn agency(
        &self,
        queries: &DatabaseConnection,
        code: &str,
    ) -> Result<Option<Uuid>, StoreError> {
        if let Some(agency) = open(&self.agencies).get(code) {
            return Ok(Some(*agency));
        }
        let Some(agency) = agency_named(queries, code).await? else {
            return Ok(None);
        };
        open(&self.agencies).put(agency.code, agency.agency_id);
        Ok(Some(agency.agency_id))
    }

    /// The member of the agency that somebody is, or was, or is to become.
    pub(crate) async fn member(
        &self,
        database: &Database,
        agency: Uuid,
        identity: &Identity,
    ) -> Result<Option<Uuid>, StoreError> {
        let asked = (agency, identity.clone());
        if let Some(member) = open(&self.members).get(&asked) {
            return Ok(Some(*member));
        }
        let logins = logins(database, identity).await?;
        let found = logins.into_iter().find(|(one, _)| *one == agency);
        let Some((_, member)) = found else {
            return Ok(None);
        };
        open(&self.members).put(asked, member);
        Ok(Some(member))
    }
}

/// The agency with this code, as it is written down.
pub(crate) async fn agency_named(
    queries: &DatabaseConnection,
    code: &str,
) -> Result<Option<agency::Model>, DbErr> {
    let agency = agency::Entity::find().filter(agency::Column::Code.eq(code));
    agency.one(queries).await
}

/// All agencies, in the order of their codes.
pub(crate) async fn agencies(queries: &DatabaseConnection) -> Result<Vec<agency::Model>, DbErr> {
    let agencies = agency::Entity::find().order_by_asc(agency::Column::Code);
    agencies.all(queries).await
}

/// Every agency that somebody has a login to, with the member that it is there.
pub(crate) async fn logins(
    database: &Database,
    identity: &Identity,
) -> Result<Vec<(Uuid, Uuid)>, sqlx::Error> {
    const POSTGRES: &str = "SELECT agency_id, member_id FROM logins_of($1, $2) ORDER BY agency_id";
    const SQLITE: &str = "SELECT agency_id, member_id FROM login WHERE issuer = $1 AND subject = $2 ORDER BY agency_id";
    let (issuer, subject) = (&identity.issuer, &identity.subject);
    match database {
        Database::Postgres(pool) => {
            let query = sqlx::query_as(stated(POSTGRES)).bind(issuer).bind(subject);
            query.fetch_all(pool).await
        }
        Database::Sqlite(pool) => {
            let query = sqlx::query_as(stated(SQLITE)).bind(issuer).bind(subject);
            query.fetch_all(pool).await
        }
    }
}

/// The member that somebody is in the scope's agency: the one that was reserved for this login before, or `member`. The
/// reservation alone gives no right; the agency's own membership does.
pub(crate) async fn reserve(
    database: &Database,
    scope: Scope,
    identity: &Identity,
    member: Uuid,
) -> Result<Uuid, StoreError> {
    const POSTGRES: &str = "SELECT reserve_login($1, $2, $3)";
    const SQLITE: [&str; 2] = [
        "INSERT INTO login (issuer, subject, agency_id, member_id) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (issuer, subject, agency_id) DO NOTHING",
        "SELECT member_id FROM login WHERE issuer = $1 AND subject = $2 AND agency_id = $3",
    ];
    let (issuer, subject) = (&identity.issuer, &identity.subject);
    Ok(match database.bound(scope).await? {
        Bound::Postgres(mut connection) => {
            let query = sqlx::query_scalar(stated(POSTGRES))
                .bind(issuer)
                .bind(subject);
            query.bind(member).fetch_one(&mut *connection).await?
        }
        Bound::Sqlite(mut connection) => {
            let [insert, select] = SQLITE;
            sqlx::query(stated(insert))
                .bind(issuer)
                .bind(subject)
                .bind(scope.agency())
                .bind(member)
                .execute(&mut *connection)
                .await?;
            let query = sqlx::query_scalar(stated(select))
                .bind(issuer)
                .bind(subject);
            query
                .bind(scope.agency())
                .fetch_one(&mut *connection)
                .await?
        }
    })
}

/// The subjects of an issuer that have a login to the scope's agency, in their order, with the member that each is. For
/// the machine's owner.
pub(crate) async fn subjects(
    database: &Database,
    scope: Scope,
    issuer: &str,
) -> Result<Vec<(String, Uuid)>, StoreError> {
    const POSTGRES: &str = "SELECT subject, member_id FROM logins_here($1) ORDER BY subject";
    const SQLITE: &str = "SELECT subject, member_id FROM login WHERE issuer = $1 AND agency_id = $2 ORDER BY subject";
    Ok(match database.bound(scope).await? {
        Bound::Postgres(mut connection) => {
            let query = sqlx::query_as(stated(POSTGRES)).bind(issuer);
            query.fetch_all(&mut *connection).await?
        }
        Bound::Sqlite(mut connection) => {
            let query = sqlx::query_as(stated(SQLITE)).bind(issuer);
            query
                .bind(scope.agency())
                .fetch_all(&mut *connection)
                .await?
        }
    })
}

fn open<T>(shelf: &Mutex<T>) -> MutexGuard<'_, T> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
