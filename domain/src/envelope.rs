//! The stored form of an event: what surrounds its data, and its canonical bytes.
//!
//! Invariant: [`Body::to_bytes`] writes RFC 8785 JSON. It does so because every struct that goes
//! into a body declares its members in the order of their names and holds no floats; a test holds
//! each sample against a canonicaliser. The bytes are hashed as stored and never written again.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use time::Date;
use uuid::Uuid;

use crate::rights::Role;
use crate::stream::{EventData, StreamKind};
use crate::text::Prose;
use crate::time::Timestamp;

/// Who acted: a member and the role that gave the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Actor {
    /// The member's id; the nil UUID for the machine's operator.
    pub member: Uuid,
    /// The first role, in the order of the rights table, that grants the command's permission.
    pub role: Role,
}

impl Actor {
    /// The machine's owner at the command line.
    pub const OPERATOR: Self = Self {
        member: Uuid::nil(),
        role: Role::Operator,
    };
}

/// The stream an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamReference {
    /// The stream's id: the case's, or the agency's own.
    pub id: Uuid,
    /// What kind of stream it is.
    pub kind: StreamKind,
}

/// A whole event, ready to be written.
#[derive(Debug, Serialize)]
pub struct Body<'a> {
    /// Who acted.
    pub actor: Actor,
    /// The event or command that caused this one, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<Uuid>,
    /// The command: UUIDv5 of agency, member and idempotency key.
    pub command_id: Uuid,
    /// The first command of the chain this one belongs to.
    pub correlation_id: Uuid,
    /// The event's own data.
    pub data: &'a EventData,
    /// The event's id (UUIDv7).
    pub id: Uuid,
    /// The day it happened in the world.
    pub occurred_on: Date,
    /// The place in the agency's log: 1, 2, 3, …
    pub position: u64,
    /// Why, in the words of the actor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a Prose>,
    /// The instant the agency knew it.
    pub recorded_at: Timestamp,
    /// 128 random bits, base64url: a pruned body cannot be guessed from its hash.
    pub salt: &'a str,
    /// The version of the shape of `data`.
    pub schema: u32,
    /// The stream.
    pub stream: StreamReference,
    /// The event's type.
    #[serde(rename = "type")]
    pub event_type: &'static str,
    /// The place in the stream: 1, 2, 3, …
    pub version: u64,
}

impl Body<'_> {
    /// The canonical bytes (RFC 8785).
    ///
    /// # Errors
    /// Never for the types of this crate; the serialiser's error is passed on all the same.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

/// An event as a command would record it: what of a [`Body`] can be said beforehand. Ids, salt, position and instant are
/// given to recorded events alone.
#[derive(Debug, Serialize)]
pub struct Prospect<'a> {
    /// Who would act.
    pub actor: Actor,
    /// The event's own data. Ids of new things in them are examples.
    pub data: &'a EventData,
    /// The day it happened in the world.
    pub occurred_on: Date,
    /// Why, in the words of the actor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'a Prose>,
    /// The version of the shape of `data`.
    pub schema: u32,
    /// The stream; the id of one that would begin is an example.
    pub stream: StreamReference,
    /// The event's type.
    #[serde(rename = "type")]
    pub event_type: &'static str,
    /// The place in the stream that it would have now.
    pub version: u64,
}

impl Prospect<'_> {
    /// The event as JSON.
    ///
    /// # Errors
    /// Never for the types of this crate; the serialiser's error is passed on all the same.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

/// A stored event as it is read back: the envelope typed, the data still as bytes.
#[derive(Clone, Debug, Deserialize)]
pub struct StoredEvent {
    /// Who acted.
    pub actor: Actor,
    /// The command.
    pub command_id: Uuid,
    /// The chain of commands.
    pub correlation_id: Uuid,
    /// The event's own data, unread.
    pub data: Box<RawValue>,
    /// The event's id.
    pub id: Uuid,
    /// The day it happened in the world.
    pub occurred_on: Date,
    /// The place in the agency's log.
    pub position: u64,
    /// Why.
    #[serde(default)]
    pub reason: Option<Prose>,
    /// The instant the agency knew it.
    pub recorded_at: Timestamp,
    /// The version of the shape of `data`.
    pub schema: u32,
    /// The stream.
    pub stream: StreamReference,
    /// The event's type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// The place in the stream.
    pub version: u64,
}

impl StoredEvent {
    /// Reads the envelope from a stored body.
    ///
    /// # Errors
    /// If the bytes are no event's body.
    pub fn from_bytes(body: &[u8]) -> Result<Self, UnreadableEvent> {
        serde_json::from_slice(body).map_err(UnreadableEvent::Envelope)
    }

    /// Reads the data; an older shape is lifted to the present one.
    ///
    /// # Errors
    /// If type and schema are not known here, or the data do not fit them.
    pub fn event(&self) -> Result<crate::stream::Event, UnreadableEvent> {
        Ok(crate::stream::Event {
            occurred_on: self.occurred_on,
            reason: self.reason.clone(),
            data: EventData::from_stored(
                self.stream.kind,
                &self.event_type,
                self.schema,
                self.data.get(),
            )?,
        })
    }
}

/// The part of a stored body that states are made of; the rest is passed over unread.
#[derive(Deserialize)]
struct Essence<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
    occurred_on: Date,
    #[serde(default)]
    reason: Option<Prose>,
    schema: u32,
    #[serde(borrow, rename = "type")]
    event_type: std::borrow::Cow<'a, str>,
}

/// Reads an event of a stream of this kind from its stored body: what a state is folded from.
///
/// # Errors
/// If the bytes are no event's body, its type and schema are not known here, or its data do not fit
/// them.
pub fn read_event(kind: StreamKind, body: &[u8]) -> Result<crate::stream::Event, UnreadableEvent> {
    let essence: Essence<'_> = serde_json::from_slice(body).map_err(UnreadableEvent::Envelope)?;
    Ok(crate::stream::Event {
        occurred_on: essence.occurred_on,
        reason: essence.reason,
        data: EventData::from_stored(
            kind,
            &essence.event_type,
            essence.schema,
            essence.data.get(),
        )?,
    })
}

/// Why a stored event cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableEvent {
    /// The bytes are no event.
    #[error("not an event's body: {0}")]
    Envelope(#[source] serde_json::Error),
    /// This version of the software does not know the event's type.
    #[error("unknown event type {event_type} with schema {schema}")]
    UnknownType {
        /// The type as stored.
        event_type: String,
        /// The shape's version as stored.
        schema: u32,
    },
    /// This version of the software knows the event's type, but not this shape of it.
    #[error("unknown schema {schema} of event type {event_type}; the newest known is {newest}")]
    UnknownSchema {
        /// The event's type.
        event_type: &'static str,
        /// The shape's version as stored.
        schema: u32,
        /// The newest version that is known here.
        newest: u32,
    },
    /// The data do not have the shape that type and schema promise.
    #[error("data of {event_type} with schema {schema}: {source}")]
    Data {
        /// The event's type.
        event_type: &'static str,
        /// The shape's version as stored.
        schema: u32,
        /// What is wrong.
        source: serde_json::Error,
    },
}

impl UnreadableEvent {
    /// Whether another version of the software may be able to read it.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::UnknownType { .. } | Self::UnknownSchema { .. } => true,
            Self::Envelope(_) | Self::Data { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests;
