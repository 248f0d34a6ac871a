//! Assessments.

use super::commands::commands;

commands! {
    "assessments";

    /// Start an assessment
    ///
    /// Begins an assessment of how education management stands. It rates the newest version of the
    /// quality dimensions on that day, and keeps it. Before any agreement is signed a warning is given
    /// (R11).
    on_case start_assessment StartAssessment
        "/v1/agencies/{agency}/cases/{case_id}/assessments"
        "The assessment has begun.";

    /// Record an interview
    ///
    /// Records an interview of a running assessment (R12), by function.
    on_target record_interview RecordInterview
        "/v1/agencies/{agency}/cases/{case_id}/assessments/{assessment_id}/interviews"
        "The interview is recorded.";

    /// Rate a dimension
    ///
    /// Rates one of the quality dimensions of the assessment's version, from 0 to 4, while it is
    /// running (R12). A later rating of the same dimension replaces the earlier one.
    on_target rate_dimension RateDimension
        "/v1/agencies/{agency}/cases/{case_id}/assessments/{assessment_id}/ratings"
        "The dimension is rated.";

    /// Complete an assessment
    ///
    /// Completes a running assessment (R12) with the needs that came of it, which stand in this case
    /// (R21). Dimensions without a rating are named in a warning (R13).
    on_target complete_assessment CompleteAssessment
        "/v1/agencies/{agency}/cases/{case_id}/assessments/{assessment_id}/completions"
        "The assessment is completed.";

    /// Abandon an assessment
    ///
    /// Gives a running assessment up (R12); it stays visible with its status.
    on_target abandon_assessment AbandonAssessment
        "/v1/agencies/{agency}/cases/{case_id}/assessments/{assessment_id}/abandonments"
        "The assessment is abandoned.";
}
