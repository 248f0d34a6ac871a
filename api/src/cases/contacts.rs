//! Contacts and initial meetings.

use super::commands::commands;

commands! {
    "contacts";

    /// Record a contact
    ///
    /// Records that agency and municipality were in contact. Participants are named by function only. A
    /// contact means the same on every version, so `If-Match: *` is accepted.
    on_case record_contact RecordContact
        "/v1/agencies/{agency}/cases/{case_id}/contacts"
        "The contact is recorded.";

    /// Record an initial meeting
    ///
    /// Records the initial meeting and what it came to. An agreement can be signed only after one that
    /// did not end in a refusal (R05); of several the one held last counts.
    on_case record_initial_meeting RecordInitialMeeting
        "/v1/agencies/{agency}/cases/{case_id}/initial-meetings"
        "The meeting is recorded.";
}
