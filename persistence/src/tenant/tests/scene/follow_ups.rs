//! The part of the scene with follow-ups.

use fallbuch_domain::case::command::{RescheduleFollowUp, ScheduleFollowUp};
use fallbuch_domain::case::{CaseCommand, FollowUpStatus};
use fallbuch_domain::text::Line;
use time::macros::date;
use uuid::Uuid;

use super::{CODES, Scene};
use crate::read::FollowUpFilter;
use crate::writer::Expected;

impl Scene {
    /// An agency schedules follow-ups in a case; the first one is put off in the second agency alone.
    pub(super) async fn schedule(&mut self, whose: usize, case: Uuid) {
        let assignee = self.access(whose).await.principal().id();
        for number in 0..2 {
            let command = CaseCommand::ScheduleFollowUp(ScheduleFollowUp {
                occurred_on: date!(2015 - 03 - 02),
                reason: None,
                title: Line::from(format!("Frage {number} von {}", CODES[whose]).as_str()),
                due_on: date!(2016 - 02 - 01),
                assignee,
            });
            let version = self.version(whose, case).await;
            let at = (Some(case), Expected::Version(version));
            let name = format!("schedule {number}");
            self.execute(whose, at, command, &name).await.unwrap();
        }
        if whose == 1 {
            let access = self.access(whose).await;
            let state = self.store.case(&access, case).await.unwrap().unwrap().state;
            let first = state.open_follow_ups().next().unwrap().id;
            let body = RescheduleFollowUp {
                occurred_on: date!(2015 - 03 - 02),
                reason: None,
                due_on: date!(2016 - 03 - 01),
            };
            let version = self.version(whose, case).await;
            let at = (Some(case), Expected::Version(version));
            let command = CaseCommand::RescheduleFollowUp(first, body);
            self.execute(whose, at, command, "put off").await.unwrap();
        }
    }

    async fn version(&self, whose: usize, case: Uuid) -> u64 {
        let access = self.access(whose).await;
        let case = self.store.case(&access, case).await.unwrap();
        case.unwrap().version
    }

    /// The agency's list of follow-ups.
    pub(super) async fn read_follow_ups(&mut self, whose: usize) {
        let (store, access) = (self.store.clone(), self.access(whose).await);
        let filter = FollowUpFilter {
            status: FollowUpStatus::Open,
            assignee: None,
            case: None,
            due_from: None,
            due_before: None,
        };
        let list = store.follow_ups(&access, &filter, None, 50).await.unwrap();
        self.see(whose, "follow-ups", list);
    }
}
