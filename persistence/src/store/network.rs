//! Members of the network in other agencies: what they reach there, and the agencies they open.
//!
//! Invariant: a right of the network is read from the network's own log, when its member comes in and once more just
//! before the command is queued. There is no order between two agencies' logs (ADR 0020).

use std::sync::Arc;

use fallbuch_domain::agency::network::OpenAgency;
use fallbuch_domain::agency::{AgencyCommand, AgencyState, Engagement, Member, NETWORK};
use fallbuch_domain::{Command, Permission};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::Store;
use crate::access::{Access, AccessDenied, Errand, Identity, Membership, Principal};
use crate::access_log::{self, Visit};
use crate::directory;
use crate::error::{CommandError, StoreError};
use crate::tenant::Scope;
use crate::writer::{
    Expected, Founding, Handling, IdempotencyKey, Intent, Preview, Receipt, Submission, Writer,
};

impl Store {
    /// The member of the network that somebody is; none for the network's own rows, which only its members reach.
    pub(super) async fn network_member(
        &self,
        agency: Uuid,
        identity: &Identity,
    ) -> Result<Option<Member>, AccessDenied> {
        let directory = &self.0.directory;
        let network = directory.agency(self.queries(), NETWORK).await?;
        let Some(network) = network.filter(|network| *network != agency) else {
            return Ok(None);
        };
        let Some(member) = directory.member(self.readers(), network, identity).await? else {
            return Ok(None);
        };
        let state = self.agency_state(Scope::of(network)).await?;
        Ok(state.and_then(|state| state.member(member).cloned()))
    }

    /// The access of a member of the network to another agency. What an auditor reads there, and what it was refused,
    /// is in the agency's access log before it is answered.
    pub(super) async fn network_access(
        &self,
        scope: Scope,
        agency: &AgencyState,
        member: &Member,
        errand: Errand,
    ) -> Result<Access, AccessDenied> {
        let today = self.sources().of(scope.agency()).clock.now().berlin_date();
        let audits = member.role_for(Permission::AuditRequest).is_some();
        let view = audits
            .then(|| agency.audit_view(member.id, today))
            .flatten();
        let access = Access::network(scope, agency, member, view, errand.permission);
        let access = access.ok_or(AccessDenied::Unknown)?;
        if audits && !errand.permission.reaches_into_agencies() {
            let engagement = agency.engagement_for(member.id, errand.case, today);
            let may = access.may(errand.permission) && engagement.is_some();
            let visit = Visit {
                engagement: engagement.map(|engagement| engagement.id),
                member: member.id,
                operation: errand.operation.to_owned(),
                case: errand.case,
                was_permitted: may,
            };
            access_log::record(self, scope, &visit).await?;
        }
        Ok(access)
    }

    /// The agencies that somebody may know of, in the order of the codes: those it is a member of, and all of them for
    /// a member of the network whose rights reach into agencies.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn known_agencies(
        &self,
        identity: &Identity,
    ) -> Result<Vec<(Uuid, Arc<AgencyState>)>, StoreError> {
        let memberships = self.memberships(identity).await?;
        let reaches = |one: &Membership| {
            let mut permissions = one.permissions.iter();
            one.agency.is_network() && permissions.any(|one| one.reaches_into_agencies())
        };
        if memberships.iter().any(reaches) {
            return self.all_agencies().await;
        }
        let own = memberships.into_iter();
        Ok(own.map(|one| (one.access.agency(), one.agency)).collect())
    }

    /// The engagements that an auditor asked for, whatever came of them, by agency; none for whoever is no member of
    /// the network.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn engagements_of(
        &self,
        identity: &Identity,
    ) -> Result<Vec<(Arc<AgencyState>, Engagement)>, StoreError> {
        let memberships = self.memberships(identity).await?;
        let Some(network) = memberships.iter().find(|one| one.agency.is_network()) else {
            return Ok(Vec::new());
        };
        let mut engagements = Vec::new();
        for (_, agency) in self.all_agencies().await? {
            let all = agency.engagements.iter();
            let own = all.filter(|one| one.auditor == network.member).cloned();
            engagements.extend(own.map(|one| (Arc::clone(&agency), one)));
        }
        Ok(engagements)
    }

    async fn all_agencies(&self) -> Result<Vec<(Uuid, Arc<AgencyState>)>, StoreError> {
        let mut agencies = Vec::new();
        for one in directory::agencies(self.queries()).await? {
            let state = self.agency_state(Scope::of(one.agency_id)).await?;
            agencies.extend(state.map(|state| (one.agency_id, state)));
        }
        Ok(agencies)
    }

    /// Opens an agency, once for its key, with the member that is its first administrator; `access` is the caller's to
    /// the network. A refused opening leaves nothing.
    ///
    /// The agency's id is made of the caller and its key: whoever sends the command again comes to the same agency, and
    /// so to its answer.
    ///
    /// # Errors
    /// The verdict, if it is a refusal, such as that another agency has the code (R36).
    pub async fn open_agency(
        &self,
        access: &Access,
        opening: OpenAgency,
        key: IdempotencyKey,
        handling: Handling,
    ) -> Result<Receipt, CommandError> {
        let intent = Intent::Record(key);
        self.settle_opening(access, opening, intent, handling).await
    }

    /// What [`Self::open_agency`] would come to if it were carried out now. Nothing is stored.
    ///
    /// # Errors
    /// The refusal that the opening itself would meet.
    pub async fn validate_opening(
        &self,
        access: &Access,
        opening: OpenAgency,
        handling: Handling,
    ) -> Result<Preview, CommandError> {
        let intent = Intent::Validate;
        let settled = self.settle_opening(access, opening, intent, handling);
        Ok(Preview::of(settled.await?)?)
    }

    async fn settle_opening(
        &self,
        access: &Access,
        opening: OpenAgency,
        intent: Intent,
        handling: Handling,
    ) -> Result<Receipt, CommandError> {
        let opened = self.found(access, opening, intent, handling).await;
        // What a writer settled it has counted itself.
        match opened {
            Ok(settled) => settled,
            Err(error) => {
                self.metrics().count_unsettled(&error);
                Err(error)
            }
        }
    }

    /// The outer error is of a command that no writer has settled.
    async fn found(
        &self,
        access: &Access,
        opening: OpenAgency,
        intent: Intent,
        handling: Handling,
    ) -> Result<Result<Receipt, CommandError>, CommandError> {
        let permission = Permission::NetworkAdmin;
        let Principal::Member(member) = access.principal() else {
            return Err(CommandError::Forbidden(permission));
        };
        let network = self.agency(access).await?;
        let role = network
            .member(member)
            .filter(|_| network.is_network())
            .and_then(|member| member.role_for(permission))
            .ok_or(CommandError::Forbidden(permission))?;
        let scope = Scope::of(match &intent {
            Intent::Record(key) => key.command_id(access),
            Intent::Validate => self.sources().of(access.agency()).ids.id(),
        });
        let administrator = self.sources().of(scope.agency()).ids.id();
        let founding = Founding {
            code: opening.code.clone(),
            login: Identity {
                issuer: opening.administrator.login.issuer.clone(),
                subject: opening.administrator.login.subject.clone(),
            },
            administrator,
        };
        let agency = opening.opened();
        let command = AgencyCommand::OpenAgency {
            occurred_on: opening.occurred_on,
            reason: opening.reason,
            agency,
            administrator: Some(administrator),
        };
        let (reply, verdict) = oneshot::channel();
        let submission = Submission {
            access: Access::founder(scope, founding.code.clone(), member, role),
            stream: Some(scope.agency()),
            expected: Expected::New,
            command: Command::Agency(command),
            intent,
            handling,
            reply,
        };
        if !self.is_open() {
            return Err(StoreError::Stopped.into());
        }
        // A writer of its own, which nothing else waits for; it ends by itself even if the client goes away.
        let writer = Writer::new(self.0.workshop.clone());
        self.0.runtime.spawn(writer.found(founding, submission));
        verdict.await.map_err(|_| StoreError::Stopped.into())
    }

    /// That the right of a member of the network, if it is one who acts, still reaches into agencies.
    pub(super) async fn check_reach(
        &self,
        access: &Access,
        permission: Permission,
    ) -> Result<(), CommandError> {
        let Principal::Network { member, .. } = access.principal() else {
            return Ok(());
        };
        let network = self.0.directory.agency(self.queries(), NETWORK).await?;
        let network = network.ok_or(CommandError::NotFound)?;
        let state = self.agency_state(Scope::of(network)).await?;
        let member = state.as_ref().and_then(|state| state.member(member));
        let member = member.ok_or(CommandError::NotFound)?;
        match member.role_for(permission) {
            Some(_) => Ok(()),
            None => Err(CommandError::Forbidden(permission)),
        }
    }
}
