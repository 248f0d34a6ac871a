//! What the network does with an agency: opens it, renames it, says in which phase it is, and closes it.
//!
//! Invariants:
//! - These events stand in the agency's own stream; who acted is a member of the network (or the machine's operator).
//! - A closed agency stays readable and records nothing any more (R35), except who may read it: its members, and audits.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::Date;

use super::command::{AgencyCommand, Login};
use super::{AgencyState, NETWORK};
use crate::case::event::wire;
use crate::facts::Facts;
use crate::rule::{Finding, Findings, Rule};
use crate::text::{Line, Prose};

wire! {
    /// Data of `agency_opened`.
    pub struct AgencyOpened {
        /// The organisation that runs the agency (Träger).
        pub carrier: Line,
        /// What the agency's file numbers begin with.
        pub case_prefix: String,
        /// The agency's code in addresses; never changes.
        pub code: String,
        /// Two-digit codes of the Länder it serves.
        pub land_codes: Vec<String>,
        /// Its name.
        pub name: Line,
    }

    /// Data of `agency_renamed`: what is another one from now on.
    pub struct AgencyRenamed {
        /// The organisation that runs the agency from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub carrier: Option<Line>,
        /// Its name from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<Line>,
    }

    /// Data of `phase_set`: the phase of the initiative that the agency is in, as it is planned.
    pub struct PhaseSet {
        /// Its first day; may lie in the future.
        pub from: Date,
        /// The phase, as it is called.
        pub phase: Line,
        /// Its last day, if it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub until: Option<Date>,
    }

    /// Data of `agency_closed`.
    pub struct AgencyClosed {}

    /// Opens an agency. Its code never changes.
    #[serde(deny_unknown_fields)]
    pub struct OpenAgency {
        /// The day it opened.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// Its code in addresses, which no other agency has (R36).
        #[cfg_attr(feature = "openapi", schema(min_length = 2, max_length = 40, pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])$", example = "transmit"))]
        pub code: String,
        /// Its name.
        pub name: Line,
        /// The organisation that runs it (Träger).
        pub carrier: Line,
        /// The Länder it serves.
        #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 16))]
        pub land_codes: BTreeSet<LandCode>,
        /// What its file numbers begin with.
        #[cfg_attr(feature = "openapi", schema(min_length = 2, max_length = 6, pattern = "^[A-Z]+$", example = "TM"))]
        pub case_prefix: String,
        /// Its first administrator, who admits everybody else.
        pub administrator: FirstAdministrator,
    }

    /// Who administers a new agency.
    #[serde(deny_unknown_fields)]
    pub struct FirstAdministrator {
        /// Who it is, as an identity provider says. Stands in no event.
        pub login: Login,
    }

    /// Gives an agency another name or carrier; its code stays.
    #[serde(deny_unknown_fields)]
    pub struct RenameAgency {
        /// The day of the change.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// The new values, at least one.
        pub changes: AgencyChanges,
    }

    /// What a renaming changes; absent members stay.
    #[serde(deny_unknown_fields)]
    #[cfg_attr(feature = "openapi", schema(min_properties = 1))]
    pub struct AgencyChanges {
        /// The organisation that runs it (Träger).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub carrier: Option<Line>,
        /// Its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<Line>,
    }

    /// Says in which phase of the initiative an agency is, in place of what was said before.
    #[serde(deny_unknown_fields)]
    pub struct SetPhase {
        /// The day it was decided.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
        /// The phase, as it is called.
        pub phase: Line,
        /// Its first day; may lie in the future.
        pub from: Date,
        /// Its last day, if it is known; not before the first (R06).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub until: Option<Date>,
    }

    /// Closes an agency, for ever (R35).
    #[serde(deny_unknown_fields)]
    pub struct CloseAgency {
        /// The day it closed.
        pub occurred_on: Date,
        /// Why, if it needs saying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<Prose>,
    }
}

/// The two-digit code of a Land.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(pattern = "^(0[1-9]|1[0-6])$", example = "15")
)]
pub struct LandCode(pub String);

impl OpenAgency {
    /// The event's data.
    #[must_use]
    pub fn opened(&self) -> AgencyOpened {
        let land_codes = self.land_codes.iter();
        AgencyOpened {
            carrier: self.carrier.clone(),
            case_prefix: self.case_prefix.clone(),
            code: self.code.clone(),
            land_codes: land_codes.map(|code| code.0.clone()).collect(),
            name: self.name.clone(),
        }
    }
}

impl AgencyState {
    pub(super) fn opened(opened: &AgencyOpened) -> Self {
        Self {
            carrier: opened.carrier.clone(),
            case_prefix: opened.case_prefix.clone(),
            closed_on: None,
            code: opened.code.clone(),
            engagements: Vec::new(),
            former_members: Vec::new(),
            land_codes: opened.land_codes.clone(),
            members: Vec::new(),
            name: opened.name.clone(),
            phase: None,
            sites: Vec::new(),
        }
    }

    pub(super) fn rename(&mut self, renamed: &AgencyRenamed) {
        if let Some(name) = &renamed.name {
            self.name = name.clone();
        }
        if let Some(carrier) = &renamed.carrier {
            self.carrier = carrier.clone();
        }
    }

    /// Whether it is the pseudo-agency of the network.
    #[must_use]
    pub fn is_network(&self) -> bool {
        self.code == NETWORK
    }
}

impl AgencyCommand {
    /// Whether it is about who may read the agency, which goes on when the agency is closed.
    #[must_use]
    pub fn is_about_readers(&self) -> bool {
        match self {
            Self::AdmitMember { .. }
            | Self::ChangeMemberRoles { .. }
            | Self::RecordDeparture { .. }
            | Self::RequestAuditEngagement { .. }
            | Self::ApproveAuditEngagement { .. }
            | Self::EndAuditEngagement { .. } => true,
            Self::OpenAgency { .. }
            | Self::OpenSite(_)
            | Self::CloseSite { .. }
            | Self::RenameAgency(_)
            | Self::SetPhase(_)
            | Self::CloseAgency(_) => false,
        }
    }
}

/// R35, if the agency is closed.
#[must_use]
pub fn closed(facts: &Facts<'_>) -> Option<Finding> {
    let is_closed = facts
        .agency
        .is_some_and(|agency| agency.closed_on.is_some());
    is_closed.then(|| Finding::new(Rule::R35))
}

/// R36: the code of an opening is another agency's.
#[must_use]
pub fn code_taken() -> Finding {
    Finding::new(Rule::R36).at("/code")
}

/// R06: a phase does not end before it begins.
pub(super) fn phase_fits(findings: &mut Findings, data: &PhaseSet) {
    findings.require(data.until.is_none_or(|until| until >= data.from), || {
        Finding::new(Rule::R06).at("/until").because(
            "Die Phase endet, bevor sie beginnt.",
            "The phase ends before it begins.",
        )
    });
}

/// R38: the network does not close itself.
pub(super) fn agency_closing_fits(findings: &mut Findings, state: &AgencyState) {
    findings.require(!state.is_network(), || Finding::new(Rule::R38));
}
