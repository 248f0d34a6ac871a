//! A command on its way through the queue, and the answer to it.

use fallbuch_domain::{Command, Finding};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::access::Access;
use crate::error::CommandError;
use crate::read::RecordedBody;

/// The version of the stream a command was made on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The stream begins with this command.
    New,
    /// Exactly this version.
    Version(u64),
    /// Whatever it is now; only for commands that commute.
    Any,
    /// The client did not say; refused after the replay check.
    Unsaid,
}

/// By what a command is known again: the client's key and what the request was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// The client's key, unique among the principal's.
    pub key: String,
    /// The HMAC of the request (see [`crate::Store::fingerprint`]).
    pub fingerprint: Vec<u8>,
}

impl IdempotencyKey {
    /// The command's id: UUIDv5(agency, member "\n" key).
    pub(crate) fn command_id(&self, access: &Access) -> Uuid {
        let name = format!("{}\n{}", access.principal().id(), self.key);
        Uuid::new_v5(&access.agency(), name.as_bytes())
    }
}

/// What an accepted command came to.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// The stream.
    pub stream: Uuid,
    /// The stream's version after the command.
    pub version: u64,
    /// The command's events, oldest first.
    pub events: Vec<RecordedBody>,
    /// What was noticed without being refused.
    pub warnings: Vec<Finding>,
    /// Whether the command was carried out before and this is its answer again.
    pub replayed: bool,
}

/// A command in the queue.
pub(crate) struct Submission {
    pub(crate) access: Access,
    /// The stream; none if the command begins one whose id is still to be made.
    pub(crate) stream: Option<Uuid>,
    pub(crate) expected: Expected,
    pub(crate) command: Command,
    pub(crate) key: IdempotencyKey,
    pub(crate) reply: oneshot::Sender<Result<Receipt, CommandError>>,
}

impl Submission {
    /// The command's id.
    pub(crate) fn command_id(&self) -> Uuid {
        self.key.command_id(&self.access)
    }

    /// Hands the verdict to whoever waits for it.
    pub(crate) fn answer(self, verdict: Result<Receipt, CommandError>) {
        if self.reply.send(verdict).is_err() {
            tracing::debug!("nobody waits for the verdict any more");
        }
    }
}
