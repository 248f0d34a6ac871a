//! Resolutions, milestones and progress reviews.

use super::commands::commands;

commands! {
    "records";

    /// Record a council resolution
    ///
    /// Records what a council or committee of the municipality resolved.
    on_case record_council_resolution RecordCouncilResolution
        "/v1/agencies/{agency}/cases/{case_id}/council-resolutions"
        "The resolution is recorded.";

    /// Record a milestone
    ///
    /// Records that a milestone was reached, such as an education report or a steering group.
    on_case record_milestone RecordMilestone
        "/v1/agencies/{agency}/cases/{case_id}/milestones"
        "The milestone is recorded.";

    /// Review progress
    ///
    /// Records how far the priorities of a signed agreement are attained, and what comes next (R21).
    /// The latest review of each agreement stands in the state.
    on_case review_progress ReviewProgress
        "/v1/agencies/{agency}/cases/{case_id}/progress-reviews"
        "The review is recorded.";
}
