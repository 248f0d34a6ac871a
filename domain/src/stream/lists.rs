//! What of a stream's state stands in the agency's lists. The store takes its rows from here and knows no type of event.

use super::State;
use crate::case::{CaseRow, FollowUp};

impl State {
    /// The row of the case list; none for streams that are in no list.
    #[must_use]
    pub fn row(&self) -> Option<CaseRow> {
        match self {
            Self::Agency(_) | Self::Offering(_) | Self::Solution(_) => None,
            Self::Case(state) => Some(state.row()),
        }
    }

    /// The rows of the list of follow-ups. A follow-up that was there once is there for good.
    #[must_use]
    pub fn follow_ups(&self) -> &[FollowUp] {
        match self {
            Self::Agency(_) | Self::Offering(_) | Self::Solution(_) => &[],
            Self::Case(state) => &state.follow_ups,
        }
    }

    /// Those of them that are new since `before`, or not what they were.
    pub fn follow_ups_since<'a>(
        &'a self,
        before: Option<&'a Self>,
    ) -> impl Iterator<Item = &'a FollowUp> {
        let known = before.map_or(&[][..], Self::follow_ups);
        self.follow_ups().iter().filter(|one| !known.contains(one))
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::case::{CommandKind, FollowUpStatus, sample};

    #[test]
    fn what_became_of_follow_ups_is_told_and_nothing_else() {
        let late = || sample::state_before(CommandKind::PauseCase);
        let before = State::Case(late());
        assert!(!before.follow_ups().is_empty());
        assert_eq!(before.follow_ups_since(Some(&before)).count(), 0);
        let all = before.follow_ups_since(None);
        assert_eq!(all.count(), before.follow_ups().len());

        let mut state = late();
        state.pause = None;
        let last = state.follow_ups.len() - 1;
        state.follow_ups[last].due_on = date!(2017 - 01 - 02);
        state.follow_ups[last].status = FollowUpStatus::Completed;
        let after = State::Case(state);
        let changed: Vec<_> = after.follow_ups_since(Some(&before)).collect();
        assert_eq!(changed, [&after.follow_ups()[last]]);
    }
}
