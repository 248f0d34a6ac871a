//! Sites: opened and closed by the agency.
//!
//! Invariant: a site that was closed stays nameable. Its cases keep it and go on, and members may be limited to it; only
//! a new case needs an open one (R03).

use time::Date;
use uuid::Uuid;

use super::AgencyState;
use crate::case::event::wire;
use crate::rule::{Finding, Findings, Rule};
use crate::text::{Line, Prose};

wire! {
    /// Data of `site_opened`.
    pub struct SiteOpened {
        /// The site's name, a town's.
        pub name: Line,
        /// The site's id.
        pub site: Uuid,
    }

    /// Data of `site_closed`.
    pub struct SiteClosed {
        /// The site's id.
        pub site: Uuid,
    }

    /// A site of an agency.
    pub struct Site {
        /// The day it was closed; absent while it is open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub closed_on: Option<Date>,
        /// The site's id.
        pub id: Uuid,
        /// Its name.
        pub name: Line,
    }

    /// Opens a site.
    #[serde(deny_unknown_fields)]
    pub struct OpenSite {
        /// The day it opened.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// Its name, a town's.
        pub name: Line,
    }

    /// Closes a site.
    #[serde(deny_unknown_fields)]
    pub struct CloseSite {
        /// The day it closed.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
    }
}

impl AgencyState {
    /// The open site with this id.
    #[must_use]
    pub fn site(&self, id: Uuid) -> Option<&Site> {
        self.open_sites().find(|site| site.id == id)
    }

    /// Its open sites, in the order of opening.
    pub fn open_sites(&self) -> impl Iterator<Item = &Site> {
        self.sites.iter().filter(|site| site.closed_on.is_none())
    }

    /// Whether the agency has or had a site with this id.
    #[must_use]
    pub fn knows_site(&self, id: Uuid) -> bool {
        self.sites.iter().any(|site| site.id == id)
    }

    pub(super) fn open_site(&mut self, opened: &SiteOpened) {
        self.sites.push(Site {
            closed_on: None,
            id: opened.site,
            name: opened.name.clone(),
        });
    }

    pub(super) fn close_site(&mut self, id: Uuid, on: Date) {
        let mut sites = self.sites.iter_mut();
        if let Some(site) = sites.find(|site| site.id == id && site.closed_on.is_none()) {
            site.closed_on = Some(on);
        }
    }
}

/// R21, R37: a site closes once, and whoever closes the last one is told.
pub(super) fn closing_fits(findings: &mut Findings, state: &AgencyState, site: Uuid) {
    findings.require(state.site(site).is_some(), || {
        Finding::new(Rule::R21).because(
            "Der Standort ist schon geschlossen.",
            "The site is closed already.",
        )
    });
    let mut others = state.open_sites().filter(|one| one.id != site);
    findings.warn(others.next().is_none(), || Finding::new(Rule::R37));
}
