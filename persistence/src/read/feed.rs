//! The agency's log as a feed: all its events by position.
//!
//! Invariant: positions are dense and in commit order, so a reader that goes on from the last
//! position it saw misses nothing and gets nothing twice. Each page is a statement of its own; no
//! transaction stays open between them. Bodies are passed on as stored, whatever their type: a type
//! that this version does not know does not stop a feed.

use super::{Page, RecordedBody};
use crate::access::Access;
use crate::error::StoreError;
use crate::session::signed;
use crate::store::Store;
use crate::tenant::{Scope, on_bound, stated};

impl Store {
    /// A page of the agency's events after `position`, in the order of their positions.
    ///
    /// Not for callers who are limited to sites: a feed carries the events of all of them.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn feed(
        &self,
        access: &Access,
        position: u64,
        limit: u64,
    ) -> Result<Page<RecordedBody>, StoreError> {
        const BODIES: &str = "SELECT body FROM event WHERE agency_id = $1 AND position > $2 \
             ORDER BY position LIMIT $3";
        let mut bound = self.readers().bound(access.scope()).await?;
        let bodies: Vec<Vec<u8>> = on_bound!(bound, connection => {
            sqlx::query_scalar(stated(BODIES))
                .bind(access.agency())
                .bind(signed(position))
                .bind(signed(limit + 1))
                .fetch_all(connection)
                .await?
        });
        let bodies = bodies.into_iter().map(RecordedBody::new).collect();
        Ok(Page::cut(bodies, limit))
    }

    /// The position of the agency's newest event; 0 before the first.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn position(&self, access: &Access) -> Result<u64, StoreError> {
        self.head_of(access.scope()).await
    }

    pub(crate) async fn head_of(&self, scope: Scope) -> Result<u64, StoreError> {
        const HEAD: &str = "SELECT position FROM lane WHERE agency_id = $1";
        let mut bound = self.readers().bound(scope).await?;
        let head: Option<i64> = on_bound!(bound, connection => {
            sqlx::query_scalar(stated(HEAD))
                .bind(scope.agency())
                .fetch_optional(connection)
                .await?
        });
        head.map_or(Ok(0), super::unsigned)
    }
}
