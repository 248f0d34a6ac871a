//! Who may touch an agency's rows: the value without which no function of the store reads or
//! writes them.

use fallbuch_domain::agency::{AgencyState, Member};
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
    /// The machine's owner at the command line.
    Operator,
}

impl Principal {
    /// The id that stands in an event's actor and in the command's id.
    #[must_use]
    pub fn id(self) -> Uuid {
        match self {
            Self::Member(id) => id,
            Self::Operator => Uuid::nil(),
        }
    }

    /// The member's id, if it is one.
    #[must_use]
    pub fn member(self) -> Option<Uuid> {
        match self {
            Self::Member(id) => Some(id),
            Self::Operator => None,
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
}

impl Access {
    pub(crate) fn member(scope: Scope, state: &AgencyState, member: &Member) -> Self {
        Self {
            scope,
            code: state.code.clone(),
            principal: Principal::Member(member.id),
            permissions: member.permissions(),
            sites: member.sites.clone(),
        }
    }

    pub(crate) fn operator(scope: Scope, code: String) -> Self {
        Self {
            scope,
            code,
            principal: Principal::Operator,
            permissions: Vec::new(),
            sites: None,
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

    /// Whether the caller may see what belongs to `site`.
    #[must_use]
    pub fn sees_site(&self, site: Uuid) -> bool {
        self.sites
            .as_ref()
            .is_none_or(|sites| sites.contains(&site))
    }
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
