//! Reading: cases, offerings and solutions, their lists, their events and past states. Never waits for a writer.

mod activity;
mod case;
mod earlier;
mod feed;
mod follow_up;
mod history;
mod stream;

pub use activity::{Activity, ActivityCount};
pub use case::{CaseFilter, CaseHead, CaseListItem, CaseRead};
pub use earlier::Earlier;
pub use follow_up::{FollowUpFilter, FollowUpListItem};
pub use history::Point;
use serde::Serialize;
use serde_json::value::RawValue;
pub use stream::StreamRead;

use fallbuch_domain::Timestamp;

use crate::error::StoreError;

/// A page of a list, and whether there is more behind it.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Whether there are more.
    pub has_more: bool,
}

impl<T> Page<T> {
    /// Makes a page of at most `limit` items out of one more than that.
    pub(crate) fn cut(mut items: Vec<T>, limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = items.len() > limit;
        items.truncate(limit);
        Self { items, has_more }
    }
}

/// An event's body exactly as it was stored and hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedBody(Vec<u8>);

impl RecordedBody {
    pub(crate) fn new(body: Vec<u8>) -> Self {
        Self(body)
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The body as a JSON text that passes through a serialiser unchanged.
    ///
    /// # Errors
    /// If the stored bytes are no JSON.
    pub fn to_json(&self) -> Result<Box<RawValue>, StoreError> {
        Ok(serde_json::from_slice(&self.0)?)
    }

    /// The envelope.
    ///
    /// # Errors
    /// If the stored bytes are no event.
    pub fn read(&self) -> Result<fallbuch_domain::envelope::StoredEvent, StoreError> {
        Ok(fallbuch_domain::envelope::StoredEvent::from_bytes(&self.0)?)
    }
}

impl Serialize for RecordedBody {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: Box<RawValue> =
            serde_json::from_slice(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

/// A stored number that is never negative.
pub(crate) fn unsigned(value: i64) -> Result<u64, StoreError> {
    u64::try_from(value).map_err(|_| StoreError::Corrupt(format!("number {value}")))
}

/// A stored instant.
pub(crate) fn instant(microseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_unix_microseconds(microseconds)
        .ok_or_else(|| StoreError::Corrupt(format!("instant {microseconds}")))
}
