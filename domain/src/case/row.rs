//! What of a case stands in lists, and what it holds agency-wide; both rebuilt from the log.

use time::Date;
use uuid::Uuid;

use super::event::{CaseEvent, MunicipalityReference};
use super::{CaseState, Stage};
use crate::facts::Claim;

/// The row of a case in the agency's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// The file number.
    pub case_number: String,
    /// How far the case has come.
    pub stage: Stage,
    /// The municipality.
    pub municipality: MunicipalityReference,
    /// The site in charge.
    pub site: Uuid,
    /// The member who advises.
    pub advisor: Uuid,
    /// The opening day.
    pub opened_on: Date,
    /// The last day of the last signed agreement.
    pub agreed_until: Option<Date>,
}

impl CaseState {
    /// The row of this case in the agency's list.
    #[must_use]
    pub fn row(&self) -> CaseRow {
        CaseRow {
            case_number: self.case_number.clone(),
            stage: self.stage(),
            municipality: self.municipality.clone(),
            site: self.site,
            advisor: self.advisor,
            opened_on: self.opened_on,
            agreed_until: self.agreed_until(),
        }
    }
}

impl Stage {
    /// Every stage, in the order of a case's life.
    pub const ALL: &[Self] = &[
        Self::Contact,
        Self::Exploring,
        Self::Agreed,
        Self::Paused,
        Self::Closed,
    ];

    /// The code on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Exploring => "exploring",
            Self::Agreed => "agreed",
            Self::Paused => "paused",
            Self::Closed => "closed",
        }
    }

    /// The stage with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|stage| stage.code() == code)
    }
}

/// What `event` takes, gives back and counts; `state` is the one before it.
#[must_use]
pub fn claims(state: Option<&CaseState>, event: &CaseEvent) -> Vec<Claim> {
    event.happening().claims(state)
}
