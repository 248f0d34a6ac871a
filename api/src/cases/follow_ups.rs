//! Follow-ups of a case.

use super::commands::commands;

commands! {
    "follow-ups";

    /// Schedule a follow-up
    ///
    /// Schedules that a member comes back to something on a day. The assignee is a current member
    /// (R03); a day in the past is accepted with a warning (R22).
    on_case schedule_follow_up ScheduleFollowUp
        "/v1/agencies/{agency}/cases/{case_id}/follow-ups"
        "The follow-up is scheduled.";

    /// Reschedule a follow-up
    ///
    /// Gives an open follow-up another day (R21, R22).
    on_target reschedule_follow_up RescheduleFollowUp
        "/v1/agencies/{agency}/cases/{case_id}/follow-ups/{follow_up_id}/reschedulings"
        "The follow-up is rescheduled.";

    /// Reassign a follow-up
    ///
    /// Hands an open follow-up to another current member (R03, R21).
    on_target reassign_follow_up ReassignFollowUp
        "/v1/agencies/{agency}/cases/{case_id}/follow-ups/{follow_up_id}/reassignments"
        "The follow-up is reassigned.";

    /// Complete a follow-up
    ///
    /// Records that an open follow-up is done (R21).
    on_target complete_follow_up CompleteFollowUp
        "/v1/agencies/{agency}/cases/{case_id}/follow-ups/{follow_up_id}/completions"
        "The follow-up is completed.";

    /// Cancel a follow-up
    ///
    /// Gives an open follow-up up; it stays visible with its status (R21).
    on_target cancel_follow_up CancelFollowUp
        "/v1/agencies/{agency}/cases/{case_id}/follow-ups/{follow_up_id}/cancellations"
        "The follow-up is cancelled.";
}
