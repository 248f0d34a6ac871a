//! Which agency has a code, and which of its members somebody is.
//!
//! Invariant: what is found is remembered, because neither ever changes: an agency keeps its code,
//! and a login its member (the database refuses a change). What the member may do is not
//! remembered here; it is read from the agency each time. What is not found is asked again.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::access::Identity;
use crate::entity::{lane, login};
use crate::error::StoreError;

/// How many agencies, and how many logins, are remembered.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

/// What is remembered.
pub(crate) struct Directory {
    agencies: Mutex<LruCache<String, Uuid>>,
    members: Mutex<LruCache<(Uuid, Identity), Uuid>>,
}

impl Directory {
    /// Nothing is remembered yet.
    pub(crate) fn new() -> Self {
        Self {
            agencies: Mutex::new(LruCache::new(REMEMBERED)),
            members: Mutex::new(LruCache::new(REMEMBERED)),
        }
    }

    /// The agency with this code and the member of it that somebody is, as far as both are remembered.
    pub(crate) fn recall(&self, code: &str, identity: &Identity) -> Option<(Uuid, Uuid)> {
        let agency = *open(&self.agencies).get(code)?;
        let member = *open(&self.members).get(&(agency, identity.clone()))?;
        Some((agency, member))
    }

    /// The agency with this code.
    pub(crate) async fn agency(
        &self,
        queries: &DatabaseConnection,
        code: &str,
    ) -> Result<Option<Uuid>, StoreError> {
        if let Some(agency) = open(&self.agencies).get(code) {
            return Ok(Some(*agency));
        }
        let lane = lane::Entity::find().filter(lane::Column::Code.eq(code));
        let Some(lane) = lane.one(queries).await? else {
            return Ok(None);
        };
        open(&self.agencies).put(lane.code, lane.agency_id);
        Ok(Some(lane.agency_id))
    }

    /// The member of the agency that somebody is.
    pub(crate) async fn member(
        &self,
        queries: &DatabaseConnection,
        agency: Uuid,
        identity: &Identity,
    ) -> Result<Option<Uuid>, StoreError> {
        let asked = (agency, identity.clone());
        if let Some(member) = open(&self.members).get(&asked) {
            return Ok(Some(*member));
        }
        let key = (identity.issuer.clone(), identity.subject.clone(), agency);
        let Some(login) = login::Entity::find_by_id(key).one(queries).await? else {
            return Ok(None);
        };
        open(&self.members).put(asked, login.member_id);
        Ok(Some(login.member_id))
    }
}

fn open<T>(shelf: &Mutex<T>) -> MutexGuard<'_, T> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
