//! Whether the database keeps one agency from another, looked at every start: the roles the store works as, the
//! policies on every table of tenants, and a try without any agency.
//!
//! Invariant: the store does not open on PostgreSQL as a role that could go round the walls, or on tables without
//! them, unless it is told to put up with it. All that is wrong is named at once.
//!
//! SQLite has neither roles nor policies: there the statements are the only wall.

use std::fmt;

use sqlx::{Acquire as _, AssertSqlSafe, PgConnection, PgPool};

use crate::error::StoreError;

/// The one form of a policy that raises where no agency is set, as the server writes it.
const OWN: &str =
    "(agency_id = ( SELECT (current_setting('app.agency_id'::text))::uuid AS current_setting))";

/// What stands open between agencies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breaches(Vec<String>);

impl fmt::Display for Breaches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the walls between agencies do not hold: {}. Serve as a plain role that owns no table, and run \
             `fallbuch migrate`; for trying out alone, FALLBUCH_INSECURE_DATABASE_ROLE=true puts up with it",
            self.0.join("; ")
        )
    }
}

impl std::error::Error for Breaches {}

/// A table that holds agencies' rows, with what the catalogue says of it.
#[derive(sqlx::FromRow)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a column of one query"
)]
struct Table {
    name: String,
    has_security: bool,
    is_forced: bool,
    /// Whether the role is its owner or could become it.
    is_owned: bool,
    may_truncate: bool,
}

/// A policy on a table.
type Policy = (String, Option<String>, Option<String>, bool);

/// Refuses a role or a schema that lets one agency's rows reach another.
pub(crate) async fn check(pool: &PgPool, put_up_with: bool) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await?;
    let mut found = role(&mut connection).await?;
    for table in tables(&mut connection).await? {
        found.extend(table.breaches(&mut connection).await?);
        found.extend(table.canary(&mut connection).await?);
    }
    if found.is_empty() {
        return Ok(());
    }
    if put_up_with {
        tracing::warn!(
            breaches = found.join("; "),
            "the walls between agencies do not hold, and that is put up with"
        );
        return Ok(());
    }
    Err(Breaches(found).into())
}

/// What the role itself could do.
async fn role(connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    const ROLE: &str = "SELECT rolname::text, rolsuper, rolbypassrls, \
         has_table_privilege('event', 'UPDATE') OR has_table_privilege('event', 'DELETE'), \
         has_any_column_privilege('login', 'SELECT') FROM pg_roles WHERE rolname = current_user";
    let (name, is_superuser, bypasses, changes_log, reads_logins): (
        String,
        bool,
        bool,
        bool,
        bool,
    ) = sqlx::query_as(ROLE).fetch_one(connection).await?;
    let said = [
        (is_superuser, "is a superuser"),
        (bypasses, "has BYPASSRLS"),
        (changes_log, "may change the log"),
        (reads_logins, "may read every login"),
    ];
    let found = said.into_iter().filter(|(holds, _)| *holds);
    Ok(found
        .map(|(_, what)| format!("the role {name} {what}"))
        .collect())
}

/// Every table with a column `agency_id`. Two have one too and are no agency's: `agency` says which agencies there are,
/// and `login` is reached by functions alone.
async fn tables(connection: &mut PgConnection) -> Result<Vec<Table>, sqlx::Error> {
    const TABLES: &str = "SELECT relname::text AS name, relrowsecurity AS has_security, \
         relforcerowsecurity AS is_forced, pg_has_role(relowner, 'MEMBER') AS is_owned, \
         has_table_privilege(pg_class.oid, 'TRUNCATE') AS may_truncate \
         FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'agency_id' \
         WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND relname NOT IN ('agency', 'login') \
         ORDER BY relname";
    sqlx::query_as(TABLES).fetch_all(connection).await
}

impl Table {
    /// What the catalogue says against it.
    async fn breaches(&self, connection: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
        const POLICIES: &str = "SELECT polcmd::text, pg_get_expr(polqual, polrelid), \
             pg_get_expr(polwithcheck, polrelid), polpermissive AND polroles = '{0}' FROM pg_policy \
             WHERE polrelid = $1::regclass ORDER BY polcmd";
        let Self { name, .. } = self;
        let mut found = Vec::new();
        for (holds, what) in [
            (!self.has_security, "has no row-level security"),
            (!self.is_forced, "does not FORCE row-level security"),
            (self.is_owned, "belongs to the role"),
            (self.may_truncate, "can be truncated by the role"),
        ] {
            if holds {
                found.push(format!("{name} {what}"));
            }
        }
        let policies: Vec<Policy> = sqlx::query_as(POLICIES)
            .bind(name)
            .fetch_all(connection)
            .await?;
        // One policy, for every command and role: what is read and what is written are the agency's own.
        let own = || Some(OWN.to_owned());
        if policies != [("*".to_owned(), own(), own(), true)] {
            found.push(format!("{name} has other policies than it should"));
        }
        Ok(found)
    }

    /// Tries to read and to write on a connection that is bound to nobody. A row without its values is refused in
    /// any case; the code tells whether the wall refused it or what lies behind.
    async fn canary(&self, connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
        let name = &self.name;
        let mut transaction = connection.begin().await?;
        let write = format!("INSERT INTO {name} (agency_id) VALUES (gen_random_uuid())");
        let written = sqlx::query(AssertSqlSafe(write))
            .execute(&mut *transaction)
            .await;
        transaction.rollback().await?;
        if !written.is_err_and(|error| is_walled(&error)) {
            return Ok(Some(format!("{name} takes rows without an agency")));
        }
        let read = format!("SELECT 1 FROM {name} LIMIT 1");
        let read = sqlx::query(AssertSqlSafe(read))
            .fetch_optional(connection)
            .await;
        match read {
            Ok(None) => Ok(None),
            Ok(Some(_)) => Ok(Some(format!("{name} shows rows without an agency"))),
            Err(error) if is_walled(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Whether a statement was refused by a right or a policy (42501), or because no agency is set: the setting is
/// unknown (42704) or empty (22P02).
fn is_walled(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| matches!(&*code, "42501" | "42704" | "22P02"))
}
