//! The agency's log as a feed: all its events by position.
//!
//! Invariant: positions are dense and in commit order, so a reader that goes on from the last
//! position it saw misses nothing and gets nothing twice. Each page is a statement of its own; no
//! transaction stays open between them. Bodies are passed on as stored, whatever their type: a type
//! that this version does not know does not stop a feed.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Page, RecordedBody};
use crate::access::Access;
use crate::entity::event::{self, Column};
use crate::entity::lane;
use crate::error::StoreError;
use crate::session::signed;
use crate::store::Store;

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
        let bodies: Vec<Vec<u8>> = event::Entity::find()
            .select_only()
            .column(Column::Body)
            .filter(Column::AgencyId.eq(access.agency()))
            .filter(Column::Position.gt(signed(position)))
            .order_by_asc(Column::Position)
            .limit(limit + 1)
            .into_tuple()
            .all(self.queries())
            .await?;
        let bodies = bodies.into_iter().map(RecordedBody::new).collect();
        Ok(Page::cut(bodies, limit))
    }

    /// The position of the agency's newest event; 0 before the first.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn position(&self, access: &Access) -> Result<u64, StoreError> {
        let lane = lane::Entity::find_by_id(access.agency());
        let lane = lane.one(self.queries()).await?;
        lane.map_or(Ok(0), |lane| super::case::unsigned(lane.position))
    }
}
