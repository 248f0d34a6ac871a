//! The store: one value that opens the database, takes commands and answers queries.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::hmac;
use fallbuch_domain::agency::AgencyState;
use fallbuch_domain::catalogue::Catalogue;
use fallbuch_domain::{Command, Key, Permission, State, StreamKind};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder,
    Statement,
};
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::access::{Access, AccessDenied, Identity, Membership};
use crate::database::{self, Database, DatabaseUrl};
use crate::entity::{lane, login, stream_head};
use crate::error::{CommandError, StoreError};
use crate::evidence::Secret;
use crate::read::Point;
use crate::sources::Sources;
use crate::writer::{
    Expected, IdempotencyKey, Queue, Receipt, Submission, TurnedAway, Workshop, Writer,
};
use crate::{catalogue, migration, setting};

/// What a store is opened with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which database.
    pub url: DatabaseUrl,
    /// The secret that the log's MACs rest on.
    pub secret: Secret,
    /// Where the log comes from; fixed at the first start.
    pub origin: String,
    /// Time, ids and salts.
    pub sources: Sources,
}

/// The event store; cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    queries: DatabaseConnection,
    workshop: Workshop,
    fingerprint_key: hmac::Key,
    /// Where writers run: not on the thread of whoever asks first, which may end before them.
    runtime: Handle,
    /// None once the store is being shut down.
    writers: Mutex<Option<HashMap<Uuid, Serving>>>,
}

/// A writer's queue, and the task that serves it.
struct Serving {
    queue: Arc<Queue>,
    task: JoinHandle<()>,
}

impl Store {
    /// Opens the store on a database whose schema is up to date.
    ///
    /// # Errors
    /// If the database cannot be reached, its schema is another one, or its origin or secret are.
    pub async fn open(options: Options) -> Result<Self, StoreError> {
        let (database, queries) = database::connect(&options.url).await?;
        migration::check(&database).await?;
        setting::fix(&database, &queries, &options.origin, &options.secret).await?;
        let catalogue = Arc::new(catalogue::load(&queries).await?);
        Ok(Self(Arc::new(Inner {
            queries,
            runtime: Handle::current(),
            fingerprint_key: options.secret.key("fallbuch fingerprint")?,
            workshop: Workshop {
                database,
                sources: options.sources,
                catalogue,
                secret: options.secret,
                origin: options.origin.into(),
            },
            writers: Mutex::new(Some(HashMap::new())),
        })))
    }

    /// Carries a command out, once for its key; the verdict leaves after the commit.
    ///
    /// `stream` is none for a command that begins a stream whose id is still to be made.
    ///
    /// # Errors
    /// The verdict, if it is a refusal; nothing was stored then.
    pub async fn execute(
        &self,
        access: &Access,
        stream: Option<Uuid>,
        expected: Expected,
        command: Command,
        key: IdempotencyKey,
    ) -> Result<Receipt, CommandError> {
        let (reply, verdict) = oneshot::channel();
        let access = access.clone();
        let agency = access.agency();
        let submission = Submission {
            access,
            stream,
            expected,
            command,
            key,
            reply,
        };
        self.queue(agency)?
            .push(submission)
            .map_err(|away| match away {
                TurnedAway::Full => CommandError::Overloaded,
                TurnedAway::Closed => StoreError::Stopped.into(),
            })?;
        verdict.await.map_err(|_| StoreError::Stopped)?
    }

    /// The queue of the agency's writer, which is started if there is none.
    fn queue(&self, agency: Uuid) -> Result<Arc<Queue>, StoreError> {
        // SQLite has one writer for all agencies.
        let whose = match self.0.workshop.database {
            Database::Postgres(_) => agency,
            Database::Sqlite(_) => Uuid::nil(),
        };
        let mut writers = self
            .0
            .writers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let writers = writers.as_mut().ok_or(StoreError::Stopped)?;
        let serving = writers.entry(whose).or_insert_with(|| {
            let queue = Arc::new(Queue::default());
            let writer = Writer::new(self.0.workshop.clone());
            let task = self.0.runtime.spawn(writer.run(Arc::clone(&queue)));
            Serving { queue, task }
        });
        Ok(Arc::clone(&serving.queue))
    }

    /// Takes no more commands, settles those that wait, and closes the connections.
    pub async fn shutdown(&self) {
        let writers = self
            .0
            .writers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        for (_, Serving { queue, task }) in writers.into_iter().flatten() {
            queue.close();
            if let Err(error) = task.await {
                tracing::error!(%error, "a writer did not end well");
            }
        }
        match &self.0.workshop.database {
            Database::Sqlite(pool) => pool.close().await,
            Database::Postgres(pool) => pool.close().await,
        }
        if let Err(error) = self.0.queries.close_by_ref().await {
            tracing::warn!(%error, "the readers' connections did not close well");
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let backend = self.queries().get_database_backend();
        self.queries()
            .query_one_raw(Statement::from_string(backend, "SELECT 1"))
            .await?;
        Ok(())
    }

    /// The HMAC of a request's parts, by which a retry is told from another command.
    #[must_use]
    pub fn fingerprint(&self, parts: &[&[u8]]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0.fingerprint_key);
        for part in parts {
            // The length before each part: no two lists of parts run together.
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().to_vec()
    }

    /// The caller's access to the agency with this code.
    ///
    /// # Errors
    /// If there is no such agency for this caller, or the permission is missing in it.
    pub async fn access(
        &self,
        identity: &Identity,
        agency_code: &str,
        permission: Permission,
    ) -> Result<Access, AccessDenied> {
        let lane = lane::Entity::find().filter(lane::Column::Code.eq(agency_code));
        let lane = lane.one(self.queries()).await.map_err(StoreError::from)?;
        let membership = match lane {
            Some(lane) => {
                let key = (
                    identity.issuer.clone(),
                    identity.subject.clone(),
                    lane.agency_id,
                );
                let login = login::Entity::find_by_id(key).one(self.queries()).await;
                match login.map_err(StoreError::from)? {
                    Some(login) => self.membership(&login).await?,
                    None => None,
                }
            }
            None => None,
        };
        let membership = membership.ok_or(AccessDenied::Unknown)?;
        if membership.access.may(permission) {
            Ok(membership.access)
        } else {
            Err(AccessDenied::Forbidden(permission))
        }
    }

    /// Every agency somebody is a member of, in the order of the codes.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn memberships(&self, identity: &Identity) -> Result<Vec<Membership>, StoreError> {
        let logins = login::Entity::find()
            .filter(login::Column::Issuer.eq(&identity.issuer))
            .filter(login::Column::Subject.eq(&identity.subject))
            .order_by_asc(login::Column::AgencyId)
            .all(self.queries())
            .await?;
        let mut memberships = Vec::with_capacity(logins.len());
        for login in &logins {
            memberships.extend(self.membership(login).await?);
        }
        memberships.sort_by(|left, right| left.agency.code.cmp(&right.agency.code));
        Ok(memberships)
    }

    async fn membership(&self, login: &login::Model) -> Result<Option<Membership>, StoreError> {
        let Some(agency) = self.agency_state(login.agency_id).await? else {
            return Ok(None);
        };
        let Some(member) = agency.member(login.member_id).cloned() else {
            return Ok(None);
        };
        Ok(Some(Membership {
            access: Access::member(login.agency_id, &agency, &member),
            permissions: member.permissions(),
            roles: member.roles,
            member: member.id,
            agency,
        }))
    }

    /// The agency with its sites and members.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn agency(&self, access: &Access) -> Result<AgencyState, StoreError> {
        self.agency_state(access.agency())
            .await?
            .ok_or_else(|| StoreError::Corrupt(format!("agency {} has no state", access.agency())))
    }

    pub(crate) async fn agency_state(&self, id: Uuid) -> Result<Option<AgencyState>, StoreError> {
        let head = stream_head::Entity::find_by_id((id, id))
            .one(self.queries())
            .await?;
        let Some(head) = head else { return Ok(None) };
        let state = if i64::from(head.state_schema) == i64::from(AgencyState::SCHEMA) {
            Some(State::from_stored(StreamKind::Agency, &head.state)?)
        } else {
            self.fold(id, id, Point::Now)
                .await?
                .map(|folded| folded.state)
        };
        match state {
            Some(State::Agency(state)) => Ok(Some(state)),
            Some(State::Case(_)) => Err(StoreError::Corrupt(format!("agency {id} is a case"))),
            None => Ok(None),
        }
    }

    /// The stream that holds a unique key of the agency.
    pub(crate) async fn key_holder(
        &self,
        access: &Access,
        key: &Key,
    ) -> Result<Option<Uuid>, StoreError> {
        let queries = self.queries();
        let statement = Statement::from_sql_and_values(
            queries.get_database_backend(),
            "SELECT stream_id FROM unique_key WHERE agency_id = $1 AND kind = $2 AND key = $3",
            [
                access.agency().into(),
                key.kind.into(),
                key.value.clone().into(),
            ],
        );
        let row = queries.query_one_raw(statement).await?;
        Ok(row.map(|row| row.try_get("", "stream_id")).transpose()?)
    }

    /// The code lists.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.workshop.catalogue
    }

    /// Time, ids and salts.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.0.workshop.sources
    }

    pub(crate) fn queries(&self) -> &DatabaseConnection {
        &self.0.queries
    }

    pub(crate) fn database(&self) -> &Database {
        &self.0.workshop.database
    }
}
