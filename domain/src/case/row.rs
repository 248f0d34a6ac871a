//! What of a case stands in lists, and what it holds agency-wide; both rebuilt from the log.

use time::Date;
use uuid::Uuid;

use super::event::{CaseEvent, MunicipalityReference};
use super::{CaseState, FollowUp, FollowUpStatus, Stage};
use crate::facts::Claim;
use crate::text::Line;

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

/// The row of a follow-up in the agency's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUpRow {
    /// The follow-up's id.
    pub id: Uuid,
    /// The member who has to come back to it.
    pub assignee: Uuid,
    /// When it is due.
    pub due_on: Date,
    /// How far it has come; none if it was left open in a case that is closed, where it waits for the
    /// case to be reopened.
    pub status: Option<FollowUpStatus>,
    /// What it is about.
    pub title: Line,
}

impl FollowUpRow {
    /// The code of its status in the list's table: `waiting` for one that waits.
    #[must_use]
    pub fn status_code(&self) -> &'static str {
        self.status.map_or("waiting", FollowUpStatus::code)
    }
}

impl CaseState {
    /// The rows of its follow-ups that are new since `before`, or not what they were. A follow-up that
    /// was there once is there for good.
    pub fn follow_up_rows_since<'a>(
        &'a self,
        before: Option<&'a Self>,
    ) -> impl Iterator<Item = FollowUpRow> + 'a {
        let known = before.map_or(&[][..], |before| &before.follow_ups);
        let was_closed = before.is_some_and(|before| before.closing.is_some());
        let turned = was_closed != self.closing.is_some();
        let changed = move |one: &&FollowUp| {
            !known.contains(one) || turned && one.status == FollowUpStatus::Open
        };
        let changed = self.follow_ups.iter().filter(changed);
        changed.map(|one| self.follow_up_row(one))
    }

    fn follow_up_row(&self, one: &FollowUp) -> FollowUpRow {
        let waits = self.closing.is_some() && one.status == FollowUpStatus::Open;
        FollowUpRow {
            id: one.id,
            assignee: one.assignee,
            due_on: one.due_on,
            status: (!waits).then_some(one.status),
            title: one.title.clone(),
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
