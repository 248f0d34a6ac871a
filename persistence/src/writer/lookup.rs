//! What a decision reads from the database: states, earlier answers, the events since a version.

use std::sync::Arc;

use fallbuch_domain::envelope::StoredEvent;
use fallbuch_domain::{Permission, State, StreamKind};
use uuid::Uuid;

use super::cache::Known;
use super::draft::Draft;
use super::submission::{Expected, IdempotencyKey, Receipt, Submission};
use crate::error::{CommandError, StoreError};
use crate::read::RecordedBody;
use crate::session::{EventRow, Recorded, Session, StoredHead, signed};

/// How many events a refusal of a stale version carries at the most, and a fold reads at a time.
const PAGE: u64 = 200;

/// The answer of a command that was carried out before.
pub(super) async fn replay<S: Session>(
    session: &mut S,
    agency: Uuid,
    key: &IdempotencyKey,
    recorded: &Recorded,
) -> Result<Receipt, CommandError> {
    if recorded.fingerprint != key.fingerprint {
        return Err(CommandError::KeyReused);
    }
    let bodies = session
        .bodies_at(agency, recorded.first_position, recorded.event_count)
        .await
        .map_err(StoreError::from)?;
    let last = bodies.last().ok_or_else(|| {
        StoreError::Corrupt(format!("no events at position {}", recorded.first_position))
    })?;
    let version = StoredEvent::from_bytes(last)
        .map_err(StoreError::from)?
        .version;
    let warnings = match &recorded.warnings {
        Some(text) => serde_json::from_str(text).map_err(StoreError::from)?,
        None => Vec::new(),
    };
    Ok(Receipt {
        stream: recorded.stream,
        version,
        events: bodies.into_iter().map(RecordedBody::new).collect(),
        warnings,
        replayed: true,
    })
}

/// That the stream is there and at the version the command was made on. `unflushed` are the events
/// that stand before the command in its own batch: its refusal tells of them too.
pub(super) async fn check_version<S: Session>(
    session: &mut S,
    agency: Uuid,
    submission: &Submission,
    known: Option<&Known>,
    unflushed: &[EventRow],
) -> Result<(), CommandError> {
    let Some(known) = known else {
        return match submission.expected {
            Expected::New => Ok(()),
            Expected::Version(_) | Expected::Any | Expected::Unsaid => Err(CommandError::NotFound),
        };
    };
    if known.state.kind() != submission.command.stream_kind() {
        return Err(CommandError::NotFound);
    }
    let made_on = match submission.expected {
        Expected::Any => return Ok(()),
        Expected::Unsaid => return Err(CommandError::VersionRequired),
        Expected::Version(version) if version == known.version => return Ok(()),
        Expected::Version(version) => version,
        Expected::New => 0,
    };
    let stream = submission.stream.unwrap_or(agency);
    // Whoever may not read the history is told where it is, and no more.
    let reads = match known.state.kind() {
        StreamKind::Agency | StreamKind::Offering | StreamKind::Solution => Permission::AgencyRead,
        StreamKind::Case => Permission::CaseHistory,
    };
    if !submission.access.may(reads) {
        return Err(CommandError::Stale {
            current_version: known.version,
            events: Vec::new(),
        });
    }
    let stored = session
        .bodies_after(agency, stream, made_on, PAGE)
        .await
        .map_err(StoreError::from)?;
    let later = unflushed
        .iter()
        .filter(|event| event.stream == stream && event.version > signed(made_on))
        .map(|event| event.body.clone());
    let events = stored.into_iter().chain(later).map(RecordedBody::new);
    Err(CommandError::Stale {
        current_version: known.version,
        events: (0..PAGE).zip(events).map(|(_, event)| event).collect(),
    })
}

/// The newest state of a stream as it is stored; one of an older shape is folded anew from the log.
pub(super) async fn state_of<S: Session>(
    session: &mut S,
    agency: Uuid,
    stream: Uuid,
    head: StoredHead,
) -> Result<Option<Known>, StoreError> {
    let kind = StreamKind::from_code(&head.stream_kind)
        .ok_or_else(|| StoreError::Corrupt(format!("stream kind {}", head.stream_kind)))?;
    if head.state_schema == State::schema(kind) {
        let state = Arc::new(State::from_stored(kind, &head.state)?);
        return Ok(Some(Known {
            version: head.version,
            state,
        }));
    }
    let (mut state, mut version) = (None, 0);
    loop {
        let bodies = session.bodies_after(agency, stream, version, PAGE).await?;
        for body in &bodies {
            let stored = StoredEvent::from_bytes(body)?;
            state = State::evolve(state, &stored.event()?);
            version = stored.version;
        }
        if bodies.is_empty() {
            break;
        }
    }
    Ok(state.map(|state| Known {
        version,
        state: Arc::new(state),
    }))
}

/// When a command's key is looked up in the log. At the first attempt an accepted command needs none:
/// had it been carried out before, its key would break the unique index and so the whole flush,
/// whose commands are then settled one by one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lookup {
    OfAll,
    OfRefused,
}

pub(super) fn command_ids(batch: &[Submission]) -> Vec<Uuid> {
    batch.iter().filter_map(Submission::command_id).collect()
}

/// A refused command that was carried out before is answered by that; the refusal came of its own
/// effects.
pub(super) async fn replay_refused<S: Session>(
    session: &mut S,
    agency: Uuid,
    batch: &[Submission],
    draft: &mut Draft,
) -> Result<(), StoreError> {
    let refused: Vec<_> = batch
        .iter()
        .zip(&draft.verdicts)
        .filter(|(_, verdict)| verdict.is_err())
        .filter_map(|(submission, _)| submission.command_id())
        .collect();
    if refused.is_empty() {
        return Ok(());
    }
    let recorded = session.recorded(agency, &refused).await?;
    for (submission, verdict) in batch.iter().zip(&mut draft.verdicts) {
        let Some((key, id)) = submission.identified() else {
            continue;
        };
        if let (Err(_), Some(recorded)) = (&*verdict, recorded.get(&id)) {
            *verdict = match replay(session, agency, key, recorded).await {
                Err(CommandError::Store(error)) => return Err(error),
                replayed => replayed,
            };
        }
    }
    Ok(())
}
