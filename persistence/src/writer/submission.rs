//! A command on its way through the queue, and the answer to it.

use fallbuch_domain::{Command, Finding};
use serde_json::value::RawValue;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::access::Access;
use crate::error::{CommandError, StoreError};
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

/// How warnings are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Handling {
    /// They are told and refuse nothing.
    #[default]
    Lenient,
    /// They refuse the command.
    Strict,
}

/// What is to become of a command that nothing refuses.
#[derive(Clone, Debug)]
pub(crate) enum Intent {
    /// It is carried out, once for its key.
    Record(IdempotencyKey),
    /// It is only told what would be recorded.
    Validate,
}

/// What a command would come to if it were carried out now.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The version that the stream would have.
    pub version: u64,
    /// The events it would record, as [`fallbuch_domain::envelope::Prospect`] writes them, oldest first.
    pub events: Vec<Box<RawValue>>,
    /// What is noticed without being refused.
    pub warnings: Vec<Finding>,
}

impl Preview {
    pub(crate) fn of(receipt: Receipt) -> Result<Self, StoreError> {
        let events = receipt.events.iter().map(RecordedBody::to_json);
        Ok(Self {
            version: receipt.version,
            events: events.collect::<Result<_, _>>()?,
            warnings: receipt.warnings,
        })
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
    pub(crate) intent: Intent,
    pub(crate) handling: Handling,
    pub(crate) reply: oneshot::Sender<Result<Receipt, CommandError>>,
}

impl Submission {
    /// The command's key and id; none if it is not to be carried out.
    pub(crate) fn identified(&self) -> Option<(&IdempotencyKey, Uuid)> {
        match &self.intent {
            Intent::Record(key) => Some((key, key.command_id(&self.access))),
            Intent::Validate => None,
        }
    }

    /// The command's id; none if it is not to be carried out.
    pub(crate) fn command_id(&self) -> Option<Uuid> {
        self.identified().map(|(_, id)| id)
    }

    /// Hands the verdict to whoever waits for it.
    pub(crate) fn answer(self, verdict: Result<Receipt, CommandError>) {
        if self.reply.send(verdict).is_err() {
            tracing::debug!("nobody waits for the verdict any more");
        }
    }
}
