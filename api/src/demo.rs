//! Data to begin with: the network and its nine agencies, plainly fictional members, and seven cases after real
//! histories of public record (`histories/`), that of Halle (Saale) from the kick-off to the grant.
//!
//! Everything goes the way of any client's command, with back-dated days. Where the public record
//! names no date, the event's reason says `example`.

mod history;
pub mod network;

use fallbuch_domain::agency::command::Terms;
use fallbuch_domain::agency::{AgencyOpened, NETWORK};
use fallbuch_domain::catalogue::{ShippedAgency, shipped_agencies};
use fallbuch_domain::text::Line;
use fallbuch_domain::{Permission, Role};
use fallbuch_persistence::{Access, AccessDenied, CommandError, Identity, Store, StoreError};
use time::Date;
use time::macros::date;

use crate::server::ISSUER;

pub use history::HISTORIES;

/// The agency whose case the demo tells.
pub const AGENCY: &str = "transmit";

/// The day from which the initiative began.
const INITIATIVE_BEGAN: Date = date!(2014 - 06 - 01);

/// The demo could not be stored.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A command was refused or the store failed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A demo member has no access.
    #[error(transparent)]
    Access(#[from] AccessDenied),
    /// An agency has no site where its case belongs.
    #[error("the demo's agency has no site named {0}")]
    NoSite(String),
    /// A history does not have its form.
    #[error("a history of the demo: {0}")]
    History(#[from] serde_json::Error),
    /// A history names something that there is not.
    #[error("a history of the demo names {0}, which is not there")]
    Unknown(String),
    /// The network's histories cannot be planned.
    #[error(transparent)]
    Plan(#[from] network::PlanError),
    /// The shipped data cannot be read.
    #[error("shipped data: {0}")]
    Data(#[from] fallbuch_domain::catalogue::CatalogueError),
}

impl From<StoreError> for DemoError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// The login of an agency's demo member with a role.
#[must_use]
pub fn login(agency: &str, role: Role) -> Identity {
    Identity {
        issuer: ISSUER.to_owned(),
        subject: format!("demo-{}@{agency}", role.code()),
    }
}

/// Fills an empty store.
///
/// # Errors
/// If a command is refused or the store fails.
pub async fn seed(store: &Store) -> Result<(), DemoError> {
    found_network(store).await?;
    for agency in shipped_agencies()? {
        found(store, agency).await?;
    }
    for (name, text) in HISTORIES {
        history::tell(store, name, text).await?;
    }
    Ok(())
}

/// Opens the network with one member per role of it.
///
/// # Errors
/// If a command is refused or the store fails.
pub async fn found_network(store: &Store) -> Result<(), DemoError> {
    let operator = store.operator();
    let access = operator.open_network(INITIATIVE_BEGAN).await?;
    for role in Role::OF_NETWORK {
        let login = login(NETWORK, *role);
        operator
            .admit_member(&access, INITIATIVE_BEGAN, &login, terms_of(*role))
            .await?;
    }
    Ok(())
}

/// Founds an agency with its sites and one member per role.
async fn found(store: &Store, agency: ShippedAgency) -> Result<(), DemoError> {
    let operator = store.operator();
    let opened = AgencyOpened {
        carrier: Line(agency.carrier),
        case_prefix: agency.case_prefix,
        code: agency.code.clone(),
        land_codes: agency.land_codes,
        name: Line(agency.name),
    };
    let access = operator.open_agency(INITIATIVE_BEGAN, opened).await?;
    for site in &agency.sites {
        operator.open_site(&access, INITIATIVE_BEGAN, site).await?;
    }
    for role in Role::OF_AGENCIES {
        let login = login(&agency.code, *role);
        operator
            .admit_member(&access, INITIATIVE_BEGAN, &login, terms_of(*role))
            .await?;
    }
    Ok(())
}

/// What a demo member with one role may do.
#[must_use]
pub fn terms_of(role: Role) -> Terms {
    Terms {
        // A program that follows the agency's events.
        permissions: (role == Role::Service)
            .then(|| vec![Permission::CaseRead, Permission::EventSubscribe]),
        ..Terms::of_roles(vec![role])
    }
}

/// A demo member's access, as it would have it over HTTP.
async fn member(store: &Store, agency: &str, role: Role) -> Result<Access, AccessDenied> {
    let login = login(agency, role);
    store.access(&login, agency, Permission::CaseRecord).await
}
