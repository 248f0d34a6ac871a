//! Funding.

use super::commands::commands;

commands! {
    "funding";

    /// Advise on funding
    ///
    /// Records advice on a programme. Whether the municipality could apply on that day is computed from
    /// the catalogue and the case, and stands in the event with what decided it: the kind of
    /// municipality or the agreement (R18), or the deadline (R19). With `validate_only=true` it can be
    /// asked without being recorded.
    on_case advise_on_funding AdviseOnFunding
        "/v1/agencies/{agency}/cases/{case_id}/funding-advice"
        "The advice is recorded.";

    /// Submit a funding application
    ///
    /// Records an application to a call of a programme. The kind of municipality has to be eligible
    /// and, where the programme demands it, an agreement in force on the day of submission (R18). After
    /// the deadline it is accepted with a warning (R19).
    on_case submit_funding_application SubmitFundingApplication
        "/v1/agencies/{agency}/cases/{case_id}/funding-applications"
        "The application is recorded.";

    /// Record a funding decision
    ///
    /// Records what became of an application: granted, refused or withdrawn; once (R20).
    on_target record_funding_decision RecordFundingDecision
        "/v1/agencies/{agency}/cases/{case_id}/funding-applications/{application_id}/decisions"
        "The decision is recorded.";

    /// Change a funding period
    ///
    /// Records that the period of a grant ends on another day (R20).
    on_target change_funding_period ChangeFundingPeriod
        "/v1/agencies/{agency}/cases/{case_id}/funding-applications/{application_id}/period-changes"
        "The period is changed.";
}
