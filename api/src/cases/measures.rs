//! Measures.

use super::commands::commands;

commands! {
    "measures";

    /// Plan a measure
    ///
    /// Plans a measure for an agreed priority (R21). The format, if one is named, is a code of the
    /// catalogue (R12). A due date in the past is accepted with a warning (R22).
    on_case plan_measure PlanMeasure
        "/v1/agencies/{agency}/cases/{case_id}/measures"
        "The measure is planned.";

    /// Complete a measure
    ///
    /// Records that a planned measure was done, and what it came to (R21).
    on_target complete_measure CompleteMeasure
        "/v1/agencies/{agency}/cases/{case_id}/measures/{measure_id}/completions"
        "The measure is completed.";

    /// Cancel a measure
    ///
    /// Gives a planned measure up; it stays visible with its status (R21).
    on_target cancel_measure CancelMeasure
        "/v1/agencies/{agency}/cases/{case_id}/measures/{measure_id}/cancellations"
        "The measure is cancelled.";
}
