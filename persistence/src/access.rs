//! Who may touch an agency's rows: the value without which no function of the store reads or
//! writes them.

use fallbuch_domain::agency::{AgencyState, AuditView, Member};
use fallbuch_domain::{Permission, Role};
use uuid::Uuid;

use crate::tenant::Scope;

/// Who somebody is, as an identity provider says and the caller has verified.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    /// The identity provider.
    pub issuer: String,
    /// Its subject.
    pub subject: String,
}

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A member of the agency.
    Member(Uuid),
    /// A member of the network, whose right was read there a moment ago.
    Network {
        /// The member's id in the network.
        member: Uuid,
        /// The role that acts in the agency.
        role: Role,
    },
    /// The machine's owner at the command line.
    Operator,
}

impl Principal {
    /// The id that stands in an event's actor and in the command's id.
    #[must_use]
    pub fn id(self) -> Uuid {
        match self {
            Self::Member(id) | Self::Network { member: id, .. } => id,
            Self::Operator => Uuid::nil(),
        }
    }
}

/// A checked caller in one agency. Only the store makes one.
#[derive(Clone, Debug)]
pub struct Access {
    scope: Scope,
    code: String,
    principal: Principal,
    permissions: Vec<Permission>,
    sites: Option<Vec<Uuid>>,
    cases: Option<Vec<Uuid>>,
}

impl Access {
    pub(crate) fn member(scope: Scope, state: &AgencyState, member: &Member) -> Self {
        Self {
            scope,
            code: state.code.clone(),
            principal: Principal::Member(member.id),
            permissions: member.permissions(),
            sites: member.sites.clone(),
            cases: None,
        }
    }

    /// A member of the network in another agency: with the network's rights that reach there, and what engagements let
    /// it see. None if neither gives anything.
    pub(crate) fn network(
        scope: Scope,
        state: &AgencyState,
        member: &Member,
        view: Option<AuditView>,
        wanted: Permission,
    ) -> Option<Self> {
        let mut permissions = member.permissions();
        permissions.retain(|permission| permission.reaches_into_agencies());
        let as_network = Role::granting(&member.roles, wanted);
        let (audited, cases) = match view {
            Some(view) => (view.permissions, view.cases),
            None => (Vec::new(), None),
        };
        let role = if permissions.contains(&wanted) {
            as_network.unwrap_or(Role::Service)
        } else {
            Role::Auditor
        };
        permissions.extend(audited);
        (!permissions.is_empty()).then(|| Self {
            scope,
            code: state.code.clone(),
            principal: Principal::Network {
                member: member.id,
                role,
            },
            permissions,
            sites: None,
            cases,
        })
    }

    /// A member of the network in the agency that it opens.
    pub(crate) fn founder(scope: Scope, code: String, member: Uuid, role: Role) -> Self {
        Self {
            scope,
            code,
            principal: Principal::Network { member, role },
            permissions: vec![Permission::NetworkAdmin],
            sites: None,
            cases: None,
        }
    }

    pub(crate) fn operator(scope: Scope, code: String) -> Self {
        Self {
            scope,
            code,
            principal: Principal::Operator,
            permissions: Vec::new(),
            sites: None,
            cases: None,
        }
    }

    /// The agency.
    #[must_use]
    pub fn agency(&self) -> Uuid {
        self.scope.agency()
    }

    /// The agency's rows.
    pub(crate) fn scope(&self) -> Scope {
        self.scope
    }

    /// The agency's code.
    #[must_use]
    pub fn agency_code(&self) -> &str {
        &self.code
    }

    /// Who acts.
    #[must_use]
    pub fn principal(&self) -> Principal {
        self.principal
    }

    /// Whether the caller has `permission` in the agency.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.permissions.contains(&permission)
    }

    /// The sites the caller is limited to; none means all.
    #[must_use]
    pub fn sites(&self) -> Option<&[Uuid]> {
        self.sites.as_deref()
    }

    /// The cases the caller is limited to; none means all of its sites.
    #[must_use]
    pub fn cases(&self) -> Option<&[Uuid]> {
        self.cases.as_deref()
    }

    /// Whether the caller may see what belongs to `site`.
    #[must_use]
    pub fn sees_site(&self, site: Uuid) -> bool {
        self.sites
            .as_ref()
            .is_none_or(|sites| sites.contains(&site))
    }

    /// Whether the caller may see a case that belongs to `site`.
    #[must_use]
    pub fn sees(&self, case: Uuid, site: Uuid) -> bool {
        let is_named = |cases: &Vec<Uuid>| cases.contains(&case);
        self.sees_site(site) && self.cases.as_ref().is_none_or(is_named)
    }
}

/// Which member of which agency somebody is, or was, as far as this process has met them. No access to anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Acquaintance {
    pub(crate) agency: Uuid,
    pub(crate) member: Uuid,
}

/// What a caller comes for.
#[derive(Clone, Copy, Debug)]
pub struct Errand {
    /// The operation's id, as the access log is to name it.
    pub operation: &'static str,
    /// The permission it asks for.
    pub permission: Permission,
    /// The case it is about.
    pub case: Option<Uuid>,
    /// The offering or solution it is about, whose state is always looked for.
    pub stream: Option<Uuid>,
    /// Whether it needs the state of that case.
    pub needs_state: bool,
}

/// A checked caller, and the case that was looked for in the same instant.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The caller's access.
    pub access: Access,
    /// The agency, and the version of its own stream.
    pub agency: (u64, std::sync::Arc<AgencyState>),
    /// The case; none if none was looked for, or there is none such for this caller.
    pub case: Option<crate::read::CaseRead>,
    /// The offering or solution; none if none was looked for, or the agency has none such.
    pub stream: Option<crate::read::StreamRead>,
}

/// Somebody's membership of an agency.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The caller's access to the agency.
    pub access: Access,
    /// What the member is.
    pub roles: Vec<Role>,
    /// Everything the member may do.
    pub permissions: Vec<Permission>,
    /// The member's id.
    pub member: Uuid,
    /// The agency.
    pub agency: std::sync::Arc<AgencyState>,
}

/// Why there is no access.
#[derive(Debug, thiserror::Error)]
pub enum AccessDenied {
    /// There is no such agency for this caller; whether it exists at all is not said.
    #[error("no such agency for this caller")]
    Unknown,
    /// The caller is a member but has not this permission.
    #[error("the permission {} is missing", .0.code())]
    Forbidden(Permission),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] crate::error::StoreError),
}
