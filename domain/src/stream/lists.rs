//! What of a stream's state stands in the agency's lists. The store takes its rows from here and knows no type of event.

use super::State;
use crate::case::{CaseRow, FollowUpRow};

impl State {
    /// The row of the case list; none for streams that are in no list.
    #[must_use]
    pub fn row(&self) -> Option<CaseRow> {
        match self {
            Self::Agency(_) | Self::Offering(_) | Self::Solution(_) => None,
            Self::Case(state) => Some(state.row()),
        }
    }

    /// The rows of the list of follow-ups that are new since `before`, or not what they were.
    #[must_use]
    pub fn follow_ups_since(&self, before: Option<&Self>) -> Vec<FollowUpRow> {
        let Self::Case(state) = self else {
            return Vec::new();
        };
        let before = before.and_then(Self::as_case);
        state.follow_up_rows_since(before).collect()
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::case::{CaseState, CommandKind, FollowUpStatus, sample};

    fn late() -> CaseState {
        sample::state_before(CommandKind::PauseCase)
    }

    #[test]
    fn what_became_of_follow_ups_is_told_and_nothing_else() {
        let before = State::Case(late());
        assert_eq!(before.follow_ups_since(Some(&before)), []);
        let all = before.follow_ups_since(None);
        assert!(!all.is_empty());
        assert_eq!(all.len(), late().follow_ups.len());

        let mut state = late();
        state.pause = None;
        let last = state.follow_ups.len() - 1;
        state.follow_ups[last].due_on = date!(2017 - 01 - 02);
        state.follow_ups[last].status = FollowUpStatus::Completed;
        let after = State::Case(state);
        let changed = after.follow_ups_since(Some(&before));
        assert_eq!(changed, [after.follow_ups_since(None)[last].clone()]);
    }

    #[test]
    fn what_is_left_open_in_a_closed_case_waits_for_its_reopening() {
        let mut open = late();
        let left = open.follow_ups.len() - 1;
        open.follow_ups[left].status = FollowUpStatus::Open;
        let mut closed = open.clone();
        closed.closing = sample::state_before(CommandKind::ReopenCase).closing;
        assert!(closed.closing.is_some());

        let (open, closed) = (State::Case(open), State::Case(closed));
        let statuses = |after: &State, before| -> Vec<_> {
            let rows = after.follow_ups_since(before).into_iter();
            rows.map(|row| row.status).collect()
        };
        assert_eq!(statuses(&closed, Some(&open)), [None]);
        assert_eq!(statuses(&open, Some(&closed)), [Some(FollowUpStatus::Open)]);
        assert_eq!(statuses(&closed, None)[left], None);
        assert_eq!(statuses(&open, None)[left], Some(FollowUpStatus::Open));
    }
}
