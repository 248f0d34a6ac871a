//! What of a case stands in lists, and what it holds agency-wide; both rebuilt from the log.

use time::Date;
use uuid::Uuid;

use super::event::{CaseEvent, MunicipalityReference};
use super::{CaseState, Stage, opening};
use crate::facts::{Claim, Key};

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
    pub const ALL: &[Self] = &[Self::Contact, Self::Exploring, Self::Agreed, Self::Closed];

    /// The code on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Exploring => "exploring",
            Self::Agreed => "agreed",
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
    let own = |state: &CaseState| Key::open_case(&state.municipality.key);
    match event {
        CaseEvent::CaseOpened(opened) => {
            let counted = opening::counted(&opened.case_number)
                .map(|(counter, value)| Claim::Count { counter, value });
            let key = Key::open_case(&opened.municipality.key);
            std::iter::once(Claim::Take(key)).chain(counted).collect()
        }
        CaseEvent::CaseClosed(_) => state.map(own).map(Claim::Release).into_iter().collect(),
        CaseEvent::CaseReopened(_) => state.map(own).map(Claim::Take).into_iter().collect(),
        CaseEvent::ContactRecorded(_)
        | CaseEvent::InitialMeetingHeld(_)
        | CaseEvent::NeedCaptured(_)
        | CaseEvent::NeedRevised(_)
        | CaseEvent::NeedWithdrawn(_)
        | CaseEvent::PriorityAgreed(_)
        | CaseEvent::PriorityRevised(_)
        | CaseEvent::PriorityDropped(_)
        | CaseEvent::AgreementDrafted(_)
        | CaseEvent::AgreementDraftDiscarded(_)
        | CaseEvent::AgreementSigned(_) => Vec::new(),
    }
}
