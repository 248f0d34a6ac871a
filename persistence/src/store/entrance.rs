//! Who may come in: a caller's access, and the agency's own state that decides on it.
//!
//! Invariant: an [`Access`] is made here and by the operator alone. What a read is answered by is asked
//! anew each time; only [`Store::recall`], which is for commands, believes what was seen a moment ago.

use std::sync::Arc;

use fallbuch_domain::agency::AgencyState;
use fallbuch_domain::{Permission, State};
use uuid::Uuid;

use super::Store;
use crate::access::{Access, AccessDenied, Acquaintance, Entry, Errand, Identity, Membership};
use crate::directory;
use crate::error::{CommandError, StoreError};
use crate::read::{CaseRead, Point, StreamRead};
use crate::reader::{Head, Newest};
use crate::tenant::Scope;

/// An agency, and what there is under the id of the stream that was looked for.
struct Sight {
    state: Arc<AgencyState>,
    version: u64,
    stream: Option<Head>,
}

impl Store {
    /// The caller's access to the agency with this code.
    ///
    /// # Errors
    /// If there is no such agency for this caller, or the permission is missing in it.
    pub async fn access(
        &self,
        identity: &Identity,
        agency_code: &str,
        permission: Permission,
    ) -> Result<Access, AccessDenied> {
        let errand = Errand {
            operation: "access",
            permission,
            case: None,
            stream: None,
            needs_state: false,
        };
        let entry = self.enter(identity, agency_code, errand).await?;
        Ok(entry.access)
    }

    /// The caller's access to the agency with this code, and the errand's case, both as they are at one instant.
    ///
    /// # Errors
    /// If there is no such agency for this caller, or the permission is missing in it.
    pub async fn enter(
        &self,
        identity: &Identity,
        agency_code: &str,
        errand: Errand,
    ) -> Result<Entry, AccessDenied> {
        let (directory, queries) = (&self.0.directory, self.queries());
        let Some(agency) = directory.agency(queries, agency_code).await? else {
            return Err(AccessDenied::Unknown);
        };
        let member = directory.member(self.readers(), agency, identity).await?;
        let scope = Scope::of(agency);
        let wanted = errand.case.filter(|_| errand.needs_state).or(errand.stream);
        if let Some(member) = member {
            let sight = self.sight(scope, wanted).await?;
            if let Some(member) = sight.state.member(member) {
                let access = Access::member(scope, &sight.state, member);
                return self.entry(access, sight, errand).await;
            }
        }
        // Whoever is no member, or none any more, may be one of the network.
        let Some(member) = self.network_member(agency, identity).await? else {
            return Err(AccessDenied::Unknown);
        };
        let sight = self.sight(scope, wanted).await?;
        let access = self
            .network_access(scope, &sight.state, &member, errand)
            .await?;
        self.entry(access, sight, errand).await
    }

    /// The agency and, if one is wanted, the case, as both are at one instant.
    async fn sight(&self, scope: Scope, wanted: Option<Uuid>) -> Result<Sight, AccessDenied> {
        let seen = self.reader(scope)?.ask(wanted).await?;
        let version = seen.agency.as_ref().map_or(0, |head| head.version);
        let state = self.agency_of(scope, seen.agency).await?;
        Ok(Sight {
            state: state.ok_or(AccessDenied::Unknown)?,
            version,
            stream: seen.stream,
        })
    }

    async fn entry(
        &self,
        access: Access,
        sight: Sight,
        errand: Errand,
    ) -> Result<Entry, AccessDenied> {
        if !access.may(errand.permission) {
            return Err(AccessDenied::Forbidden(errand.permission));
        }
        let case = match errand.case.filter(|_| errand.needs_state) {
            Some(id) => self.case_of(&access, id, sight.stream.clone()).await?,
            None => None,
        };
        let stream = match errand.stream {
            Some(id) => self.stream_of(&access, id, sight.stream).await?,
            None => None,
        };
        Ok(Entry {
            access,
            agency: (sight.version, sight.state),
            case,
            stream,
        })
    }

    /// What [`Self::enter`] would say, by what this process saw a moment ago (100 ms at the most) and
    /// without asking the database; none if that is not known or is not in the caller's favour. The case,
    /// or the other stream, may be an older version of itself.
    ///
    /// For commands: whether one is carried out is decided on the agency's newest state in any case.
    #[must_use]
    pub fn recall(
        &self,
        acquaintance: Acquaintance,
        permission: Permission,
        (case, stream): (Option<Uuid>, Option<Uuid>),
    ) -> Option<Entry> {
        let Acquaintance { agency, member } = acquaintance;
        let scope = Scope::of(agency);
        let sight = self.reader(scope).ok()?.recall(case.or(stream))?;
        let head = sight.agency?;
        let Newest::Agency(state) = head.state else {
            return None;
        };
        let access = Access::member(scope, &state, state.member(member)?);
        if !access.may(permission) {
            return None;
        }
        let stream = match (stream, &sight.stream) {
            (Some(id), Some(head)) => Some(StreamRead::remembered(id, head)?),
            _ => None,
        };
        let case = match (case, sight.stream) {
            (Some(id), Some(head)) => {
                let Newest::Case(state) = head.state else {
                    return None;
                };
                Some(CaseRead {
                    id,
                    version: head.version,
                    recorded_at: head.recorded_at,
                    state,
                })
            }
            _ => None,
        };
        let visible = case
            .as_ref()
            .map(|case| access.sees(case.id, case.state.site));
        (visible != Some(false)).then_some(Entry {
            access,
            agency: (head.version, state),
            case,
            stream,
        })
    }

    /// The agency with this code and the member of it that somebody is, or was, if this process has met them; without
    /// asking the database.
    #[must_use]
    pub fn acquaintance(&self, identity: &Identity, agency_code: &str) -> Option<Acquaintance> {
        self.0.directory.recall(agency_code, identity)
    }

    /// Every agency somebody is a member of, in the order of the codes.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn memberships(&self, identity: &Identity) -> Result<Vec<Membership>, StoreError> {
        let logins = directory::logins(self.readers(), identity).await?;
        let mut memberships = Vec::with_capacity(logins.len());
        for login in logins {
            memberships.extend(self.membership(login).await?);
        }
        memberships.sort_by(|left, right| left.agency.code.cmp(&right.agency.code));
        Ok(memberships)
    }

    async fn membership(
        &self,
        (agency, member): (Uuid, Uuid),
    ) -> Result<Option<Membership>, StoreError> {
        let scope = Scope::of(agency);
        let Some(agency) = self.agency_state(scope).await? else {
            return Ok(None);
        };
        let Some(member) = agency.member(member).cloned() else {
            return Ok(None);
        };
        Ok(Some(Membership {
            access: Access::member(scope, &agency, &member),
            permissions: member.permissions(),
            roles: member.roles,
            member: member.id,
            agency,
        }))
    }

    /// The agency with its sites and members.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn agency(&self, access: &Access) -> Result<Arc<AgencyState>, StoreError> {
        self.agency_state(access.scope())
            .await?
            .ok_or_else(|| StoreError::Corrupt(format!("agency {} has no state", access.agency())))
    }

    /// The agency as of a point of its history; none if it was not open then.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn agency_as_of(
        &self,
        access: &Access,
        point: Point,
    ) -> Result<Option<AgencyState>, StoreError> {
        let folded = self.fold(access.scope(), access.agency(), point).await?;
        Ok(folded.and_then(|folded| match folded.state {
            State::Agency(state) => Some(state),
            State::Case(_) | State::Offering(_) | State::Solution(_) => None,
        }))
    }

    /// The member that somebody is in the agency, or is to become: it is reserved for the login, which alone gives
    /// no right. For the same login it is always the same.
    ///
    /// # Errors
    /// If the store fails, or the caller may not admit members.
    pub async fn reserve_member(
        &self,
        access: &Access,
        login: &Identity,
    ) -> Result<Uuid, CommandError> {
        if !access.may(Permission::AgencyAdmin) {
            return Err(CommandError::Forbidden(Permission::AgencyAdmin));
        }
        let member = self.sources().of(access.agency()).ids.id();
        let reserved = directory::reserve(self.database(), access.scope(), login, member);
        Ok(reserved.await?)
    }

    pub(super) async fn agency_state(
        &self,
        scope: Scope,
    ) -> Result<Option<Arc<AgencyState>>, StoreError> {
        let sight = self.reader(scope)?.ask(None).await?;
        self.agency_of(scope, sight.agency).await
    }

    /// The agency that its own head tells of.
    async fn agency_of(
        &self,
        scope: Scope,
        head: Option<Head>,
    ) -> Result<Option<Arc<AgencyState>>, StoreError> {
        let id = scope.agency();
        match head.map(|head| head.state) {
            None => Ok(None),
            Some(Newest::Agency(state)) => Ok(Some(state)),
            Some(Newest::OtherShape(_)) => {
                let folded = self.fold(scope, id, Point::Now).await?;
                Ok(folded.and_then(|folded| match folded.state {
                    State::Agency(state) => Some(Arc::new(state)),
                    State::Case(_) | State::Offering(_) | State::Solution(_) => None,
                }))
            }
            Some(Newest::Case(_) | Newest::Other(_)) => {
                Err(StoreError::Corrupt(format!("{id} is no agency")))
            }
        }
    }
}
