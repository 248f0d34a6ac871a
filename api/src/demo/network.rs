//! The whole network: nine agencies, ten years, 220 cases, 40,000 events; all of it invented.
//!
//! Invariants: what is told follows from the [`Extent`] alone, so the same seed gives the same commands in
//! the same order in every agency, only ids, instants and salts are the store's; everything goes the way
//! of any client's command; and every command has its own key, so that a run that was broken off is
//! repeated with the same extent and goes on where it was.
//!
//! The sum is exact and holds the events of the network, of the agencies (opening, sites, members), of
//! offerings and of solutions as well. Municipalities are those of an agency's Länder in the catalogue.
//! Where there are fewer of them than cases, a municipality has one case after the other.

mod dice;
mod extent;
mod life;
mod offers;
mod plan;
mod send;
#[cfg(test)]
mod tests;
mod words;

use fallbuch_domain::{Permission, Role};
use fallbuch_persistence::{Identity, Store};
use futures_util::future::try_join_all;

pub use extent::{Extent, TooFewEvents};
pub use plan::PlanError;

use super::{DemoError, INITIATIVE_BEGAN, login, terms_of};
use crate::server::ISSUER;
use extent::{MORE_ADVISORS, Outline};
use plan::{Ground, plan};
use send::Sender;

/// Fills an empty store; `told` hears how many events have been stored since it was told last.
///
/// # Errors
/// If a command is refused or the store fails.
pub async fn seed(
    store: &Store,
    extent: &Extent,
    told: &(dyn Fn(u64) + Sync),
) -> Result<(), DemoError> {
    let outlines = extent.outlines().map_err(PlanError::from)?;
    super::found_network(store).await?;
    told(1 + Role::OF_NETWORK.len() as u64);
    let agencies = outlines
        .iter()
        .map(|outline| tell(store, extent.seed, outline, told));
    try_join_all(agencies).await?;
    Ok(())
}

/// Founds one agency and tells its ten years.
async fn tell(
    store: &Store,
    seed: u64,
    outline: &Outline,
    told: &(dyn Fn(u64) + Sync),
) -> Result<(), DemoError> {
    let code = outline.agency.code.as_str();
    super::found(store, outline.agency.clone()).await?;
    let operator = store.operator();
    let access = operator.agency(code).await?;
    let access = access.ok_or_else(|| PlanError::Nobody(code.to_owned()))?;
    for number in 0..MORE_ADVISORS {
        let login = advisor(code, number + 2);
        let terms = terms_of(Role::Advisor);
        operator
            .admit_member(&access, INITIATIVE_BEGAN, &login, terms)
            .await?;
    }
    told(outline.founding());
    let agency = store.agency(&access).await?;
    let ground = Ground::of(&agency, store.catalogue(), seed)?;
    let steps = plan(&ground, outline)?;
    let mut sender = Sender {
        store,
        accesses: std::collections::BTreeMap::new(),
        seed,
        told,
    };
    let coordinator = (login(code, Role::Coordinator), Permission::CaseOpen);
    let advisors = std::iter::once(login(code, Role::Advisor))
        .chain((0..MORE_ADVISORS).map(|number| advisor(code, number + 2)))
        .map(|login| (login, Permission::CaseRecord));
    for (login, permission) in advisors.chain([coordinator]) {
        let access = store.access(&login, code, permission).await?;
        sender.accesses.insert(access.principal().id(), access);
    }
    sender.send(steps).await
}

/// The login of one of the advisors beyond the demo's first.
fn advisor(agency: &str, number: u64) -> Identity {
    Identity {
        issuer: ISSUER.to_owned(),
        subject: format!("demo-{}-{number}@{agency}", Role::Advisor.code()),
    }
}
