//! Commands on their way to their agency's writer: to be carried out, or only to be validated.
//!
//! Invariant: both go through the same queue, so both are decided by the same code on the same head.

use std::sync::{Arc, PoisonError};

use fallbuch_domain::{Command, Permission};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{Serving, Store};
use crate::access::{Access, Identity};
use crate::database::Database;
use crate::directory;
use crate::error::{CommandError, StoreError};
use crate::writer::{
    Expected, Handling, IdempotencyKey, Intent, Preview, Queue, Receipt, Submission, Verdict,
    Writer,
};

impl Store {
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
        self.execute_handling(access, stream, expected, command, key, Handling::Lenient)
            .await
    }

    /// As [`Self::execute`], with warnings handled as asked. What was carried out before under the key is answered as
    /// it was, whatever is asked now.
    ///
    /// # Errors
    /// The verdict, if it is a refusal; nothing was stored then.
    pub async fn execute_handling(
        &self,
        access: &Access,
        stream: Option<Uuid>,
        expected: Expected,
        command: Command,
        key: IdempotencyKey,
        handling: Handling,
    ) -> Result<Receipt, CommandError> {
        let (reply, verdict) = oneshot::channel();
        let submission = Submission {
            access: access.clone(),
            stream,
            expected,
            command,
            intent: Intent::Record(key),
            handling,
            reply,
        };
        self.settle(submission, verdict).await
    }

    /// What the command would come to if it were carried out now: decided by the agency's writer, in its place among
    /// the others, on the newest state. Nothing is stored.
    ///
    /// # Errors
    /// The refusal that the command itself would meet.
    pub async fn validate(
        &self,
        access: &Access,
        stream: Option<Uuid>,
        expected: Expected,
        command: Command,
        handling: Handling,
    ) -> Result<Preview, CommandError> {
        let (reply, verdict) = oneshot::channel();
        let submission = Submission {
            access: access.clone(),
            stream,
            expected,
            command,
            intent: Intent::Validate,
            handling,
            reply,
        };
        Ok(Preview::of(self.settle(submission, verdict).await?)?)
    }

    async fn settle(
        &self,
        submission: Submission,
        verdict: oneshot::Receiver<Verdict>,
    ) -> Result<Receipt, CommandError> {
        let access = &submission.access;
        let permission = submission.command.permission();
        let reaches = self.check_reach(access, permission).await;
        let queue = reaches.and_then(|()| Ok(self.queue(access.agency())?));
        let queued = queue.and_then(|queue| Ok(queue.push(submission)?));
        let settled = match queued {
            Ok(()) => verdict.await.map_err(|_| StoreError::Stopped.into()),
            Err(error) => Err(error),
        };
        // The writer counts its verdicts itself: there may be nobody left who waits for them.
        settled.unwrap_or_else(|error| {
            self.metrics().count_unsettled(&error);
            Err(error)
        })
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
            let queue = Arc::new(Queue::new(self.metrics().clone()));
            let writer = Writer::new(self.0.workshop.clone());
            let task = self.0.runtime.spawn(writer.run(Arc::clone(&queue)));
            Serving { queue, task }
        });
        Ok(Arc::clone(&serving.queue))
    }

    /// Whether commands are taken.
    pub(super) fn is_open(&self) -> bool {
        let writers = self.0.writers.lock();
        writers.unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The member that somebody is in the agency, or would become if it were admitted; nothing is reserved, and only the
    /// agency's own logins are looked at.
    ///
    /// # Errors
    /// If the store fails, or the caller may not admit members.
    pub async fn foresee_member(
        &self,
        access: &Access,
        login: &Identity,
    ) -> Result<Uuid, CommandError> {
        if !access.may(Permission::AgencyAdmin) {
            return Err(CommandError::Forbidden(Permission::AgencyAdmin));
        }
        let subjects = directory::subjects(self.readers(), access.scope(), &login.issuer).await?;
        let mut reserved = subjects.into_iter();
        let reserved = reserved.find(|(subject, _)| *subject == login.subject);
        Ok(reserved.map_or_else(
            || self.sources().of(access.agency()).ids.id(),
            |(_, member)| member,
        ))
    }
}
