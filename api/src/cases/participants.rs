//! Participants, advisors, succession of the municipality.

use super::commands::commands;

commands! {
    "participants";

    /// Add a participant
    ///
    /// Adds somebody who takes part in the case, by function; no name.
    on_case add_participant AddParticipant
        "/v1/agencies/{agency}/cases/{case_id}/participants"
        "The participant is added.";

    /// Change a participant
    ///
    /// Changes the function or organisation of somebody who takes part (R21).
    on_target change_participant ChangeParticipant
        "/v1/agencies/{agency}/cases/{case_id}/participants/{participant_id}/changes"
        "The participant is changed.";

    /// Record that a participant left
    ///
    /// Records the last day of somebody who takes part; who left stays visible with the days (R21).
    on_target record_participant_departure RecordParticipantDeparture
        "/v1/agencies/{agency}/cases/{case_id}/participants/{participant_id}/departures"
        "The departure is recorded.";

    /// Assign an advisor
    ///
    /// Puts another current member in charge of the case (R03). An assignment entered late does not
    /// outrank a later one.
    on_case assign_advisor AssignAdvisor
        "/v1/agencies/{agency}/cases/{case_id}/advisors"
        "The advisor is assigned.";

    /// Record a succession of the municipality
    ///
    /// Records that another municipality took over, as the catalogue names it (R03), when districts
    /// merge while a case runs. The agency has no other open case of it (R02).
    on_case succeed_municipality SucceedMunicipality
        "/v1/agencies/{agency}/cases/{case_id}/municipality-successions"
        "The municipality is succeeded.";
}
