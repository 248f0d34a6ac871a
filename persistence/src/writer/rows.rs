//! The rows of accepted events, with their canonical bodies and evidence.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fallbuch_domain::envelope::{Actor, Body, Prospect, StreamReference};
use fallbuch_domain::{Finding, Timestamp};
use uuid::Uuid;

use super::cache::AgencyCache;
use super::submission::{IdempotencyKey, Submission};
use crate::error::StoreError;
use crate::read::RecordedBody;
use crate::session::{CommandRecord, EventRow, signed};
use crate::sources::Sources;

/// A command that nothing refuses, with everything that surrounds its events.
pub(super) struct Prepared<'a> {
    pub(super) submission: &'a Submission,
    pub(super) actor: Actor,
    pub(super) stream: Uuid,
    pub(super) recorded_at: Timestamp,
    pub(super) sources: &'a Sources,
}

impl Prepared<'_> {
    /// The row of one event.
    pub(super) fn row(
        &self,
        event: &fallbuch_domain::Event,
        command_id: Uuid,
        (position, version): (u64, u64),
        cache: &AgencyCache,
    ) -> Result<EventRow, StoreError> {
        let kind = self.submission.command.stream_kind();
        let salt = URL_SAFE_NO_PAD.encode(self.sources.ids.salt());
        let body = Body {
            actor: self.actor,
            causation_id: None,
            command_id,
            correlation_id: command_id,
            data: &event.data,
            id: self.sources.ids.id(),
            occurred_on: event.occurred_on,
            position,
            reason: event.reason.as_ref(),
            recorded_at: self.recorded_at,
            salt: &salt,
            schema: event.data.schema(),
            stream: StreamReference {
                id: self.stream,
                kind,
            },
            event_type: event.data.event_type(),
            version,
        }
        .to_bytes()?;
        let evidence = cache.sealer.seal(position, self.stream, version, &body);
        Ok(EventRow {
            position: signed(position),
            stream: self.stream,
            version: signed(version),
            stream_kind: kind.code(),
            event_type: event.data.event_type(),
            schema: i32::try_from(event.data.schema()).unwrap_or(i32::MAX),
            occurred_on: event.occurred_on,
            recorded_at: self.recorded_at.unix_microseconds(),
            command: command_id,
            record: None,
            body_hash: evidence.body_hash,
            mac: evidence.mac,
            body,
        })
    }

    /// The event as it would be recorded, as far as that can be said.
    pub(super) fn prospect(
        &self,
        event: &fallbuch_domain::Event,
        version: u64,
    ) -> Result<RecordedBody, StoreError> {
        let prospect = Prospect {
            actor: self.actor,
            data: &event.data,
            occurred_on: event.occurred_on,
            reason: event.reason.as_ref(),
            schema: event.data.schema(),
            stream: StreamReference {
                id: self.stream,
                kind: self.submission.command.stream_kind(),
            },
            event_type: event.data.event_type(),
            version,
        };
        Ok(RecordedBody::new(prospect.to_bytes()?))
    }
}

/// What a command's first event keeps.
pub(super) fn command_record(
    key: &IdempotencyKey,
    events: usize,
    warnings: &[Finding],
) -> Result<CommandRecord, StoreError> {
    let warnings = if warnings.is_empty() {
        None
    } else {
        Some(serde_json::to_string(warnings)?)
    };
    Ok(CommandRecord {
        fingerprint: key.fingerprint.clone(),
        event_count: i32::try_from(events).unwrap_or(i32::MAX),
        warnings,
    })
}
